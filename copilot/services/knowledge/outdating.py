"""An article was changed: drafts that quote what it said, or offer what it allowed, are stale, and their agents see it at once.

A turn is frozen and stays what it was. "Draft again" gives the same waiting messages a new turn, with what articles say now.
"""

from collections.abc import Iterable

from copilot.domain.base import Instant
from copilot.domain.knowledge import Article, Lever
from copilot.domain.ports.articles import SavedArticle
from copilot.domain.ports.records import Records
from copilot.domain.ports.search import PassageFilter
from copilot.domain.ports.talk import OpenDraft
from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn, TurnLever

TERMS = ("offer", "limit", "authority", "when", "until")
"""What a lever allows; a turn's lever says the same of the article as it was."""


async def outdate(records: Records, saved: SavedArticle) -> None:
    """Drafts of turns that wait, which cite a passage of the article that went or changed, or one of its levers that did."""
    before = saved.before
    if before is None or before.status != "published":
        return
    passages = {f"passage:{ident}" for ident in saved.removed}
    levers = _changed(before, saved.article)
    if not passages and not levers:
        return
    stale = [
        draft
        for draft in await records.suggestions.open_citing(saved.article.id)
        if not passages.isdisjoint(draft.sources) or (levers and await _leans(records, draft, saved.article.id, levers))
    ]
    await records.suggestions.outdate([draft.id for draft in stale], saved.article.id)
    for draft in stale:
        data = {"turn": draft.turn_id, "kind": draft.kind, "article": saved.article.id}
        await records.log.event("suggestion.outdated", conversation_id=draft.conversation_id, subject_id=draft.id, data=data)


async def outdated_by(records: Records, turn: Turn, suggestion: Suggestion, at: Instant) -> str:
    """The article that was changed between the evidence and this draft made from it; empty: what it cites still stands."""
    cited = {c.source for c in suggestion.citations}
    hits = {hit.passage_id: hit.article_id for hit in turn.evidence.passages if f"passage:{hit.passage_id}" in cited}
    if hits:
        moment = max(at, *(hit.valid_from for hit in turn.evidence.passages if hit.valid_from), turn.as_of)
        there = await records.articles.fetch(list(hits), PassageFilter(at=moment, audiences=("public", "internal")))
        if gone := next((article for ident, article in hits.items() if ident not in there), ""):
            return gone
    used = [lever for lever in turn.evidence.levers if lever.grant_id is None and f"lever:{lever.id}" in cited]
    articles = await records.articles.many([lever.article_id for lever in used]) if used else {}
    return next((lever.article_id for lever in used if not _stands(lever, articles.get(lever.article_id))), "")


def _changed(before: Article, after: Article) -> frozenset[str]:
    """Ids of levers that went, or that allow something else now."""
    now = {lever.id: lever for lever in after.levers} if after.status == "published" else {}
    return frozenset(lever.id for lever in before.levers if lever.id not in now or _terms(now[lever.id]) != _terms(lever))


def _stands(lever: TurnLever, article: Article | None) -> bool:
    levers: Iterable[Lever] = article.levers if article is not None and article.status == "published" else ()
    return any(one.id == lever.id and _terms(one) == _terms(lever) for one in levers)


def _terms(lever: Lever | TurnLever) -> tuple[object, ...]:
    return tuple(getattr(lever, name) for name in TERMS)


async def _leans(records: Records, draft: OpenDraft, article_id: str, levers: frozenset[str]) -> bool:
    """Whether it cites one of these levers of this article; a grant counts as the lever it was granted for."""
    cited = {source.removeprefix("lever:") for source in draft.sources if source.startswith("lever:")}
    stored = await records.turns.get(draft.turn_id) if cited else None
    for lever in stored.turn.evidence.levers if stored is not None and stored.turn is not None else ():
        if lever.id not in cited or lever.article_id != article_id:
            continue
        grant = await records.grants.get(lever.grant_id) if lever.grant_id else None
        if (grant.lever_id if grant is not None else lever.id) in levers:
            return True
    return False
