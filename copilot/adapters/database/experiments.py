"""Experiments, and what became of their drafts."""

from datetime import datetime

import sqlalchemy as sa

from copilot.adapters.database.tables.drafts import decisions, sent_texts, suggestions, turns
from copilot.adapters.database.tables.experiments import experiments
from copilot.adapters.database.transaction import Group, equals, fields, mine, same
from copilot.domain.experiments import Experiment, Outcome, Results

_ROW = sa.select(*fields(experiments, Experiment)).where(mine(experiments))
_RUNNING = _ROW.where(experiments.c.state == "running").order_by(experiments.c.made_at, experiments.c.id)
_FINISHED = ("state", "over", "over_at", "over_by", "note", "looked_at", "results")
_SENT = sa.exists().where(same(sent_texts, "suggestion_id", suggestions))
_DECIDED = sa.exists().where(same(decisions, "suggestion_id", suggestions))
_TAKEN = sa.exists().where(same(decisions, "suggestion_id", suggestions), decisions.c.action.in_(("used", "edited")))
_CHANGED = sa.select(sa.func.min(sent_texts.c.edit_distance)).where(same(sent_texts, "suggestion_id", suggestions)).scalar_subquery()
_OUTCOMES = (
    sa.select(
        *(
            suggestions.c[name]
            for name in ("turn_id", "kind", "arm", "state", "producer", "model", "prompt", "cost_microusd", "latency_ms")
        ),
        turns.c.conversation_id,
        suggestions.c.usage,
        # Quotation marks inside a check's own words are escaped, so this is found only where a verdict stands.
        sa.cast(suggestions.c.checks, sa.Text).contains('"flag"').label("flagged"),
        sa.or_(sa.not_(turns.c.is_current), _DECIDED, _SENT).label("settled"),
        sa.or_(_TAKEN, _SENT).label("used"),
        _CHANGED.label("changed"),
    )
    .join(turns, same(suggestions, "turn_id", turns))
    .where(*equals(suggestions, "experiment_id"))
    .order_by(turns.c.conversation_id, suggestions.c.turn_id, suggestions.c.kind, suggestions.c.variant)
)


class SqlExperiments(Group):
    """The `Experiments` port."""

    async def add(self, experiment: Experiment) -> None:
        await self._db.add(experiments, [{name: getattr(experiment, name) for name in Experiment.model_fields}])

    async def get(self, experiment_id: str) -> Experiment | None:
        row = await self._db.row(_ROW.where(experiments.c.id == experiment_id))
        return None if row is None else Experiment(**row)

    async def running(self) -> list[Experiment]:
        """Oldest first; also those that have yet to begin."""
        return [Experiment(**row) for row in await self._db.rows(_RUNNING)]

    async def all(self, limit: int = 200) -> list[Experiment]:
        """Newest first."""
        statement = _ROW.order_by(experiments.c.made_at.desc(), experiments.c.id.desc()).limit(limit)
        return [Experiment(**row) for row in await self._db.rows(statement)]

    async def widen(self, experiment_id: str, share: float) -> bool:
        """False when it does not run, or its share is not smaller."""
        return await self._change(experiment_id, experiments.c.share < share, share=share)

    async def looked(self, experiment_id: str, at: datetime, results: Results) -> bool:
        """Note a look at one that runs; False when it is over."""
        return await self._change(experiment_id, looked_at=at, results=results)

    async def finish(self, experiment: Experiment) -> bool:
        """State, reason and last results; False when it was over before."""
        return await self._change(experiment.id, **{name: getattr(experiment, name) for name in _FINISHED})

    async def outcomes(self, experiment_id: str) -> list[Outcome]:
        """Every stored draft, in the order of conversations and turns."""
        found = []
        for row in await self._db.rows(_OUTCOMES, experiment_id=experiment_id):
            usage = row.pop("usage")
            tokens = {name: usage.get(name, 0) for name in ("input_tokens", "output_tokens")}
            found.append(Outcome(**row, **tokens))
        return found

    async def _change(self, experiment_id: str, *conditions: sa.ColumnElement[bool], **values: object) -> bool:
        runs = mine(experiments), experiments.c.id == experiment_id, experiments.c.state == "running", *conditions
        return await self._db.run(sa.update(experiments).where(*runs).values(**values)) == 1
