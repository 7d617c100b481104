"""What editors see of each article: how it served, what agents said of it, what is due, what contradicts it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from copilot.domain.base import Frozen
from copilot.domain.curation import Flag
from copilot.domain.knowledge import Article
from copilot.domain.ports.curation import Served
from copilot.domain.ports.records import Database, Records
from copilot.retrieval.disagreeing import Disagreement, Said, disagreements, statements
from copilot.retrieval.linting.internal_text import says_internal
from copilot.retrieval.per_article import PerArticle
from copilot.services.knowledge.usage import Usage

DAYS = 30
WEEKS = 8
MOST = 10_000
"""Articles that are looked at."""


class Health(Frozen):
    """An article's health. `worries`: what an editor should look at, the gravest first; empty when all is well."""

    id: str
    title: str
    owner: str = ""
    audience: str = "public"
    locale: str = ""
    review_by: datetime | None = None
    served: Served
    flags: tuple[Flag, ...] = ()
    disagrees: tuple[Disagreement, ...] = ()
    worries: tuple[str, ...] = ()


class Overview(Frozen):
    """All published articles, those with worries first, then those shown most. `weeks`: shown in each of the last weeks, all articles."""

    articles: tuple[Health, ...]
    weeks: tuple[int, ...]
    days: int = DAYS


class _Read(NamedTuple):
    """What an article's text tells by itself."""

    statements: list[Said]
    internal: bool


def _read(article: Article) -> _Read:
    return _Read(statements(article), bool(says_internal(article)))


@dataclass(frozen=True)
class Healths:
    """Looks at the published articles of a tenant."""

    database: Database
    usage: Usage
    clock: Callable[[], datetime]
    read: dict[str, PerArticle[_Read]] = field(default_factory=lambda: defaultdict(lambda: PerArticle(_read)))
    """Of each tenant's articles, as they were read last."""

    async def overview(self, tenant: str) -> Overview:
        """Fresh: what happened until now is counted first."""
        await self.usage.fold(tenant)
        now = self.clock()
        weeks = [now - timedelta(weeks=n) for n in range(WEEKS, -1, -1)]
        async with self.database.read(tenant) as records:
            articles = await _published(records)
            served = await records.curation.served(now - timedelta(days=DAYS), weeks)
            flags = await records.curation.flags(("open",), limit=MOST)
        # In a thread: all texts are compared, which takes long where there are many.
        healths = await asyncio.to_thread(_healths, articles, served, flags, now, self.read[tenant])
        totals = [sum(column) for column in zip(*(s.weeks for s in served.values() if s.weeks), strict=True)]
        return Overview(articles=tuple(healths), weeks=tuple(totals))


def _healths(
    articles: Sequence[Article], served: Mapping[str, Served], flags: Sequence[Flag], now: datetime, kept: PerArticle[_Read]
) -> list[Health]:
    """Those with worries first, then those shown most."""
    read = kept.of(articles)
    found, titles = disagreements(articles, [one.statements for one in read]), {article.id: article.title for article in articles}
    flagged: dict[str, list[Flag]] = {}
    for flag in flags:
        flagged.setdefault(flag.article_id, []).append(flag)
    made = [
        health(
            article,
            served.get(article.id, Served(article_id=article.id)),
            flagged.get(article.id, []),
            _both(found.get(article.id, ()), served.get(article.id), titles),
            now,
            internal=one.internal,
        )
        for article, one in zip(articles, read, strict=True)
    ]
    return sorted(made, key=lambda one: (-len(one.worries), -one.served.shown, one.title.casefold()))


def health(
    article: Article, served: Served, flags: Sequence[Flag], disagrees: Sequence[Disagreement], now: datetime, *, internal: bool
) -> Health:
    """One article's, with what is worrying about it. `internal`: a customer may read words for colleagues."""
    worries = []
    if flags:
        worries.append(f"{len(flags)} flag{'s' if len(flags) > 1 else ''} of agents")
    worries += [f"“{one.title}” gives other figures" for one in disagrees]
    if internal:
        worries.append("internal text that a customer may read")
    if article.review_by is not None and article.review_by <= now:
        worries.append("its review is due")
    blamed = served.reasons.get("knowledge_wrong", 0) + served.reasons.get("wrong_fact", 0)
    if blamed:
        worries.append(f"dismissed as wrong {blamed} time{'s' if blamed > 1 else ''}")
    if not article.owner:
        worries.append("nobody owns it")
    told = {"id": article.id, "title": article.title, "owner": article.owner, "audience": article.audience, "locale": article.locale}
    return Health(
        **told, review_by=article.review_by, served=served, flags=tuple(flags), disagrees=tuple(disagrees), worries=tuple(worries)
    )


def _both(found: Sequence[Disagreement], served: Served | None, titles: Mapping[str, str]) -> list[Disagreement]:
    """What the texts show, and what conversations showed; an article that is no longer published disagrees with nothing."""
    known = {one.article_id for one in found}
    seen = served.disagreed if served else {}
    others = (Disagreement(article_id=i, title=titles[i], turns=n) for i, n in seen.items() if i in titles and i not in known)
    return [*(one.model_copy(update={"turns": seen.get(one.article_id, 0)}) for one in found), *others]


async def _published(records: Records) -> list[Article]:
    found: list[Article] = []
    while some := await records.articles.all("published", found[-1].id if found else "", 500):
        found += some
        if len(some) < 500 or len(found) >= MOST:
            break
    return found
