"""What somebody says in a mail: HTML as text, without the mail that is answered, without a signature that says that it is one.

A library for this (mail-parser-reply 1.36) was tried: a line of 12 KB took it 10 seconds. `sensing.quotes` is linear.
"""

import re
from typing import TYPE_CHECKING, Final

from copilot.channels.markup import LONGEST, parsed, seen, tagless
from copilot.sensing.quotes import without_mail

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_ATTRIBUTION: Final = re.compile(
    r"^[^\n>]{0,200}<[^\n<>@]{1,80}@[^\n<>]{1,200}>[^\n>]{0,60}:[ \t]*\n(?=(?:[ \t]*\n){0,2}[ \t]*>)", re.MULTILINE
)
"""The line above marked lines, in any language: it names an address and ends with a colon."""
_SIGNATURE: Final = re.compile(r"^--[ \t]*$", re.MULTILINE)
_DEVICE: Final = re.compile(
    r"\n[ \t]*\n[ \t]*(?:sent from my|sent via|get outlook for|von meinem|gesendet von|envoyé de mon|envoyé depuis|enviado desde"
    r"|enviado do meu|inviato da|verzonden vanaf|skickat från)\b[^\n]{0,80}\s*\Z",
    re.IGNORECASE,
)
_BLANK: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_QUOTE_CLASSES: Final = ["gmail_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote"]


def own_words(text: str) -> str:
    """What its writer says. Where nothing would be left, all of it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").replace("\x00", "")
    kept = without_mail(_ATTRIBUTION.sub("", text))
    signed = [found.start() for found in _SIGNATURE.finditer(kept)]
    if signed and kept[: signed[-1]].strip():
        kept = kept[: signed[-1]]
    kept = _DEVICE.sub("", kept)
    return _BLANK.sub("\n\n", kept).strip() or _BLANK.sub("\n\n", text).strip()


def plain(html: str) -> str:
    """HTML as text: what is seen, in lines; an older mail that the program marked as such is left out, unless nothing else is there."""
    try:
        page = parsed(html)
        found = seen(page, _quoted(page)) or seen(page)
    except RecursionError:  # thousands of tags inside each other
        found = tagless(html)
    return found if len(html) <= LONGEST else f"{found}\n[…]"


def _quoted(page: "BeautifulSoup") -> set[int]:
    """`id()` of what programs mark as the mail that is answered; Outlook marks its beginning."""
    found = {id(quote) for quote in [*page(class_=_QUOTE_CLASSES), *page("blockquote")]}
    after = set[int]()
    for begin in page(id="divRplyFwdMsg"):
        found.add(id(begin))
        for one in begin.next_siblings:
            if id(one) in after:
                break  # and so are those behind it: thousands of beginnings are looked at once
            after.add(id(one))
    return found | after
