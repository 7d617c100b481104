"""What an expectation is: one thing a person can say must or must not happen, in a word of their trade."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter

from copilot.checks.normalise import fold
from evals.outcome import Outcome


class Seen(NamedTuple):
    """Whether it happened, and what was seen: the words that show it, or what stood there instead."""

    happened: bool
    what: str


class Expectation(ABC):
    """One file, one entry in the catalogue. Pure: the outcome and the value decide."""

    name: ClassVar[str]
    takes: ClassVar[str]
    """What value it takes, as one sentence for whoever wrote something else."""
    value: ClassVar[Any]
    """The type of its value, as pydantic reads it."""
    kinds: ClassVar[tuple[str, ...]] = ()
    """Kinds of suggestions that have to be made, so that there is something to look at."""

    def read(self, value: Any) -> Any:
        """The value as its type. Raises ValidationError."""
        return TypeAdapter(self.value).validate_python(value)

    @abstractmethod
    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        """`value` as `read` gave it; `kind` where the case names one."""


def found_in(text: str, wanted: str) -> str | None:
    """The words of `text` that are `wanted` (whatever the case, spaces and accents), or match it when it is written /like this/.

    They begin where a word begins, so `our error` does not stand in `your error`; they may end inside one: `apolog` stands in `apologise`.
    """
    if len(wanted) > 2 and wanted.startswith("/") and wanted.endswith("/"):
        match = re.search(wanted[1:-1], text, re.IGNORECASE)
        return match[0] if match else None
    part = _plain(wanted)
    begins = r"(?<!\w)" if part[:1].isalnum() else ""
    ends = r"(?!\d)" if part[-1:].isdigit() else ""  # a figure is a whole figure: 14 does not stand in 142
    return wanted if part and re.search(begins + re.escape(part) + ends, _plain(text)) else None


def any_of(texts: Iterable[str], wanted: Iterable[str]) -> Seen:
    """Whether one of `wanted` stands in one of `texts`."""
    read = list(texts)
    wanted = list(wanted)
    for text in read:
        for one in wanted:
            found = found_in(text, one)
            if found is not None:
                return Seen(True, f"“{found}”")
    return Seen(False, _short(read))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", fold(text)).strip().casefold()


def _short(texts: list[str]) -> str:
    text = " | ".join(" ".join(one.split()) for one in texts if one.strip())
    return f"instead: “{text[:400]}”" if text else "nothing was said"


def listed(value: str | list[str]) -> list[str]:
    """One or several, as several."""
    return [value] if isinstance(value, str) else list(value)


class Range(BaseModel):
    """From `least` to `most`, the ends included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: float = -math.inf
    most: float = math.inf
