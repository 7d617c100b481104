"""What a replica does when another one changed something: its streams, its outbox, its own index of words."""

import asyncio
from dataclasses import dataclass, field

import structlog

from copilot.domain.errors import CopilotError
from copilot.domain.ports.records import Database
from copilot.services.running.dispatch import Dispatcher
from copilot.services.running.live import Live
from copilot.services.searching.indexing import Indexes

log = structlog.get_logger()


@dataclass
class Replicas:
    """Called with the name of the tenant that has new events; with an empty name when some may have been missed."""

    database: Database
    live: Live
    dispatcher: Dispatcher
    indexes: Indexes
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def changed(self, tenant: str) -> None:
        """From the listening connection; returns at once."""
        self.dispatcher.wake()
        for name in [tenant] if tenant else self.live.heard:
            self.live.wake(name)
        task = asyncio.get_running_loop().create_task(self._catch_up(tenant))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _catch_up(self, tenant: str) -> None:
        try:
            for name in [tenant] if tenant else await self.database.tenants():
                await self.indexes.catch_up(name)
        except CopilotError as error:
            log.warning("replica_behind", tenant=tenant, reason=str(error))
