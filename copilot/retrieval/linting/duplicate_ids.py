"""Ids that name two things."""

from collections.abc import Iterator

from copilot.domain.linting import Finding
from copilot.retrieval.linting.base import Folder, Page, Rule


class DuplicateIds(Rule):
    """Two articles, or two levers of one article, with the same id: only one of them could be kept."""

    name = "duplicate-id"

    def run(self, folder: Folder) -> Iterator[Finding]:
        """Errors at the second and every further one."""
        first: dict[str, Page] = {}
        for page, article in folder.articles:
            before = first.setdefault(article.id, page)
            if before is not page:
                line = page.field_line("id")
                yield self.finding(
                    page, line, "error", f"the id {article.id!r} is that of {before.name} too.", "Give one of them another id."
                )
            yield from self._levers(page, [lever.id for lever in article.levers])

    def _levers(self, page: Page, ids: list[str]) -> Iterator[Finding]:
        for again in sorted({one for one in ids if ids.count(one) > 1}):
            line = page.lever_line(again)
            yield self.finding(page, line, "error", f"two levers have the id {again!r}.", "Give one of them another id.")
