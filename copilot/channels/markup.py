"""Words of messages that are written in HTML, and back. What is read is text; nothing here is ever shown as markup."""

import html
import re
from typing import Final

BREAKS: Final = ("br", "p", "div", "li", "tr", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6")
"""Elements after which a new line begins."""
SILENT: Final = ("script", "style", "head", "title", "template")
"""Elements that nobody reads."""


def words(markup: str) -> str:
    """What a person reads of it, with its lines."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    from bs4 import BeautifulSoup, Comment

    page = BeautifulSoup(re.sub(r"\s*\n\s*", " ", markup), "html.parser")
    for silent in [*page.find_all(SILENT), *page.find_all(string=lambda text: isinstance(text, Comment))]:
        silent.extract()
    for element in page.find_all(BREAKS):
        element.append("\n") if element.name != "br" else element.replace_with("\n")
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in page.get_text().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def marked_up(text: str) -> str:
    """Plain words as HTML that shows them as they are; `words` gives them back."""
    return html.escape(text).replace("\n", "<br>")
