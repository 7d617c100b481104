"""Prompt and model experiments: started with a reason, widened, stopped by hand; and what they came to."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import Field

from copilot.domain.base import Frozen, Instant, new_id
from copilot.domain.errors import Conflict, Invalid, NotFound
from copilot.domain.experiments import MOST_SHARE, Experiment, ExperimentState, Over, Results
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.domain.suggestion import KindName
from copilot.graph.draft import Drafter
from copilot.kinds import CATALOGUE, by_name
from copilot.measures import experiments as measures
from copilot.services.conversations.reading import actor

LONGEST: Final = 60_000
"""Characters of one prompt file."""
DRAWN: Final = tuple(kind.name for kind in CATALOGUE if kind.prompt)
"""Kinds that a model drafts, so that something can be tried."""


class Started(Frozen):
    """An experiment as it is asked for. `prompts`: texts of prompt files by name."""

    name: str = Field(min_length=3, max_length=120)
    reason: str = Field(min_length=10, max_length=1_000)
    kinds: tuple[KindName, ...] = Field(min_length=1)
    prompts: dict[str, str] = Field(default_factory=dict)
    model: str = ""
    share: float = Field(gt=0, le=MOST_SHARE)
    conversations: int = Field(ge=50, le=1_000_000)
    budget_microusd: int = Field(default=0, ge=0)
    begins_at: Instant | None = None
    ends_at: Instant | None = None


@dataclass(frozen=True)
class Experiments:
    """One experiment at a time for a kind. `models`: those that may be tried."""

    database: Database
    drafter: Drafter
    models: tuple[str, ...]
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def start(self, caller: Caller, given: Started) -> Experiment:
        """Raises Invalid for a variant that could not draft, Conflict while another experiment has one of the kinds."""
        self._check(given)
        now = self.clock()
        begins = given.begins_at or now
        if given.ends_at is not None and given.ends_at <= max(begins, now):
            raise Invalid("It would end before it begins.", todo="Give a later end, or none.")
        plan = given.model_dump() | {"begins_at": begins, "name": given.name.strip(), "reason": given.reason.strip()}
        made = Experiment(id=new_id(), salt=secrets.token_hex(32), made_by=caller.who, made_at=now, **plan)
        async with self.database.write(caller.tenant_id) as records:
            _alone(made, await records.experiments.running())
            await records.experiments.add(made)
            await self._note(records, made, actor(caller), "quality.experiment_started")
        self.wake(caller.tenant_id)
        return made

    async def all(self, tenant: str) -> list[Experiment]:
        """Newest first."""
        async with self.database.read(tenant) as records:
            return await records.experiments.all()

    async def get(self, tenant: str, experiment_id: str) -> Experiment:
        """With its results as of now, while it runs. Raises NotFound."""
        async with self.database.read(tenant) as records:
            found = await _experiment(records, experiment_id)
        return found if found.state != "running" else found.model_copy(update={"results": await self.measured(tenant, found)})

    async def widen(self, caller: Caller, experiment_id: str, share: float) -> Experiment:
        """More conversations get the variant; those that have it keep it."""
        if not 0 < share <= MOST_SHARE:
            raise Invalid(f"{share:.0%} of the conversations cannot be tried on.", todo=f"At most {MOST_SHARE:.0%}.")
        async with self.database.write(caller.tenant_id) as records:
            before = await _running(records, experiment_id)
            if share < before.share:
                raise Conflict("A smaller share would take the variant from conversations that have it.", todo="Stop it and start another.")
            if await records.experiments.widen(experiment_id, share):
                await self._note(records, before.model_copy(update={"share": share}), actor(caller), "quality.experiment_widened")
            found = await _experiment(records, experiment_id)
        self.wake(caller.tenant_id)
        return found

    async def stop(self, caller: Caller, experiment_id: str, note: str = "") -> Experiment:
        """At once: the next draft of every conversation is the control's. Raises Conflict when it is over."""
        async with self.database.read(caller.tenant_id) as records:
            before = await _running(records, experiment_id)
        results = await self.measured(caller.tenant_id, before)
        return await self.finish(caller.tenant_id, before, "hand", results, by=caller.who, told=actor(caller), note=note.strip())

    async def measured(self, tenant: str, experiment: Experiment) -> Results:
        """As of now."""
        async with self.database.read(tenant) as records:
            outcomes = await records.experiments.outcomes(experiment.id)
        return await asyncio.to_thread(measures.results, experiment, outcomes, self.clock())

    async def finish(
        self, tenant: str, experiment: Experiment, over: Over, results: Results, *, by: str = "", told: str = "", note: str = ""
    ) -> Experiment:
        """Raises Conflict when somebody was first."""
        now = self.clock()
        state: ExperimentState = "stopped" if over in ("harm", "hand") else "ended"
        last = {"state": state, "over": over, "over_at": now, "over_by": by, "note": note, "looked_at": now, "results": results}
        done = experiment.model_copy(update=last)
        async with self.database.write(tenant) as records:
            if not await records.experiments.finish(done):
                raise _over()
            await self._note(records, done, told, f"quality.experiment_{state}")
        self.wake(tenant)
        return done

    async def _note(self, records: Records, experiment: Experiment, told: str, event: str) -> None:
        data = {"name": experiment.name, "kinds": list(experiment.kinds), "share": experiment.share, "over": experiment.over}
        await records.log.event(event, subject_id=experiment.id, actor=told, data=data)

    def _check(self, given: Started) -> None:
        """Whether the variant can draft, and differs from what runs."""
        if not self.drafter.models.configured:
            raise Conflict("No language model is set, so there is nothing to try.", todo="Ask the operator to set COPILOT_MODEL.")
        for kind in given.kinds:
            if kind not in DRAWN:
                raise Invalid(f"No model drafts the kind {kind}.", todo=f"Choose from {', '.join(DRAWN)}.")
        if given.model and given.model not in self.models:
            raise Invalid(
                f"The model {given.model!r} may not be tried here.",
                todo=f"Choose from {', '.join(self.models)}, or ask the operator to name it in COPILOT_EXPERIMENT_MODELS.",
            )
        self._check_prompts(given)
        if not given.prompts and given.model in ("", self.drafter.models.configured):
            raise Invalid("The variant is what runs already.", todo="Give other prompts, another model, or both.")

    def _check_prompts(self, given: Started) -> None:
        used = {by_name(kind).prompt: kind for kind in given.kinds}
        for name, text in given.prompts.items():
            if name not in used:
                raise Invalid(f"None of the kinds is drafted with the prompt {name!r}.", todo=f"Send only: {', '.join(map(str, used))}.")
            if len(text) > LONGEST:
                raise Invalid(f"{name}.md has {len(text)} characters.", todo=f"At most {LONGEST} are read.")
        self.drafter.prompts.instead(given.prompts)
        for name, text in given.prompts.items():
            asks_for(name, text, by_name(used[name]).answer)


def asks_for(name: str, text: str, answer: type | None) -> None:
    """A prompt that never names a field of the answer gets answers that do not fit. Raises Invalid."""
    missing = [field for field in getattr(answer, "model_fields", {}) if f"`{field}`" not in text]
    if missing:
        raise Invalid(
            f"{name}.md never names {', '.join(f'`{field}`' for field in missing)} of the answer.",
            todo="Say in the system part what the model has to write into each of them.",
        )


def _alone(made: Experiment, running: Sequence[Experiment]) -> None:
    for other in running:
        both = [kind for kind in made.kinds if kind in other.kinds]
        if both:
            raise Conflict(f"“{other.name}” is being tried on {', '.join(both)}.", todo="Stop it, wait for its end, or choose other kinds.")


async def _experiment(records: Records, experiment_id: str) -> Experiment:
    found = await records.experiments.get(experiment_id)
    if found is None:
        raise NotFound(f"There is no experiment {experiment_id!r}.", todo="List the experiments.")
    return found


async def _running(records: Records, experiment_id: str) -> Experiment:
    found = await _experiment(records, experiment_id)
    if found.state != "running":
        raise _over()
    return found


def _over() -> Conflict:
    return Conflict("This experiment is over.", todo="Reload the page; what it came to stands there.")
