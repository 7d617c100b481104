"""Places in a text that hold personal data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` (exclusive) hold a value of kind `label`; `value` is its form on record, if it is on record."""

    start: int
    end: int
    label: str
    value: str | None = None

    @property
    def length(self) -> int:
        return self.end - self.start


def merged(spans: Iterable[Span], text: str) -> Sequence[Span]:
    """Spans in order, without overlap. Overlapping ones become one over all they cover, so that no end of either is left to see."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not result or span.start >= result[-1].end:
            result.append(span)
            continue
        last = result.pop()
        if span.end <= last.end:
            result.append(last)
            continue
        longer = max(last, span, key=lambda s: s.length)
        result.append(Span(last.start, span.end, longer.label, text[last.start : span.end]))
    return result
