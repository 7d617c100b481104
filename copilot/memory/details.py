"""The ledger of known details: what is on record about this customer, from where, since when, and whether it may still be relied on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from copilot.domain.conversation import Message
from copilot.domain.memory import Freshness, KnownDetail, Memory
from copilot.domain.people import Customer
from copilot.memory.deeds import decimal, sums
from copilot.memory.disclosure import mentions_value
from copilot.memory.fields import FIELD_WORDS, ROWS, shape_of, standard_name
from copilot.memory.questions import asks_for
from copilot.memory.reading import read_fields, region_of

__all__ = ["FIELD_WORDS", "asks_for", "ledger", "mentions_value"]

_DEFAULT_DAYS = 730
_MESSAGES, _MEMORIES = 80, 25
"""How many of the latest are read; what was said longer ago is in the profile or out of date."""
_ALWAYS = frozenset({"since", "tier", "preferences", "locale", "handle"})
_FORWARD = ("travel_date", "hotel_checkin")


class _Entry(NamedTuple):
    value: str
    source: str
    at: datetime
    known_now: bool = False
    """Current by nature (the address a channel knows them by), whatever its date."""


def ledger(customer: Customer | None, messages: Sequence[Message], history: Sequence[Memory], as_of: datetime) -> tuple[KnownDetail, ...]:
    """What is known at `as_of`, one detail a field, sorted by field. Nothing said, stored or valid later takes part.

    What the customer says in this conversation wins the display; where it contradicts the record the detail is disputed. `source` is
    'profile', 'message:ID' or 'memory:ID'.
    """
    messages = [m for m in messages if m.sent_at <= as_of and not m.deleted_at][-_MESSAGES:]
    history = sorted((m for m in history if _usable(m, as_of)), key=lambda m: m.at)[-_MEMORIES:]
    region = region_of(customer.locale) if customer and customer.locale else None
    given = _by_field(_from_messages(messages, region))
    record = _by_field(_from_profile(customer, history, as_of) if customer else ())
    earlier = _by_field(_from_history(history, region, as_of))
    fields = sorted(given.keys() | record.keys() | earlier.keys())
    return tuple(_detail(f, given.get(f, []), record.get(f, []), earlier.get(f, []), as_of) for f in fields)


def _detail(field: str, given: list[_Entry], record: list[_Entry], earlier: list[_Entry], as_of: datetime) -> KnownDetail:
    if given:
        chosen = _agreed(field, given[-1], record)
        disputed = any(_differ(field, chosen.value, other.value) for other in record[-1:])
        if disputed and not _comparable(field, chosen.value, record[-1].value):
            chosen, disputed = record[-1], False
        return _made(field, chosen, "disputed" if disputed else "fresh")
    chosen = max(record + earlier, key=lambda entry: (entry.at, entry in record))
    if record and (record[-1].known_now or not _comparable(field, chosen.value, record[-1].value)):
        chosen = record[-1]
    chosen = _agreed(field, chosen, record)
    disputed = bool(record) and _differ(field, chosen.value, record[-1].value)
    return _made(field, chosen, "disputed" if disputed else _age(field, chosen, as_of))


def _agreed(field: str, entry: _Entry, record: list[_Entry]) -> _Entry:
    """Where the profile says the same, it is the source: said again, it is as fresh as the last time it was said."""
    if record and not _differ(field, entry.value, record[-1].value):
        return record[-1]._replace(at=max(entry.at, record[-1].at))
    return entry


def _made(field: str, entry: _Entry, state: Freshness) -> KnownDetail:
    return KnownDetail(field=field, value=entry.value, source=entry.source, as_of=entry.at, state=state)


def _age(field: str, entry: _Entry, as_of: datetime) -> Freshness:
    if entry.known_now or field in _ALWAYS:
        return "fresh"
    days = ROWS[field].fresh_days if field in ROWS else _DEFAULT_DAYS
    return "confirm" if days is not None and as_of - entry.at > timedelta(days=days) else "fresh"


def _from_profile(customer: Customer, history: Sequence[Memory], as_of: datetime) -> Iterator[tuple[str, _Entry]]:
    begun = customer.since if customer.since and customer.since <= as_of else None
    basics = {
        "name": customer.name,
        "tier": customer.tier,
        "since": begun.date().isoformat() if begun else "",
        "preferences": "; ".join(customer.preferences),
    }
    for field, value in basics.items():
        if value.strip():
            yield field, _Entry(value.strip(), "profile", begun or as_of, known_now=True)
    for identity in sorted(customer.identities, key=lambda i: i.verified):
        if identity.type != "external" and identity.value.strip():
            yield (
                identity.type,
                _Entry(identity.value.strip(), "profile", _last_used(identity.type, history) or begun or as_of, known_now=True),
            )
    for extra in customer.fields:
        if extra.as_of <= as_of and extra.value.strip():
            source = extra.source if extra.source.startswith(("message:", "memory:")) else "profile"
            yield standard_name(extra.name), _Entry(extra.value.strip(), source, extra.as_of)


def _last_used(identity: str, history: Sequence[Memory]) -> datetime | None:
    """When the customer was last reached over the channel that this address belongs to."""
    channels = {"email": ("email",), "phone": ("phone", "sms"), "handle": ("social", "chat")}.get(identity, ())
    return max((memory.at for memory in history if memory.channel in channels), default=None)


def _from_messages(messages: Sequence[Message], region: str | None) -> Iterator[tuple[str, _Entry]]:
    """What the customer gave, a bare answer to a question included; of the company's own words only references it created."""
    asked: list[str] = []
    for message in messages:
        if message.author == "customer":
            for reading in read_fields(message.text, message.sent_at, region=region, asked=asked):
                yield reading.field, _Entry(reading.value, f"message:{message.id}", message.sent_at)
        elif message.author in ("agent", "bot"):
            for reading in read_fields(message.text, message.sent_at, company=True):
                yield reading.field, _Entry(reading.value, f"message:{message.id}", message.sent_at)
        if message.author in ("agent", "bot") and message.visibility == "public":
            asked = [field for field, _ in asks_for(message.text)]


