"""A draft is written in the customer's language."""

import re

from copilot.checks.base import Check, Checked
from copilot.checks.spoken import spoken
from copilot.domain.suggestion import CheckResult
from copilot.domain.turn import Turn

_NAMES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pt": "Portuguese",
    "pl": "Polish",
}


_ENOUGH = 2_000
"""Characters that tell the language."""


class Language(Check):
    """Flags words for the customer in another language than the conversation's; a text too short to tell passes."""

    name = "language"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """At most one finding a stretch of words; its place is the whole stretch."""
        from copilot.sensing.language import detect

        expected = re.split(r"[-_]", turn.language.lower())[0]
        found: list[CheckResult] = []
        for words in () if draft.kind == "cue" else spoken(draft):  # a cue tells the agent what to say, in the agent's language
            written = detect(_without_names(turn, words.normal.text[:_ENOUGH]), expected)
            if expected and written != expected and words.normal.text.strip():
                detail = f"written in {_NAMES.get(written, written)}; the customer writes {_NAMES.get(expected, expected)}"
                found.append(CheckResult(name=self.name, outcome="flag", detail=detail, span=words.span(0, len(words.normal.text))))
        return found


def _without_names(turn: Turn, text: str) -> str:
    """Names of people and places on record must not decide."""
    names = {turn.agent.name, turn.person.name if turn.person else "", *(detail.value for detail in turn.evidence.known_details)}
    parts = {part for name in names for part in re.findall(r"[^\W\d_]{3,}", name) if part[0].isupper()}
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, sorted(parts)))})\b", " ", text) if parts else text
