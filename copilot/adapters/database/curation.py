"""Rules of search, flags of agents, and how often an article served."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.curation import article_flags, article_uses, search_rules
from copilot.adapters.database.transaction import Group, batches, equals, fields, mine
from copilot.domain.curation import ArticleUse, Flag, FlagState, RuleState, SearchRule
from copilot.domain.ports.curation import Served

_RULE = sa.select(*fields(search_rules, SearchRule)).where(mine(search_rules))
_FLAG = sa.select(*fields(article_flags, Flag)).where(mine(article_flags))
_COUNTED = (
    sa.select(article_uses.c.article_id, article_uses.c.what, article_uses.c.reason, sa.func.count().label("times"))
    .where(mine(article_uses), article_uses.c.at >= sa.bindparam("since"))
    .group_by(article_uses.c.article_id, article_uses.c.what, article_uses.c.reason)
)


class SqlCuration(Group):
    """The `Curation` port."""

    async def put_rule(self, rule: SearchRule) -> None:
        await self._db.put(search_rules, [rule.model_dump()])

    async def rule(self, rule_id: str) -> SearchRule | None:
        row = await self._db.row(_RULE.where(*equals(search_rules, "id")), id=rule_id)
        return None if row is None else SearchRule(**row)

    async def rules(self, states: Sequence[RuleState]) -> list[SearchRule]:
        """Newest first."""
        statement = _RULE.where(search_rules.c.state.in_(states)).order_by(search_rules.c.made_at.desc(), search_rules.c.id.desc())
        return [SearchRule(**row) for row in await self._db.rows(statement)]

    async def put_flag(self, flag: Flag) -> None:
        await self._db.put(article_flags, [flag.model_dump()])

    async def flag(self, flag_id: str) -> Flag | None:
        row = await self._db.row(_FLAG.where(*equals(article_flags, "id")), id=flag_id)
        return None if row is None else Flag(**row)

    async def flags(self, states: Sequence[FlagState], *, article_id: str = "", author: str = "", limit: int = 200) -> list[Flag]:
        """Newest first."""
        statement = _FLAG.where(article_flags.c.state.in_(states))
        if article_id:
            statement = statement.where(article_flags.c.article_id == article_id)
        if author:
            statement = statement.where(article_flags.c.author == author)
        statement = statement.order_by(article_flags.c.flagged_at.desc(), article_flags.c.id.desc()).limit(limit)
        return [Flag(**row) for row in await self._db.rows(statement)]

    async def put_uses(self, uses: Sequence[ArticleUse]) -> None:
        """Each once: the same use again is the same row."""
        rows = [use.model_dump() for use in uses]
        for some in batches(rows):
            await self._db.put(article_uses, some)

    async def served(self, since: datetime, weeks: Sequence[datetime], article_id: str = "") -> dict[str, Served]:
        """By article; `weeks` as of the port."""
        only = [article_uses.c.article_id == article_id] if article_id else []
        found: dict[str, dict[str, Any]] = defaultdict(lambda: {"reasons": {}, "disagreed": {}})
        for row in await self._db.rows(_COUNTED.where(*only), since=since):
            served, what, times = found[row["article_id"]], row["what"], row["times"]
            if what == "disagreed":
                served["disagreed"][row["reason"]] = times
                continue
            served[what] = served.get(what, 0) + times
            if row["reason"]:
                served["reasons"][row["reason"]] = served["reasons"].get(row["reason"], 0) + times
        if len(weeks) > 1:
            for row in await self._db.rows(_weekly(weeks).where(*only)):
                found[row.pop("article_id")]["weeks"] = tuple(int(row[f"w{n}"] or 0) for n in range(len(weeks) - 1))
        return {ident: Served(article_id=ident, **values) for ident, values in found.items()}


def _weekly(weeks: Sequence[datetime]) -> sa.Select[Any]:
    """How often each article was shown between the moments."""
    at = article_uses.c.at
    counts = [
        sa.func.sum(sa.case((sa.and_(at >= start, at < end), 1), else_=0)).label(f"w{n}") for n, (start, end) in enumerate(pairwise(weeks))
    ]
    shown = sa.select(article_uses.c.article_id, *counts).where(mine(article_uses), article_uses.c.what == "shown", at >= weeks[0])
    return shown.group_by(article_uses.c.article_id)
