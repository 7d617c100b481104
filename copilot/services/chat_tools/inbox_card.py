"""The card beside a conversation in a chat tool's inbox: what is on record for it now, and decisions that are answered at once.

Nothing is drafted for it. Whoever the tool lets into its inbox sees it; only who is one of our agents decides.
"""

from dataclasses import dataclass

from copilot.domain.channels import Account
from copilot.domain.errors import CopilotError, NotFound
from copilot.domain.ports.records import Database
from copilot.domain.triage import Act, Colleague, Offer, Shown
from copilot.services.chat_tools.cards import card
from copilot.services.chat_tools.colleagues import caller
from copilot.services.chat_tools.deciding import Deciding

NOTHING = "There is nothing here for this conversation yet."
SENDING = "It is being sent in your name."


@dataclass(frozen=True)
class InboxCard:
    """Shows and decides. `address`: where agents open this service; empty: there is no link."""

    database: Database
    deciding: Deciding
    address: str

    async def shown(self, account: Account, conversation_id: str) -> Shown:
        """Cue and drafts of the conversation's newest turn. `conversation_id`: the tool's."""
        async with self.database.read(account.tenant_id) as records:
            found = await records.conversations.find(conversation_id, account.id)
            turn = await records.turns.current_status(found.id) if found else None
            latest = await records.suggestions.of_conversation(found.id, 1) if found and turn is None else []
            turn_id = turn.id if turn else latest[0].turn_id if latest else ""
            made = await card(records, account.id, turn_id, cue=True) if turn_id else Shown(key="")
        link = f"{self.address.rstrip('/')}/c/{found.id}" if found and self.address else ""
        empty = not (made.cue or made.offers)
        return made.model_copy(update={"heading": NOTHING if empty else "", "link": link})

    async def offer(self, account: Account, conversation_id: str, suggestion_id: str) -> Offer:
        """A draft that stands on the card and can be decided on. Raises NotFound."""
        offers = (await self.shown(account, conversation_id)).offers
        found = next((one for one in offers if one.suggestion_id == suggestion_id and not one.outcome), None)
        if found is None:
            raise NotFound("This draft cannot be decided on any more.", todo="Look again.")
        return found

    async def decide(
        self, account: Account, conversation_id: str, colleague: Colleague, suggestion_id: str, action: Act, text: str = ""
    ) -> tuple[Shown, str]:
        """The card afterwards, with the words to copy where they are not sent; and what to tell. No error leaves it."""
        words, told = "", ""
        try:
            async with self.database.read(account.tenant_id) as records:
                acts = await caller(records, account.id, colleague)
                suggestion = await records.suggestions.get(suggestion_id)
                turn = await records.turns.status(suggestion.turn_id) if suggestion else None
                found = await records.conversations.find(conversation_id, account.id)
            if turn is None or found is None or turn.conversation_id != found.id:
                raise NotFound("This draft is of another conversation.", todo="Look again.")
            decided = await self.deciding.decide(acts, account.id, suggestion_id, action, text)
            words, told = decided.words, SENDING if decided.sending else ""
        except CopilotError as error:
            told = str(error)
        shown = await self.shown(account, conversation_id)
        return shown.model_copy(update={"words": words}), told
