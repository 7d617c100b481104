"""Try before publish: the latest real turns are asked again, with a draft in the place of what is published. Nothing is stored."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np

from copilot.domain.base import Frozen, Instant
from copilot.domain.editing import ArticleDraft
from copilot.domain.knowledge import Article, Hit, Passage
from copilot.domain.ports.records import Database
from copilot.domain.ports.search import LexicalIndex, VectorIndex, Vectors
from copilot.domain.staff import Caller
from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn
from copilot.graph.case import Knowledge
from copilot.retrieval.contradictions import conflicts
from copilot.retrieval.overlay import TriedPassages, TriedVectors
from copilot.retrieval.passages import passage_text_for_index, split
from copilot.retrieval.query import SearchQuery
from copilot.retrieval.search import Search
from copilot.services.gaps.closing import GapClosing
from copilot.services.gaps.judging import Judged, Judging
from copilot.services.gaps.opening import question_of
from copilot.services.knowledge.editing import Editing

MOST = 500
"""Turns that are asked again at most."""
SHOWN = 3
"""Hits that are shown of each side."""
GAPS = 60
"""Open gaps that are asked, the nearest to the draft."""
AT_ONCE = 4
INDEXED = ("title", "heading", "text", "locale")

Effect = Literal["answers", "silences", "leads", "falls", "enters", "leaves", "rewritten", "reorders"]
"""answers: covered only with the draft. silences: covered only without. leads, falls: the article becomes the first source, or is it no
longer. enters, leaves: it is among the sources, or no longer. rewritten: the same sources, another text. reorders: the rest."""


class Source(Frozen):
    """A passage that was found."""

    article_id: str
    title: str
    heading: str
    passage_id: str
    score: float


class Side(Frozen):
    """What a turn finds."""

    covered: bool
    score: float
    sources: tuple[Source, ...]


class Change(Frozen):
    """A turn that would find something else. `disturbs`: why a good answer would have stood on something else; empty when none does."""

    turn_id: str
    conversation_id: str
    question: str
    asked_at: Instant
    effect: Effect
    before: Side
    after: Side
    disturbs: str = ""


class Closing(Frozen):
    """An open gap that the draft would cover."""

    gap_id: str
    question: str
    score: float


class Tried(Frozen):
    """What publishing would change. `turns`: asked; those that are not in `changes` find the same."""

    draft_id: str
    version: int
    turns: int
    changes: tuple[Change, ...]
    closes: tuple[Closing, ...]
    took_ms: float

    @property
    def disturbed(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.disturbs)


@dataclass(frozen=True)
class Overlay:
    """Search over knowledge as it would be."""

    engine: Search
    knowledge: Knowledge
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Trying:
    """Tries drafts."""

    database: Database
    editing: Editing
    judging: Judging
    closing: GapClosing
    vectors: VectorIndex
    lexical: LexicalIndex
    clock: Callable[[], datetime]

    async def run(self, caller: Caller, draft_id: str, turns: int = 100) -> Tried:
        """Ask the latest `turns` again, and the open gaps nearest to the draft. Raises NotFound without the draft."""
        started = time.perf_counter()
        draft = await self.editing.draft(caller.tenant_id, draft_id)
        async with self.database.read(caller.tenant_id) as records:
            recent = await records.turns.recent(turns)
            taken = await records.suggestions.taken([turn.id for turn in recent])
        async with self.overlay(caller.tenant_id, draft.article) as overlay:
            changes = await self._changes(caller.tenant_id, draft, overlay, recent, taken)
            closes = await self._closes(caller.tenant_id, draft, overlay)
        ranked = sorted(changes, key=lambda change: (not change.disturbs, change.effect not in ("answers", "silences")))
        spent = (time.perf_counter() - started) * 1000
        return Tried(
            draft_id=draft.id,
            version=draft.version,
            turns=len(recent),
            changes=tuple(ranked),
            closes=tuple(closes),
            took_ms=round(spent, 1),
        )

    @asynccontextmanager
    async def overlay(self, tenant: str, article: Article) -> AsyncIterator[Overlay]:
        """Search as it would be with this article published (or archived, as its status says)."""
        async with self.database.read(tenant) as records:
            present = await records.articles.get(article.id)
        old = _pieces(present)
        new = _pieces(article)
        removed = [ident for ident, passage in old.items() if ident not in new or _differs(passage, new[ident])]
        added = [passage for ident, passage in new.items() if ident not in old or _differs(old[ident], passage)]
        words = await self.lexical.fork(tenant)
        try:
            await words.replace(tenant, removed, added)
            vectors = TriedVectors(self.vectors, removed, await self._encoded(added))
            knowledge = TriedPassages(self.judging.reader(tenant), article, list(old), list(new.values()))
            yield Overlay(self.judging.engine.over(vectors, words), knowledge, tuple(new.values()))
        finally:
            await asyncio.to_thread(words.close)

    async def _encoded(self, added: Sequence[Passage]) -> dict[str, Vectors]:
        if not added:
            return {}
        encoded = await self.judging.embedder.encode([passage_text_for_index(passage) for passage in added])
        return {passage.id: np.asarray(encoded[i]) for i, passage in enumerate(added)}

    async def _changes(
        self, tenant: str, draft: ArticleDraft, overlay: Overlay, recent: Sequence[Turn], taken: Sequence[Suggestion]
    ) -> list[Change]:
        used: dict[str, list[Suggestion]] = {}
        for suggestion in taken:
            used.setdefault(suggestion.turn_id, []).append(suggestion)
        room = asyncio.Semaphore(AT_ONCE)

        async def one(turn: Turn) -> Change | None:
            async with room:
                return await self._change(tenant, draft, overlay, turn, used.get(turn.id, ()))

        return [change for change in await asyncio.gather(*map(one, recent)) if change is not None]

    async def _change(self, tenant: str, draft: ArticleDraft, overlay: Overlay, turn: Turn, used: Sequence[Suggestion]) -> Change | None:
        """None when it finds the same, or when its conversation was erased meanwhile."""
        async with self.database.read(tenant) as records:
            talk = await records.conversations.find(turn.conversation_id)
            case = await self.judging.case(records, talk, turn.as_of) if talk is not None else None
        if talk is None or case is None:
            return None
        asked = await self.judging.asked(case)
        before = await self.judging.turn(case, asked)
        after = await self.judging.turn(case, asked, overlay.engine, overlay.knowledge)
        effect = effect_of(before, after, draft.article.id)
        if effect is None:
            return None
        return Change(
            turn_id=turn.id,
            conversation_id=talk.external_id,
            question=question_of(turn),
            asked_at=turn.waiting[-1].sent_at if turn.waiting else turn.as_of,
            effect=effect,
            before=_side(before),
            after=_side(after),
            disturbs=disturbs(before.hits, after.hits, used, draft.article.id, asked.query),
        )

    async def _closes(self, tenant: str, draft: ArticleDraft, overlay: Overlay) -> list[Closing]:
        found = []
        for near in (await self.closing.near(tenant, overlay.passages))[:GAPS]:
            judged = await self.judging.question(tenant, near.gap.question, overlay.engine, overlay.knowledge)
            if judged.covered_by == draft.article.id:
                found.append(Closing(gap_id=near.gap.id, question=near.gap.question, score=judged.coverage.score))
        return found


def effect_of(before: Judged, after: Judged, article_id: str) -> Effect | None:
    """What the change is, the weightiest first; None when the same passages are found in the same order."""
    if [(h.passage_id, h.text, h.title) for h in before.hits] == [(h.passage_id, h.text, h.title) for h in after.hits]:
        return None
    if before.coverage.covered != after.coverage.covered:
        return "answers" if after.coverage.covered else "silences"
    was, is_ = [hit.article_id for hit in before.hits], [hit.article_id for hit in after.hits]
    if was[:1] != is_[:1] and article_id in (*was[:1], *is_[:1]):
        return "leads" if is_[:1] == [article_id] else "falls"
    if (article_id in was) != (article_id in is_):
        return "enters" if article_id in is_ else "leaves"
    return "rewritten" if was == is_ else "reorders"


def disturbs(before: Sequence[Hit], after: Sequence[Hit], used: Sequence[Suggestion], article_id: str, query: SearchQuery) -> str:
    """Why an answer that an agent used, edited or sent would not stand as it stood; empty when it would.

    Either what it cited is not found any more, or the article now gives another figure for the same thing.
    """
    cited = {c.source.removeprefix("passage:") for s in used for c in s.citations if c.source.startswith("passage:")}
    stood = [hit for hit in before if hit.passage_id in cited]
    left = {hit.passage_id for hit in after}
    theirs = [hit for hit in after if hit.article_id == article_id]
    for hit in stood:
        # The figures of one article before and after are compared like those of two.
        other = hit.model_copy(update={"article_id": f"{hit.article_id} before"}) if hit.article_id == article_id else hit
        if conflicts([other, *theirs], query) and any(other in pair for pair in conflicts([other, *theirs], query)):
            return f"It said what “{hit.title}” said; the draft gives another figure."
    for hit in stood:
        if hit.passage_id not in left and not (hit.article_id == article_id and theirs):
            return f"It stood on “{hit.title}”, which would not be found any more."
    return ""


def _pieces(article: Article | None) -> dict[str, Passage]:
    """The passages that are searched of an article, as the record would keep them."""
    if article is None or article.status != "published":
        return {}
    internal = {"audience": "internal"} if article.audience == "internal" else {}
    return {p.id: p.model_copy(update={"article_id": article.id, **internal}) for p in split(article)}


def _differs(before: Passage, after: Passage) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in INDEXED)


def _side(judged: Judged) -> Side:
    sources = tuple(Source(**{name: getattr(hit, name) for name in Source.model_fields}) for hit in judged.hits[:SHOWN])
    return Side(covered=judged.coverage.covered, score=judged.coverage.score, sources=sources)
