"""What a judge answers. The last verdict counts: a text that it quotes cannot plant one."""

import json
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Answer = TypeVar("Answer", bound=BaseModel)
FEWEST, MOST = 1, 5
"""Points of a rubric."""


class Verdict(BaseModel):
    """What every verdict says first: why."""

    model_config = ConfigDict(frozen=True)

    reason: str


class Points(Verdict):
    """By a rubric."""

    score: Annotated[int, Field(ge=FEWEST, le=MOST, strict=True)]


class Preference(Verdict):
    """Of two, as they stood in the question."""

    better: Literal["first", "second", "neither"]


class Stands(Verdict):
    """For each sentence, whether it stands in the evidence."""

    stands: list[bool]


def last_verdict(text: str, answer: type[Answer]) -> Answer | None:
    """The last JSON object in the text that is an answer; None without one. What stands inside an object is part of it."""
    found, decoder, at = None, json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            end = at + 1
        else:
            found = _as(value, answer) or found
        at = text.find("{", end)
    return found


def _as(value: object, answer: type[Answer]) -> Answer | None:
    try:
        return answer.model_validate(value)
    except ValidationError:
        return None
