"""What the record keeps of connections: part of `Records`, see `copilot.domain.ports.records`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from copilot.domain.channels import Arrival
from copilot.domain.connections import Action, Connection, Delivered, Kept, Outgoing, Traffic, Written
from copilot.domain.triage import Click


class Vault(Protocol):
    """Seals secrets before they are stored; what it sealed only this installation opens."""

    def seal(self, secret: str) -> str: ...

    def open(self, sealed: str) -> str:
        """Raises Unavailable when the installation's key is not the one it was sealed with."""
        ...


class Reach(Protocol):
    """Which addresses may be called from here."""

    async def check(self, url: str) -> None:
        """Raises Invalid for what is no address, Refused for one that may not be called."""
        ...


class Connections(Protocol):
    """Accounts of chat tools, their inbox and what goes out."""

    async def all(self) -> list[Connection]:
        """Configured ones first made first; built-in ones are among them."""
        ...

    async def find(self, ident: str) -> Connection | None: ...

    async def of(self, conversation_id: str) -> Connection | None:
        """The one that a conversation belongs to."""
        ...

    async def put(self, connection: Connection, sealed: str | None = None) -> None:
        """Upsert; `sealed`: its secrets, None leaves those that are there."""
        ...

    async def sealed(self, ident: str) -> str:
        """Empty: none are kept."""
        ...

    async def change(self, ident: str, **values: Any) -> None:
        """Cursor, polled_at, problem, active."""
        ...

    async def receive(self, connection_id: str, delivery_id: str, arrivals: Sequence[Arrival | Click], at: datetime) -> int | None:
        """The inbox row; None: that delivery is known."""
        ...

    async def kept(self, ident: int) -> Kept | None: ...

    async def worked(self, ident: int, at: datetime, problem: str = "") -> None:
        """Done, or failed with why. Its content is forgotten."""
        ...

    async def waiting(self, before: datetime, limit: int = 100) -> list[int]:
        """Deliveries received before, not worked in: oldest first, and after them all what contacts said before the connection was made."""
        ...

    async def want(self, outgoing: Outgoing) -> bool:
        """False: that write is known."""
        ...

    async def outgoing(self, ident: str) -> Outgoing | None: ...

    async def wanted(self, key: str) -> Outgoing | None:
        """The write of that key."""
        ...

    async def latest(self, connection_id: str, conversation_id: str, action: Action) -> Outgoing | None:
        """The newest write of that kind about a conversation."""
        ...

    async def held(self, connection_id: str, conversation_id: str) -> list[Outgoing]:
        """Waiting writes about a conversation, oldest first."""
        ...

    async def moved(self, outgoing: Outgoing) -> None:
        """State, attempts, due_at, external_id, problem."""
        ...

    async def due(self, at: datetime, limit: int = 100) -> list[str]:
        """Ids of waiting and unsure writes whose time has come."""
        ...

    async def refuse(self, ident: str, count: int, at: datetime, why: str) -> None:
        """So many deliveries more were refused, the last one then and for that."""
        ...

    async def traffic(self, *, history: bool = True) -> dict[str, Traffic]:
        """By connection. Without history only what waits, is unsure or was given up: cheap, however much there was."""
        ...

    async def deliveries(self, ident: str, limit: int) -> list[Delivered]:
        """Of a connection, newest first; what its tool did not deliver itself only while it waits, or when it failed."""
        ...

    async def newest(self, ident: str) -> int:
        """Number of the connection's latest delivery by the tool itself; 0: there is none. What is delivered later has a higher one."""
        ...

    async def writes(self, ident: str, limit: int) -> list[Written]:
        """Of a connection: those that somebody has to look at, then those that wait, then the rest; of each the newest first."""
        ...
