"""Folders of articles, kept in step with the record: what it holds, what it takes, up to where both agree."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.errors import Conflict, CopilotError, Invalid
from copilot.domain.knowledge import Article
from copilot.domain.ports.records import Database, Records
from copilot.domain.ports.syncing import Present
from copilot.domain.syncing import Brought, Landed, Landing, ManifestLine, Past, RevisionDigest
from copilot.retrieval.articles import parse_file
from copilot.retrieval.syncing import digest
from copilot.services.knowledge import publishing
from copilot.services.knowledge.publishing import refuse_mirrored
from copilot.services.searching.indexing import Indexes


@dataclass(frozen=True)
class Syncing:
    """A tenant's articles as folders compare them."""

    database: Database
    indexes: Indexes
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def manifest(self, tenant: str, after: str, limit: int) -> list[ManifestLine]:
        """Present articles by id, from the one behind `after`."""
        async with self.database.read(tenant) as records:
            return [_line(one) for one in await records.syncing.present(after, limit)]

    async def pasts(self, tenant: str, article_ids: Sequence[str]) -> list[Past]:
        """What each article was and is, in the order asked; of an article that never was, nothing."""
        async with self.database.read(tenant) as records:
            pasts = await records.syncing.pasts(article_ids)
            present = await records.syncing.some(article_ids)
        return [
            Past(
                id=ident,
                revisions=tuple(
                    RevisionDigest(revision=r.article.revision, digest=digest(r.article), author=r.author, saved_at=r.saved_at)
                    for r in pasts.get(ident, ())
                ),
                article=present[ident].article if ident in present else None,
            )
            for ident in article_ids
        ]

    async def bring(self, tenant: str, files: Sequence[Brought], actor: str) -> list[Landed]:
        """Each file becomes its article's next revision, if the present one is still the one it follows."""
        async with self.database.write(tenant) as records:
            present = await records.syncing.some({file.id for file in files})
            drafted = await records.syncing.drafted({file.id for file in files})
            landed = [await self._land(records, file, present.get(file.id), actor) for file in files]
            await records.syncing.synced({one.id: one.revision for one in landed if one.outcome in ("saved", "unchanged")})
        if any(one.outcome == "saved" for one in landed):
            await self.indexes.catch_up(tenant)
            self.wake(tenant)
        return [one.model_copy(update={"drafted": one.id in drafted}) for one in landed]

    async def agreed(self, tenant: str, revisions: Mapping[str, int]) -> None:
        """The folder holds these revisions now."""
        async with self.database.write(tenant) as records:
            await records.syncing.synced(revisions)

    async def _land(self, records: Records, file: Brought, present: Present | None, actor: str) -> Landed:
        try:
            article = self._read(file)
            _follows(file, present)
            await refuse_mirrored(records, article, present.article if present else None)
        except CopilotError as error:
            outcome: Landing = "conflict" if isinstance(error, Conflict) else "refused"
            return Landed(id=file.id, outcome=outcome, revision=present.article.revision if present else 0, reason=str(error))
        saved = await publishing.store(records, article, actor)
        outcome = "saved" if saved.changed else "unchanged"
        return Landed(id=file.id, outcome=outcome, revision=saved.article.revision, digest=digest(saved.article))

    def _read(self, file: Brought) -> Article:
        article = parse_file(file.text, file.name, self.clock())
        if article.id != file.id:
            raise Invalid(f"{file.name}: its id is {article.id!r}, not {file.id!r}.", todo="Sync again.")
        return article


def _follows(file: Brought, present: Present | None) -> None:
    now = present.article.revision if present else 0
    if now != file.revision:
        raise Conflict(f"{file.name}: somebody saved the article meanwhile.", todo="Sync again to see both.")


def _line(one: Present) -> ManifestLine:
    article = one.article
    return ManifestLine(
        id=article.id,
        revision=article.revision,
        status=article.status,
        digest=digest(article),
        synced_revision=one.synced_revision,
    )
