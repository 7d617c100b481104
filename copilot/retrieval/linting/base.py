"""What a rule reads – a folder of articles as it is written – and what a rule is."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from copilot.domain.errors import Invalid
from copilot.domain.knowledge import Article
from copilot.domain.linting import Finding, Severity
from copilot.retrieval.articles import is_html, parse_file

_FRONT = re.compile(r"\A\s*---[ \t]*\n.*?^---[ \t]*$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A file and the article in it; without an article, `problem` says why the file holds none."""

    name: str
    text: str
    article: Article | None = None
    problem: Invalid | None = None

    @property
    def is_markdown(self) -> bool:
        """Whether it can have front matter, and its lines are the article's."""
        return not is_html(self.name)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def _front(self) -> int:
        """Lines of the front matter with both its rulers; 0 without one."""
        found = _FRONT.match(self.text)
        return found[0].count("\n") + 1 if found else 0

    @cached_property
    def _body(self) -> int:
        """The line (from 0) where the article's text begins."""
        return next((n for n in range(self._front, len(self.lines)) if self.lines[n].strip()), self._front)

    def field_line(self, field: str) -> int:
        """Line of a field of the front matter; 1 when it is not written there."""
        return self._find(rf"[\"']?{re.escape(field)}[\"']?\s*:")

    def lever_line(self, lever_id: str) -> int:
        """Line where a lever is named; that of `levers` when it cannot be told."""
        found = self._find(
            rf"\s*(?:-\s+)?(?:\{{\s*)?id\s*:\s*[\"']?{re.escape(lever_id)}[\"']?\s*(?:[,}}#].*)?$", start=self.field_line("levers")
        )
        return found if found > 1 else self.field_line("levers")

    def _find(self, pattern: str, start: int = 0) -> int:
        return next((n + 1 for n in range(start, self._front) if re.match(pattern, self.lines[n])), 1)

    def text_line(self, number: int, words: str = "") -> int:
        """The file's line for a line (from 0) of the article's text. In HTML: the first line that holds `words`."""
        if self.is_markdown:
            return self._body + number + 1
        return next((n for n, line in enumerate(self.lines, 1) if words and words in line), 1)


@dataclass(frozen=True)
class Folder:
    """All that a rule may look at."""

    pages: tuple[Page, ...]
    files: frozenset[str]
    """Every file of the folder, articles or not: paths from the folder, with slashes."""
    on: datetime
    """The day on which things are past or not."""
    reading_ease: float = 0.0
    """The least Flesch reading ease of a public text; 0 asks for none."""

    @cached_property
    def articles(self) -> tuple[tuple[Page, Article], ...]:
        """Files that could be read, with their articles."""
        return tuple((page, page.article) for page in self.pages if page.article is not None)

    @cached_property
    def living(self) -> tuple[tuple[Page, Article], ...]:
        """The same without archived ones."""
        return tuple((page, article) for page, article in self.articles if article.status != "archived")

    @cached_property
    def by_name(self) -> Mapping[str, Page]:
        return {page.name: page for page in self.pages}


class Rule(ABC):
    """One thing that can be wrong with a folder of articles."""

    name: ClassVar[str]

    @abstractmethod
    def run(self, folder: Folder) -> Iterator[Finding]:
        """What it finds, in any order. Pure: the folder decides."""

    def finding(self, page: Page, line: int, severity: Severity, message: str, todo: str) -> Finding:
        """A finding of this rule."""
        return Finding(file=page.name, line=line, rule=self.name, severity=severity, message=message, todo=todo)


def grave(article: Article) -> Severity:
    """How grave is what is wrong with an article that customers or colleagues may read; a draft is still being written."""
    return "warning" if article.status == "draft" else "error"


def read_page(name: str, text: str, on: datetime) -> Page:
    """A file as a page; what the import would refuse has no article but the import's own reason."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        article = parse_file(text, name, on)
    except Invalid as problem:
        return Page(name, text, problem=problem)
    return Page(name, text, article)
