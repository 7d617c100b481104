"""Signing people in: by password, by one-time link, by an identity provider. What they get is a session: a secret for a cookie."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from copilot.domain.access import SESSION_KEY, EntryLink, Session, Way
from copilot.domain.base import Frozen, new_id
from copilot.domain.errors import Invalid, NotFound, Refused, Unavailable
from copilot.domain.ports.access import Passwords
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller, User
from copilot.services.conversations.reading import actor
from copilot.services.people.staff import digest

SESSION: Final = timedelta(hours=12)
IDLE: Final = timedelta(hours=8)
NOTED: Final = timedelta(minutes=5)
"""How exactly it is kept when a session was last seen: a write for every request would cost more than it tells."""
LINK: Final = timedelta(minutes=15)
WINDOW: Final = timedelta(minutes=15)
"""Tries are counted within this time."""
TRIES: Final = {"pair": 10, "account": 100, "address": 100}
"""Within WINDOW: of an account from one address; of an account from anywhere; from one address at all accounts. So that nobody can be
locked out from elsewhere by a few tries, and nobody can try long lists."""
SHORTEST, LONGEST = 10, 256
"""Characters of a password."""
WRONG = "This address and password do not go together."
ENDED = "session.ended"
"""The event that ends the streams of a session or panel token; its subject is the caller's `key_id`."""


class Entered(Frozen):
    """A session just begun; `secret` is for the browser's cookie and kept nowhere else."""

    secret: str
    session: Session
    user: User


class NewLink(Frozen):
    """A one-time link just made; `secret` is shown this once."""

    secret: str
    link: EntryLink
    user: User


