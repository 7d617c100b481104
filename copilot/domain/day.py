"""An agent's day: absences, promises that change hands, how a conversation was wrapped up, and figures of groups."""

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Channel
from copilot.domain.memory import Promise


class Absence(Frozen):
    """Somebody is away until `until`; another person minds their promises meanwhile."""

    user_id: str
    since: Instant
    until: Instant
    promises_to: str
    """Our id of the person who minds them."""


class PromiseMove(Frozen):
    """A promise got another owner for good."""

    id: str
    promise_id: str
    from_owner: str
    """The owner before, as the promise named them."""
    to_user: str
    moved_by: str
    moved_at: Instant


class OwedRow(Frozen):
    """An open promise with whom it was made to and where, read in one question."""

    promise: Promise
    conversation_ref: str
    channel: Channel | None
    customer_ref: str
    customer_name: str
    moved_to: str | None = None
    """Our id of the person it was last moved to; None: never moved."""
    moved_from: str = ""


class WrapUp(Frozen):
    """How a conversation was closed, as a person confirmed it."""

    id: str
    conversation_id: str
    summary: str
    disposition: str
    resolved: bool | None
    user_id: str
    closed_at: Instant


class TeamFigures(Frozen):
    """Sums over a team's conversations since a moment; they name nobody. None: nothing to measure."""

    team: str
    members: int
    """Active people of the team."""
    contributors: int
    """Of those, how many answered a customer in the time."""
    conversations: int
    promises_due: int
    promises_kept: int
    """Of those due: kept, and in time."""
    answers: int
    reasks: int
    """Questions in those answers for what was on record."""
    mood_change: float | None
    """Mean over the conversations: heat at the last customer message less heat at the first. Below zero: calmer."""
    repeats: int
    """Conversations of people who had come before within 30 days."""
