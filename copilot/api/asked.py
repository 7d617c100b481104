"""What answers about grants, questions to colleagues and asked questions look like."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field

from copilot.domain.base import Instant
from copilot.domain.grants import ColleagueQuestion, Grant
from copilot.domain.knowledge import Limit
from copilot.domain.staff import Caller
from copilot.domain.suggestion import CheckResult
from copilot.kinds.asking import Said, Source
from copilot.services.gaps.asking import Answered, Nearest

Shown = Literal["asked", "granted", "denied", "countered", "used", "expired"]


class GrantView(BaseModel):
    """A grant, from the ask on."""

    id: str
    conversation_id: str = Field(description="The sender's own id.")
    state: Shown = Field(description="granted and countered allow the gesture; expired: allowed, and ran out unused.")
    lever_id: str | None
    article_id: str
    offer: str
    limit: Limit | None = Field(description="What was asked for.")
    reason: str
    asked_by: str
    asked_name: str
    asked_at: Instant
    mine: bool = Field(description="Whether you asked for it (and so may not decide it).")
    granted: Limit | None = Field(description="What may be given; null as long as nothing may, and where the offer itself is the limit.")
    decided_name: str
    note: str
    decided_at: Instant | None
    expires_at: Instant | None
    used_at: Instant | None
    option_lever_id: str = Field(description="The `lever_id` under which a new options draft offers it.")

    @classmethod
    def of(cls, grant: Grant, ref: str, me: Caller, now: Instant) -> "GrantView":
        ran_out = grant.expires_at is not None and grant.expires_at <= now and grant.state in ("granted", "countered")
        shown = {name: getattr(grant, name) for name in cls.model_fields if name in Grant.model_fields}
        own = {"conversation_id": ref, "mine": grant.asked_by == me.who, "option_lever_id": grant.as_lever_id}
        return cls.model_validate(shown | own | ({"state": "expired"} if ran_out else {}))


class GrantsView(BaseModel):
    """Grants."""

    grants: list[GrantView]


class QuestionView(BaseModel):
    """A question to colleagues, and its answer once there is one."""

    id: str
    conversation_id: str = Field(description="The sender's own id.")
    state: Literal["open", "answered"]
    text: str
    to: Literal["everyone", "team", "user"]
    to_name: str = Field(description="The team, or our id of the user.")
    asked_name: str
    asked_at: Instant
    mine: bool = Field(description="Whether you asked it.")
    answer: str
    answered_name: str
    answered_at: Instant | None
    article_id: str | None = Field(description="The draft article that the answer was born as.")

    @classmethod
    def of(cls, question: ColleagueQuestion, ref: str, me: Caller) -> "QuestionView":
        shown = {name: getattr(question, name) for name in cls.model_fields if name in ColleagueQuestion.model_fields}
        return cls.model_validate(shown | {"conversation_id": ref, "mine": question.asked_by == me.who})


class QuestionsView(BaseModel):
    """Questions to colleagues."""

    questions: list[QuestionView]


class AnsweredView(BaseModel):
    """The answer to an agent's question. Not covered: no sentences, the reason, and the nearest articles; ask a colleague then."""

    covered: bool
    sentences: list[Said] = Field(description="Each with what it stands on, and whether the customer may be told that.")
    text: str = Field(description="The sentences, one a line: what the spans of `checks` count in.")
    reason: str
    nearest: list[Nearest]
    checks: list[CheckResult]
    producer: Literal["model", "fallback"]
    model: str
    prompt: str

    @classmethod
    def of(cls, answer: Answered, names: Mapping[str, str]) -> "AnsweredView":
        """`names`: our message ids → the sender's."""
        said = [one.model_copy(update={"sources": tuple(_outside(source, names) for source in one.sources)}) for one in answer.sentences]
        return cls.model_validate(answer.model_dump() | {"sentences": [one.model_dump() for one in said]})


def _outside(source: Source, names: Mapping[str, str]) -> Source:
    kind, _, ident = source.source.partition(":")
    return source.model_copy(update={"source": f"message:{names[ident]}"}) if kind == "message" and ident in names else source
