"""What the record says about this case: whose mistake it was, the facts that levers compare, and who this person is in five lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from copilot.domain.memory import KnownDetail, Memory, Promise, RankedMemory
from copilot.domain.people import Customer
from copilot.domain.turn import Fault
from copilot.memory.deeds import decimal, gist, sums
from copilot.memory.terms import terms

Remembered = Memory | RankedMemory

_CLAIMS = frozenset({"fare", "card_product", "delay_minutes", "cancelled_by", "tier", "refund_amount"})
"""Fields that allow something: a customer's own word for them does not prove them, so a lever has to be confirmed."""
_SURE = 0.55
"""Score from which recall says that a memory is about this matter even if the words differ."""
_LINES, _LINE = 5, 140
_MONTH = 30
_YEAR = 365.25


def fault_on_record(promises: Sequence[Promise], memories: Sequence[Remembered], text: str) -> Fault | None:
    """Whose mistake the record shows in the matter of `text`, with the evidence; None when it shows none.

    A broken promise comes first, then the company's fault in an earlier contact about this, then the customer's own.
    """
    late = sorted((p for p in promises if p.state == "overdue"), key=lambda p: (-_shared(p.text, text), p.due or p.made_at))
    if late:
        promise = late[0]
        return Fault(
            party="company", text=f"Promised on {promise.made_at:%d %B %Y} and not kept: {promise.text}", source=f"promise:{promise.id}"
        )
    for party in ("company", "customer"):
        for memory in sorted(memories, key=lambda m: m.at, reverse=True):
            if _fault_of(memory) == party and _about(memory, text):
                return Fault(party=party, text=memory.text, source=f"memory:{memory.id}")
    return None


def _fault_of(memory: Remembered) -> str | None:
    if isinstance(memory, RankedMemory):
        return memory.fault
    return memory.outcome.fault if memory.outcome else None


def _about(memory: Remembered, text: str) -> bool:
    """Whether an episode is about what the customer says now: two content words, or one with a sum or reference, or recall is sure."""
    if memory.kind != "episode":
        return False
    if isinstance(memory, RankedMemory) and memory.score >= _SURE:
        return True
    common = _shared(memory.text, text)
    left, right = gist(memory.text), gist(text)
    exact = bool(left.sums & right.sums or left.references & right.references)
    return common >= 2 or (common >= 1 and (exact or bool(left.deeds & right.deeds and left.things & right.things)))  # as said


def _shared(left: str, right: str) -> int:
    return len(terms(left).keys() & terms(right).keys())


def tenure_days(customer: Customer | None, as_of: datetime) -> int:
    """Whole days since they became a customer; 0 when that is unknown or still to come."""
    if customer is None or customer.since is None:
        return 0
    return max((as_of - customer.since).days, 0)


def case_facts(
    customer: Customer | None, details: Sequence[KnownDetail], promises: Sequence[Promise], contacts_30d: int, as_of: datetime
) -> dict[str, Any]:
    """The facts that a lever's clauses compare: the product's own, and every known detail that can be relied on.

    Left out, so that the lever asks for confirmation: disputed values, and what only the customer's word supports where it would open a
    lever by itself. Sums are numbers in major units.
    """
    facts: dict[str, Any] = {}
    for detail in details:
        claimed = detail.field in _CLAIMS and detail.source.startswith("message:")
        if detail.state != "disputed" and not claimed:
            facts[detail.field] = _comparable(detail)
    facts |= {"promises_overdue": sum(p.at(as_of).state == "overdue" for p in promises), "contacts_30d": contacts_30d}
    if customer is not None and customer.since is not None:
        facts["tenure_days"] = tenure_days(customer, as_of)
    if customer is not None:
        facts["tier"] = customer.tier or "none"
    return facts


def _comparable(detail: KnownDetail) -> str | float:
    if detail.field.endswith("_amount") or detail.field == "amount":
        found = sums(detail.value)
        amount = found[0][0] if found else decimal(detail.value)
        return float(amount) if amount is not None else detail.value
    return detail.value


def who_they_are(
    customer: Customer | None,
    memories: Sequence[Remembered],
    promises: Sequence[Promise],
    as_of: datetime,
    *,
    contacts_30d: int | None = None,
) -> list[tuple[str, str]]:
    """At most five lines for the customer card, most pressing first, each with the reason why it stands there.

    Without `contacts_30d` the episodes of the last 30 days are counted.
    """
    memories = [m for m in memories if m.at <= as_of]
    contacts = contacts_30d if contacts_30d is not None else sum(m.kind == "episode" and (as_of - m.at).days < _MONTH for m in memories)
    lines: list[tuple[str, str]] = []
    late = [p for p in (p.at(as_of) for p in promises) if p.state == "overdue"]
    if late:
        worst = min(late, key=lambda p: p.due or p.made_at)
        lines.append(
            (
                f"We promised and did not keep it: {worst.text}",
                f"due {worst.due:%d %B %Y}, from {worst.source}" if worst.due else worst.source,
            )
        )
    lines += _standing(customer, as_of)
    if contacts > 1:
        lines.append((f"{contacts} contacts in the last 30 days", "counted over all channels"))
    lines += _wronged(memories)
    lines += _handle_with_care(memories)
    if customer is not None and customer.preferences:
        lines.append(("Prefers: " + "; ".join(customer.preferences[:3]), "stated on the profile"))
    return lines[:_LINES]


def _standing(customer: Customer | None, as_of: datetime) -> list[tuple[str, str]]:
    if customer is None:
        return [("Nobody on record", "the address is not linked to a customer")]
    days = tenure_days(customer, as_of)
    years = int(days / _YEAR)
    since = f"customer for {years} year{'s' if years != 1 else ''}" if years else "customer for less than a year" if days else ""
    text = ", ".join(part for part in (since, f"{customer.tier} tier" if customer.tier and customer.tier != "none" else "") if part)
    if not text:
        return []
    why = f"since {customer.since:%B %Y} on the profile" if customer.since and days else "on the profile"
    return [(text[0].upper() + text[1:], why)]


def _wronged(memories: Sequence[Remembered]) -> list[tuple[str, str]]:
    """The latest contact in which the company erred."""
    wrong = max((m for m in memories if m.kind == "episode" and _fault_of(m) == "company"), key=lambda m: m.at, default=None)
    return [(f"Our mistake on {wrong.at:%d %B %Y}: {_brief(wrong.text)}", f"memory:{wrong.id}")] if wrong else []


def _handle_with_care(memories: Sequence[Remembered]) -> list[tuple[str, str]]:
    """What one should know and never say."""
    guide = max((m for m in memories if m.use == "guide"), key=lambda m: m.at, default=None)
    return [(f"Know it, do not say it: {_brief(guide.text)}", f"memory:{guide.id}, guarded")] if guide else []


def _brief(text: str) -> str:
    """How it ended, where an episode says so, else its beginning: one line."""
    line = text.rsplit("Ended: ", 1)[-1]
    return line if len(line) <= _LINE else line[: _LINE - 1].rsplit(" ", 1)[0] + "…"
