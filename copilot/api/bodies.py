"""Request bodies that belong to no service, and how a body carries its example into the documentation."""

from decimal import Decimal
from typing import Any, Literal

from fastapi import Body
from pydantic import AwareDatetime, Field, ValidationError

from copilot.domain.base import Instant
from copilot.domain.conversation import Visibility
from copilot.domain.errors import Invalid
from copilot.domain.formats import Strict
from copilot.domain.knowledge import Limit
from copilot.domain.memory import Use
from copilot.domain.suggestion import HandoverPayload, KindName
from copilot.services.knowledge.articles import SourceFile

MOST_LINES = 10_000
Text = str


def example(value: dict[str, Any]) -> Any:
    """A body whose documentation shows `value`."""
    return Body(openapi_examples={"example": {"value": value}})


class KindsIn(Strict):
    """Kinds to draft now."""

    kinds: list[KindName] = Field(min_length=1, max_length=6)
    fresh: bool = Field(default=False, description="On evidence as it is now: the same waiting messages get a new turn.")


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


class LimitIn(Strict):
    """How much: exactly one of amount with currency (major units), percent, days, months."""

    amount: Decimal | None = Field(default=None, gt=0, le=1_000_000_000, decimal_places=3)
    currency: str | None = Field(default=None, pattern="^[A-Za-z]{3}$")
    percent: float | None = Field(default=None, gt=0, le=100)
    days: int | None = Field(default=None, ge=1, le=3650)
    months: int | None = Field(default=None, ge=1, le=120)

    def as_limit(self, place: str) -> Limit:
        """Raises Invalid naming the place."""
        try:
            return Limit.model_validate(self.model_dump(exclude_none=True))
        except ValidationError as error:
            raise Invalid(f"{place}: {error.errors()[0]['msg']}.", todo='Write for example {"amount": 40, "currency": "EUR"}.') from None


class GrantIn(Strict):
    """What a supervisor is asked for: a lever, or a sum with a reason."""

    lever_id: str | None = Field(default=None, min_length=1, max_length=200)
    offer: str = Field(
        default="", max_length=200, description="What is to be given, where no lever is named; a goodwill gesture when left out."
    )
    limit: LimitIn | None = Field(default=None, description="How much; the lever's own limit when left out.")
    reason: str = Field(default="", max_length=2000)


class GrantDecisionIn(Strict):
    """What the supervisor says. A counter is a yes to other terms: send its `limit`."""

    decision: Literal["granted", "denied", "countered"]
    limit: LimitIn | None = None
    expires_at: AwareDatetime | None = Field(default=None, description="With offset; 24 hours from now, when left out.")
    note: str = Field(default="", max_length=2000)


class AskIn(Strict):
    """A question in the agent's own words."""

    question: str = Field(min_length=1, max_length=2000)


class QuestionIn(Strict):
    """A question to colleagues."""

    text: str = Field(min_length=1, max_length=2000)
    to: Literal["everyone", "team", "user"] = "everyone"
    name: str = Field(default="", max_length=200, description="The team, or the user by id or external id.")


class AnswerIn(Strict):
    """What a colleague knows."""

    text: str = Field(min_length=1, max_length=20_000)


class AcceptIn(Strict):
    """Accepting a handover."""

    read_back: str = Field(min_length=1, max_length=2000, description="In one line: what you take over and do next.")


class BriefIn(Strict):
    """A brief as it is right: the whole of it."""

    brief: HandoverPayload


class NoteIn(Strict):
    """A word on the way."""

    note: str = Field(default="", max_length=2000)


class MemoryIn(Strict):
    """Approve (active) or forget a memory, or correct it. What is left out stays."""

    state: Literal["active", "forgotten"] | None = None
    text: str | None = Field(default=None, min_length=1, max_length=2000, description="As it is right.")
    use: Use | None = Field(default=None, description="quotable: may be said to the customer. guide: know it, don't say it.")
    expires_at: AwareDatetime | None = Field(default=None, description="Until when it holds, with offset.")


class PromiseIn(Strict):
    """A promise was kept or no longer holds, gets another owner, or another date. What is left out stays."""

    state: Literal["kept", "withdrawn"] | None = None
    owner: str | None = Field(default=None, min_length=1, max_length=200, description="A user's id, or me.")
    due: AwareDatetime | None = Field(default=None, description="With offset.")


class AbsenceIn(Strict):
    """Somebody is away until then, and who minds their promises. Without `until`: they are back."""

    until: AwareDatetime | None = Field(default=None, description="With offset.")
    promises_to: str | None = Field(default=None, min_length=1, max_length=200, description="A user's id.")


class OwnAnswerIn(Strict):
    """Your own words in a conversation of the built-in view."""

    text: str = Field(min_length=1, max_length=100_000)
    suggestion_id: str | None = Field(default=None, max_length=200, description="The draft it came from.")
    part: int | None = Field(default=None, ge=0, le=100, description="Which question or option of it, counted from 0.")
    visibility: Visibility = Field(default="public", description="private: a note for colleagues.")


class SeenUntilIn(Strict):
    """The last message you have read."""

    message_id: str = Field(min_length=1, max_length=200, description="As the conversation names it.")


class PromiseVerdictIn(Strict):
    """What became of a promise. open: it stays owed, by `due` if given."""

    id: str = Field(min_length=1, max_length=200)
    state: Literal["kept", "withdrawn", "open"]
    due: AwareDatetime | None = None


class MemoryVerdictIn(Strict):
    """Keep or forget a proposal; its text and use may be corrected."""

    id: str = Field(min_length=1, max_length=200)
    state: Literal["active", "forgotten"]
    text: str | None = Field(default=None, min_length=1, max_length=2000)
    use: Use | None = None


class WrapUpIn(Strict):
    """The wrap-up as you confirm it. Promises and memories that are left out stay as they are."""

    summary: str = Field(min_length=1, max_length=2000)
    disposition: str = Field(min_length=1, max_length=60, description="One of the tenant's.")
    resolved: bool | None = None
    promises: list[PromiseVerdictIn] = Field(default=[], max_length=200)
    memories: list[MemoryVerdictIn] = Field(default=[], max_length=200)
    last_message_id: str = Field(default="", max_length=200, description="From the proposal: 409 when somebody wrote since.")


class RecipientIn(Strict):
    """A colleague or a team: one of both."""

    user: str | None = Field(default=None, min_length=1, max_length=200)
    team: str | None = Field(default=None, min_length=1, max_length=200)


class ShiftHandoverIn(Strict):
    """To whom your open conversations go. `conversations` empty: all of them."""

    to: RecipientIn
    conversations: list[str] = Field(default=[], max_length=200)
    note: str = Field(default="", max_length=2000)


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
