"""Topics: open gaps that ask for the same thing, counted, with what colleagues answered; and an editor's word that one is none."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from copilot.domain.case import Gap
from copilot.domain.conversation import Channel, Conversation
from copilot.domain.errors import Conflict, Invalid, NotFound
from copilot.domain.ports.gaps import Ending
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.ports.search import Vectors
from copilot.domain.staff import Caller
from copilot.domain.topics import NearArticle, Topic, Topics, gaps_of
from copilot.retrieval import clustering
from copilot.services.conversations.reading import actor
from copilot.services.gaps.answers import answers_of
from copilot.services.gaps.closing import MOST, GapClosing, vectors_of
from copilot.services.gaps.history import LOOKING
from copilot.services.quality.anonymous import without_numbers

WEEKS = 8
WORDINGS = 6
"""Other wordings shown."""
NEAREST = 3
QUOTED = 500
"""Gaps that are named as sources of these words; beyond that the words are everybody's."""
FILLED = 128
"""Questions that get their vector while somebody waits for the list; the rest gets it in the background."""
ASIDE = 500
"""Questions set aside that new ones are compared with, the latest."""

Found = tuple[list[Gap], Vectors, list[tuple[int, ...]]]
"""(open gaps, their vectors, the members of each topic by their place, the central first)."""


