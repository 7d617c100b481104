"""What the record keeps of cases and runs: part of `Records`, see `copilot.domain.ports.records`."""

from collections.abc import Sequence
from typing import Protocol

from copilot.domain.quality import CaseState, Found, QualityCase, QualityRun


class Quality(Protocol):
    """Cases that were made in the desk or harvested, and figures of runs."""

    async def add(self, case: QualityCase) -> bool:
        """False when a case was made from the same origin before."""
        ...

    async def case(self, case_id: str) -> QualityCase | None: ...

    async def change(self, case: QualityCase) -> bool:
        """Name, body, state and decision of a candidate; False when somebody decided before."""
        ...

    async def cases(self, states: Sequence[CaseState], limit: int = 200, after: str = "") -> list[QualityCase]:
        """Candidates from dangerous drafts first, then newest first; with `after`, by id from the one behind it."""
        ...

    async def counts(self) -> dict[CaseState, int]: ...

    async def named(self, name: str) -> QualityCase | None:
        """Among those that are not rejected."""
        ...

    async def decided(self, found: Found, limit: int) -> list[str]:
        """Ids of suggestions that agents decided on in that way and no case was harvested from, the latest first."""
        ...

    async def put_run(self, run: QualityRun) -> None:
        """Upsert by name."""
        ...

    async def runs(self, limit: int = 50) -> list[QualityRun]:
        """Newest first."""
        ...
