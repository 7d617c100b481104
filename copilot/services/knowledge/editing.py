"""Writing articles: a draft beside what is published, a second person where it binds, then published, at once or at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from copilot.domain.base import Frozen, new_id
from copilot.domain.editing import ArticleDraft, DraftState, Redirect, Revision, second_person
from copilot.domain.errors import Conflict, CopilotError, Invalid, Refused
from copilot.domain.knowledge import Article
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.retrieval import merging
from copilot.retrieval.articles import bound, id_from_name
from copilot.retrieval.merging import Merged
from copilot.services.conversations.reading import actor
from copilot.services.gaps.closing import IN_STEP
from copilot.services.knowledge import drafts, publishing
from copilot.services.searching.indexing import Indexes

PUBLISH = "article_publish"
"""The durable job; its subject is the draft."""
BORN = ("gap", "question")
"""What a new article may come from. Other origins (`redirect:`, `fact:`) say what becomes of a draft and are ours to write."""
GOALS = ("published", "archived")
"""What an article is once its draft went through: the draft's own status says which."""

Guard = Callable[[Records, Article, Article | None], Awaitable[None]]
"""Asked before (records, what it shall be, what it is): raises Refused when an article may not be changed here (a source is its master)."""

log = structlog.get_logger()


class Reconciled(Frozen):
    """A draft as it stands now, and what becomes of one's own changes on top of it."""

    present: ArticleDraft
    merged: Merged


class Reviewed(Frozen):
    """A second person's word on a draft. `publish_at`: not before then."""

    approve: bool
    note: str = ""
    publish_at: datetime | None = None


