"""handover complete: the five parts of a good one are there."""

from copilot.domain.case import Handover
from copilot.domain.scorecards import Measured
from copilot.measures.base import LiveRecord, Measure


class HandoverComplete(Measure):
    """Of handovers that this agent offered."""

    name = "handover complete"
    source = "CRAFT, Handovers (I-PASS; Starmer et al., NEJM 2014)."
    says = (
        "The share of the parts of a handover that are filled in: how urgent, the story, what was tried or is to do, every promise made "
        "here that is still owed, what may come next, and the receiver's reading back."
    )

    def read(self, record: LiveRecord) -> Measured | None:
        """None where nothing was handed over."""
        given = [one for one in record.handovers if one.offered_by in record.names]
        parts = [part for one in given for part in self._parts(record, one)]
        return self.measured(sum(parts) / len(parts)) if parts else None

    def _parts(self, record: LiveRecord, one: Handover) -> list[bool]:
        brief = one.brief
        owed = [p for p in record.promises if p.made_at <= one.offered_at and (p.settled_at is None or p.settled_at > one.offered_at)]
        parts = [
            bool(brief.urgency.strip()),
            bool(brief.story),
            bool(brief.tried or brief.actions),
            len(brief.promises) >= len(owed),
            bool(brief.if_then or brief.risks),
        ]
        return [*parts, bool(one.read_back.strip())] if one.accepted_by else parts
