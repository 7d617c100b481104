"""Putting a draft's text together: sentences one after the other, each with the places of its sources."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from copilot.domain.suggestion import Citation


@dataclass(frozen=True)
class Piece:
    """A sentence (or several) and what it stands on. `cited` narrows the source to a part of the words; empty: all of them."""

    text: str
    sources: tuple[str, ...] = ()
    cited: str = ""
    goes_on: bool = False
    """A greeting after which the sentence goes on in lower case."""
    breaks: bool = False
    """A greeting that stands on a line of its own."""


@dataclass
class Part:
    """One field of a payload that stands in the text: pieces joined by a space."""

    pieces: list[Piece] = field(default_factory=list)

    def say(self, text: str, *sources: str, cited: str = "") -> None:
        """Add a sentence; sources are full ids (`passage:…`), empty ones are left out."""
        if text.strip():
            self.pieces.append(Piece(text.strip(), tuple(s for s in sources if s), cited))

    def greet(self, text: str, *, goes_on: bool, breaks: bool) -> None:
        """Begin with a greeting."""
        if text:
            self.pieces.append(Piece(text, goes_on=goes_on, breaks=breaks))

    @property
    def text(self) -> str:
        """The pieces as one paragraph, sentences capitalised where they begin one."""
        return written(self.pieces)[0]


def written(pieces: Iterable[Piece], joint: str = " ") -> tuple[str, tuple[Citation, ...]]:
    """The pieces as text, with the citations' places (code points, end exclusive). Each begins with a capital unless a greeting goes on."""
    text, citations, before = "", [], Piece("")
    for piece in pieces:
        words = piece.text if before.goes_on else piece.text[:1].upper() + piece.text[1:]
        gap = "" if not text else "\n\n" if before.breaks else joint
        start = len(text) + len(gap)
        text = f"{text}{gap}{words}"
        at = words.find(piece.cited) if piece.cited else -1
        span = (start + at, start + at + len(piece.cited)) if at >= 0 else (start, start + len(words))
        citations += [Citation(span=span, source=source) for source in piece.sources]
        before = piece
    return text, tuple(citations)


def paragraphs(parts: Sequence[Part], joint: str = "\n\n") -> tuple[str, tuple[Citation, ...]]:
    """Parts as paragraphs of one text, citations moved along; empty parts leave no gap."""
    text, citations = "", []
    for part in parts:
        words, cited = written(part.pieces)
        if not words:
            continue
        start = len(text) + len(joint) if text else 0
        text = f"{text}{joint}{words}" if text else words
        citations += [Citation(span=(c.span[0] + start, c.span[1] + start), source=c.source) for c in cited]
    return text, tuple(citations)


def lines(pieces: Sequence[Piece]) -> tuple[str, tuple[Citation, ...]]:
    """One piece a line."""
    return written([p for p in pieces if p.text], joint="\n")


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words, with an ellipsis where something was left out."""
    flat = " ".join(text.split())
    if len(flat) <= longest:
        return flat
    return flat[: longest - 1].rsplit(" ", 1)[0].rstrip(",;:–- ") + "…"


_SIGNS = str.maketrans("<>[]{}\u27e6\u27e7", "‹›()()()")
_ENTITY = re.compile(r"&(?=lt;|gt;|#)", re.IGNORECASE)
_INVISIBLE = ("Cf", "Cc", "Co", "Cs")


def inert(text: str) -> str:
    """What somebody wrote, fit to stand in a draft as a quotation: signs of markup, of links and of our own marks lose their meaning.

    A draft that held them would be withheld, and should be: but nobody shall be able to keep a brief away by writing `<b>`.
    """
    seen = "".join(" " if char in "\n\r\t" else char for char in text if char in "\n\r\t" or unicodedata.category(char) not in _INVISIBLE)
    return _ENTITY.sub("& ", seen).translate(_SIGNS).replace("**", "*")
