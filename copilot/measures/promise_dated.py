"""promise dated: what is promised has a day or a time, and somebody who keeps it."""

from copilot.checks.promise import Promise
from copilot.domain.scorecards import Measured, Seen
from copilot.measures.base import LiveRecord, Measure, at, checked
from copilot.memory.promises import read_promises


class PromiseDated(Measure):
    """Each promise stands by itself."""

    name = "promise dated"
    source = "CRAFT, Replies 5: a promise is a date and an owner."
    says = "The share of promises in what was sent that say by when, and by whom."

    def read(self, record: LiveRecord) -> Measured | None:
        """None where nothing was promised."""
        made = 0
        seen: list[Seen] = []
        for message, turn in record.read():
            here = len(read_promises(message, settings=turn.settings, channel=turn.channel))
            open_ended = [at(message, result) for result in checked(Promise(), message, turn)] if here else []
            made, seen = made + here, [*seen, *open_ended[:here]]
        return self.measured(1 - len(seen) / made, seen) if made else None
