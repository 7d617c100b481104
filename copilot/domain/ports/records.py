"""The record: every question and change the services ask of the database, always within one tenant.

`Database.read` and `Database.write` give `Records` bound to a tenant; no method takes one, so no query can forget it. A `write` is one
transaction: it commits when the block ends and rolls back when it raises. Methods that look up by `ref` take our id or the sender's.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from copilot.domain.base import Frozen
from copilot.domain.ports.access import Access, Doors
from copilot.domain.ports.articles import Articles
from copilot.domain.ports.colleagues import ColleagueQuestions, Grants, Handovers
from copilot.domain.ports.connections import Connections
from copilot.domain.ports.curation import Curation
from copilot.domain.ports.day import Day
from copilot.domain.ports.editing import Editing
from copilot.domain.ports.experiments import Experiments
from copilot.domain.ports.facts import Facts, Recalls
from copilot.domain.ports.gaps import Gaps
from copilot.domain.ports.imports import Imports
from copilot.domain.ports.people import Customers, Matches, Memories
from copilot.domain.ports.quality import Quality
from copilot.domain.ports.running import Admin, Log
from copilot.domain.ports.scorecards import Scorecards
from copilot.domain.ports.syncing import Syncing
from copilot.domain.ports.talk import Conversations, Senses, Suggestions, Turns
from copilot.domain.staff import Key
from copilot.domain.tenant import TenantSettings


class Records(Protocol):
    """All of one tenant's records, inside one transaction."""

    @property
    def tenant_id(self) -> str: ...

    @property
    def customers(self) -> Customers: ...

    @property
    def matches(self) -> Matches: ...

    @property
    def conversations(self) -> Conversations: ...

    @property
    def senses(self) -> Senses: ...

    @property
    def turns(self) -> Turns: ...

    @property
    def suggestions(self) -> Suggestions: ...

    @property
    def memories(self) -> Memories: ...

    @property
    def articles(self) -> Articles: ...

    @property
    def editing(self) -> Editing: ...

    @property
    def facts(self) -> Facts: ...

    @property
    def recalls(self) -> Recalls: ...

    @property
    def curation(self) -> Curation: ...

    @property
    def syncing(self) -> Syncing: ...

    @property
    def handovers(self) -> Handovers: ...

    @property
    def grants(self) -> Grants: ...

    @property
    def questions(self) -> ColleagueQuestions: ...

    @property
    def gaps(self) -> Gaps: ...

    @property
    def log(self) -> Log: ...

    @property
    def admin(self) -> Admin: ...

    @property
    def day(self) -> Day: ...

    @property
    def access(self) -> Access: ...

    @property
    def imports(self) -> Imports: ...

    @property
    def experiments(self) -> Experiments: ...

    @property
    def quality(self) -> Quality: ...

    @property
    def connections(self) -> Connections: ...

    @property
    def scorecards(self) -> Scorecards: ...


class OutboxRow(Frozen):
    """Work to start."""

    id: int
    tenant_id: str
    job: str
    subject_id: str


class Database(Protocol):
    """The record of all tenants."""

    @property
    def doors(self) -> Doors: ...

    def read(self, tenant: str) -> AbstractAsyncContextManager[Records]: ...

    def write(self, tenant: str) -> AbstractAsyncContextManager[Records]: ...

    async def create_tenant(self, tenant: str, settings: TenantSettings) -> None:
        """Raises Conflict when it exists."""
        ...

    async def tenants(self) -> list[str]: ...

    async def key_by_digest(self, digest: str) -> Key | None:
        """Over all tenants: the one question asked before a tenant is known. Revoked keys are not returned."""
        ...

    async def outbox(self, limit: int = 100) -> list[OutboxRow]:
        """Oldest first, over all tenants."""
        ...

    async def outbox_done(self, ids: Sequence[int]) -> None: ...

    async def unfinished_turns(self, before: datetime) -> list[tuple[str, str]]:
        """(tenant, turn id) of current turns minted before `before` that are neither done nor superseded nor failed."""
        ...

    async def heartbeat(self, replica: str, at: datetime) -> None: ...

    async def silent_replicas(self, since: datetime) -> list[str]: ...

    async def migrate(self) -> str:
        """Bring the schema to this version's head; returns the revision. Raises Refused when the database is from a newer version."""
        ...

    async def revision(self) -> tuple[str, str]:
        """(the database's revision, this version's head)."""
        ...

    async def vacuum(self) -> None: ...

    async def close(self) -> None: ...
