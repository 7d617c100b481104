"""Change one fact: where a value stands in everything that is written, and one reviewed change that puts another in its place."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from copilot.checks.article_facts import Spot, changed, in_text, spots
from copilot.checks.facts import holds, replaced
from copilot.domain.base import Frozen, new_id
from copilot.domain.editing import ArticleDraft
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused
from copilot.domain.facts import ChangeState, FactChange, FactPlace, FactSearch, HolderKind, SavedReply
from copilot.domain.knowledge import Article
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.services.editing import Editing, Reviewed, reader
from copilot.services.reading import actor

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
class _Holder:
    """An article, a draft or a saved reply, as it was read. `stamp`: its revision or version; `blocked`: why it cannot be changed."""

    kind: HolderKind
    ident: str
    stamp: int
    held: Article | SavedReply
    blocked: str = ""

    @property
    def title(self) -> str:
        return self.held.title or self.ident

    def spots(self, old: str, new: str) -> list[Spot]:
        if isinstance(self.held, Article):
            return spots(self.held, old, new)
        return list(in_text(self.held.text, old, new, self.held.locale or "en", "text", "reply"))

    def name(self, spot: Spot) -> str:
        return f"{self.kind}:{self.ident}@{self.stamp}#{spot.name}"

    def places(self, old: str, new: str) -> list[FactPlace]:
        article_id = self.held.id if isinstance(self.held, Article) else ""
        shown = ("kind", "label", "sentence", "span", "written", "instead", "sure", "why")
        return [
            FactPlace(
                id=self.name(spot),
                holder=self.kind,
                holder_id=self.ident,
                article_id=article_id,
                title=self.title,
                blocked=self.blocked,
                **{name: getattr(spot, name) for name in shown},
            )
            for spot in self.spots(old, new)
        ]


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
                holders = [await self._of_article(records, article) for article in holding]
            found += await asyncio.to_thread(_places, holders, old, new)
            if len(articles) < BATCH:
                break
            after = articles[-1].id
        async with self.database.read(caller.tenant_id) as records:
            drafts = await records.editing.drafts(("draft", "in_review", "approved"))
            rest = [await _of_draft(records, draft) for draft in drafts] + [_of_reply(reply) for reply in await records.facts.replies()]
            waiting = await records.facts.waiting_texts()
        found += await asyncio.to_thread(_places, rest, old, new)
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
            for name, wanted in _by_holder(given.places).items():
                holder = await self._holder(records, name)
                # In a thread: reading the claims of a long article takes long.
                chosen = await asyncio.to_thread(_chosen, holder, wanted, old, new)
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

    async def _of_article(self, records: Records, article: Article) -> _Holder:
        blocked = ""
        open_ = await records.editing.draft_of(article.id)
        if open_ is not None:
            who = await _name(records, open_.author)
            blocked = f"{who} has an open draft of it: change it there, or wait until it is published."
        else:
            try:
                await self.editing.guard(records, article, article)
            except Refused as error:
                blocked = str(error)
        return _Holder("article", article.id, article.revision, article, blocked)

    async def _holder(self, records: Records, name: str) -> _Holder:
        """What a place's id names, as it is now. Raises Conflict when it was changed since."""
        kind, ident, stamp = _named(name)
        holder: _Holder | None = None
        if kind == "article" and (article := await records.articles.get(ident)) is not None:
            holder = await self._of_article(records, article)
        elif kind == "draft" and (draft := await records.editing.draft(ident)) is not None and draft.open:
            holder = await _of_draft(records, draft)
        elif kind == "reply" and (reply := await records.facts.reply(ident)) is not None:
            holder = _of_reply(reply)
        if holder is None or holder.stamp != stamp:
            title = holder.title if holder else ident
            raise Conflict(f"“{title}” was changed since you searched.", todo="Search again and look at it.")
        if holder.blocked:
            raise Conflict(f"“{holder.title}” cannot be changed here: {holder.blocked}", todo="Leave it out, or change its draft.")
        return holder

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

    async def _into_draft(self, records: Records, caller: Caller, holder: _Holder, chosen: Sequence[Spot]) -> None:
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


def _places(holders: Iterable[_Holder], old: str, new: str) -> list[FactPlace]:
    return [place for holder in holders for place in holder.places(old, new)]


async def _of_draft(records: Records, draft: ArticleDraft) -> _Holder:
    blocked = "It belongs to another change of a fact: have that one published first." if draft.change_id else ""
    return _Holder("draft", draft.id, draft.version, draft.article, blocked)


def _of_reply(reply: SavedReply) -> _Holder:
    return _Holder("reply", reply.id, reply.version, reply)


def _by_holder(ids: Sequence[str]) -> dict[str, list[str]]:
    """Places by what holds them: everything of a place's id before the last `#`."""
    found: dict[str, list[str]] = {}
    for ident in dict.fromkeys(ids):
        found.setdefault(ident.rpartition("#")[0], []).append(ident)
    return found


def _named(name: str) -> tuple[str, str, int]:
    kind, _, rest = name.partition(":")
    ident, _, stamp = rest.rpartition("@")
    if kind not in ("article", "draft", "reply") or not ident or not stamp.isdecimal():
        raise Invalid(f"{name[:80]!r} is no place.", todo="Send ids of places as the search gave them.")
    return kind, ident, int(stamp)


def _chosen(holder: _Holder, wanted: Sequence[str], old: str, new: str) -> list[Spot]:
    there = {holder.name(spot): spot for spot in holder.spots(old, new)}
    missing = [ident for ident in wanted if ident not in there]
    if missing:
        raise Conflict(f"“{holder.title}” does not say so any more.", todo="Search again and look at it.")
    for ident in wanted:
        if not there[ident].instead:
            raise Invalid(f"“{holder.title}”: {there[ident].sentence} – {there[ident].why}", todo="Leave it out, and edit it by hand.")
    return [there[ident] for ident in wanted]


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


async def _name(records: Records, who: str) -> str:
    user = await records.admin.user(who)
    return user.name if user is not None else "Somebody"


def _value(text: str) -> str:
    value = " ".join(text.split())
    if len(value) < SHORTEST:
        raise Invalid("A value has at least two characters.", todo="Write it as it stands in an article, such as 28 days.")
    return value