def _from_history(history: Sequence[Memory], region: str | None, as_of: datetime) -> Iterator[tuple[str, _Entry]]:
    for memory in history:
        days = (as_of - memory.at).total_seconds() / 86_400
        for reading in read_fields(memory.text, memory.at, region=region, days_ago=days):
            yield reading.field, _Entry(reading.value, f"memory:{memory.id}", memory.at)


def _usable(memory: Memory, as_of: datetime) -> bool:
    """On record, not forgotten, not run out, and nothing that must only guide."""
    alive = memory.expires_at is None or memory.expires_at > as_of
    return memory.at <= as_of and alive and memory.state == "active" and not memory.sensitive


def _by_field(entries: Iterable[tuple[str, _Entry]]) -> dict[str, list[_Entry]]:
    """Field → its entries, oldest first; of one moment the later written."""
    found: dict[str, list[_Entry]] = {}
    for field, entry in entries:
        found.setdefault(field, []).append(entry)
    return found


def _differ(field: str, left: str, right: str) -> bool:
    return normal(field, left) != normal(field, right)


def _comparable(field: str, left: str, right: str) -> bool:
    """Airport codes against town names, or a whole address against its street, say the same thing in other words, or at least no other."""
    a, b = normal(field, left), normal(field, right)
    if shape_of(field) == "route":
        return bool(re.fullmatch(r"[a-z]{6}", a)) == bool(re.fullmatch(r"[a-z]{6}", b))
    return not (a in b or b in a) if shape_of(field) in ("address", "words", "name") else True


def normal(field: str, value: str) -> str:
    """The value as it is compared: case, spaces, dashes, and the ways to write a number do not matter."""
    shape = shape_of(field)
    if shape == "phone":
        return re.sub(r"\D", "", value)[-9:]
    if shape == "money":
        found = sums(value)
        amount = found[0][0] if found else decimal(re.sub(r"[^\d.,]", "", value)) if re.search(r"\d", value) else None
        return str(amount) if amount is not None else value.casefold()
    return re.sub(r"[\W_]", "", value).casefold()
