"""What a harvested draft suggests that must or must not happen. A proposal: a person reads it, marks it anew and decides."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from rapidfuzz.fuzz import partial_ratio

from copilot.checks.facts import sentences
from copilot.domain.quality import Ability, Found, Severity
from copilot.domain.suggestion import Suggestion

ABILITY_OF_KIND: Final[dict[str, Ability]] = {
    "reply": "honesty",
    "acknowledge": "empathy",
    "cue": "de-escalation",
    "questions": "questions",
    "options": "options",
    "handover": "handover",
}
ABILITY_OF_CHECK: Final[dict[str, Ability]] = {
    "reask": "memory",
    "apology": "empathy",
    "sympathy": "empathy",
    "disclosure": "identity",
    "public": "identity",
    "others": "identity",
    "internal": "safety",
    "authority": "options",
}
STILL_SAID: Final = 75.0
"""How alike (0–100) a sentence must be to something that left, to count as said."""
MOST: Final = 3
"""Sentences of one draft that are proposed; a person marks better ones."""


class Proposal(NamedTuple):
    """As a case writes it, with the words as they stand in the draft."""

    ability: Ability
    severity: Severity
    must: list[dict[str, Any]]
    must_not: list[dict[str, Any]]


def propose(found: Found, suggestion: Suggestion, sent: str) -> Proposal:
    """Of a draft, and of what left for the customer (empty: nothing, or not known)."""
    ability = ABILITY_OF_KIND[suggestion.kind]
    if found == "flagged":
        flags = list(dict.fromkeys(check.name for check in suggestion.checks if check.outcome == "flag"))
        about = next((ABILITY_OF_CHECK[name] for name in flags if name in ABILITY_OF_CHECK), ability)
        return Proposal(about, "high", [], [{"flag": name, "in": suggestion.kind} for name in flags[:MOST]])
    if found == "agreed":
        cited = list(dict.fromkeys(_article(one.source) for one in suggestion.citations if one.source.startswith("passage:")))
        if cited:
            return Proposal("retrieval", "medium", [{"cite": cited[:MOST]}], [])
        return Proposal(ability, "low", [{"suggest": suggestion.kind}], [])
    severity: Severity = "high" if found == "said_wrong" else "medium"
    return Proposal(ability, severity, [], [said(words, suggestion.kind) for words in _doubtful(suggestion, sent)])


def said(words: str, kind: str) -> dict[str, Any]:
    """The expectation that these words are said, in that kind of suggestion."""
    return {"say": words, "in": kind}


def _doubtful(suggestion: Suggestion, sent: str) -> Sequence[str]:
    """Sentences that a check marked; else those that did not leave; else those with a figure in them; else the longest."""
    told = [one.strip() for one in sentences(suggestion.text) if one.strip()]
    marked = [suggestion.text[slice(*check.span)] for check in suggestion.checks if check.span and check.outcome != "pass"]
    ways = (
        [one for one in told if any(words and words in one for words in marked)],
        [one for one in told if sent and partial_ratio(one, sent) < STILL_SAID],
        [one for one in told if any(character.isdigit() for character in one)],
        sorted(told, key=len, reverse=True)[:1],
    )
    return next((way for way in ways if way), [suggestion.text])[:MOST]


def _article(source: str) -> str:
    """The article of a passage: its id up to the mark of the piece."""
    return source.partition(":")[2].partition("~")[0]
