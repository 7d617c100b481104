"""How articles serve: events folded into uses. Off the path of any customer; it can be made again from the record at any time."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from copilot.domain.case import Event
from copilot.domain.curation import ArticleUse, Use
from copilot.domain.ports.records import Database, Records
from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn

CURSOR = "uses"
"""The state that holds the last event that was folded."""
BATCH = 200
ENOUGH = 500
"""Events that may wait before they are folded without anybody asking."""
FOLD = "fold_uses"
"""The durable job; its subject is the event it starts behind."""
TYPES = ("evidence.ready", "suggestion.ready", "suggestion.decided", "message.sent")


@dataclass(frozen=True)
class Usage:
    """Reads each event once, in order, and notes which articles took part."""

    database: Database
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def due(self, _: object) -> list[tuple[str, str, str]]:
        """(job, tenant, event) of tenants that are far behind."""
        found = []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                behind = int(await records.admin.state(CURSOR) or 0)
                if await records.log.last_event() - behind >= ENOUGH:
                    found.append((FOLD, tenant, str(behind)))
        return found

    async def run(self, tenant: str, _: str) -> None:
        """The durable job: safe to run again at any point."""
        await self.fold(tenant)

    async def fold(self, tenant: str) -> None:
        """Come up to the last event. A use is noted once, however often it is folded."""
        async with self._locks.setdefault(tenant, asyncio.Lock()):
            while await self._some(tenant):
                pass

    async def _some(self, tenant: str) -> bool:
        async with self.database.read(tenant) as records:
            behind = int(await records.admin.state(CURSOR) or 0)
            events = await records.log.events(behind, limit=BATCH)
            uses = await _uses(records, [event for event in events if event.type in TYPES and event.subject_id])
        if not events:
            return False
        async with self.database.write(tenant) as records:
            await records.curation.put_uses(uses)
            await records.admin.put_state(CURSOR, str(events[-1].id))
        return True


async def _uses(records: Records, events: Sequence[Event]) -> list[ArticleUse]:
    found: dict[tuple[str, str, str], ArticleUse] = {}
    for event in events:
        for use in await _of_event(records, event):
            found.setdefault((use.article_id, use.what, use.subject_id), use)
    return list(found.values())


async def _of_event(records: Records, event: Event) -> list[ArticleUse]:
    if event.type == "evidence.ready":
        stored = await records.turns.get(event.subject_id)
        return _of_turn(event, stored.turn) if stored and stored.turn else []
    suggestion = await records.suggestions.get(event.subject_id)
    if suggestion is None:
        return []
    cited = articles_of(suggestion)
    if event.type == "suggestion.ready":
        return _made(event, "cited", cited)
    if event.type == "message.sent":
        return _made(event, "sent", cited)
    return _made(event, event.data["action"], cited, str(event.data.get("reason") or ""))


def _of_turn(event: Event, turn: Turn) -> list[ArticleUse]:
    shown = _made(event, "shown", (hit.article_id for hit in turn.evidence.passages))
    against = list(dict.fromkeys(ident.partition("~")[0] for ident in turn.evidence.coverage.conflict))
    if len(against) == 2:
        shown += _made(event, "disagreed", against[:1], against[1]) + _made(event, "disagreed", against[1:], against[0])
    return shown


def _made(event: Event, what: Use, articles: Iterable[str], reason: str = "") -> list[ArticleUse]:
    told = {"what": what, "subject_id": event.subject_id, "reason": reason, "at": event.at}
    return [ArticleUse.model_validate({"article_id": ident} | told) for ident in dict.fromkeys(articles)]


def articles_of(suggestion: Suggestion) -> list[str]:
    """The articles whose passages a draft cites, in order."""
    passages = (citation.source.partition(":")[2] for citation in suggestion.citations if citation.source.startswith("passage:"))
    return list(dict.fromkeys(passage.partition("~")[0] for passage in passages))
