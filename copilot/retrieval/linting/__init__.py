"""What is wrong with a folder of articles, before anybody imports it. One rule a file, one entry here."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from copilot.domain.linting import Finding
from copilot.retrieval.linting.base import Folder, Page, Rule, read_page
from copilot.retrieval.linting.duplicate_ids import DuplicateIds
from copilot.retrieval.linting.duplicate_titles import DuplicateTitles
from copilot.retrieval.linting.expired import Expired
from copilot.retrieval.linting.front_matter import FrontMatter
from copilot.retrieval.linting.internal_text import InternalText
from copilot.retrieval.linting.levers import Levers
from copilot.retrieval.linting.links import Links
from copilot.retrieval.linting.owner import Owner
from copilot.retrieval.linting.reading_level import ReadingLevel

__all__ = ["CATALOGUE", "Folder", "Page", "Rule", "lint", "lint_pages"]

CATALOGUE: tuple[Rule, ...] = (
    FrontMatter(),
    DuplicateIds(),
    DuplicateTitles(),
    Owner(),
    Expired(),
    Links(),
    Levers(),
    ReadingLevel(),
    InternalText(),
)


def lint(texts: Mapping[str, str], on: datetime, *, others: Iterable[str] = (), reading_ease: float = 0.0) -> list[Finding]:
    """What every rule finds, by file and line.

    `texts`: path from the folder → the text of an article's file. `others`: the folder's further files, which links may lead to.
    """
    pages = tuple(read_page(name, texts[name], on) for name in sorted(texts))
    return lint_pages(pages, on, files=frozenset(others) | texts.keys(), reading_ease=reading_ease)


def lint_pages(pages: tuple[Page, ...], on: datetime, *, files: frozenset[str] = frozenset(), reading_ease: float = 0.0) -> list[Finding]:
    """The same for articles that were read already. Of two that are alike, the later one is told."""
    folder = Folder(pages, files, on, reading_ease)
    found = [finding for rule in CATALOGUE for finding in rule.run(folder)]
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.rule, finding.message))
