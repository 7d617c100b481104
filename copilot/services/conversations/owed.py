"""Promises that move: to another owner for good, or to whoever minds them while their owner is away. And the update that is due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from copilot.domain.base import Frozen, Instant, new_id
from copilot.domain.conversation import Conversation
from copilot.domain.day import Absence, OwedRow, PromiseMove
from copilot.domain.errors import Conflict, Invalid, NotFound, Refused
from copilot.domain.memory import Promise
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller, User
from copilot.domain.tenant import TenantSettings
from copilot.services.conversations.answering import person
from copilot.services.conversations.queue import soon
from copilot.services.conversations.reading import actor
from copilot.services.conversations.updates import Update, update_for

EVERYONES: tuple[str, ...] = ("supervisor", "integrator", "admin")
"""Roles that see all open promises, because somebody has to notice one before it falls due; others see their own."""
LEADS: tuple[str, ...] = ("supervisor", "admin")
"""Who may give a colleague's promises to somebody else, and say that a colleague is away."""
DRAFTED = 50
"""Updates drafted in one answer: the most urgent."""


class Owed(Frozen):
    """An open promise as its present owner sees it."""

    promise: Promise
    conversation_ref: str
    channel: str | None
    customer_ref: str
    customer_name: str
    moved_from: str
    """Whose it was; empty: it is whose it always was."""
    moved_until: Instant | None
    """Until when its owner is away; None: it moved for good, or not at all."""
    soon: bool
    """Overdue, or due within the tenant's notice time."""
    update: Update | None
    """What to write to the customer before it falls due; only where it is soon, and for the present owner."""


class Change(Frozen):
    """What is set of a promise; what is not named stays. `owner`: a user's id, or `me`."""

    state: Literal["kept", "withdrawn"] | None = None
    owner: str | None = None
    due: Instant | None = None


class _Present(Frozen):
    """Who has to keep a promise now. `user` None: nobody we know by that name."""

    user: User | None
    moved_from: str = ""
    until: Instant | None = None


@dataclass(frozen=True)
class Owing:
    """The promise ledger as people work with it."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def promises(self, caller: Caller, owner: str = "") -> list[Owed]:
        """Open and overdue promises, the most urgent first. Only one's own can be picked out: no list of one colleague's.

        One's own are also those that moved to oneself, and not those that moved away. Agents see their own only.
        """
        now = self.clock()
        async with self.database.read(caller.tenant_id) as records:
            me = await records.admin.user(caller.user_id) if caller.user_id else None
            own = {name for name in (me.id, me.external_id, me.name) if name} if me else set[str]()
            if owner and owner != "me" and owner not in own:
                raise Refused("One person's promises are shown to that person only.", todo="Leave `owner` out, or write owner=me.")
            settings = await records.admin.settings()
            people, absences = await records.admin.users(), await records.day.absent(now)
            rows = [(row, present(row, people, absences)) for row in await records.day.owed()]
            if owner or caller.role not in EVERYONES:
                rows = [(row, who) for row, who in rows if me is not None and _is(who, me, row, own)]
            drafted = await _drafted(records, rows, me, own, settings, now)
        return [_owed(row, who, drafted.get(row.promise.id), settings, now) for row, who in rows]

    async def change(self, caller: Caller, promise_id: str, given: Change) -> Promise:
        """Settle it, give it another owner, or another date. Raises NotFound, Invalid, Refused, and Conflict for a settled one."""
        if given.state is None and given.owner is None and given.due is None:
            raise Invalid("Nothing is named that should change.", todo="Send state, owner or due.")
        now = self.clock()
        async with self.database.write(caller.tenant_id) as records:
            promise = await records.memories.promise(promise_id)
            if promise is None:
                raise NotFound(f"There is no promise {promise_id!r}.", todo="List the open promises.")
            changed = promise
            if given.owner is not None or given.due is not None:
                changed = await self._moved(records, caller, promise, given, now)
            changed = await _settled(records, caller, changed, given.state, now)
            if changed != promise:
                await records.memories.put_promise(changed)
        self.wake(caller.tenant_id)
        return changed.at(now)

    async def _moved(self, records: Records, caller: Caller, promise: Promise, given: Change, now: datetime) -> Promise:
        if promise.state in ("kept", "withdrawn"):
            raise Conflict(f"This promise was already {promise.state}.", todo="Nothing is left to do.")
        update: dict[str, object] = {}
        if given.due is not None and given.due != promise.due:
            update["due"] = given.due
            await _note(records, caller, promise, "promise.changed")
        if given.owner is not None:
            to = await _receiver(records, caller, given.owner)
            await self._may_move(records, caller, promise, to, now)
            update["owner"] = to.name
            move = PromiseMove(
                id=new_id(), promise_id=promise.id, from_owner=promise.owner, to_user=to.id, moved_by=caller.user_id or "", moved_at=now
            )
            await records.day.move(move)
            await _note(records, caller, promise, "promise.moved")
        return promise.model_copy(update=update)

    async def _may_move(self, records: Records, caller: Caller, promise: Promise, to: User, now: datetime) -> None:
        """Anybody may take a promise over; one's own, and for leads any, may be given to somebody else."""
        if caller.role in LEADS or to.id == caller.user_id:
            return
        rows = [row for row in await records.day.owed() if row.promise.id == promise.id]
        who = present(rows[0], await records.admin.users(), await records.day.absent(now)) if rows else None
        if who is None or who.user is None or who.user.id != caller.user_id:
            raise Refused("This promise is not yours to give.", todo="Take it over yourself (owner: me), or ask a supervisor.")

    async def absent(self, caller: Caller, user: str, until: datetime | None, promises_to: str | None) -> Absence | None:
        """Somebody is away: a colleague minds their promises until then. Without `until` the absence ends now.

        Raises NotFound, Invalid, and Refused for a colleague's absence unless a lead says so.
        """
        now = self.clock()
        async with self.database.write(caller.tenant_id) as records:
            away = await _known(records, caller, user)
            if away.id != person(caller) and caller.role not in LEADS:
                raise Refused("A colleague's absence is said by them or a supervisor.", todo="Ask them, or a supervisor.")
            if until is None:
                ended = await records.day.end_absence(away.id)
                if ended:
                    await records.log.event("user.returned", subject_id=away.id, actor=actor(caller))
                absence = None
            else:
                absence = await _absence(records, caller, away, until, promises_to, now)
        self.wake(caller.tenant_id)
        return absence


