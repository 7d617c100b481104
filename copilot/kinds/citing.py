"""What a model says its words stand on, as citations with places and full source ids."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.suggestion import Citation


class Answer(BaseModel):
    """The base of what a model returns: unknown fields are an error, so that a confused answer is repaired and not guessed at."""

    model_config = ConfigDict(extra="forbid")


class Cited(Answer):
    """Words of the answer's own text, and the handle of what they stand on."""

    quote: Annotated[str, Field(max_length=2000, description="words of your own text, exactly as you wrote them")]
    source: Annotated[str, Field(max_length=20, description="a handle of the evidence: P1, M2, R1, D1, L1, U1")]


Quotes = Annotated[list[Cited], Field(max_length=40, description="every statement of fact with its source")]


def placed(text: str, quotes: Sequence[Cited], handles: Mapping[str, str]) -> tuple[Citation, ...]:
    """Citations for the quotes that are found in `text` and name a handle that exists; the others are left out."""
    found: dict[tuple[tuple[int, int], str], Citation] = {}
    for cited in quotes:
        source = handles.get(cited.source.strip().strip("[]()").upper())
        span = _place(text, cited.quote)
        if source and span:
            found.setdefault((span, source), Citation(span=span, source=source))
    return tuple(sorted(found.values(), key=lambda c: (c.span, c.source)))


def _place(text: str, quote: str) -> tuple[int, int] | None:
    """Where the quote stands, without regard to white space, quotation marks at its ends and case."""
    words = quote.strip().strip("\"“”„«»'").split()
    if not words:
        return None
    match = re.search(r"\s+".join(map(re.escape, words)), text) or re.search(r"\s+".join(map(re.escape, words)), text, re.IGNORECASE)
    return match.span() if match else None
