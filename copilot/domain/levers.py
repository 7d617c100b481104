"""Does a lever apply to a case? Clauses compare known facts; what only a person can judge stays unknown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from copilot.domain.knowledge import Applies, Clause, Lever

CASE_FACTS = ("promises_overdue", "contacts_30d", "tenure_days", "tier")
"""Facts that the product computes itself; every other field is a known detail."""


def applies(lever: Lever, facts: Mapping[str, Any], at: datetime) -> tuple[Applies, str]:
    """Whether the lever may be used at `at`, and why (or what has to be confirmed)."""
    if lever.until is not None and lever.until < at:
        return "no", f"it ended on {lever.until:%d %B %Y}"
    if not lever.when.all:
        return ("unknown", f"confirm: {lever.when.text}") if lever.when.text else ("yes", "no condition")
    verdicts = [(holds(clause, facts), clause) for clause in lever.when.all]
    for verdict, clause in verdicts:
        if verdict is False:
            return "no", f"{_say(clause)} does not hold (it is {facts.get(clause.field, 'not on record')})"
    missing = [clause.field for verdict, clause in verdicts if verdict is None]
    if missing:
        return "unknown", f"confirm: {', '.join(field.replace('_', ' ') for field in missing)}"
    return "yes", "; ".join(_say(clause) for _, clause in verdicts)


def _say(clause: Clause) -> str:
    value = ", ".join(map(str, clause.value)) if isinstance(clause.value, list | tuple) else clause.value
    return (
        f"{clause.field.replace('_', ' ')} {clause.op} {value}"
        if clause.op != "exists"
        else f"{clause.field.replace('_', ' ')} is on record"
    )


def holds(clause: Clause, facts: Mapping[str, Any]) -> bool | None:
    """True or False, or None when the field is not on record or cannot be compared."""
    known = facts.get(clause.field)
    if clause.op == "exists":
        wanted = clause.value is not False
        return (known not in (None, "")) is wanted
    if known in (None, ""):
        return None
    if clause.op == "in":
        choices = clause.value if isinstance(clause.value, list | tuple) else [clause.value]
        return any(_same(known, choice) for choice in choices)
    if clause.op in ("=", "!="):
        return _same(known, clause.value) is (clause.op == "=")
    left, right = _number(known), _number(clause.value)
    if left is None or right is None:
        return None
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[clause.op]


def _same(left: Any, right: Any) -> bool:
    numbers = _number(left), _number(right)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return str(left).strip().casefold() == str(right).strip().casefold()


def _number(value: Any) -> float | None:
    try:
        return float(str(value).replace(",", ""))
    except ValueError:
        return None
