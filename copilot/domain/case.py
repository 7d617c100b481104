"""What happens to suggestions and conversations after drafting: sent texts, handovers, gaps, events; and stored turns."""

from typing import Any, Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Channel, Status
from copilot.domain.suggestion import HandoverPayload
from copilot.domain.turn import Turn

TurnState = Literal["minted", "frozen", "done", "superseded", "failed"]
"""minted: stored, no evidence yet. frozen: evidence saved. superseded: a newer message (or an answer) came first."""


class TurnStatus(Frozen):
    """Where a turn stands, without its evidence. `requested`: kinds asked for on demand, forced even if not wanted."""

    id: str
    conversation_id: str
    state: TurnState
    current: bool
    unanswered: tuple[str, ...]
    minted_at: Instant
    requested: tuple[str, ...] = ()


class StoredTurn(TurnStatus):
    """A turn's row. `turn` is None until evidence is frozen."""

    turn: Turn | None = None


class SentText(Frozen):
    """The text that really left, matched to the suggestion it came from where there is one."""

    id: str
    conversation_id: str
    message_id: str
    suggestion_id: str | None
    text: str
    edit_distance: float | None
    """0–1 against the suggestion's text (0: sent as drafted); None without a suggestion."""
    sent_at: Instant
    user_id: str | None = None


HandoverState = Literal["offered", "accepted", "introduced", "returned", "declined"]


class Handover(Frozen):
    """A handover's life: offered → accepted with read-back → introduced → returned."""

    id: str
    conversation_id: str
    turn_id: str
    suggestion_id: str | None
    state: HandoverState
    offered_by: str
    to_user: str | None = None
    to_team: str | None = None
    to_channel: Channel | None = None
    brief: HandoverPayload
    note: str = ""
    accepted_by: str | None = None
    accepted_name: str = ""
    read_back: str = ""
    introduction: str = ""
    """Insertable only once accepted; the next agent's name is filled in then."""
    corrected: dict[str, Instant] = {}
    """Sections of the brief that were corrected after it was offered, and when."""
    falls_at: Instant | None = None
    """Until when the person it was offered to has time; then it falls to the team. None: it waits."""
    fell_from: str = ""
    """Whom it was offered to first, once it fell to the team (`to_team`; without one, to everybody at the desk)."""
    offered_at: Instant
    changed_at: Instant


GapCause = Literal["abstained", "uncovered", "knowledge_wrong", "knowledge_missing", "history"]
"""Why: no reply could be drafted; search found nothing though something could be said; an agent's word; an imported conversation."""
GapEnd = Literal["covered", "not_a_gap"]


class Gap(Frozen):
    """A question that knowledge did not cover.

    `question`: without greetings, and without the values by which its customer is known. `opened_at`: when it was asked. `article_ids`:
    what search found nearest. Once closed: by whom, as what, and the article that covers it or the editor's reason.
    """

    id: str
    question: str
    conversation_id: str
    turn_id: str
    cause: GapCause
    suggestion_id: str | None = None
    article_ids: tuple[str, ...] = ()
    opened_at: Instant
    closed_at: Instant | None = None
    closed_as: GapEnd | None = None
    closed_by: str | None = None
    article_id: str | None = None
    note: str | None = None


class Event(Frozen):
    """A line of the append-only record that feeds streams, outgoing webhooks and the audit."""

    id: int
    type: str
    at: Instant
    conversation_id: str = ""
    subject_id: str = ""
    actor: str = ""
    """key:…, user:…, system."""
    data: dict[str, Any] = {}
    """Ids, states and numbers; never text of people."""
    schema_version: int = 1


class QueuePoint(Frozen):
    """One point of the small line that a queue row draws: heat 0–100 at one customer message."""

    heat: float
    label: str | None = None


class QueueEntry(Frozen):
    """An open conversation as the queue needs it."""

    conversation_id: str
    conversation_ref: str
    channel: Channel
    status: Status
    assignee: str
    team: str
    customer_id: str | None
    customer_name: str
    since: Instant | None
    """First unanswered customer message; None when nobody waits."""
    base: float
    """Heat without waiting, from the current turn's evidence; a calm default before it is frozen."""
    trend: str
    label: str | None
    turn_id: str | None
    contacts_30d: int
    last_text: str
    promise_due: Instant | None = None
    """The earliest open promise's due time."""
    promises_open: int = 0
    trajectory: tuple[QueuePoint, ...] = ()
    """The last points, oldest first; at most 8."""
    needs_human: bool = False
    """They asked for a person, or an assistant (bot) answered beside the question."""
    acknowledge_id: str | None = None
    """The current turn's proposed `acknowledge` draft."""
    unread: int = 0
    """Customer messages that came after the last one the reader has seen."""
