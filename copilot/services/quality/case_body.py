"""A stored turn as a case is written: who the customer is, what was said, what came before. Still with everybody's own values."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from copilot.domain.conversation import Conversation, Message
from copilot.domain.formats import DATED_FIELDS
from copilot.domain.people import Customer
from copilot.domain.turn import Turn

EARLIER: Final = 3
"""Earlier conversations that a case brings along."""
SAID: Final = 12
"""Messages of each."""
BASICS: Final = frozenset({"name", "email", "phone", "handle", "tier", "since", "locale", "preferences"})
"""Fields that a case writes in a way of their own."""

WORDS_OF_OURS: Final = frozenset({"ago", "assurance", "channel", "fault", "language", "since", "tier"})
"""Fields of a case whose values are one of a few, or a measure of time: whatever somebody is called, these words stay."""
_OFFICES: Final = frozenset({"assistant", "bot", "care", "customer", "desk", "service", "support", "team"})


def situation(turn: Turn, customer: Customer | None, earlier: Sequence[Conversation]) -> dict[str, Any]:
    """`channel`, `language`, `customer`, `conversation`: what goes into a case before what is expected of it."""
    written: dict[str, Any] = {"channel": turn.channel, "language": turn.language or "en"}
    if turn.person is not None:
        written["customer"] = _who(turn, customer, earlier)
    written["conversation"] = [_said(message, turn.as_of) for message in turn.window if not message.deleted_at]
    return written


def chosen(turn: Turn, conversations: Sequence[Conversation]) -> list[Conversation]:
    """The person's earlier conversations that matter most: those with promises first, then the latest. As they stood at the turn."""
    promised = {promise.conversation_id for promise in turn.evidence.promises}
    before = [one.until(turn.as_of) for one in conversations if one.id != turn.conversation_id]
    told = [one for one in before if one.messages]
    told.sort(key=lambda one: (one.id in promised, one.messages[-1].sent_at), reverse=True)
    return sorted(told[:EARLIER], key=lambda one: one.messages[-1].sent_at)


def _who(turn: Turn, customer: Customer | None, earlier: Sequence[Conversation]) -> dict[str, Any]:
    person = turn.person
    who: dict[str, Any] = {"name": person.name if person else "", "assurance": str(turn.assurance)}
    if person and person.since:
        who["since"] = f"-P{max(0, (turn.as_of - person.since).days)}D"
    if person and person.tier:
        who["tier"] = person.tier
    for identity in customer.identities if customer else ():
        if identity.type in ("email", "phone"):
            who.setdefault(identity.type, identity.value)
    if customer and customer.preferences:
        who["preferences"] = list(customer.preferences)
    for detail in turn.evidence.known_details:
        if detail.source == "profile" and detail.field not in BASICS:
            who[detail.field] = _relative(detail.field, detail.value, turn.as_of)
    if earlier:
        who["history"] = [_earlier(one, turn.as_of) for one in earlier]
    return who


def _earlier(conversation: Conversation, at: datetime) -> dict[str, Any]:
    said = [message for message in conversation.messages if not message.deleted_at][-SAID:]
    written: dict[str, Any] = {
        "ago": ago(conversation.messages[-1].sent_at, at),
        "channel": conversation.channel,
        "said": [_said(message, at) for message in said],
    }
    outcome = conversation.outcome
    if outcome is not None:
        written["outcome"] = outcome.model_dump(exclude_none=True)
    return written


def _said(message: Message, at: datetime) -> dict[str, str]:
    author = "note" if message.visibility == "private" and message.author == "agent" else message.author
    written = {author: message.text, "ago": ago(message.sent_at, at)}
    if message.author == "agent" and message.author_name:
        written["name"] = message.author_name
    return written


def ago(moment: datetime, at: datetime) -> str:
    """How long before `at`, as a person writes it: 30s, 40m, 3.5h, 9d."""
    seconds = max(0.0, (at - moment).total_seconds())
    for unit, size, most in (("s", 1, 120), ("m", 60, 7_200), ("h", 3_600, 172_800)):
        if seconds < most:
            return f"{round(seconds / size, 1):g}{unit}"
    return f"{round(seconds / 86_400, 2):g}d"


def _relative(field: str, value: str, at: datetime) -> str:
    """A date on record as so many days from the turn, so that the case does not age."""
    if not field.endswith(DATED_FIELDS):
        return value
    try:
        days = (date.fromisoformat(value[:10]) - at.date()).days
    except ValueError:
        return value
    return f"P{days}D" if days >= 0 else f"-P{-days}D"


def names_in(turn: Turn, earlier: Sequence[Conversation]) -> Iterator[str]:
    """Of the people who take part, the customer first. Teams and assistants are none."""
    if turn.person:
        yield turn.person.name
    for message in (*turn.window, *(said for one in earlier for said in one.messages)):
        if message.author in ("customer", "agent") and is_person(message.author_name):
            yield message.author_name
    yield turn.agent.name


def is_person(name: str) -> bool:
    """Whether it is not the name of a team, an assistant or a program."""
    return not _OFFICES & set(name.casefold().split())
