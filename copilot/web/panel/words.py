"""A draft's text in pieces: which words stand on which source, and which stand on none."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from copilot.domain.base import Frozen
from copilot.domain.suggestion import CheckResult, Citation, Suggestion
from copilot.domain.turn import Turn

KINDS = {
    "passage": "Article",
    "memory": "Memory",
    "promise": "Promise",
    "message": "Message",
    "detail": "On record",
    "lever": "Allowance",
}

LONGEST_WORD = 24
"""Characters that fit into the narrowest panel."""


class Source(Frozen):
    """What words stand on. `internal`: the customer must not be told where it comes from."""

    number: int
    source: str
    kind: str
    title: str
    internal: bool


class Piece(Frozen):
    """Some words. `marks`: numbers of the sources of what ends here; `unsure`: why the words are not to be trusted yet."""

    text: str
    cites: tuple[int, ...] = ()
    marks: tuple[int, ...] = ()
    unsure: str = ""

    @property
    def last_word(self) -> str:
        """What a mark stands beside in the same line; empty where nothing follows, or where it is no word that fits a line."""
        words = self.text.split()
        last = words[-1] if words and self.text.endswith(words[-1]) else ""
        return last if self.marks and not self.unsure and len(last) <= LONGEST_WORD else ""

    @property
    def before(self) -> str:
        """All but the last word."""
        return self.text.removesuffix(self.last_word) if self.last_word else self.text


class Written(Frozen):
    """A draft as it is shown."""

    pieces: tuple[Piece, ...]
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    """What the checks say, each once."""


def written(turn: Turn, suggestion: Suggestion) -> Written:
    """The draft's text with its sources."""
    numbers: dict[str, int] = {}
    for citation in suggestion.citations:
        numbers.setdefault(citation.source, len(numbers) + 1)
    flags = [check for check in suggestion.checks if check.outcome != "pass"]
    return Written(
        pieces=pieces(suggestion.text, suggestion.citations, numbers, flags),
        sources=tuple(source(turn, ident, number) for ident, number in numbers.items()),
        notes=tuple(dict.fromkeys(check.detail for check in flags if check.detail)),
    )


def pieces(text: str, citations: Sequence[Citation], numbers: dict[str, int], flags: Sequence[CheckResult]) -> tuple[Piece, ...]:
    """The text cut wherever a cited or a doubtful place begins or ends. Places are code points, as Python counts."""
    cited = [(_inside(c.span, text), numbers[c.source]) for c in citations]
    doubtful = [(_inside(f.span, text), f.detail) for f in flags if f.span is not None]
    cuts = sorted({0, len(text), *(edge for span, _ in (*cited, *doubtful) for edge in span)})
    return tuple(
        Piece(
            text=text[a:b],
            cites=_once(n for (start, end), n in cited if start <= a and b <= end),
            marks=_once(n for (_, end), n in cited if end == b),
            unsure=next((why for (start, end), why in doubtful if start <= a and b <= end), ""),
        )
        for a, b in pairwise(cuts)
    )


def source(turn: Turn, ident: str, number: int = 0) -> Source:
    """A source by its full id, with a title that a person recognises."""
    kind, _, name = ident.partition(":")
    titles = {"passage": _passage, "memory": _memory, "promise": _promise, "message": _message, "detail": _detail, "lever": _lever}
    title, internal = titles.get(kind, _unknown)(turn, name)
    return Source(number=number, source=ident, kind=KINDS.get(kind, "Source"), title=title, internal=internal)


def day(turn: Turn, moment: datetime) -> str:
    """A date as the company counts it."""
    here = moment.astimezone(ZoneInfo(turn.settings.time_zone))
    return f"{here.day} {here:%b %Y}"


def spoken(field: str) -> str:
    """A field's name in words."""
    return field.replace("_", " ").strip()


def _inside(span: tuple[int, int] | None, text: str) -> tuple[int, int]:
    start, end = span or (0, 0)
    return max(0, min(start, len(text))), max(0, min(end, len(text)))


def _once(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))


def _passage(turn: Turn, name: str) -> tuple[str, bool]:
    hit = next((hit for hit in turn.evidence.passages if hit.passage_id == name), None)
    return (hit.title, hit.audience == "internal") if hit else ("An article", False)


def _memory(turn: Turn, name: str) -> tuple[str, bool]:
    memory = next((m for m in turn.evidence.memories if m.id == name), None)
    if memory is None:
        return "What we remember", False
    place = f"{memory.channel}, " if memory.channel else ""
    return f"{memory.kind.capitalize()} · {place}{day(turn, memory.at)}", memory.use == "guide"


def _promise(turn: Turn, name: str) -> tuple[str, bool]:
    promise = next((p for p in turn.evidence.promises if p.id == name), None)
    if promise is None:
        return "A promise", False
    by = promise.owner or "us"
    return (f"{by}, due {day(turn, promise.due)}" if promise.due else f"{by}, without a date"), False


def _message(turn: Turn, name: str) -> tuple[str, bool]:
    message = next((m for m in turn.window if name in (m.id, m.external_id)), None)
    if message is None:
        return "In this conversation", False
    who = {"customer": "Their words", "bot": "The assistant", "agent": message.author_name or "A colleague"}.get(message.author, "Note")
    return f"{who}, {message.sent_at.astimezone(ZoneInfo(turn.settings.time_zone)):%H:%M}", message.visibility == "private"


def _detail(_: Turn, name: str) -> tuple[str, bool]:
    return spoken(name), False


def _lever(turn: Turn, name: str) -> tuple[str, bool]:
    lever = next((one for one in turn.evidence.levers if one.id == name), None)
    return (lever.offer if lever else "what policy allows"), True


def _unknown(_: Turn, name: str) -> tuple[str, bool]:
    return name, False