@dataclass(frozen=True)
class SigningIn:
    """Sessions: how they begin, whom they let in, how they end."""

    database: Database
    passwords: Passwords
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def by_password(self, email: str, password: str, *, address: str, tenant: str = "") -> Entered:
        """A session for an address and its password. `address`: from where the try comes.

        Raises Refused when they do not go together, Unavailable after too many tries, and Invalid when the same two exist in several
        tenants and none is named.
        """
        email = normal_email(email)
        names = _tries(email, address)
        await self._count(names)
        accounts = [one for one in await self.database.doors.accounts(email) if not tenant or one.tenant_id == tenant]
        right = [one for one in accounts if await self.passwords.verify(password[:LONGEST], one.password_hash)]
        if not accounts:
            await self.passwords.verify(password[:LONGEST], "")  # so that the answer's time does not tell who is known
        if not right:
            raise Refused(WRONG, todo="Try again, or ask an administrator for a one-time link.")
        if len(right) > 1:
            raise Invalid("You work for several companies here.", todo="Open /sign-in?tenant=NAME for the one you mean.")
        await self.database.doors.forget_tries([names["pair"]])
        return await self.begin(right[0].tenant_id, right[0].user, "password")

    async def _count(self, names: dict[str, str]) -> None:
        at = self.clock()
        counted = await self.database.doors.count_try(list(names.values()), at, at - WINDOW)
        if any(counted[names[kind]] > most for kind, most in TRIES.items()):
            raise Unavailable(
                "There were too many tries.",
                todo=f"Wait {WINDOW // timedelta(minutes=1)} minutes, or ask an administrator for a one-time link.",
                retry_after=WINDOW.total_seconds(),
            )

    async def begin(self, tenant: str, user: User, way: Way) -> Entered:
        """A session for somebody who has shown who they are."""
        secret, at = secrets.token_urlsafe(32), self.clock()
        session = Session(
            id=new_id(), tenant_id=tenant, user_id=user.id, way=way, started_at=at, seen_at=at, ends_at=at + SESSION, ended_at=None
        )
        async with self.database.write(tenant) as records:
            await records.access.put_session(session, digest(secret))
            await records.log.event("session.began", subject_id=key_of(session), actor=f"user:{user.id}", data={"way": way})
        return Entered(secret=secret, session=session, user=user)

    async def caller(self, secret: str) -> Caller | None:
        """Whom a cookie lets in: None when the session is unknown, over, idle for too long, or its person left."""
        found, at = await self.database.doors.session(digest(secret)), self.clock()
        if found is None:
            return None
        session, user = found
        if at >= session.ends_at or at - session.seen_at >= IDLE:
            return None
        if at - session.seen_at >= NOTED:
            async with self.database.write(session.tenant_id) as records:
                await records.access.seen(session.id, at)
        return Caller(
            tenant_id=session.tenant_id, role=user.role, key_id=key_of(session), user_id=user.id, name=user.name, until=session.ends_at
        )

    async def end(self, caller: Caller) -> None:
        """Sign out: the session, and the panels that were opened from it."""
        session_id = caller.key_id.removeprefix(SESSION_KEY)
        async with self.database.write(caller.tenant_id) as records:
            await note_ended(records, await records.access.end_session(session_id, self.clock()), caller)
        self.wake(caller.tenant_id)

    async def set_password(self, caller: Caller, ref: str, password: str) -> User:
        """For a person, who is signed out everywhere by it. Raises Invalid for a password that is too short, NotFound."""
        user = await self._person(caller.tenant_id, ref)
        check_password(password, user)
        kept = await self.passwords.hash(password)
        async with self.database.write(caller.tenant_id) as records:
            await records.access.set_password(user.id, kept)
            await note_ended(records, await records.access.end_all(user.id, self.clock()), caller)
            await records.log.event("password.set", subject_id=user.id, actor=actor(caller))
        self.wake(caller.tenant_id)
        return user

    async def make_link(self, caller: Caller, ref: str) -> NewLink:
        """An address that signs a person in once, within 15 minutes."""
        user, at, secret = await self._person(caller.tenant_id, ref), self.clock(), secrets.token_urlsafe(32)
        link = EntryLink(id=new_id(), tenant_id=caller.tenant_id, user_id=user.id, made_at=at, ends_at=at + LINK)
        async with self.database.write(caller.tenant_id) as records:
            await records.access.put_link(link, digest(secret))
            await records.log.event("link.made", subject_id=user.id, actor=actor(caller))
        return NewLink(secret=secret, link=link, user=user)

    async def link(self, secret: str) -> tuple[EntryLink, User] | None:
        """Whom a link would sign in; None when it was used, is too old or never was. Looking does not use it."""
        found = await self.database.doors.link(digest(secret))
        return found if found and found[0].used_at is None and self.clock() < found[0].ends_at else None

    async def by_link(self, secret: str) -> Entered:
        """Raises NotFound when the link was used, is too old or never was."""
        found = await self.link(secret)
        if found is not None:
            async with self.database.write(found[0].tenant_id) as records:
                fresh = await records.access.use_link(found[0].id, self.clock())
            if fresh:
                return await self.begin(found[0].tenant_id, found[1], "link")
        raise NotFound("This link was used, or is older than 15 minutes.", todo="Ask for a new one.")

    async def _person(self, tenant: str, ref: str) -> User:
        """By id, external id or e-mail address."""
        async with self.database.read(tenant) as records:
            user = await records.admin.user(ref) or (await records.access.user_by_email(normal_email(ref)) if "@" in ref else None)
        if user is None:
            raise NotFound(f"There is no user {ref!r}.", todo="List the users.")
        if not user.active:
            raise Refused(f"{user.name} is not active.", todo="Make the user active first.")
        return user


def key_of(session: Session) -> str:
    """How a session is named where a key's id would stand."""
    return SESSION_KEY + session.id


async def note_ended(records: Records, keys: list[str], caller: Caller) -> None:
    """Open streams hear it and end."""
    for key in keys:
        await records.log.event(ENDED, subject_id=key, actor=actor(caller))


def normal_email(email: str) -> str:
    """As addresses are stored and compared."""
    return email.strip().lower()


def check_password(password: str, user: User) -> None:
    """Raises Invalid."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(f"A password has {SHORTEST} to {LONGEST} characters.", todo="A few words in a row are easy to remember.")
    if password.strip().lower() in (user.email, user.name.lower(), user.external_id.lower()):
        raise Invalid("A password is not one's own name or address.", todo="A few words in a row are easy to remember.")


def _tries(email: str, address: str) -> dict[str, str]:
    """Under which names a try is counted: hashes, so that the table tells nobody's address."""
    names = {"pair": f"{email} {address}", "account": email, "address": address}
    return {kind: hashlib.sha256(f"{kind} {name}".encode()).hexdigest() for kind, name in names.items()}
