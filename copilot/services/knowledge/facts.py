"""Change one fact: where a value stands in everything that is written, and one reviewed change that puts another in its place."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from copilot.checks.article_facts import Spot, changed, spots
from copilot.checks.facts import holds, replaced
from copilot.domain.base import Frozen, new_id
from copilot.domain.editing import ArticleDraft
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused
from copilot.domain.facts import ChangeState, FactChange, FactPlace, FactSearch, SavedReply
from copilot.domain.knowledge import Article
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.services.conversations.reading import actor
from copilot.services.knowledge.editing import Editing, Reviewed, reader
from copilot.services.knowledge.holders import Holder, by_holder, held_by, of_article, of_draft, of_reply, places_of, spots_of

PUBLISH_FACT = "fact_publish"
"""The durable job; its subject is the change."""
SHORTEST = 2
"""Characters of a value: one letter stands everywhere."""
BATCH = 100

log = structlog.get_logger()


class Chosen(Frozen):
    """What is to be changed: ids of places that `search` gave."""

    old: str
    new: str
    places: tuple[str, ...]
    note: str = ""


class Whole(Frozen):
    """A change with its drafts, and the articles as they are now."""

    change: FactChange
    drafts: tuple[ArticleDraft, ...]
    present: dict[str, Article]
    replies: dict[str, SavedReply]


@dataclass(frozen=True)
class FactChanging:
    """Finds a value wherever it is written, and changes it everywhere at once, after a second person has read the change."""

    database: Database
    editing: Editing
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def search(self, caller: Caller, old: str, new: str = "") -> FactSearch:
        """Articles that are not archived, their levers, open drafts, saved replies; and how many drafts for customers say it now."""
        old, new = _value(old), new.strip()
        found: list[FactPlace] = []
        after = ""
        while True:
            async with self.database.read(caller.tenant_id) as records:
                articles = await records.articles.all(after=after, limit=BATCH)
                live = [article for article in articles if article.status != "archived"]
                holding = await asyncio.to_thread(lambda some: [one for one in some if spots(one, old)], live)
                holders = [await of_article(records, article, self.editing.guard) for article in holding]
            found += await asyncio.to_thread(places_of, holders, old, new)
            if len(articles) < BATCH:
                break
            after = articles[-1].id
        async with self.database.read(caller.tenant_id) as records:
            drafts = await records.editing.drafts(("draft", "in_review", "approved"))
            rest = [await of_draft(records, draft) for draft in drafts] + [of_reply(reply) for reply in await records.facts.replies()]
            waiting = await records.facts.waiting_texts()
        found += await asyncio.to_thread(places_of, rest, old, new)
        said = await asyncio.to_thread(lambda: sum(holds(text, old) for text in waiting))
        return FactSearch(old=old, new=new, places=tuple(found), waiting=said)

    async def begin(self, caller: Caller, given: Chosen) -> FactChange:
        """One change of the chosen places, in review. What is chosen in an open draft is written into that draft, at once.

        Raises Conflict when something chosen was changed since the search, Invalid for what has to be written by hand.
        """
        old, new = _value(given.old), _value(given.new)
        if not given.places:
            raise Invalid("Nothing is chosen.", todo="Tick the places that shall change.")
        async with self.database.write(caller.tenant_id) as records:
            change = FactChange(
                id=new_id(), old=old, new=new, note=given.note.strip(), author=caller.who, opened_at=self.clock(), state="in_review"
            )
            await records.facts.add_change(change)
            replies: list[SavedReply] = []
            for name, wanted in by_holder(given.places).items():
                holder = await held_by(records, name, self.editing.guard)
                # In a thread: reading the claims of a long article takes long.
                chosen = await asyncio.to_thread(spots_of, holder, wanted, old, new)
                if isinstance(holder.held, SavedReply):
                    replies.append(self._rewritten(caller, holder.held, chosen))
                elif holder.kind == "draft":
                    await self._into_draft(records, caller, holder, chosen)
                else:
                    await self._draft(records, caller, change, changed(holder.held, chosen))
            change = change.model_copy(update={"replies": tuple(replies)})
            if not replies and not await records.editing.drafts_of_change(change.id):
                change = change.model_copy(update={"state": "published", "closed_at": self.clock()})
            await records.facts.save_change(change, change.version)
            await self._tell(records, caller, change)
        self.wake(caller.tenant_id)
        return change

    async def whole(self, tenant: str, change_id: str) -> Whole:
        """The change with everything that is to be read. Raises NotFound."""
        async with self.database.read(tenant) as records:
            change = await _change(records, change_id)
            drafts = await records.editing.drafts_of_change(change_id)
            present = await records.articles.many([draft.article.id for draft in drafts])
            replies = {reply.id: reply for reply in await records.facts.replies()}
        return Whole(change=change, drafts=tuple(drafts), present=present, replies=replies)

    async def listed(self, tenant: str, states: Sequence[ChangeState]) -> list[FactChange]:
        """Newest first."""
        async with self.database.read(tenant) as records:
            return await records.facts.changes(states)

    async def submit(self, caller: Caller, change_id: str, seen: int, note: str = "") -> FactChange:
        """Ask a second person to read it, again after its drafts were changed."""
        async with self.database.write(caller.tenant_id) as records:
            change = await _open(records, change_id, seen)
            for draft in await records.editing.drafts_of_change(change_id):
                await _set(records, draft, state="in_review", reviewer="")
            changed_ = await self._moved(records, caller, change, "in_review", note=note or change.note, reviewer="", publish_at=None)
        self.wake(caller.tenant_id)
        return changed_

    async def review(self, caller: Caller, change_id: str, seen: int, given: Reviewed) -> FactChange:
        """A second person's word on all of it: back to its author, or approved, and published then (or at `publish_at`)."""
        async with self.database.write(caller.tenant_id) as records:
            change = await _open(records, change_id, seen)
            if change.state != "in_review":
                raise Conflict("This change is not in review.", todo="Ask its author to send it for review.")
            drafts = await records.editing.drafts_of_change(change_id)
            reader(caller)
            me = caller.who
            if me == change.author or any(me in (draft.author, *draft.editors) for draft in drafts):
                raise Refused("You wrote in this change.", todo="Someone who did not write in it reads it.")
            if given.approve:
                _unchanged(drafts)
            state: ChangeState = "approved" if given.approve else "draft"
            for draft in drafts:
                await _set(records, draft, state=state, reviewer=me if given.approve else "")
            at = (given.publish_at or self.clock()) if given.approve else None
            reviewed = {"reviewer": me if given.approve else "", "publish_at": at, "note": given.note or change.note}
            change = await self._moved(records, caller, change, state, **reviewed)
        self.wake(caller.tenant_id)
        return await self._if_due(caller, change)

    async def discard(self, caller: Caller, change_id: str, seen: int) -> FactChange:
        """Close it, with its drafts, without publishing."""
        async with self.database.write(caller.tenant_id) as records:
            change = await _open(records, change_id, seen)
            for draft in await records.editing.drafts_of_change(change_id):
                await _set(records, draft, state="discarded", closed_at=self.clock())
            change = await self._moved(records, caller, change, "discarded", closed_at=self.clock(), publish_at=None)
        self.wake(caller.tenant_id)
        return change

    async def due(self, _: datetime) -> list[tuple[str, str, str]]:
        """(job, tenant, change) of approved changes whose time has come."""
        found = []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                found += [(PUBLISH_FACT, tenant, ident) for ident in await records.facts.due(self.clock())]
        return found

    async def run(self, tenant: str, change_id: str) -> None:
        """The durable job: all of an approved change is published, or nothing. Safe to run again at any point."""
        try:
            async with self.database.write(tenant) as records:
                change = await records.facts.change(change_id)
                if change is None or not change.open or change.state != "approved":
                    return
                if change.publish_at is None or change.publish_at > self.clock():
                    return
                await self._publish(records, change)
        except CopilotError as error:
            await self._send_back(tenant, change_id, str(error))
        else:
            self.wake(tenant)  # agents whose drafts quote the articles do not wait for the indexes
            await self.editing.indexes.catch_up(tenant)
        self.wake(tenant)

    async def _if_due(self, caller: Caller, change: FactChange) -> FactChange:
        if change.state != "approved" or change.publish_at is None or change.publish_at > self.clock():
            return change
        await self.run(caller.tenant_id, change.id)
        async with self.database.read(caller.tenant_id) as records:
            done = await _change(records, change.id)
        if done.state != "published":
            raise Conflict(done.note, todo="Discard this change, search again, and make it anew.")
        return done

    async def _publish(self, records: Records, change: FactChange) -> None:
        drafts = await records.editing.drafts_of_change(change.id)
        _unchanged(drafts, "approved")
        for draft in drafts:
            await self.editing.publish_in(records, draft)
        for reply in change.replies:
            if not await records.facts.save_reply(reply, reply.version - 1):
                raise Conflict(f"The saved reply “{reply.title}” was changed while this change was open.")
        done = change.model_copy(update={"state": "published", "closed_at": self.clock(), "version": change.version + 1})
        await records.facts.save_change(done, change.version)
        await records.log.event("fact.published", subject_id=change.id, data={"articles": len(drafts), "replies": len(change.replies)})

    async def _send_back(self, tenant: str, change_id: str, reason: str) -> None:
        log.warning("fact_not_published", tenant=tenant, change=change_id, reason=reason)
        async with self.database.write(tenant) as records:
            change = await records.facts.change(change_id)
            if change is None or not change.open:
                return
            for draft in await records.editing.drafts_of_change(change_id):
                await _set(records, draft, state="draft", reviewer="")
            back = {"state": "draft", "note": reason, "reviewer": "", "publish_at": None, "version": change.version + 1}
            await records.facts.save_change(change.model_copy(update=back), change.version)

    async def _draft(self, records: Records, caller: Caller, change: FactChange, article: Article) -> None:
        who, moment = caller.who, self.clock()
        draft = ArticleDraft(
            id=new_id(),
            article=article,
            state="in_review",
            base_revision=article.revision,
            change_id=change.id,
            origin=f"fact:{change.id}",
            note=f"{change.old} → {change.new}",
            author=who,
            opened_at=moment,
            updated_at=moment,
        )
        await self.editing.guard(records, article, await records.articles.get(article.id))
        await records.editing.open_draft(draft)
        await self.editing.tell(records, actor(caller), draft)

    async def _into_draft(self, records: Records, caller: Caller, holder: Holder, chosen: Sequence[Spot]) -> None:
        draft = await records.editing.draft(holder.ident)
        if draft is None or not isinstance(holder.held, Article):
            return
        editors = tuple(dict.fromkeys((*draft.editors, caller.who)))
        moved = {"article": changed(holder.held, chosen), "editors": editors, "state": "draft", "reviewer": "", "publish_at": None}
        saved = draft.model_copy(update={**moved, "version": draft.version + 1, "updated_at": self.clock()})
        if not await records.editing.save_draft(saved, draft.version):
            raise Conflict(f"The draft of “{holder.title}” was changed since you searched.", todo="Search again and look at it.")
        await self.editing.tell(records, actor(caller), saved)

    def _rewritten(self, caller: Caller, reply: SavedReply, chosen: Sequence[Spot]) -> SavedReply:
        text = replaced(reply.text, [spot.place for spot in chosen if spot.place is not None])
        changed_ = {"text": text, "version": reply.version + 1, "saved_by": caller.who, "saved_at": self.clock()}
        return reply.model_copy(update=changed_)

    async def _moved(self, records: Records, caller: Caller, change: FactChange, state: ChangeState, **more: object) -> FactChange:
        moved = change.model_copy(update={"state": state, "version": change.version + 1, **more})
        if not await records.facts.save_change(moved, change.version):
            raise Conflict("Somebody changed this after you opened it.", todo="Open it again.")
        await self._tell(records, caller, moved)
        return moved

    async def _tell(self, records: Records, caller: Caller, change: FactChange) -> None:
        await records.log.event("fact.changed", subject_id=change.id, actor=actor(caller), data={"state": change.state})


