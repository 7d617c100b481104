"""How an article of a source becomes, or changes, one of ours.

- What a source has not changed since is not touched: whatever editors made of it here stays.
- A source speaks for some fields (`Found.says`); levers, owner and the other fields belong to whoever edits here, and outlive updates.
- An audience only narrows: nothing becomes public by an import alone.
- A text that was edited here is not replaced, unless the source is the master; the report says so.
- Ids: one that stands in the file itself is that article, unless another source brought it. One that is derived, from a name or a number,
  never touches an article that this source did not bring: the source's name goes before it.
"""

import asyncio
import hashlib
import re
from dataclasses import dataclass

from copilot.domain.errors import Conflict
from copilot.domain.imports import Found, Import, ImportFile, Source, SourceArticle
from copilot.domain.knowledge import Article
from copilot.domain.ports.records import Records
from copilot.retrieval.passages import split
from copilot.sensing.language import detect
from copilot.services.knowledge import publishing

_APART = ("audience", "tags")
"""Fields that are joined with ours instead of replacing them."""
ADOPTED = "It replaced the text that was written here; the one before is kept as revision {}."
STAYS_INTERNAL = "The source shows it to everybody now; here it stays internal until an editor changes that."


@dataclass(frozen=True)
class Landing:
    """Inside one transaction, for one import."""

    records: Records
    source: Source
    started: Import

    async def land(self, line: ImportFile, found: Found) -> ImportFile:
        """The line as it ends. Raises Conflict for an article that cannot land here."""
        before = (await self.records.imports.known(self.source.id, [found.external_id])).get(found.external_id)
        if before is not None and before.seen_at >= self.started.made_at:
            raise Conflict(f"{found.external_id} stands in this import twice.", todo="Keep one of them.")
        article_id = before.article_id if before else await self._id(found)
        existing = await self.records.articles.get(article_id)
        digest = _digest(found)
        untouched = before is not None and before.digest == digest and existing is not None
        if existing is not None and existing.status == "archived" and await self._by_source(existing):
            # It was archived because the source did not hold it, and now it does again.
            existing, untouched = existing.model_copy(update={"status": found.article.status}), False
        if existing is not None and before is not None and not untouched:
            await self._edited_here(existing)
        held = existing if untouched and existing is not None else merged(existing, found, article_id)
        wanted = laid_over(held, self.source, existing)
        seen = SourceArticle(
            source_id=self.source.id,
            external_id=found.external_id,
            article_id=article_id,
            digest=digest,
            address=found.address,
            seen_at=self.started.made_at,
        )
        changed = await self._save(wanted)
        await self.records.imports.put_known([seen])
        await self.records.imports.mirror(article_id, self.source.id if self.source.master else None)
        notes = [found.note, _note(existing, before, found) if changed or untouched else ""]
        ended = {"state": "saved" if changed else "unchanged", "article_ids": (article_id,), "reason": " ".join(n for n in notes if n)}
        return line.model_copy(update=ended)

    async def missed(self, gone: SourceArticle, line: ImportFile, *, archive: bool) -> ImportFile | None:
        """The line about an article that the source does not hold any more; None when it is archived here already."""
        article = await self.records.articles.get(gone.article_id)
        if article is None or article.status == "archived":
            return None
        if archive:
            await self._save(article.model_copy(update={"status": "archived"}))
        state = "archived" if archive else "missing"
        reason = "The source does not hold it any more." + (
            "" if archive else " It stays as it is; archive it, or import again and say so."
        )
        return line.model_copy(update={"name": article.title, "state": state, "reason": reason, "article_ids": (article.id,)})

    async def _save(self, article: Article) -> bool:
        # In a thread: a long text takes long to cut.
        passages = await asyncio.to_thread(split, article)
        return (await publishing.store(self.records, article, self.source.author, passages)).changed

    async def _id(self, found: Found) -> str:
        proposed = found.article.id
        existing = await self.records.articles.get(proposed)
        if existing is None:
            return proposed
        owner = await self.records.imports.brought(proposed)
        if owner is None and (found.named or _same(existing, found.article)):
            return proposed
        if owner is not None and owner.source_id == self.source.id and found.named:
            if owner.seen_at >= self.started.made_at:
                raise Conflict(f"The article id {proposed!r} stands in {owner.external_id} too.", todo="Give each article its own id.")
            # The file was renamed; its article stays the same.
            await self.records.imports.forget(self.source.id, owner.external_id)
            return proposed
        if owner is not None and found.named:
            whose = await self.records.imports.source(owner.source_id)
            raise Conflict(
                f"The article {proposed!r} comes from the source {whose.name if whose else owner.source_id!r}.",
                todo="Give it another id, or import it from there.",
            )
        other = f"{_slug(self.source.name)}-{proposed}"
        if await self.records.articles.get(other) is not None:
            raise Conflict(f"The ids {proposed!r} and {other!r} are taken by other articles.", todo="Name the source otherwise.")
        return other

    async def _by_source(self, article: Article) -> bool:
        """Whether its present revision came from this source."""
        brought = await self.records.imports.last_by(article.id, self.source.author)
        return brought is not None and brought.revision == article.revision

    async def _edited_here(self, existing: Article) -> None:
        """Raises Conflict when editors changed what the source is about to replace."""
        if self.source.master:
            return
        brought = await self.records.imports.last_by(existing.id, self.source.author)
        if brought is not None and not _same(brought, existing):
            raise Conflict(
                "It was changed here and at the source, so it stays as it is here.",
                todo="Take over by hand what is new there, or make the source the master.",
            )


def merged(existing: Article | None, found: Found, article_id: str) -> Article:
    """The article with what the source says; without one here, all of it."""
    given = found.article.model_copy(update={"id": article_id})
    if existing is None:
        return given
    said = {name: getattr(given, name) for name in found.says if name not in _APART}
    tags = tuple(dict.fromkeys([*existing.tags, *given.tags])) if "tags" in found.says else existing.tags
    audience = "internal" if "internal" in (existing.audience, given.audience) else "public"
    if existing.status == "archived" and given.status == "published":
        said.pop("status", None)  # somebody put it away here
    return existing.model_copy(update={**said, "tags": tags, "audience": audience})


def laid_over(article: Article, source: Source, existing: Article | None) -> Article:
    """With the source's overlay: what an editor set on the article itself is stronger, but for an audience that narrows."""
    overlay = source.overlay
    locale = article.locale or overlay.locale or (existing.locale if existing else "") or detect(f"{article.title}. {article.text}")
    return article.model_copy(
        update={
            "audience": "internal" if overlay.audience == "internal" else article.audience,
            "owner": article.owner or overlay.owner,
            "tags": tuple(dict.fromkeys([*article.tags, *overlay.tags])),
            "locale": locale,
        }
    )


def _note(existing: Article | None, before: SourceArticle | None, found: Found) -> str:
    if existing is None:
        return ""
    if before is None and not _same(existing, found.article):
        return ADOPTED.format(existing.revision)
    if "audience" in found.says and existing.audience == "internal" and found.article.audience == "public":
        return STAYS_INTERNAL
    return ""


def _same(one: Article, other: Article) -> bool:
    return (one.title, one.text.strip()) == (other.title, other.text.strip())


def _digest(found: Found) -> str:
    if found.digest:
        return found.digest
    said = found.article.model_dump_json(include={*found.says})
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _slug(name: str) -> str:
    return re.sub(r"[^\w.]+", "-", name.lower()).strip("-") or "source"