def present(row: OwedRow, people: Sequence[User], absences: Sequence[Absence]) -> _Present:
    """Who keeps the promise now: whom it was moved to, else its owner by name; and while they are away, whoever minds theirs."""
    by_id = {user.id: user for user in people}
    owner = by_id.get(row.moved_to) if row.moved_to else _named(row.promise.owner, people)
    if owner is None:
        return _Present(user=None)
    away = {absence.user_id: absence for absence in absences}
    minds, until, seen = owner, None, set[str]()
    while (absence := away.get(minds.id)) is not None and minds.id not in seen:
        seen.add(minds.id)
        until = max(until or absence.until, absence.until) if minds.id != owner.id else absence.until
        minds = by_id.get(absence.promises_to, minds)
    if minds.id in seen:  # everybody in the circle is away: it stays with its owner
        minds, until = owner, None
    if minds.id != owner.id:
        return _Present(user=minds, moved_from=owner.name, until=until)
    return _Present(user=owner, moved_from=row.moved_from if row.moved_to else "")


def _named(owner: str, people: Sequence[User]) -> User | None:
    """The person whom a promise names as its owner; of several with that name the one who works here, else nobody for sure."""
    found = [user for user in people if owner and owner in (user.id, user.external_id, user.name)]
    active = [user for user in found if user.active] or found
    return active[0] if len(active) == 1 else None


def _is(who: _Present, me: User, row: OwedRow, own: set[str]) -> bool:
    """Whether I have to keep it; of two people with the same name both, rather than nobody."""
    return who.user.id == me.id if who.user is not None else not row.moved_to and row.promise.owner in own


def _owed(row: OwedRow, who: _Present, update: Update | None, settings: TenantSettings, now: datetime) -> Owed:
    return Owed(
        promise=row.promise.at(now),
        conversation_ref=row.conversation_ref,
        channel=row.channel,
        customer_ref=row.customer_ref,
        customer_name=row.customer_name,
        moved_from=who.moved_from,
        moved_until=who.until,
        soon=soon(row.promise.due, now, settings),
        update=update,
    )


async def _drafted(
    records: Records, rows: Sequence[tuple[OwedRow, _Present]], me: User | None, own: set[str], settings: TenantSettings, now: datetime
) -> Mapping[str, Update]:
    """Updates for my own promises that are soon, by promise."""
    if me is None:
        return {}
    wanted = [(r, w) for r, w in rows if soon(r.promise.due, now, settings) and _is(w, me, r, own) and r.promise.conversation_id][:DRAFTED]
    found: dict[str, Conversation] = await records.conversations.several(list({r.promise.conversation_id for r, _ in wanted}))
    made = {}
    for row, who in wanted:
        thread = found.get(row.promise.conversation_id)
        if thread is not None:
            made[row.promise.id] = update_for(row, who.moved_from, thread, settings, now)
    return made


async def _settled(
    records: Records, caller: Caller, promise: Promise, state: Literal["kept", "withdrawn"] | None, now: datetime
) -> Promise:
    if state is None or promise.state == state:
        return promise
    if promise.state in ("kept", "withdrawn"):
        raise Conflict(f"This promise was already {promise.state}.", todo="Nothing is left to do.")
    await _note(records, caller, promise, f"promise.{state}")
    return promise.model_copy(update={"state": state, "settled_at": now})


async def _note(records: Records, caller: Caller, promise: Promise, type_: str) -> None:
    await records.log.event(type_, conversation_id=promise.conversation_id, subject_id=promise.id, actor=actor(caller))


async def _known(records: Records, caller: Caller, ref: str) -> User:
    """A user by id, or the caller as `me`. Raises NotFound."""
    found = await records.admin.user(person(caller) if ref == "me" else ref)
    if found is None:
        raise NotFound(f"There is no user {ref!r}.", todo="List the users.")
    return found


async def _receiver(records: Records, caller: Caller, ref: str) -> User:
    to = await _known(records, caller, ref)
    if not to.active:
        raise Invalid(f"{to.name} does not work here any more.", todo="Name somebody who does.")
    return to


async def _absence(records: Records, caller: Caller, away: User, until: datetime, promises_to: str | None, now: datetime) -> Absence:
    if until <= now:
        raise Invalid("An absence ends later than now.", todo="Leave `until` out to end an absence.")
    if not promises_to:
        raise Invalid("Somebody minds their promises meanwhile.", todo="Name promises_to.")
    minds = await _receiver(records, caller, promises_to)
    if minds.id == away.id:
        raise Invalid("Nobody minds their own promises while away.", todo="Name a colleague.")
    if any(absence.user_id == minds.id for absence in await records.day.absent(now)):
        raise Conflict(f"{minds.name} is away, too.", todo="Name a colleague who is here.")
    absence = Absence(user_id=away.id, since=now, until=until, promises_to=minds.id)
    await records.day.put_absence(absence)
    await records.log.event("user.absent", subject_id=away.id, actor=actor(caller))
    return absence
