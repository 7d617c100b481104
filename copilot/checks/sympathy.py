"""No canned or empty sympathy, and nothing of the `Never` list (CRAFT)."""

import re
from collections.abc import Iterator

from copilot.checks.base import Check, Checked
from copilot.checks.canned import APOLOGY, FEELINGS, PHRASES
from copilot.checks.ledger import ledger
from copilot.checks.normalise import squeezed
from copilot.checks.spoken import Spoken, spoken
from copilot.domain.suggestion import CheckResult
from copilot.domain.turn import Turn

ANGRY = 60.0
"""Heat from which a person is treated as angry (DESIGN §3)."""
_EXCLAIMED = re.compile(r"!+")
_ALIKE: dict[str, frozenset[str]] = {
    "angry": frozenset({"angry", "frustrated"}),
    "worried": frozenset({"worried", "confused"}),
    "disappointed": frozenset({"disappointed", "frustrated", "angry"}),
}

Finding = tuple[str, tuple[int, int]]


class Sympathy(Check):
    """Flags formulas, with what to do instead; exclamation marks at an angry person; feelings nobody showed; a second apology."""

    name = "sympathy"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings with their places."""
        found: list[CheckResult] = []
        for words in spoken(draft):
            for detail, place in (*_formulas(turn, words), *_excited(turn, words), *_invented(turn, words), *_again(turn, words)):
                found.append(CheckResult(name=self.name, outcome="flag", detail=detail, span=words.span(*place)))
        return found


def _formulas(turn: Turn, words: Spoken) -> Iterator[Finding]:
    published = "\n".join(source.squeezed for source in ledger(turn).texts("public"))
    for phrase in PHRASES:
        match = phrase.pattern.search(words.normal.text)
        if match and squeezed(match[0]) not in published:
            yield f"“{match[0].strip()}”: {phrase.instead}", match.span()


def _excited(turn: Turn, words: Spoken) -> Iterator[Finding]:
    emotion = turn.evidence.emotion
    if (emotion.heat >= ANGRY or emotion.label in ("angry", "frustrated")) and (match := _EXCLAIMED.search(words.normal.text)):
        yield "an exclamation mark at an angry person: end with a full stop", match.span()


def _invented(turn: Turn, words: Spoken) -> Iterator[Finding]:
    """A feeling that neither the record of this conversation nor the customer's own words show."""
    emotion = turn.evidence.emotion
    shown = {emotion.label, *(point.label for point in emotion.trajectory)}
    for label, pattern in FEELINGS.items():
        match = pattern.search(words.normal.text)
        if not match or not emotion.measured or _ALIKE[label] & shown:
            continue
        if not any(word[:5].casefold() in turn.said_by_customer.casefold() for word in re.findall(r"[^\W\d_]{5,}", match[0].split()[-1])):
            yield f"“{match[0]}”: the customer did not show it; stay with what happened", match.span()


def _again(turn: Turn, words: Spoken) -> Iterator[Finding]:
    """Two apologies in one text, or one more after an agent's in this conversation."""
    places = [match.span() for match in APOLOGY.finditer(words.normal.text)]
    if len(places) > 1:
        yield "a second apology: one is enough, then the repair", places[1]
    elif places and any(message.is_answer and APOLOGY.search(message.text) for message in turn.window):
        yield "an agent apologised in this conversation already: say what is repaired", places[0]
