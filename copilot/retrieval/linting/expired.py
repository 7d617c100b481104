"""Articles and levers whose time has passed."""

from collections.abc import Iterator
from datetime import datetime

from copilot.domain.knowledge import Article
from copilot.domain.linting import Finding
from copilot.retrieval.linting.base import Folder, Page, Rule


class Expired(Rule):
    """A review that is overdue, a lever that has ended, a review that is due before the article is valid.

    Warnings: a day that passes must not stop somebody's unrelated change (`--strict` in a nightly run makes errors of them).
    """

    name = "expired"

    def run(self, folder: Folder) -> Iterator[Finding]:
        """Findings of articles that are not archived."""
        for page, article in folder.living:
            yield from self._review(page, article, folder.on)
            yield from self._levers(page, article, folder.on)

    def _review(self, page: Page, article: Article, on: datetime) -> Iterator[Finding]:
        due, line = article.review_by, page.field_line("review_by")
        if due is None:
            return
        if due < on:
            todo = "Read it again, then set a later day, or archive it."
            yield self.finding(page, line, "warning", f"its review was due on {due:%-d %B %Y}.", todo)
        if article.valid_from is not None and due <= article.valid_from:
            todo = "Correct one of the two days."
            yield self.finding(page, line, "warning", f"its review is due on {due:%-d %B %Y}, before it is valid.", todo)

    def _levers(self, page: Page, article: Article, on: datetime) -> Iterator[Finding]:
        for lever in article.levers:
            if lever.until is not None and lever.until < on:
                message = f"the lever {lever.id!r} ended on {lever.until:%-d %B %Y} and is not offered any more."
                yield self.finding(page, page.lever_line(lever.id), "warning", message, "Remove it, or set a later `until`.")
