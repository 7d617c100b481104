"""Recalls: who was told what turned out wrong, and what became of the corrections."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.tables.drafts import sent_texts, suggestions
from copilot.adapters.database.tables.knowledge import articles
from copilot.adapters.database.tables.people import customers
from copilot.adapters.database.tables.recalls import recall_cases, recalls
from copilot.adapters.database.tables.talk import conversations, messages
from copilot.adapters.database.transaction import Group, fields, mine, same
from copilot.domain.recalls import CaseRow, CaseState, Progress, Recall, RecallCase, SentWords

_RECALL = sa.select(*fields(recalls, Recall)).where(mine(recalls))
_CASE = sa.select(*fields(recall_cases, RecallCase)).where(mine(recall_cases))
_LISTED = (
    sa.select(
        *fields(recall_cases, RecallCase),
        *(column.label(f"recall__{column.name}") for column in fields(recalls, Recall)),
        sa.func.coalesce(articles.c.title, recalls.c.article_id).label("article_title"),
        conversations.c.external_id.label("conversation_ref"),
        conversations.c.channel,
        conversations.c.assignee,
        customers.c.name.label("customer_name"),
    )
    .select_from(
        recall_cases.join(recalls, same(recall_cases, "recall_id", recalls))
        .join(conversations, same(recall_cases, "conversation_id", conversations))
        .outerjoin(customers, same(recall_cases, "customer_id", customers))
        .outerjoin(articles, same(recalls, "article_id", articles))
    )
    .where(mine(recall_cases))
    .order_by(recall_cases.c.sure.desc(), recall_cases.c.told_at, recall_cases.c.id)
)
_SENT = (
    sa.select(
        sent_texts.c.id,
        sent_texts.c.conversation_id,
        sent_texts.c.message_id,
        conversations.c.customer_id,
        sent_texts.c.user_id,
        messages.c.author_id,
        sent_texts.c.text,
        sent_texts.c.sent_at,
        suggestions.c.citations,
    )
    .select_from(
        sent_texts.join(conversations, same(sent_texts, "conversation_id", conversations))
        .join(messages, same(sent_texts, "message_id", messages))
        .outerjoin(suggestions, same(sent_texts, "suggestion_id", suggestions))
    )
    .where(mine(sent_texts), sent_texts.c.sent_at >= sa.bindparam("since"), sent_texts.c.id > sa.bindparam("after"))
    .where(messages.c.deleted_at.is_(None))
    .order_by(sent_texts.c.id)
    .limit(sa.bindparam("limit"))
)


class SqlRecalls(Group):
    """The `Recalls` port."""

    async def add(self, recall: Recall, cases: Sequence[RecallCase]) -> None:
        await self._db.add(recalls, [recall.model_dump()])
        await self._db.add(recall_cases, [case.model_dump() for case in cases])

    async def get(self, recall_id: str) -> Recall | None:
        row = await self._db.row(_RECALL.where(recalls.c.id == recall_id))
        return None if row is None else Recall(**row)

    async def all(self, limit: int = 200) -> list[Recall]:
        statement = _RECALL.order_by(recalls.c.made_at.desc(), recalls.c.id.desc()).limit(limit)
        return [Recall(**row) for row in await self._db.rows(statement)]

    async def close(self, recall_id: str, at: datetime) -> None:
        await self._db.run(sa.update(recalls).where(mine(recalls), recalls.c.id == recall_id).values(closed_at=at))

    async def progress(self, recall_ids: Sequence[str]) -> dict[str, Progress]:
        counted = sa.select(recall_cases.c.recall_id, recall_cases.c.sure, recall_cases.c.state, sa.func.count().label("n"))
        statement = counted.where(mine(recall_cases), recall_cases.c.recall_id.in_(recall_ids))
        found: dict[str, dict[str, int]] = {ident: {} for ident in recall_ids}
        for row in await self._db.rows(statement.group_by(recall_cases.c.recall_id, recall_cases.c.sure, recall_cases.c.state)):
            counts = found[row["recall_id"]]
            for name in ("told" if row["sure"] else "may_be", row["state"]):
                counts[name] = counts.get(name, 0) + row["n"]
        return {ident: Progress(**counts) for ident, counts in found.items()}

    async def cases(self, recall_id: str) -> list[CaseRow]:
        return [_listed(row) for row in await self._db.rows(_LISTED.where(recall_cases.c.recall_id == recall_id))]

    async def open_cases(self) -> list[CaseRow]:
        return [_listed(row) for row in await self._db.rows(_LISTED.where(recall_cases.c.state == "open"))]

    async def case(self, case_id: str) -> RecallCase | None:
        row = await self._db.row(_CASE.where(recall_cases.c.id == case_id))
        return None if row is None else RecallCase(**row)

    async def open_of(self, conversation_id: str) -> list[RecallCase]:
        statement = _CASE.where(recall_cases.c.conversation_id == conversation_id, recall_cases.c.state == "open")
        return [RecallCase(**row) for row in await self._db.rows(statement.order_by(recall_cases.c.told_at, recall_cases.c.id))]

    async def settle(self, case_id: str, state: CaseState, note: str, at: datetime) -> bool:
        statement = sa.update(recall_cases).where(mine(recall_cases), recall_cases.c.id == case_id, recall_cases.c.state == "open")
        return await self._db.run(statement.values(state=state, note=note, changed_at=at)) == 1

    async def sent_since(self, since: datetime, after: str = "", limit: int = 500) -> list[tuple[str, SentWords]]:
        rows = await self._db.rows(_SENT, since=since, after=after, limit=limit)
        return [(row.pop("id"), _sent(row)) for row in rows]


def _sent(row: dict[str, Any]) -> SentWords:
    sources = tuple(citation["source"] for citation in row.pop("citations") or ())
    return SentWords(author=row.pop("author_id") or "", sources=sources, **row)


def _listed(row: dict[str, Any]) -> CaseRow:
    recall = {name: row.pop(f"recall__{name}") for name in Recall.model_fields}
    shown = {name: row.pop(name) or "" for name in ("conversation_ref", "channel", "assignee", "customer_name")}
    return CaseRow(recall=Recall(**recall), title=row.pop("article_title"), case=RecallCase(**row), **shown)