@dataclass(frozen=True)
class GapTopics:
    """Reads topics, and sets them aside. Nothing but ids is kept between two looks."""

    database: Database
    closing: GapClosing
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]
    _known: dict[str, tuple[int, list[tuple[int, ...]]]] = field(default_factory=dict)
    """Tenant → (what was clustered, the result)."""

    @property
    def encoder(self) -> str:
        return self.closing.judging.embedder.version

    async def page(self, tenant: str, offset: int = 0, limit: int = 20) -> Topics:
        """The most asked first; of equals the one whose questions are most alike, and of those asked once the latest."""
        await self.closing.fill(tenant, FILLED)
        gaps, vectors, groups = await self._found(tenant)
        part = groups[offset : offset + limit]
        async with self.database.read(tenant) as records:
            _, waiting = await records.gaps.counts(self.encoder)
            looking = bool(await records.admin.state(LOOKING))
            begun = await records.editing.drafts(("draft", "in_review", "approved"))
            drafts = {ident: draft.id for draft in begun for ident in gaps_of(draft.origin)}
            topics = [await self._topic(records, [gaps[i] for i in members], drafts) for members in part]
            aside = await records.gaps.set_aside(self.encoder, ASIDE)
        notes = await self._set_aside_before([gaps[m[0]] for m in part], vectors[[m[0] for m in part]], aside) if part and aside else {}
        shown = tuple(topic.model_copy(update={"set_aside": notes.get(topic.id, "")}) for topic in topics)
        more = offset + limit if offset + limit < len(groups) else 0
        return Topics(topics=shown, total=len(groups), gaps=len(gaps), waiting=waiting, looking=looking, next=more)

    async def members(self, tenant: str, gap_id: str) -> list[Gap]:
        """The open gaps of the topic that this gap belongs to, the central first. Raises NotFound, and Conflict when it is closed."""
        async with self.database.read(tenant) as records:
            gap = await records.gaps.get(gap_id)
        if gap is None:
            raise NotFound(f"There is no gap {gap_id!r}.", todo="List the topics again.")
        if gap.closed_at is not None:
            raise Conflict("This gap is closed.", todo="List the topics again.")
        await self.closing.fill(tenant, FILLED)
        gaps, _, groups = await self._found(tenant)
        return next(([gaps[i] for i in members] for members in groups if any(gaps[i].id == gap_id for i in members)), [gap])

    async def topic(self, tenant: str, gap_id: str) -> Topic:
        """The whole topic of a gap, as `page` shows it."""
        members = await self.members(tenant, gap_id)
        async with self.database.read(tenant) as records:
            return await self._topic(records, members, {})

    async def set_aside(self, caller: Caller, gap_id: str, reason: str) -> list[str]:
        """It is no gap: the whole topic is closed with the reason. The ids that were closed."""
        if not reason.strip():
            raise Invalid("The reason is missing.", todo="Say in a few words why articles need not answer this.")
        members = await self.members(caller.tenant_id, gap_id)
        by = actor(caller)
        ending = Ending(as_="not_a_gap", by=by, at=self.clock(), note=self.privacy.cut(reason.strip()))
        async with self.database.write(caller.tenant_id) as records:
            closed = await records.gaps.close([gap.id for gap in members], ending)
            for ident in closed:
                await records.log.event("gap.closed", subject_id=ident, actor=by, data={"as": "not_a_gap"})
        self.wake(caller.tenant_id)
        return closed

    async def _found(self, tenant: str) -> Found:
        async with self.database.read(tenant) as records:
            held = await records.gaps.open(self.encoder, MOST)
        gaps = [gap for gap, _ in held]
        if not gaps:
            return [], np.zeros((0, 0), dtype=np.float32), []
        vectors = vectors_of([vector for _, vector in held])
        mark = hash((self.encoder, tuple((gap.id, gap.question) for gap in gaps)))
        known = self._known.get(tenant)
        if known is None or known[0] != mark:
            made = await asyncio.to_thread(clustering.cluster, [gap.question for gap in gaps], vectors)
            known = (mark, [one.members for one in made])
            self._known[tenant] = known
        return gaps, vectors, known[1]

    async def _topic(self, records: Records, members: Sequence[Gap], drafts: dict[str, str]) -> Topic:
        central, now = members[0], self.clock()
        newest = sorted(members, key=lambda gap: gap.opened_at, reverse=True)
        talks = await records.conversations.several(list({gap.conversation_id for gap in members if gap.conversation_id}))
        said = list(dict.fromkeys([central.question, *(gap.question for gap in newest[: 3 * WORDINGS])]))
        bare = await asyncio.to_thread(lambda: {text: without_numbers(text, self.privacy) for text in said})
        shown = list(dict.fromkeys(bare.values()))[: 1 + WORDINGS]
        return Topic(
            id=central.id,
            question=shown[0],
            count=len(members),
            gap_ids=tuple(gap.id for gap in members),
            questions=tuple(shown[1:]),
            quoted=tuple(gap.id for gap in members if bare.get(gap.question) in shown)[:QUOTED],
            channels=_channels(members, talks),
            causes=dict(Counter(gap.cause for gap in members).most_common()),
            first_at=newest[-1].opened_at,
            last_at=newest[0].opened_at,
            weeks=weeks([gap.opened_at for gap in members], now),
            answers=await answers_of(records, newest, self.privacy, now),
            nearest=await _nearest(records, members),
            draft_id=next((drafts[gap.id] for gap in members if gap.id in drafts), ""),
        )

    async def _set_aside_before(self, central: Sequence[Gap], vectors: Vectors, aside: Sequence[tuple[Gap, bytes]]) -> dict[str, str]:
        """Topic → why the same was set aside."""
        texts, held = [gap.question for gap, _ in aside], vectors_of([vector for _, vector in aside])
        found = {}
        for gap, vector in zip(central, vectors, strict=True):
            similar = await asyncio.to_thread(clustering.alike, texts, held, gap.question, vector)
            best = int(similar.argmax())
            if similar[best] >= clustering.NEAR:
                found[gap.id] = aside[best][0].note or ""
        return found


def weeks(asked: Sequence[datetime], now: datetime) -> tuple[int, ...]:
    """How many were asked in each of the last weeks, oldest first."""
    counts = [0] * WEEKS
    for moment in asked:
        back = (now - moment) // timedelta(weeks=1)
        if back < WEEKS:
            counts[WEEKS - 1 - max(0, back)] += 1
    return tuple(counts)


def _channels(members: Sequence[Gap], talks: dict[str, Conversation]) -> dict[Channel, int]:
    return dict(Counter(talks[gap.conversation_id].channel for gap in members if gap.conversation_id in talks).most_common())


async def _nearest(records: Records, members: Sequence[Gap]) -> tuple[NearArticle, ...]:
    """What search found, most often first."""
    counted = Counter(ident for gap in members for ident in gap.article_ids[:NEAREST])
    ids = [ident for ident, _ in counted.most_common(NEAREST)]
    articles = await records.articles.many(ids)
    return tuple(NearArticle(article_id=ident, title=articles[ident].title) for ident in ids if ident in articles)
