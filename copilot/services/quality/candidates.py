"""Candidate cases are read, corrected, approved or rejected by a person; only what was approved can be written out. And figures of runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import Field

from copilot.domain.base import Frozen, Instant, new_id
from copilot.domain.errors import Conflict, NotFound
from copilot.domain.ports.records import Database, Records
from copilot.domain.quality import Ability, CaseState, MetricFigure, QualityCase, QualityRun, Severity
from copilot.domain.staff import Caller
from copilot.services.conversations.reading import actor
from copilot.services.quality import case_format
from copilot.services.quality.case_making import named_alone

AT_ONCE: Final = 200


class Correction(Frozen):
    """What is changed in a candidate; None leaves it. `must`, `must_not`: as a case writes them."""

    name: str | None = None
    why: str | None = None
    ability: Ability | None = None
    severity: Severity | None = None
    tags: tuple[str, ...] | None = None
    must: tuple[dict[str, Any], ...] | None = None
    must_not: tuple[dict[str, Any], ...] | None = None


class RunGiven(Frozen):
    """A run as it is published."""

    name: str = Field(min_length=1, max_length=200)
    made_at: Instant
    tried: dict[str, str] = {}
    figures: tuple[MetricFigure, ...] = Field(max_length=500)


@dataclass(frozen=True)
class Quality:
    """Reads and decides."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def cases(self, tenant: str, state: CaseState, limit: int = AT_ONCE) -> list[QualityCase]:
        """The dangerous ones first, then newest first."""
        async with self.database.read(tenant) as records:
            return await records.quality.cases([state], limit)

    async def counts(self, tenant: str) -> dict[CaseState, int]:
        async with self.database.read(tenant) as records:
            return await records.quality.counts()

    async def case(self, tenant: str, case_id: str) -> QualityCase:
        """Raises NotFound."""
        async with self.database.read(tenant) as records:
            return await _case(records, case_id)

    async def correct(self, caller: Caller, case_id: str, given: Correction) -> QualityCase:
        """Only a candidate can be changed. Raises Invalid for what is not a case."""
        async with self.database.write(caller.tenant_id) as records:
            case = _open(await _case(records, case_id))
            body = _corrected(case.body, given)
            changed = await named_alone(records, case.model_copy(update={"name": body["case"], "body": body}))
            case_format.check(changed.body)
            await self._store(records, caller, changed, "quality.changed")
        self.wake(caller.tenant_id)
        return changed

    async def decide(self, caller: Caller, case_id: str, state: CaseState, note: str = "") -> QualityCase:
        """Approve or reject, once."""
        async with self.database.write(caller.tenant_id) as records:
            case = _open(await _case(records, case_id))
            decided = {"state": state, "decided_by": caller.who, "decided_at": self.clock(), "note": note.strip()}
            changed = case.model_copy(update=decided)
            await self._store(records, caller, changed, "quality.decided")
        self.wake(caller.tenant_id)
        return changed

    async def approved(self, tenant: str) -> list[QualityCase]:
        """All of them, by name."""
        found: list[QualityCase] = []
        async with self.database.read(tenant) as records:
            while True:
                some = await records.quality.cases(["approved"], AT_ONCE, found[-1].id if found else "0")
                found += some
                if len(some) < AT_ONCE:
                    return sorted(found, key=lambda case: case.name)

    async def publish(self, caller: Caller, given: RunGiven) -> QualityRun:
        """The same name again replaces what was published under it."""
        run = QualityRun(id=new_id(), posted_by=caller.who, posted_at=self.clock(), **given.model_dump())
        async with self.database.write(caller.tenant_id) as records:
            await records.quality.put_run(run)
            await records.log.event("quality.run", subject_id=run.id, actor=actor(caller))
        self.wake(caller.tenant_id)
        return run

    async def runs(self, tenant: str, limit: int = 50) -> Sequence[QualityRun]:
        """Newest first."""
        async with self.database.read(tenant) as records:
            return await records.quality.runs(limit)

    async def _store(self, records: Records, caller: Caller, case: QualityCase, event: str) -> None:
        if not await records.quality.change(case):
            raise _decided()
        await records.log.event(event, subject_id=case.id, actor=actor(caller), data={"state": case.state, "source": case.source})


async def _case(records: Records, case_id: str) -> QualityCase:
    case = await records.quality.case(case_id)
    if case is None:
        raise NotFound(f"There is no case {case_id!r}.", todo="Reload the list of cases: it may have gone with the customer it came from.")
    return case


def _open(case: QualityCase) -> QualityCase:
    if case.state != "candidate":
        raise _decided()
    return case


def _decided() -> Conflict:
    return Conflict("Somebody decided on this case already.", todo="Reload the page; a case that was approved is changed in its file.")


def _corrected(body: dict[str, Any], given: Correction) -> dict[str, Any]:
    """In the order in which a person reads a case."""
    changes = given.model_dump(exclude_none=True, mode="json")
    named = {"case": changes.pop("name").strip()} if "name" in changes else {}
    merged = body | named | changes
    return {field: merged[field] for field in (*_ORDER, *merged) if field in merged and merged[field] not in ("", [])}


_ORDER: Final = ("case", "why", "ability", "severity", "tags", "channel", "language", "customer", "conversation", "kinds")
