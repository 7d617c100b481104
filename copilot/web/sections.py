"""An article as it is read: what customers may see, and what stays with the agents."""

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup

from copilot.domain.base import Frozen
from copilot.domain.knowledge import Article
from copilot.retrieval.passages import public_lines
from copilot.web.markup import safe_markdown

_RULER = re.compile(r"\s{0,3}(?:[-*_]\s*){3,}$")
"""A ruler belongs to nobody: it stays with what stands before it."""


class Section(Frozen):
    """Neighbouring blocks for the same readers, as safe HTML. The whole text of an internal article is one."""

    internal: bool
    html: str


def sections(article: Article) -> list[Section]:
    """In the order of the text, by the same rule that decides what a passage may be shown to (`retrieval.passages`)."""
    lines = article.text.splitlines()
    return [
        Section(internal=internal, html=html)
        for internal, some in groupby(zip(_internal(article, lines), lines, strict=True), key=lambda one: one[0])
        if (html := safe_markdown("\n".join(line for _, line in some), lift=1)).strip()
    ]


def shown(section: Section) -> Markup:
    """Its HTML for a template; `safe_markdown` has cleaned it."""
    return Markup(section.html)  # noqa: S704 - made by safe_markdown above


def _internal(article: Article, lines: list[str]) -> Iterator[bool]:
    """For each line, whether customers must not see it; what is no block goes with the line before it."""
    public, before = frozenset(public_lines(article)), article.audience == "internal"
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    for number, line in enumerate(lines):
        if article.audience == "public" and number >= first and line.strip() and not _RULER.match(line):
            before = number not in public
        yield before
