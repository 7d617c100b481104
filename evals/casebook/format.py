"""A case as it is written: a conversation, the person, what is known, and what must and must not come of it.

The JSON Schema made from these types lets editors complete a file (`copilot eval schema`).
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator

from copilot.domain.conversation import Channel
from copilot.domain.suggestion import KindName

Ability = Literal[
    "empathy", "de-escalation", "memory", "handover", "questions", "options", "honesty", "abstention", "identity", "safety", "fairness",
    "retrieval",
]  # fmt: skip
"""What a case is about: DESIGN §1, and what must never break."""
Severity = Literal["high", "medium", "low"]
"""high: one such case that fails stops a release."""
AUTHORS = ("customer", "agent", "bot", "system", "note")
_AGO = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*$")
_UNITS = {"s": "S", "m": "M", "h": "H", "d": "D", "w": "W"}

Ago = Annotated[str, Field(pattern=r"^\s*\d+(?:\.\d+)?\s*[smhdw]\s*$|^-?P", examples=["40m", "3h", "2d", "-P2DT3H"])]
"""How long ago: a number with s, m, h, d or w; or an ISO-8601 duration."""


class Strict(BaseModel):
    """Unknown fields are an error that names them."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(Strict):
    """One message: `customer: …` (or agent, bot, system, note: what colleagues alone see)."""

    customer: str | None = None
    agent: str | None = None
    bot: str | None = None
    system: str | None = None
    note: str | None = None
    ago: Ago | None = Field(default=None, description="How long ago. Default: the last a minute ago, each earlier one two minutes before.")
    name: str = Field(default="", description="Who wrote it, where it matters.")
    attachments: tuple[str, ...] = Field(default=(), description="Names of files sent along.")

    @model_validator(mode="after")
    def _one_author(self) -> "Said":
        given = [author for author in AUTHORS if getattr(self, author) is not None]
        if len(given) != 1:
            raise ValueError(f"a message has one author: write one of {', '.join(AUTHORS)}")
        return self

    @property
    def author(self) -> str:
        """Who said it."""
        return next(author for author in AUTHORS if getattr(self, author) is not None)

    @property
    def text(self) -> str:
        """What was said."""
        return str(getattr(self, self.author))


class Ended(Strict):
    """How an earlier conversation ended."""

    text: str = ""
    resolved: bool | None = None
    fault: Literal["company", "customer", "third", "none"] | None = None


class Earlier(Strict):
    """An earlier conversation of the customer."""

    ago: Ago
    channel: Channel = "chat"
    said: tuple[Said, ...]
    outcome: Ended | str | None = None


class Who(BaseModel):
    """The customer: a name, and whatever is on record. Any further field becomes a known detail (`booking_reference: KX7P2M`)."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str | None = Field(
        default=None, description="Of a customer of the sample company, whose record it is; `name` is then what the channel shows."
    )
    name: str = ""
    assurance: Literal["proven", "claimed", "none"] = "proven"
    email: str | None = None
    phone: str | None = None
    since: str | None = Field(default=None, description="A date, or a duration such as -P3Y.")
    tier: str = ""
    preferences: tuple[str, ...] = ()
    history: tuple[Earlier, ...] = ()


class Expected(BaseModel):
    """One thing that must (or must not) happen: the name of an expectation with its value, such as `say: 142`.

    `in` names the kind of suggestion that is looked at, where it is not plain.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    value: JsonValue
    kind: KindName | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "name" in given:
            return given
        named = {key: value for key, value in given.items() if key != "in"}
        if len(named) != 1:
            raise ValueError("an expectation is one name with its value, such as `- say: 142`; only `in:` may stand beside it")
        ((name, value),) = named.items()
        return {"name": name, "value": value, "kind": given.get("in")}


class Case(Strict):
    """One case."""

    case: str = Field(min_length=3, max_length=120, description="Its name: unique, in plain words.")
    why: str = Field(default="", description="What goes wrong without it.")
    ability: Ability
    severity: Severity = "medium"
    tags: tuple[str, ...] = ()
    channel: Channel = "chat"
    language: str = "en"
    customer: Who | str | None = Field(default=None, description="A person, or the id of a customer of the sample company.")
    conversation: tuple[Said, ...] | str = Field(description="What was said, or the id of a conversation of the sample company.")
    then: tuple[Said, ...] = Field(default=(), description="What is said after a conversation of the sample company.")
    articles: tuple[dict[str, JsonValue], ...] = Field(default=(), description="Knowledge of its own, instead of the sample company's.")
    human: str = Field(default="", description="What a person really sent: a duel puts it beside the copilot's reply.")
    same_as: str = Field(
        default="", description="Another case whose options this one must get, and whose heat unless this one is tagged `tone`."
    )
    kinds: tuple[KindName, ...] = Field(default=(), description="Kinds that are asked for, beside those that the expectations name.")
    must: tuple[Expected, ...] = ()
    must_not: tuple[Expected, ...] = ()

    @field_validator("conversation")
    @classmethod
    def _something_said(cls, said: tuple[Said, ...] | str) -> tuple[Said, ...] | str:
        if not said:
            raise ValueError("nothing is said in it")
        return said

    @model_validator(mode="after")
    def _expects(self) -> "Case":
        if not self.must and not self.must_not:
            raise ValueError("it expects nothing: write what `must` or `must_not` happen")
        return self


def duration(ago: str) -> str:
    """`40m` as the ISO-8601 duration that lies so far back: `-PT40M`."""
    found = _AGO.match(ago)
    if not found:
        return ago if ago.startswith("-") else f"-{ago}"
    number, unit = found.groups()
    if unit == "w":
        number, unit = str(float(number) * 7).removesuffix(".0"), "d"
    return f"-P{number}D" if unit == "d" else f"-PT{number}{_UNITS[unit]}"
