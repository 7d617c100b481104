"""Cases and runs of quality."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.drafts import decisions, sent_texts, suggestions
from copilot.adapters.database.tables.quality import quality_cases, quality_runs
from copilot.adapters.database.transaction import Group, fields, mine, same
from copilot.domain.quality import FOUND, REWRITTEN, SENT_AS_DRAFTED, CaseState, Found, QualityCase, QualityRun

_CASE = sa.select(*fields(quality_cases, QualityCase)).where(mine(quality_cases))
_RUN = sa.select(*fields(quality_runs, QualityRun)).where(mine(quality_runs))
_COUNTED = sa.select(quality_cases.c.state, sa.func.count().label("n")).where(mine(quality_cases)).group_by(quality_cases.c.state)
_CHANGED = ("name", "state", "body", "decided_by", "note", "decided_at")
_WRONG = ("wrong_fact", "knowledge_wrong")
_DISTANCE = sa.func.coalesce(sent_texts.c.edit_distance, 1.0)
_HARVESTED = sa.exists().where(
    quality_cases.c.tenant_id == suggestions.c.tenant_id,
    quality_cases.c.origin == sa.literal("harvest:") + suggestions.c.id,
)
SAID_WRONG = sa.exists().where(
    same(decisions, "suggestion_id", suggestions), decisions.c.action == "dismissed", decisions.c.reason.in_(_WRONG)
)
_DISMISSED = sa.exists().where(same(decisions, "suggestion_id", suggestions), decisions.c.action == "dismissed")
_TAKEN = sa.exists().where(same(decisions, "suggestion_id", suggestions), decisions.c.action.in_(("used", "edited")))
_LEFT = sa.exists().where(same(sent_texts, "suggestion_id", suggestions))
_CHECKS = sa.cast(suggestions.c.checks, sa.Text)
_FLAGGED = sa.or_(*(_CHECKS.contains(written, autoescape=True) for written in ('"outcome":"flag"', '"outcome": "flag"')))
"""As SQLite's text and PostgreSQL's jsonb are written."""
FLAGGED_AND_TAKEN = sa.and_(_FLAGGED, sa.or_(_TAKEN, _LEFT))
_WAYS: dict[Found, tuple[sa.ColumnElement[bool], ...]] = {
    "said_wrong": (SAID_WRONG,),
    "flagged": (FLAGGED_AND_TAKEN,),
    "rewritten": (sa.exists().where(same(sent_texts, "suggestion_id", suggestions), sent_texts.c.edit_distance >= REWRITTEN),),
    "agreed": (
        sa.exists().where(same(sent_texts, "suggestion_id", suggestions), _DISTANCE <= SENT_AS_DRAFTED),
        ~_FLAGGED,
        ~_DISMISSED,
    ),
}


class SqlQuality(Group):
    """The `Quality` port."""

    async def add(self, case: QualityCase) -> bool:
        return await self._db.add_new(quality_cases, {**_row(case), "rank": _rank(case)})

    async def case(self, case_id: str) -> QualityCase | None:
        row = await self._db.row(_CASE.where(quality_cases.c.id == case_id))
        return None if row is None else QualityCase(**row)

    async def change(self, case: QualityCase) -> bool:
        """Name, body, state and decision of a candidate; False when somebody decided before."""
        which = mine(quality_cases), quality_cases.c.id == case.id, quality_cases.c.state == "candidate"
        values = {name: value for name, value in _row(case).items() if name in _CHANGED}
        return await self._db.run(sa.update(quality_cases).where(*which).values(**values)) == 1

    async def cases(self, states: Sequence[CaseState], limit: int = 200, after: str = "") -> list[QualityCase]:
        statement = _CASE.where(quality_cases.c.state.in_(states)).limit(limit)
        if after:
            statement = statement.where(quality_cases.c.id > after).order_by(quality_cases.c.id)
        else:
            newest_first = quality_cases.c.made_at.desc(), quality_cases.c.id.desc()
            statement = statement.order_by(quality_cases.c.rank, *newest_first)
        return [QualityCase(**row) for row in await self._db.rows(statement)]

    async def counts(self) -> dict[CaseState, int]:
        return {row["state"]: row["n"] for row in await self._db.rows(_COUNTED)}

    async def named(self, name: str) -> QualityCase | None:
        """Among those that are not rejected."""
        row = await self._db.row(_CASE.where(quality_cases.c.name == name, quality_cases.c.state != "rejected"))
        return None if row is None else QualityCase(**row)

    async def decided(self, found: Found, limit: int) -> list[str]:
        drafted = mine(suggestions), suggestions.c.state == "proposed", ~_HARVESTED
        newest_first = suggestions.c.created_at.desc(), suggestions.c.id.desc()
        statement = sa.select(suggestions.c.id).where(*drafted, *_WAYS[found]).order_by(*newest_first).limit(limit)
        return await self._db.column(statement)

    async def put_run(self, run: QualityRun) -> None:
        """Upsert by name."""
        await self._db.run(sa.delete(quality_runs).where(mine(quality_runs), quality_runs.c.name == run.name))
        await self._db.add(quality_runs, [run.model_dump()])

    async def runs(self, limit: int = 50) -> list[QualityRun]:
        statement = _RUN.order_by(quality_runs.c.made_at.desc(), quality_runs.c.id.desc()).limit(limit)
        return [QualityRun(**row) for row in await self._db.rows(statement)]


def _row(case: QualityCase) -> dict[str, Any]:
    return case.model_dump()


def _rank(case: QualityCase) -> int:
    """What a person marked comes first, then what is dangerous."""
    return 0 if case.found is None else 1 + FOUND.index(case.found)
