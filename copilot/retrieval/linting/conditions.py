"""Can two conditions hold in one case?"""

from collections.abc import Iterator
from typing import Any

from copilot.domain.knowledge import Clause, Condition
from copilot.domain.levers import holds

_STEP = 1e-6
"""A value this much above or below a bound stands for all on that side of it."""


def same(left: Condition, right: Condition) -> bool:
    """Whether they are written for the same cases: the same clauses, or without clauses the same words."""
    if left.all or right.all:
        return _spelled(left) == _spelled(right)
    return left.text.strip().casefold() == right.text.strip().casefold()


def exclude(left: Condition, right: Condition) -> bool:
    """Whether no case fulfils both: some field would need two values at once."""
    return any(a.field == b.field and _never_both(a, b) for a in left.all for b in right.all)


def narrower(left: Condition, right: Condition) -> bool:
    """Whether `left` asks for all that `right` asks for, and for more."""
    if not right.all and right.text:
        return False
    return _spelled(left) > _spelled(right)


def _spelled(condition: Condition) -> frozenset[str]:
    return frozenset(f"{clause.field} {clause.op} {clause.value!r}" for clause in condition.all)


def _never_both(left: Clause, right: Clause) -> bool:
    candidates = [*_values(left), *_values(right), None, "\0any other"]
    return not any(holds(left, {left.field: value}) and holds(right, {right.field: value}) for value in candidates)


def _values(clause: Clause) -> Iterator[Any]:
    """Values on and beside what the clause compares with: if two clauses meet at all, they meet at one of them."""
    for value in clause.value if isinstance(clause.value, list | tuple) else [clause.value]:
        yield value
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield from (value - _STEP, value + _STEP)
