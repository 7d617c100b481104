"""Advisor questions of a guide: which of them the record already answers."""

import re
from collections.abc import Sequence

from copilot.domain.knowledge import Ask
from copilot.domain.memory import KnownDetail, Memory, RankedMemory
from copilot.memory.fields import standard_name
from copilot.memory.reading import read_fields
from copilot.memory.terms import terms

_GENERIC = re.compile(
    r"\b(?:how|what|which|would|usually|roughly|often|likely|trip|travel|example|year|much|many|sure|date)\w*\b", re.IGNORECASE
)
_ENOUGH = 2
"""Telling words of the question (or of its field's name) that a fact has to share to answer it."""


def answered_by(ask: Ask, details: Sequence[KnownDetail], memories: Sequence[Memory | RankedMemory]) -> str | None:
    """The source (`detail:FIELD` or `memory:ID`) that answers the question already; None when it has to be asked.

    Only a fresh detail answers: one to confirm or disputed is asked about. Of memories, facts and preferences answer, episodes do not.
    """
    field = standard_name(ask.field)
    for detail in details:
        if detail.field == field and detail.state == "fresh" and detail.value.strip():
            return f"detail:{field}"
    for memory in sorted(memories, key=lambda m: m.at, reverse=True):
        if memory.kind in ("fact", "preference") and _answers(memory, ask, field):
            return f"memory:{memory.id}"
    return None


def _answers(memory: Memory | RankedMemory, ask: Ask, field: str) -> bool:
    if isinstance(memory, Memory) and memory.state != "active":
        return False
    if any(reading.field == field for reading in read_fields(memory.text, memory.at)):
        return True
    said = terms(memory.text).keys()
    name = terms(field.replace("_", " ")).keys()
    if name and name <= said:
        return True
    return len(terms(_GENERIC.sub(" ", ask.question)).keys() & said) >= _ENOUGH
