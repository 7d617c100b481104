"""The stop rule: looks at running experiments again and again, and ends those that did harm or have what they were planned for."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from copilot.domain.errors import Conflict
from copilot.domain.experiments import Experiment, Over, Results
from copilot.domain.ports.records import Database
from copilot.services.quality.experiments import Experiments

LOOK: Final = "experiment_look"
"""The durable job; its subject is the experiment."""
EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class ExperimentWatch:
    """Part of the dispatcher's sweep."""

    database: Database
    experiments: Experiments
    clock: Callable[[], datetime]

    async def due(self, _: datetime) -> list[tuple[str, str, str]]:
        """(job, tenant, experiment) of those that were not looked at for a while."""
        now, found = self.clock(), []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                running = await records.experiments.running()
            found += [(LOOK, tenant, one.id) for one in running if _waits(one, now)]
        return found

    async def run(self, tenant: str, experiment_id: str) -> None:
        """The durable job: safe to run again at any point, and on several replicas at once."""
        async with self.database.read(tenant) as records:
            experiment = await records.experiments.get(experiment_id)
        if experiment is None or experiment.state != "running":
            return
        results = await self.experiments.measured(tenant, experiment)
        over = verdict(experiment, results)
        if over is None:
            async with self.database.write(tenant) as records:
                await records.experiments.looked(experiment.id, results.as_of, results)
            return
        with suppress(Conflict):  # somebody stopped it meanwhile
            await self.experiments.finish(tenant, experiment, over, results)


def verdict(experiment: Experiment, results: Results) -> Over | None:
    """Why it is over; None: it goes on. Harm first: it is what everybody has to hear of."""
    if results.harm:
        return "harm"
    if results.conversations >= experiment.conversations:
        return "planned"
    if experiment.budget_microusd and results.variant.spent_microusd >= experiment.budget_microusd:
        return "budget"
    if experiment.ends_at is not None and experiment.ends_at <= results.as_of:
        return "date"
    return None


def _waits(experiment: Experiment, now: datetime) -> bool:
    return experiment.begins_at <= now and (experiment.looked_at is None or experiment.looked_at <= now - EVERY)
