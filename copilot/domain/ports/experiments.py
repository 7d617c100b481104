"""What the record keeps of experiments: part of `Records`, see `copilot.domain.ports.records`."""

from datetime import datetime
from typing import Protocol

from copilot.domain.experiments import Experiment, Outcome, Results


class Experiments(Protocol):
    """Experiments, and what became of their drafts."""

    async def add(self, experiment: Experiment) -> None: ...

    async def get(self, experiment_id: str) -> Experiment | None: ...

    async def running(self) -> list[Experiment]:
        """Oldest first; also those that have yet to begin."""
        ...

    async def all(self, limit: int = 200) -> list[Experiment]:
        """Newest first."""
        ...

    async def widen(self, experiment_id: str, share: float) -> bool:
        """False when it does not run, or its share is not smaller."""
        ...

    async def looked(self, experiment_id: str, at: datetime, results: Results) -> bool:
        """Note a look at one that runs; False when it is over."""
        ...

    async def finish(self, experiment: Experiment) -> bool:
        """State, reason and last results; False when it was over before."""
        ...

    async def outcomes(self, experiment_id: str) -> list[Outcome]:
        """Every stored draft, in the order of conversations and turns."""
        ...
