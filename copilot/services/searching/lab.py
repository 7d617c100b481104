"""The search lab: a question or a conversation, searched as a turn would, with what became of every candidate. Nothing is stored."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from copilot.domain.base import Frozen, new_id
from copilot.domain.conversation import Conversation, Message
from copilot.domain.curation import SearchRule
from copilot.domain.errors import Invalid
from copilot.domain.knowledge import Article, Audience
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database
from copilot.domain.transcripts import read
from copilot.domain.turn import Coverage
from copilot.graph import evidence
from copilot.graph.case import Case
from copilot.graph.evidence import Question
from copilot.retrieval.coverage import judge
from copilot.retrieval.explaining import Candidate, Explanation, Rating
from copilot.services.conversations.cases import cut_message
from copilot.services.gaps.judging import Judging
from copilot.services.searching.reader import KnowledgeReader
from copilot.services.searching.trying import Trying

MOST = 100
"""Candidates that are told, the best; what was used, blocked or changed is among them however far down it stands."""

Change = Literal["", "enters", "leaves", "rises", "falls", "rewritten"]
"""What the draft changes for a passage: it is used only with it, or only without it, stands higher, or lower, or says something else."""


class Made(Frozen):
    """The query that was made."""

    text: str
    """What is compared by meaning."""
    context: str
    """The same with what came before it, where the question says little by itself."""
    pieces: tuple[str, ...]
    """Pieces of a long question, each compared by itself too."""
    terms: dict[str, float]
    """Words that are looked for, with their weights 0–1."""
    said: dict[str, float]
    """Words of the conversation, in which titles are recognised: 1 for the last message, less for older ones."""


class Rated(Rating):
    """A passage that search considered, with what the record says of it."""

    article_id: str
    title: str
    heading: str = ""
    text: str = ""
    """Empty where the record does not give the passage."""
    audience: Audience = "public"
    used: bool
    reason: str
    before: int = 0
    """Its place among what is used without the draft; 0 when it is not."""
    change: Change = ""


class Explained(Frozen):
    """What a search found and why. `before`: the verdict without the draft, where one was tried."""

    query: Made
    coverage: Coverage
    candidates: tuple[Rated, ...]
    considered: int
    rules: tuple[SearchRule, ...]
    """Active rules that hold for this question."""
    draft_id: str = ""
    before: Coverage | None = None
    degraded: str = ""


@dataclass(frozen=True)
class Lab:
    """Searches to look at. What is pasted is read, searched and forgotten."""

    database: Database
    judging: Judging
    trying: Trying
    privacy: Privacy
    clock: Callable[[], datetime]
    reader: Callable[[str], KnowledgeReader]

    async def question(self, tenant: str, text: str, draft_id: str = "", limit: int = 6) -> Explained:
        """As if a customer had written it first thing. Raises NotFound without the draft."""
        if not text.strip():
            raise Invalid("The question is empty.", todo="Type what a customer would ask.")
        message = Message(id="pasted-1", author="customer", text=text.strip(), sent_at=self.clock())
        return await self._explained(tenant, (message,), draft_id, limit)

    async def conversation(self, tenant: str, text: str, draft_id: str = "", limit: int = 6) -> Explained:
        """A pasted conversation, as it would be searched now. Raises Invalid when it does not say who wrote what."""
        if not text.strip():
            raise Invalid("The conversation is empty.", todo="Paste it with who wrote what.")
        return await self._explained(tenant, read(text, self.clock()), draft_id, limit)

    async def _explained(self, tenant: str, messages: Sequence[Message], draft_id: str, limit: int) -> Explained:
        case = await self._case(tenant, messages)
        asked = await self.judging.asked(case)
        reader = self.reader(tenant)
        found = await evidence.explain(case, asked, self.judging.engine, reader, limit)
        before = None
        if draft_id:
            draft = await self.trying.editing.draft(tenant, draft_id)
            async with AsyncExitStack() as trying:
                overlay = await trying.enter_async_context(self.trying.overlay(tenant, draft.article))
                before, found = found, await evidence.explain(case, asked, overlay.engine, overlay.knowledge, limit)
        rated = await self._rated(tenant, found, before, case.as_of)
        return Explained(
            query=_made(asked),
            coverage=judge(asked.query, found.hits, asked.window),
            candidates=_told(rated),
            considered=len(rated),
            rules=tuple(await reader.rulebook.holding(asked.query, asked.vector)),
            draft_id=draft_id,
            before=judge(asked.query, before.hits, asked.window) if before else None,
            degraded=found.degraded,
        )

    async def _case(self, tenant: str, messages: Sequence[Message]) -> Case:
        """A conversation of nobody we know, with its card numbers cut as everywhere."""
        said = tuple(cut_message(message, self.privacy) for message in messages)
        moment = max([self.clock(), *(message.sent_at for message in said)])
        talk = Conversation(id=new_id(), external_id="pasted", channel="chat", messages=said)
        async with self.database.read(tenant) as records:
            return await self.judging.case(records, talk, moment)

    async def _rated(self, tenant: str, found: Explanation, before: Explanation | None, at: datetime) -> list[Rated]:
        was = {c.passage_id: c for c in before.candidates} if before else {}
        gone = [c for ident, c in was.items() if c.shown and ident not in {one.passage_id for one in found.candidates}]
        missing = {c.passage_id.partition("~")[0] for c in found.candidates if c.passage is None}
        async with self.database.read(tenant) as records:
            articles = await records.articles.many(sorted(missing))
        told = [_rated(c, was.get(c.passage_id), articles, at, compared=before is not None) for c in found.candidates]
        left = [_rated(c, c, articles, at, compared=True).model_copy(update=GONE) for c in gone]
        return [*told, *left]


GONE = {"used": False, "shown": 0, "change": "leaves", "reason": "The draft does not have it any more."}


def _made(asked: Question) -> Made:
    query = asked.query
    return Made(text=query.text, context=query.context, pieces=query.parts, terms=query.terms, said=query.said)


def _rated(now: Candidate, was: Candidate | None, articles: dict[str, Article], at: datetime, *, compared: bool) -> Rated:
    passage, article_id = now.passage, now.passage_id.partition("~")[0]
    article = articles.get(article_id)
    about = {name: getattr(passage, name) for name in ("article_id", "title", "heading", "text", "audience")} if passage else {}
    return Rated.model_validate(
        {"article_id": article_id, "title": article.title if article else article_id}
        | about
        | {name: getattr(now, name) for name in Rating.model_fields}
        | {
            "used": now.shown > 0,
            "reason": now.reason if passage else _absent(article, at),
            "before": was.shown if was and compared else 0,
            "change": _change(now, was) if compared else "",
        }
    )


def _absent(article: Article | None, at: datetime) -> str:
    """Why the record does not give a passage that an index proposed."""
    if article is None:
        return "Its article is gone."
    if article.status != "published":
        return "Its article is not published."
    if article.valid_from is not None and article.valid_from > at:
        return f"Its article is valid only from {article.valid_from:%Y-%m-%d}."
    return "Its text is not valid now, or was replaced a moment ago."


def _change(now: Candidate, was: Candidate | None) -> Change:
    before = was.shown if was else 0
    if bool(now.shown) != bool(before):
        return "enters" if now.shown else "leaves"
    if now.shown and was and now.passage and was.passage and now.passage.text != was.passage.text:
        return "rewritten"
    if now.shown == before:
        return ""
    return "rises" if now.shown < before else "falls"


def _told(rated: Sequence[Rated]) -> tuple[Rated, ...]:
    """Used ones first, in their order; then the rest by rank."""
    used = sorted((one for one in rated if one.used), key=lambda one: one.shown)
    rest = [one for one in rated if not one.used]
    weighty = [one for one in rest if one.change or one.verdict in ("blocked", "not_in_record")]
    kept = {one.passage_id for one in [*weighty, *rest[:MOST]]}
    return (*used, *(one for one in rest if one.passage_id in kept))
