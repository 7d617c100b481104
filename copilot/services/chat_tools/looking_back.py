"""What a contact said in a tool before the connection was made: read once, when they are first seen, by the way that deliveries come in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from copilot.domain.channels import Account, Arrival
from copilot.domain.connections import EARLIER
from copilot.domain.errors import CopilotError, Unavailable
from copilot.domain.formats import ConversationIn, CustomerIn
from copilot.domain.ports.channels import ContactsTool
from copilot.domain.ports.records import Database
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.chat_tools.receiving import ARRIVE
from copilot.services.customers.tombstones import Tombstones

log = structlog.get_logger()
MOST: Final = 20
"""Earlier conversations of one contact that are read."""


@dataclass(frozen=True)
class LookingBack:
    """Brings in a contact's earlier conversations."""

    database: Database
    connecting: Connecting
    tombstones: Tombstones
    clock: Callable[[], datetime]

    async def first_seen(self, account: Account, given: ConversationIn) -> None:
        """Before a conversation that is new here goes on record: if its contact is new too, their earlier ones wait in the inbox as well.

        Safe to do again at any point: each has a delivery id of its own. Raises Unavailable when the tool does not answer, and Refused
        for somebody who was erased. Where the token may not ask for them, there are none.
        """
        tool = self.connecting.channel(account.kind)
        if not isinstance(tool, ContactsTool) or given.customer is None or await self._known(account, given.customer):
            return
        try:
            earlier = (await tool.earlier(account, given.conversation_id))[:MOST]
        except Unavailable:
            raise
        except CopilotError as error:
            log.info("nothing_earlier", tenant=account.tenant_id, connection=account.id, reason=error.detail)
            return
        await self._put(account, earlier)

    async def _known(self, account: Account, customer: CustomerIn) -> bool:
        """Whether this connection has seen them. A number of the company's own may be known from elsewhere: then the tool is asked."""
        async with self.database.read(account.tenant_id) as records:
            await self.tombstones.refuse(records, customer.to_customer(self.clock()))
            return customer.id.startswith(f"{account.id}:") and await records.customers.record(customer.id) is not None

    async def _put(self, account: Account, earlier: tuple[str, ...]) -> None:
        async with self.database.write(account.tenant_id) as records:
            rows = []
            for ident in earlier:
                if await records.conversations.find(ident, account.id) is None:
                    only_id = Arrival(conversation=ConversationIn(conversation_id=ident, channel="chat", messages=[]), whole=False)
                    rows.append(await records.connections.receive(account.id, f"{EARLIER}{ident}", (only_id,), self.clock()))
            if fresh := [row for row in rows if row is not None]:
                await records.log.enqueue(ARRIVE, str(fresh[0]))
