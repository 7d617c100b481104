"""Words of messages that are written in HTML, and back. What is read is text; nothing here is ever shown as markup."""

import html
import re
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

LONGEST: Final = 500_000
"""Characters of HTML that are read."""
QUICK: Final = 20_000
"""Characters of HTML that may be read where others wait (80 ms at worst): longer ones belong in a thread."""
SILENT: Final = ("script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe")
"""Elements that nobody reads."""
CELLS: Final = ("td", "th")
HARD, LINE, PARAGRAPH = 0, 1, 2
BREAKS: Final = {
    **dict.fromkeys(("div", "tr", "li", "h4", "h5", "h6", "table", "ul", "ol", "pre", "blockquote", "section", "article", "hr"), LINE),
    **dict.fromkeys(("p", "h1", "h2", "h3"), PARAGRAPH),
}
"""Elements that stand in lines of their own, and those with a blank line before and after."""
_MARK: Final = re.compile(
    r"""<!--(?:-?>|.*?-->|.*\Z)|<[!?][^<>]*>
    |<(/?[a-z][a-z0-9:_-]*+)(?=[\s/>])((?:[^<>=]++|=\s*+(?:"[^"<]*+"|'[^'<]*+')?+)*+)>
    |<""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
"""A comment, a declaration, a tag (its name, its attributes), or a character that begins none. No try goes beyond the next `<`."""
_KEPT: Final = re.compile(r"\b(class|id)\s*=\s*[\"']?([\w -]{1,200})", re.IGNORECASE)
_SPACE: Final = re.compile(r"\s+")


def words(markup: str) -> str:
    """What a person reads of it, with its lines: runs of spaces as one, and of blank lines. Half a million characters: two seconds."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    try:
        found = seen(parsed(markup))
    except RecursionError:  # thousands of tags inside each other
        found = tagless(markup)
    return found if len(markup) <= LONGEST else f"{found}\n[…]"


def parsed(markup: str) -> "BeautifulSoup":
    """Its beginning as a tree, whose only attributes are `class` and `id`. May raise RecursionError.

    Tags are written anew first: html.parser (Python 3.11.7) takes 4 seconds for 20 KB of tags that never end, and four times that for 40.
    """
    from bs4 import BeautifulSoup

    return BeautifulSoup(_MARK.sub(_plainly, markup[:LONGEST]), "html.parser")


def _plainly(found: re.Match[str]) -> str:
    name, given = found[1], found[2]
    if name is None:
        return "&lt;" if found[0] == "<" else ""
    kept = "" if name.startswith("/") else "".join(f' {what}="{value}"' for what, value in _KEPT.findall(given))
    return f"<{name}{kept}>"


def marked_up(text: str) -> str:
    """Plain words as HTML that shows them in their lines. `words` gives them back, but of runs of spaces and of blank lines one each."""
    return html.escape(text).replace("\n", "<br>")


def tagless(markup: str) -> str:
    """As `words`, but for its lines: for what no parser takes."""
    return html.unescape(_MARK.sub(lambda found: "<" if found[0] == "<" else " ", markup[:LONGEST])).strip()


def seen(page: "Tag", without: Container[int] = ()) -> str:
    """As `words`, of what was parsed. `without`: `id()` of elements that are left out."""
    lines: list[str] = []
    said: list[str] = []
    for piece in [*_pieces(page, without), LINE]:
        if isinstance(piece, str):
            said.append(piece)
            continue
        line, said = _SPACE.sub(" ", "".join(said)).strip(), []
        if line or piece == HARD:
            lines.append(line)
        if piece == PARAGRAPH:
            lines.append("")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _pieces(page: "Tag", without: Container[int]) -> Iterator[str | int]:
    """Words as they are written, and what ends a line. Not recursive: elements stand thousands deep in each other."""
    from bs4.element import NavigableString, Tag

    ahead: list[object] = [page]
    while ahead:
        node = ahead.pop()
        if id(node) in without:
            continue
        if isinstance(node, int):
            yield node
        elif isinstance(node, Tag):
            if node.name == "br":
                yield HARD
            elif node.name in BREAKS:
                yield BREAKS[node.name]
                ahead.append(BREAKS[node.name])
            elif node.name in CELLS:
                yield " "
            if node.name not in SILENT:
                ahead.extend(reversed(node.contents))
        elif type(node) is NavigableString:  # no comment, no declaration
            yield str(node)
