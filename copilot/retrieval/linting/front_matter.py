"""What the import would refuse."""

import re
from collections.abc import Iterator

from copilot.domain.linting import Finding
from copilot.retrieval.linting.base import Folder, Page, Rule

_UNKNOWN = re.compile(r"unknown field '([^']+)'")
_LINE = re.compile(r"at line (\d+)")
_FIELD = re.compile(r"([A-Za-z_]+)(?:\.[\w.]+)?: ")


class FrontMatter(Rule):
    """Front matter that is no YAML, is not closed, has unknown fields or values that a field cannot hold: the import's own words."""

    name = "front-matter"

    def run(self, folder: Folder) -> Iterator[Finding]:
        """An error for every file without an article."""
        for page in folder.pages:
            if page.problem is not None:
                said = page.problem.detail.removeprefix(page.name).lstrip(": ")
                yield self.finding(page, _place(page, said), "error", said, page.problem.todo)


def _place(page: Page, said: str) -> int:
    if at := _LINE.search(said):
        return min(int(at[1]), len(page.lines))
    if field := _UNKNOWN.match(said) or _FIELD.match(said):
        return page.field_line(field[1])
    return 1
