"""Who it is: five lines with reasons, how sure we are, what not to ask, what was promised."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from copilot.domain.base import Frozen, Instant
from copilot.domain.memory import KnownDetail, Promise
from copilot.domain.people import Assurance
from copilot.domain.turn import Turn
from copilot.kinds import case
from copilot.kinds.extract import identity_check, identity_passage
from copilot.services.conversations.reading import Thread
from copilot.services.customers.taking_in import Card
from copilot.web.panel.words import spoken

_ORIGIN: Final = re.compile(r",?\s*(?:from )?\b((?:message|memory|promise|conversation):[\w.~-]+)")
_FIRST: Final = ("booking_reference", "payment_method", "email", "phone", "address", "account_number")
"""What agents ask for most, and so what is named first as not to be asked."""
NAMED: Final = 3
_KEPT_NOT: Final = "We promised and did not keep it"
"""The line that says it again where the promises themselves are shown."""


class Line(Frozen):
    """Something to know, with its reason; `source` can be opened."""

    text: str
    why: str
    source: str


class Owed(Frozen):
    """A promise as it stands now."""

    id: str
    text: str
    owner: str
    due: Instant | None
    late: bool


class Person(Frozen):
    """The customer, as the panel shows them."""

    ref: str
    name: str
    known: bool
    """Whether they are on record."""
    assurance: Assurance
    proof: str
    """How to prove who is speaking, as an article says it; empty where none does."""
    proof_source: str
    needs_proof: bool
    lines: tuple[Line, ...]
    fresh: tuple[KnownDetail, ...]
    ask_again: tuple[KnownDetail, ...]
    """Old, or two sources differ."""
    short: str
    """The names of the first few details that are not to be asked."""
    promises: tuple[Owed, ...]
    late: int


def person(thread: Thread, card: Card | None, turn: Turn | None, now: datetime, said: Sequence[KnownDetail] = ()) -> Person:
    """From the card as of now, and what this conversation itself has brought up. `said`: in another channel, just before."""
    details = turn.evidence.known_details if turn else _with(card.known_details if card else (), said)
    promises = card.promises if card else turn.evidence.promises if turn else ()
    check, passage = (identity_check(turn), identity_passage(turn)) if turn else (None, None)
    owed = tuple(_owed(one.at(now)) for one in promises if one.at(now).state in ("open", "overdue"))
    fresh = tuple(sorted((d for d in details if d.state == "fresh"), key=_first))
    customer = thread.customer
    return Person(
        ref=customer.external_id or customer.id if customer else "",
        name=customer.name if customer else "",
        known=customer is not None,
        assurance=thread.conversation.assurance,
        proof=check.text if check else "",
        proof_source=f"passage:{passage.passage_id}" if passage else "",
        needs_proof=turn is not None and case.needs_proof(turn),
        lines=tuple(_line(one.text, one.why) for one in card.who if not (owed and one.text.startswith(_KEPT_NOT))) if card else (),
        fresh=fresh,
        ask_again=tuple(d for d in details if d.state != "fresh"),
        short=", ".join(spoken(d.field) for d in fresh[:NAMED]),
        promises=owed,
        late=sum(one.late for one in owed),
    )


def _with(known: Sequence[KnownDetail], said: Sequence[KnownDetail]) -> tuple[KnownDetail, ...]:
    """What was said last comes before what is on record."""
    fields = {one.field for one in said}
    return (*said, *(one for one in known if one.field not in fields))


def _line(text: str, why: str) -> Line:
    found = _ORIGIN.search(why)
    rest = _ORIGIN.sub("", why).strip(" ,")
    return Line(text=text, why=rest or "on record", source=found[1] if found else "")


def _owed(promise: Promise) -> Owed:
    return Owed(id=promise.id, text=promise.text, owner=promise.owner, due=promise.due, late=promise.state == "overdue")


def _first(detail: KnownDetail) -> tuple[int, str]:
    place = _FIRST.index(detail.field) if detail.field in _FIRST else len(_FIRST)
    return place, detail.field


def names(details: Sequence[KnownDetail]) -> list[dict[str, Any]]:
    """Details with their names in words."""
    return [{**detail.model_dump(), "name": spoken(detail.field)} for detail in details]
