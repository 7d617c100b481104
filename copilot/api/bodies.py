"""Request bodies that belong to no service, and how a body carries its example into the documentation."""

from typing import Any, Literal

from fastapi import Body
from pydantic import AwareDatetime, Field

from copilot.domain.base import Instant
from copilot.domain.formats import Strict
from copilot.domain.suggestion import KindName
from copilot.services.knowledge import SourceFile

MOST_LINES = 10_000
Text = str


def example(value: dict[str, Any]) -> Any:
    """A body whose documentation shows `value`."""
    return Body(openapi_examples={"example": {"value": value}})


class KindsIn(Strict):
    """Kinds to draft now."""

    kinds: list[KindName] = Field(min_length=1, max_length=6)


class ReviewIn(Strict):
    """An agent's own words, to be checked before they are sent."""

    text: str = Field(min_length=1, max_length=100_000)


class DecisionBody(Strict):
    """What an agent did with a suggestion. `id` is made by the client: the same again returns the same answer."""

    id: str = Field(min_length=1, max_length=200)
    action: Literal["used", "edited", "dismissed"]
    text: str = Field(default="", max_length=100_000, description="The edited text.")
    reason: str = Field(default="", description="For a dismissal; knowledge_wrong and knowledge_missing open a gap.")
    part: int | None = Field(default=None, ge=0, le=100, description="Which question or option, counted from 0.")
    displayed_at: Instant | None = None
    copied_at: Instant | None = None


class SeenIn(Strict):
    """A draft was shown, or its text copied."""

    what: Literal["displayed", "copied"]


class SentIn(Strict):
    """The text that really left for the customer."""

    text: str = Field(min_length=1, max_length=2_000_000)
    message_id: str = Field(default="", max_length=200, description="The chat tool's id of the message: sent twice, it counts once.")
    sent_at: AwareDatetime | None = Field(default=None, description="With offset; now, when left out.")


class AcceptIn(Strict):
    """Accepting a handover."""

    read_back: str = Field(min_length=1, max_length=2000, description="In one line: what you take over and do next.")


class NoteIn(Strict):
    """A word on the way."""

    note: str = Field(default="", max_length=2000)


class MemoryStateIn(Strict):
    """Approve (active) or forget a memory."""

    state: Literal["active", "forgotten"]


class PromiseStateIn(Strict):
    """A promise was kept, or no longer holds."""

    state: Literal["kept", "withdrawn"]


class CustomersIn(Strict):
    """Lines of a customers file. `first`: the number of the first line, for messages."""

    lines: list[str] = Field(max_length=MOST_LINES)
    first: int = Field(default=1, ge=1, le=2**31)


class KnowledgeIn(Strict):
    """Files of articles: Markdown with front matter, or HTML."""

    files: list[SourceFile] = Field(max_length=MOST_LINES)


class TenantIn(Strict):
    """A company to serve."""

    id: str = Field(min_length=1, max_length=60)
    company: str = Field(default="", max_length=200)
    time_zone: str = Field(default="UTC", max_length=60)


class KeyIn(Strict):
    """A key to make. An agent's or supervisor's key belongs to a person; `user` names them (created when new)."""

    role: str = Field(examples=["agent"])
    name: str = Field(min_length=1, max_length=200)
    user: str | None = Field(default=None, max_length=200)
