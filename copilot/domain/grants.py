"""What agents ask others for: a supervisor's yes for one gesture in one conversation, and a colleague's answer."""

from collections.abc import Iterable
from typing import Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.knowledge import Condition, Limit
from copilot.domain.turn import Turn, TurnLever

Verdict = Literal["granted", "denied", "countered"]
GrantState = Literal["asked", "granted", "denied", "countered", "used"]
GRANT_STATES: tuple[GrantState, ...] = ("asked", "granted", "denied", "countered", "used")
ALLOWING: tuple[GrantState, ...] = ("granted", "countered")
"""States in which the gesture may be made: a counter is a yes to other terms than those asked for."""
PREFIX = "grant-"
"""How the id of a lever begins that is a grant."""
GESTURE = "goodwill gesture"
"""What is asked for when only a sum is named."""


class Grant(Frozen):
    """A single-use permission, from the ask on. It belongs to its conversation, whoever answers there.

    `limit`: what was asked for; `granted`: what may be given, set by a yes. Without a limit it is what the lever's offer says.
    """

    id: str
    conversation_id: str
    state: GrantState = "asked"
    lever_id: str | None = None
    """The lever that needs a supervisor or whose limit is too low; None: something beside the levers."""
    article_id: str = ""
    offer: str
    """What is to be given, in words."""
    limit: Limit | None = None
    reason: str = ""
    asked_by: str
    asked_name: str = ""
    asked_at: Instant
    granted: Limit | None = None
    decided_by: str | None = None
    decided_name: str = ""
    note: str = ""
    """What the supervisor said to it."""
    decided_at: Instant | None = None
    expires_at: Instant | None = None
    used_at: Instant | None = None
    used_in: str | None = None
    """The message that made the offer."""

    def allows_at(self, moment: Instant) -> bool:
        """Whether the gesture could be made at `moment`; of a replay's moment it says what held then."""
        if self.decided_at is None or self.expires_at is None or self.state in ("asked", "denied"):
            return False
        return self.decided_at <= moment < self.expires_at and (self.used_at is None or self.used_at > moment)

    @property
    def as_lever_id(self) -> str:
        """The id of the lever that it is in a Turn."""
        return f"{PREFIX}{self.id}"

    def lever_at(self, moment: Instant) -> TurnLever | None:
        """The grant as the lever it is: the agent's own, within the sum, until it ends; once used, one that applies no more.

        None while it is not decided, when it was denied, and when it ran out unused.
        """
        used = self.used_at is not None and self.used_at <= moment
        if not used and not self.allows_at(moment):
            return None
        by = self.decided_name or "a supervisor"
        return TurnLever(
            id=self.as_lever_id,
            article_id=self.article_id,
            offer=self.offer,
            limit=self.granted,
            authority="agent",
            when=Condition(),
            until=self.expires_at,
            applies="no" if used else "yes",
            reason=f"{by} granted it once, and it was used on {self.used_at:%d %B %Y}" if used else f"granted by {by}, to be used once",
            grant_id=self.id,
        )


def levers_of(grants: Iterable[Grant], at: Instant) -> tuple[TurnLever, ...]:
    """The levers of the grants at `at`, those that allow something first, each in the order it was decided."""
    decided = sorted(grants, key=lambda grant: (grant.decided_at or at, grant.id))
    found = [lever for grant in decided if (lever := grant.lever_at(at)) is not None]
    return tuple(sorted(found, key=lambda lever: lever.applies != "yes"))


def with_grants(turn: Turn, grants: Iterable[Grant], at: Instant) -> Turn:
    """The turn as if its grants were those of `at`: for checks that are made and stored nowhere. The turn itself never changes."""
    levers = (*levers_of(grants, at), *(lever for lever in turn.evidence.levers if lever.grant_id is None))
    if levers == turn.evidence.levers:
        return turn
    return turn.model_copy(update={"evidence": turn.evidence.model_copy(update={"levers": levers})})


QuestionTo = Literal["everyone", "team", "user"]
QuestionState = Literal["open", "answered"]


class ColleagueQuestion(Frozen):
    """A question to colleagues that neither knowledge nor the record answered."""

    id: str
    conversation_id: str
    state: QuestionState = "open"
    text: str
    to: QuestionTo
    to_name: str = ""
    """The team's name, or our id of the user."""
    asked_by: str
    asked_name: str = ""
    asked_at: Instant
    answer: str = ""
    answered_by: str | None = None
    answered_name: str = ""
    answered_at: Instant | None = None
    article_id: str | None = None
    """The draft article the answer was born as."""
