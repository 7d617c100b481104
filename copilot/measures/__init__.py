"""The measures: what of a real conversation can be counted from its records. One file each, one entry here."""

from copilot.domain.scorecards import Measured
from copilot.measures.base import LiveRecord, Measure
from copilot.measures.canned import OwnWords
from copilot.measures.concern_named import ConcernNamed
from copilot.measures.fault_invented import NoFaultInvented
from copilot.measures.fault_owned import FaultOwned
from copilot.measures.first_answer import FirstAnswerInTime
from copilot.measures.handover_complete import HandoverComplete
from copilot.measures.internal_kept import InternalKept
from copilot.measures.language import TheirLanguage
from copilot.measures.promise_dated import PromiseDated
from copilot.measures.promise_kept import PromiseKept
from copilot.measures.reasked import NothingReasked
from copilot.measures.short import Short

__all__ = ["CATALOGUE", "LiveRecord", "Measure", "measure"]

CATALOGUE: dict[str, Measure] = {
    one.name: one
    for one in (
        ConcernNamed(),
        OwnWords(),
        FaultOwned(),
        NoFaultInvented(),
        NothingReasked(),
        PromiseDated(),
        PromiseKept(),
        InternalKept(),
        FirstAnswerInTime(),
        Short(),
        TheirLanguage(),
        HandoverComplete(),
    )
}


def measure(record: LiveRecord) -> tuple[Measured, ...]:
    """What every measure makes of a conversation; those with nothing to count are left out."""
    found = (one.read(record) for one in CATALOGUE.values())
    return tuple(one for one in found if one is not None)
