"""What the record keeps of signing in, and how passwords are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from copilot.domain.access import Account, EntryLink, PanelToken, Session
from copilot.domain.base import Frozen
from copilot.domain.staff import User


class Access(Protocol):
    """One tenant's sessions, links, tokens and passwords."""

    async def set_password(self, user_id: str, password_hash: str) -> None:
        """Empty: none."""
        ...

    async def with_password(self) -> set[str]:
        """Ids of the users who have a password."""
        ...

    async def user_by_email(self, email: str) -> User | None: ...

    async def user_by_subject(self, subject: str) -> User | None:
        """By the name an identity provider knows the person by."""
        ...

    async def set_subject_once(self, user_id: str, subject: str) -> bool:
        """False when the person has another one already."""
        ...

    async def put_session(self, session: Session, digest: str) -> None:
        """Forgets what ended long ago."""
        ...

    async def seen(self, session_id: str, at: datetime) -> None: ...

    async def end_session(self, session_id: str, at: datetime) -> list[str]:
        """Also ends the panel tokens made from it. Returns the key ids (`session:…`, `panel:…`) that let in until now."""
        ...

    async def end_all(self, user_id: str, at: datetime) -> list[str]:
        """All of a person's sessions, tokens and unused links. Returns as `end_session`."""
        ...

    async def put_link(self, link: EntryLink, digest: str) -> None: ...

    async def use_link(self, link_id: str, at: datetime) -> bool:
        """Whether it was unused and in time: true once."""
        ...

    async def put_panel_token(self, token: PanelToken, digest: str) -> None: ...


class Doors(Protocol):
    """The questions asked over all tenants, before it is known who asks."""

    async def accounts(self, email: str) -> list[Account]:
        """Active people of that address, by tenant."""
        ...

    async def session(self, digest: str) -> tuple[Session, User] | None:
        """Not ended; whether it is in time is for the caller to see. The same holds below."""
        ...

    async def link(self, digest: str) -> tuple[EntryLink, User] | None: ...

    async def panel_token(self, digest: str) -> tuple[PanelToken, User] | None: ...

    async def count_try(self, names: Sequence[str], at: datetime, since: datetime) -> dict[str, int]:
        """Count one try under each name; returns how many there were since `since`, this one included."""
        ...

    async def forget_tries(self, names: Sequence[str]) -> None: ...


class Passwords(Protocol):
    """Slow hashes of passwords. Both methods take a tenth of a second of one core, off the event loop."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, kept: str) -> bool:
        """With an empty `kept` it takes as long, and is false."""
        ...


class ProviderTrip(Frozen):
    """What has to be the same when a person comes back from the identity provider."""

    url: str
    """Where the browser goes."""
    state: str
    nonce: str
    verifier: str


class ProviderPerson(Frozen):
    """Whom an identity provider vouches for."""

    subject: str
    """Issuer and the issuer's id of the person: never given to somebody else."""
    name: str
    email: str = ""
    email_verified: bool = False
    groups: tuple[str, ...] = ()


class IdentityProvider(Protocol):
    """Where a company's people prove who they are. Both methods raise Unavailable when it does not answer."""

    async def begin(self, callback: str) -> ProviderTrip: ...

    async def finish(self, callback: str, code: str, trip: ProviderTrip) -> ProviderPerson:
        """Raises Refused when what came back does not fit what was asked."""
        ...