@dataclass(frozen=True)
class Editing:
    """The life of a draft. Every change names the version that was seen; a later one is a Conflict, and `reconcile` shows both."""

    database: Database
    indexes: Indexes
    clock: Callable[[], datetime]
    wake: Callable[[str], None]
    guard: Guard

    async def draft(self, tenant: str, draft_id: str) -> ArticleDraft:
        """A draft, open or closed. Raises NotFound."""
        async with self.database.read(tenant) as records:
            return await drafts.found(records, draft_id)

    async def revisions(self, tenant: str, article_id: str) -> list[Revision]:
        """Newest first. Raises NotFound."""
        async with self.database.read(tenant) as records:
            await drafts.article(records, article_id)
            return await records.editing.revisions(article_id)

    async def barred(self, tenant: str, article: Article) -> str:
        """Why its text may not be changed here, and what to do instead; empty: it may."""
        changed = article.model_copy(update={"text": f"{article.text}\n\n…"})
        try:
            async with self.database.read(tenant) as records:
                await self.guard(records, changed, article)
        except Refused as refused:
            return f"{refused.detail} {refused.todo}".strip()
        return ""

    async def begin(self, caller: Caller, article: Article, *, origin: str = "", note: str = "") -> ArticleDraft:
        """A draft of a new article. An id that is taken gets a number behind it. Raises Invalid for an origin that is not a source."""
        if origin and origin.partition(":")[0] not in BORN:
            known = " or ".join(f"{kind}:" for kind in BORN)
            raise Invalid(f"{origin[:80]!r} is not where a new article comes from.", todo=f"Begin it with {known}, or leave it out.")
        async with self.database.write(caller.tenant_id) as records:
            ident = await drafts.free_id(records, article.id or id_from_name(article.title))
            made = self._made(caller, article.model_copy(update={"id": ident, "revision": 0}), origin=origin, note=note)
            drafts.sound(made.article)
            await records.editing.open_draft(made)
            await self._tell(records, caller, made)
        self.wake(caller.tenant_id)
        return made

    async def edit(self, caller: Caller, article_id: str, *, revision: int | None = None, archive: bool = False) -> ArticleDraft:
        """The open draft of an article, or a new one of it as it stands (or stood in `revision`). `archive`: to take it away."""
        async with self.database.write(caller.tenant_id) as records:
            present = await drafts.article(records, article_id)
            open_ = await records.editing.draft_of(article_id)
            if open_ is not None and revision is None and not archive:
                return open_
            goal = "archived" if archive else "published"
            source, origin = present, ""
            if revision is not None:
                source, origin = (await drafts.revision(records, article_id, revision)).article, f"restore:{revision}"
            article = source.model_copy(update={"status": goal, "revision": present.revision})
            await self.guard(records, article, present)
            made = self._made(caller, article, origin=origin, base=present.revision)
            await records.editing.open_draft(made)
            await self._tell(records, caller, made)
        self.wake(caller.tenant_id)
        return made

    async def save(self, caller: Caller, draft_id: str, seen: int, article: Article, note: str | None = None) -> ArticleDraft:
        """Store what was written. A draft that was in review or approved is one again: what was read is no longer what it says."""
        async with self.database.write(caller.tenant_id) as records:
            draft = await drafts.opened(records, draft_id)
            same_id = article.model_copy(update={"id": draft.article.id, "revision": draft.article.revision})
            goal = same_id if article.status in GOALS else same_id.model_copy(update={"status": "published"})
            await self.guard(records, goal, await records.articles.get(goal.id))
            drafts.sound(goal)
            changed = await self._moved(
                records, caller, draft, seen, "draft", article=goal, reviewer="", publish_at=None, note=draft.note if note is None else note
            )
        self.wake(caller.tenant_id)
        return changed

    async def reconcile(self, caller: Caller, draft_id: str, base: Article, mine: Article) -> Reconciled:
        """What I wrote, begun from `base`, put together with the draft as it stands now. Nothing is stored."""
        async with self.database.read(caller.tenant_id) as records:
            present = await drafts.opened(records, draft_id)
        for one in (base, mine):
            bound(one.text, "This article")
        return Reconciled(present=present, merged=await asyncio.to_thread(merging.merge, base, mine, present.article))

    async def update(self, caller: Caller, draft_id: str, seen: int, revision: int | None = None) -> Reconciled:
        """Bring a draft up to an article that changed meanwhile (published from files, by an import).

        `revision`: the published one that was looked at; a later one is a Conflict. Where both changed the same, the draft holds both
        versions between marks, and cannot be published before one is chosen.
        """
        async with self.database.write(caller.tenant_id) as records:
            draft = await drafts.opened(records, draft_id)
            present = await drafts.article(records, draft.article.id)
            if revision not in (None, present.revision):
                raise Conflict("The article was published again meanwhile.", todo="Look at both versions once more.")
            base = (await drafts.revision(records, draft.article.id, draft.base_revision)).article if draft.base_revision else draft.article
            goal = draft.article.status
            theirs = present.model_copy(update={"status": goal})
            merged = merging.merge(base.model_copy(update={"status": goal}), draft.article, theirs)
            article = merged.article.model_copy(update={"revision": present.revision})
            changed = await self._moved(
                records, caller, draft, seen, "draft", article=article, base_revision=present.revision, reviewer="", publish_at=None
            )
        self.wake(caller.tenant_id)
        return Reconciled(present=changed, merged=merged)

    async def submit(self, caller: Caller, draft_id: str, seen: int, note: str = "") -> ArticleDraft:
        """Ask a second person to read it."""
        async with self.database.write(caller.tenant_id) as records:
            draft = await drafts.alone(records, draft_id)
            drafts.complete(draft.article)
            changed = await self._moved(records, caller, draft, seen, "in_review", note=note, reviewer="", editing=False)
        self.wake(caller.tenant_id)
        return changed

    async def review(self, caller: Caller, draft_id: str, seen: int, given: Reviewed) -> ArticleDraft:
        """A second person's word: back to its author, or approved, and published then (or at `publish_at`)."""
        async with self.database.write(caller.tenant_id) as records:
            draft = await drafts.alone(records, draft_id)
            if draft.state != "in_review":
                raise Conflict(f"This draft is not in review; it is {_words(draft.state)}.", todo="Ask its author to send it for review.")
            reader(caller)
            if caller.who in (draft.author, *draft.editors):
                raise Refused("You wrote in this draft.", todo="Someone who did not write in it reads it.")
            if not given.approve:
                changed = await self._moved(records, caller, draft, seen, "draft", note=given.note, reviewer=caller.who, editing=False)
            else:
                when = given.publish_at or draft.publish_at
                changed = await self._moved(
                    records,
                    caller,
                    draft,
                    seen,
                    "approved",
                    note=given.note,
                    reviewer=caller.who,
                    publish_at=when or self.clock(),
                    editing=False,
                )
        self.wake(caller.tenant_id)
        return await self._if_due(caller, changed)

    async def publish(self, caller: Caller, draft_id: str, seen: int, at: datetime | None = None) -> ArticleDraft:
        """Publish without a second person, where none is needed; or set the time of an approved draft."""
        async with self.database.write(caller.tenant_id) as records:
            draft = await drafts.alone(records, draft_id)
            why = second_person(draft.article, await records.articles.get(draft.article.id))
            if why and draft.state != "approved":
                raise Refused(f"A second person has to read this article: {why}.", todo="Send it for review.")
            drafts.complete(draft.article)
            reviewer = draft.reviewer if draft.state == "approved" else ""
            changed = await self._moved(
                records, caller, draft, seen, "approved", reviewer=reviewer, publish_at=at or self.clock(), editing=False
            )
        self.wake(caller.tenant_id)
        return await self._if_due(caller, changed)

    async def discard(self, caller: Caller, draft_id: str, seen: int) -> ArticleDraft:
        """Close the draft without publishing; it stays readable."""
        async with self.database.write(caller.tenant_id) as records:
            draft = await drafts.alone(records, draft_id)
            changed = await self._moved(records, caller, draft, seen, "discarded", closed_at=self.clock(), editing=False)
        self.wake(caller.tenant_id)
        return changed

    async def merge_into(self, caller: Caller, article_id: str, to_id: str) -> ArticleDraft:
        """A draft that archives the article and, once it is through, leads its readers to another."""
        async with self.database.read(caller.tenant_id) as records:
            target = await drafts.article(records, to_id)
            if target.status != "published":
                raise Invalid(f"The article {to_id!r} is not published.", todo="Publish it first.")
            await drafts.no_circle(records, article_id, to_id)
        draft = await self.edit(caller, article_id, archive=True)
        async with self.database.write(caller.tenant_id) as records:
            made = draft.model_copy(update={"origin": f"redirect:{to_id}", "version": draft.version + 1})
            if not await records.editing.save_draft(made, draft.version):
                raise Conflict("Somebody changed this draft meanwhile.", todo="Open it, and discard it before you begin again.")
        return made

    async def due(self, at: datetime) -> list[tuple[str, str, str]]:
        """(job, tenant, draft) of approved drafts whose time has come."""
        found = []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                found += [(PUBLISH, tenant, draft_id) for draft_id in await records.editing.due(self.clock())]
        return found

    async def run(self, tenant: str, draft_id: str) -> None:
        """The durable job: publish an approved draft whose time has come. Safe to run again at any point."""
        try:
            async with self.database.write(tenant) as records:
                draft = await records.editing.draft(draft_id)
                ready = draft is not None and draft.open and draft.state == "approved"
                if not ready or draft is None or draft.publish_at is None or draft.publish_at > self.clock():
                    return
                await self.publish_in(records, draft)
        except CopilotError as error:
            await self._send_back(tenant, draft_id, str(error))
        else:
            self.wake(tenant)  # agents whose drafts quote the article do not wait for the indexes
            await self.indexes.catch_up(tenant)
        self.wake(tenant)

    async def _if_due(self, caller: Caller, draft: ArticleDraft) -> ArticleDraft:
        if draft.state != "approved" or draft.publish_at is None or draft.publish_at > self.clock():
            return draft
        await self.run(caller.tenant_id, draft.id)
        async with self.database.read(caller.tenant_id) as records:
            done = await records.editing.draft(draft.id)
        if done is None or done.state != "published":
            raise Conflict(
                done.note if done else "The draft is gone.", todo="Bring the draft up to date, look at it again, and publish it then."
            )
        return done

    async def publish_in(self, records: Records, draft: ArticleDraft) -> None:
        """Publish in a transaction that may hold more. Raises Conflict when the article was changed since the draft was begun."""
        present = await records.articles.get(draft.article.id)
        if (present.revision if present else 0) != draft.base_revision:
            raise Conflict(f"The article “{draft.article.title}” was changed while this draft was open.")
        done = draft.model_copy(update={"state": "published", "closed_at": self.clock(), "version": draft.version + 1})
        # First, since it holds the draft: of two that publish it at once, and of one that writes in it meanwhile, the second gives way.
        if not await records.editing.save_draft(done, draft.version):
            raise Conflict(f"The draft of “{draft.article.title}” was changed at this moment.")
        by = await _as_actor(records, draft.reviewer or draft.author)
        await publishing.store(records, draft.article, by)
        kind, _, target = draft.origin.partition(":")
        if kind == "redirect":
            await records.editing.put_redirect(Redirect(id=draft.article.id, to_id=target, by=by, at=self.clock()))
        elif draft.article.status == "published":
            await records.editing.drop_redirect(draft.article.id)
        await records.log.enqueue(IN_STEP, draft.id)
        await self.tell(records, by, done)

    async def _send_back(self, tenant: str, draft_id: str, reason: str) -> None:
        """What cannot be published goes back to its author with the reason, and is not tried again and again."""
        log.warning("article_not_published", tenant=tenant, draft=draft_id, reason=reason)
        async with self.database.write(tenant) as records:
            draft = await records.editing.draft(draft_id)
            if draft is None or not draft.open:
                return
            back = draft.model_copy(
                update={"state": "draft", "note": reason, "reviewer": "", "publish_at": None, "version": draft.version + 1}
            )
            await records.editing.save_draft(back, draft.version)
            await self.tell(records, "system", back)

    def _made(self, caller: Caller, article: Article, *, origin: str = "", note: str = "", base: int = 0) -> ArticleDraft:
        who, moment = caller.who, self.clock()
        goal = article if article.status in GOALS else article.model_copy(update={"status": "published"})
        return ArticleDraft(
            id=new_id(), article=goal, base_revision=base, origin=origin, note=note, author=who, opened_at=moment, updated_at=moment
        )

    async def _moved(
        self,
        records: Records,
        caller: Caller,
        draft: ArticleDraft,
        seen: int,
        state: DraftState,
        *,
        editing: bool = True,
        **changed: object,
    ) -> ArticleDraft:
        who = caller.who
        editors = tuple(dict.fromkeys((*draft.editors, who))) if editing else draft.editors
        moved = draft.model_copy(
            update={"state": state, "version": draft.version + 1, "updated_at": self.clock(), "editors": editors, **changed}
        )
        if draft.version != seen or not await records.editing.save_draft(moved, seen):
            raise Conflict(
                "Somebody changed this draft after you opened it.", todo="Look at both versions and choose; nothing of yours is lost."
            )
        await self._tell(records, caller, moved)
        return moved

    async def _tell(self, records: Records, caller: Caller, draft: ArticleDraft) -> None:
        await self.tell(records, actor(caller), draft)

    async def tell(self, records: Records, by: str, draft: ArticleDraft) -> None:
        """That a draft is as it is now."""
        data = {"state": draft.state, "draft": draft.id, "version": draft.version}
        await records.log.event("article.draft", subject_id=draft.article.id, actor=by, data=data)


def reader(caller: Caller) -> None:
    """Raises Refused for a key that belongs to nobody: a second key of whoever wrote is no second person."""
    if caller.user_id is None:
        raise Refused("A person reads what others wrote.", todo="Use a key that was created for a user (keys create --user).")


async def _as_actor(records: Records, who: str) -> str:
    return f"user:{who}" if await records.admin.user(who) else f"key:{who}"


def _words(state: DraftState) -> str:
    return {"draft": "still being written", "approved": "approved already"}.get(state, state)
