"""Markdown of articles and drafts as HTML that cannot run, fetch or lead anywhere."""

from functools import cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

WORDS: Final = {"p", "br", "strong", "em", "ul", "ol", "li", "code", "pre", "blockquote", "hr", "h3", "h4", "h5"}
TAGS: Final = WORDS | {"table", "thead", "tbody", "tr", "th", "td"}
BIDI: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Characters that turn the direction of what stands after them: cut, since the page isolates directions itself."""
LONGEST: Final = 50_000
"""Characters that are read as Markdown, five times a long article. More stands there as plain paragraphs, so that no text, however it is
made, holds up the service for more than a moment."""


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_inline", "html_block"])


def safe_markdown(text: str, lift: int = 0) -> Markup:
    """Paragraphs, lists, tables, emphasis. No images; of links the words stay, without the address.

    Headings begin at the third level. `lift`: so many levels that the text leaves out because its title stands elsewhere.
    """
    import nh3

    if len(text) > LONGEST:
        return Markup("").join(Markup("<p>{}</p>").format(part) for part in plain(text).split("\n\n"))
    tokens = _parser().parse(plain(text))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(max(int(token.tag[1]) + 2 - lift, 3), 5)}"
    html = _parser().renderer.render(tokens, _parser().options, {})
    return Markup(nh3.clean(html, tags=TAGS, attributes={}, strip_comments=True))  # noqa: S704 - cleaned by the allow-list


def plain(text: str) -> str:
    """Without characters that turn what stands after them around."""
    return text.translate(BIDI)