def _unchanged(drafts: Sequence[ArticleDraft], state: ChangeState = "in_review") -> None:
    """Raises Conflict when a draft of the change is not as it was read."""
    other = next((draft for draft in drafts if draft.state != state), None)
    if other is not None:
        raise Conflict(
            f"“{other.article.title}” was changed after this was sent for review.", todo="Send the change for review again, then read it."
        )


async def _set(records: Records, draft: ArticleDraft, **changed_: object) -> None:
    if draft.open:
        moved = draft.model_copy(update={**changed_, "version": draft.version + 1})
        await records.editing.save_draft(moved, draft.version)


async def _change(records: Records, change_id: str) -> FactChange:
    change = await records.facts.change(change_id)
    if change is None:
        raise NotFound(f"There is no change {change_id!r}.", todo="List the changes of facts.")
    return change


async def _open(records: Records, change_id: str, seen: int) -> FactChange:
    change = await _change(records, change_id)
    if not change.open:
        raise Conflict(f"This change is {change.state}.", todo="Search again and make a new one.")
    if change.version != seen:
        raise Conflict("Somebody changed this after you opened it.", todo="Open it again.")
    return change


def _value(text: str) -> str:
    value = " ".join(text.split())
    if len(value) < SHORTEST:
        raise Invalid("A value has at least two characters.", todo="Write it as it stands in an article, such as 28 days.")
    return value
