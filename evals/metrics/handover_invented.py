"""handover invented: a brief holds a figure or a name that the record does not."""

import re
from typing import ClassVar

from copilot.domain.turn import Turn
from evals.casebook.format import Case
from evals.metrics.base import About, Better, CaseMetric, Reading
from evals.outcome import Outcome, words_of
from evals.reading.record import Known, known, record
from evals.reading.words import words

_NAMES = re.compile(
    r"\b(?:Mr|Ms|Mrs|Dr|Herrn?|Frau|Sra?)\.? (?P<titled>[^\W\d_a-zß-öø-ÿ][\w’'-]+)|"
    r"(?<=[\w,;:(“] )(?P<pair>[^\W\d_a-zß-öø-ÿ][^\W\d_]{2,} [^\W\d_a-zß-öø-ÿ][^\W\d_]{2,})\b"
)
"""Two capitalised words that do not begin a sentence, or a title with a name."""


class HandoverInvented(CaseMetric):
    """Heat, waits and counts are the record's own figures: read from the evidence, not from the words."""

    name = "handover invented"
    ability: ClassVar[About] = "handover"
    better: ClassVar[Better] = "lower"
    source = "Entity-level hallucination (Nan et al. 2021); CRAFT, Handovers."
    says = (
        "The share of briefs with a number, a date, a reference or a name that stands nowhere on record. The next person acts on it "
        "unseen: one is too many."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where no brief is shown."""
        brief = next(outcome.shown("handover"), None)
        if brief is None:
            return None
        text = f"{words_of(brief.payload)}\n{brief.text}".replace("{next agent}", "")
        turn = outcome.turn
        base = known(turn)
        found = Known(base.names | _counted(turn), base.elapsed).loose(text)
        there = set(words(record(turn)))
        found += [match[0] for match in _NAMES.finditer(text) if not there & set(words(match["titled"] or match["pair"]))]
        return Reading(float(bool(found)), ", ".join(dict.fromkeys(found)))


def _counted(turn: Turn) -> frozenset[str]:
    """What the evidence counts: heat of 100, contacts, promises, messages, how long they wait."""
    seen = turn.evidence
    emotion = seen.emotion
    late = sum(promise.state == "overdue" for promise in seen.promises)
    counts = {round(emotion.heat), int(emotion.heat), 100, emotion.contacts_7d, emotion.contacts_30d, late, len(seen.promises)}
    counts |= {len(seen.memories), len(turn.waiting), len(seen.bot_failed)}
    waits = {f"{round(emotion.waiting_seconds / length)} {unit}" for unit, length in (("min", 60), ("hour", 3600), ("day", 86400))}
    # Contacts are counted over these many days.
    return frozenset(f"{count} *" for count in counts) | waits | {"7 day", "30 day"}
