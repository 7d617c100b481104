"""irrelevant memories: of the first that are shown, those that have nothing to do with the matter."""

from typing import ClassVar

from evals.casebook.format import Case
from evals.metrics.base import About, Better, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.words import stems

FIRST = 5
"""What an agent sees without scrolling."""


class IrrelevantMemories(CaseMetric):
    """By shared words: a memory of the same matter in other words counts as irrelevant, so the figure is an upper bound."""

    name = "irrelevant memories"
    ability: ClassVar[About] = "memory"
    better: ClassVar[Better] = "lower"
    source = "Precision at 5; DESIGN §1, memory: the few that matter, not all there are."
    says = (
        "Of the first five memories, the share that shares no word with what the customer writes and holds no promise of ours. A "
        "useless one costs a glance; a missing one costs the customer a repetition, which the cases look at (`remember`)."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where no memory is shown. What to know of a person at all times (a preference) is never irrelevant."""
        turn = outcome.turn
        first = turn.evidence.memories[:FIRST]
        if not first:
            return None
        names = stems(turn.person.name if turn.person else "")
        about = (stems(turn.said_by_customer) | stems(turn.evidence.coverage.query)) - names
        promised = {promise.conversation_id for promise in turn.evidence.promises}
        idle = [
            memory.text
            for memory in first
            if memory.kind != "preference" and memory.source.partition(":")[2] not in promised and not stems(memory.text) & about
        ]
        return Reading(len(idle) / len(first), "\n".join(idle))
