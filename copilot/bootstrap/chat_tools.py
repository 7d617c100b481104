"""Chat tools, wired: what comes in from them and goes out to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from copilot.adapters.outgoing import ToolAddresses
from copilot.adapters.vault import FernetVault
from copilot.channels import channels, triage
from copilot.channels.limits import Pacing
from copilot.domain.ports.records import Database, Records
from copilot.domain.ports.work import DurableEngine
from copilot.domain.suggestion import Suggestion
from copilot.services.chat_tools.arriving import Arriving
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.chat_tools.deciding import Deciding
from copilot.services.chat_tools.entering import Entering
from copilot.services.chat_tools.inbox_card import InboxCard
from copilot.services.chat_tools.installing import Installing
from copilot.services.chat_tools.looking_back import LookingBack
from copilot.services.chat_tools.noting import Noting
from copilot.services.chat_tools.posting import POSTS, Posting
from copilot.services.chat_tools.receiving import Receiving
from copilot.services.chat_tools.refusing import Refusing
from copilot.services.chat_tools.sending import Sending
from copilot.services.chat_tools.standing import Standings
from copilot.services.chat_tools.telling import Telling
from copilot.services.chat_tools.tending import Tending
from copilot.services.chat_tools.triaging import Triaging
from copilot.services.chat_tools.writing import Writing
from copilot.services.conversations.decisions import Decisions
from copilot.services.conversations.ingest import Ingest
from copilot.services.people.panels import Panels
from copilot.services.running.pulse import Pulse
from copilot.settings import Settings


@dataclass(frozen=True)
class ChatTools:
    """What comes in from chat tools and goes out to them, one use case each."""

    connecting: Connecting
    installing: Installing
    receiving: Receiving
    arriving: Arriving
    writing: Writing
    noting: Noting
    telling: Telling
    sending: Sending
    entering: Entering
    standings: Standings
    tending: Tending
    triaging: Triaging
    inbox_card: InboxCard
    http: httpx.AsyncClient

    async def finished(self, records: Records, conversation_id: str, turn_id: str, suggestions: Sequence[Suggestion]) -> None:
        """A turn is done: the customer's tool gets its note, whoever listens its events, colleagues what they triage."""
        await self.noting.finished(records, conversation_id, turn_id, suggestions)
        await self.telling.finished(records, conversation_id, turn_id, suggestions)
        await self.triaging.finished(records, conversation_id, turn_id, suggestions)


def chat_tools(
    settings: Settings,
    http: httpx.AsyncClient | None,
    database: Database,
    vault: FernetVault,
    ingest: Ingest,
    engine: DurableEngine,
    wake: Callable[[str], None],
) -> ChatTools:
    """All of it, calling through one client. `http`: instead of the one that goes only where tools may be reached."""
    reach, clock = ToolAddresses(private=settings.private_tools), ingest.clock
    http = http or reach.client()
    tools = channels(http, Pacing(clock))
    connecting = Connecting(database, tools, vault, reach, clock, wake)
    refusing = Refusing(database, clock)
    rooms = triage(tools)
    writing = Writing(database, connecting, clock, wake, dict.fromkeys(POSTS, Posting(database, rooms, settings.address)))
    sending = Sending(database, connecting, writing)
    deciding = Deciding(database, Decisions(database, ingest.privacy, clock, wake), sending)
    triaging = Triaging(database, rooms, writing, deciding)
    writing.heard.append(triaging.unsent)
    receiving = Receiving(database, connecting, clock, wake, refusing, triaging.asked, triaging.lost)
    past = LookingBack(database, connecting, ingest.tombstones, clock)
    return ChatTools(
        connecting=connecting,
        installing=Installing(database, connecting),
        receiving=receiving,
        arriving=Arriving(database, connecting, receiving, ingest, past, Pulse(), clock, triaging.clicked),
        writing=writing,
        noting=Noting(writing, tools, settings.address),
        telling=Telling(database, writing, tools, clock),
        entering=Entering(database, connecting, Panels(database, clock), clock, wake),
        sending=sending,
        triaging=triaging,
        inbox_card=InboxCard(database, deciding, settings.address),
        standings=Standings(database, connecting, refusing, clock),
        tending=Tending(database, connecting, engine, clock, wake),
        http=http,
    )
