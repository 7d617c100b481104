"""What colleagues are shown of a conversation and of a turn's drafts, made from the record each time it is shown."""

from typing import Final

from copilot.domain.conversation import Conversation, unanswered
from copilot.domain.ports.records import Records
from copilot.domain.suggestion import KindName, Suggestion
from copilot.domain.triage import Offer, Shown
from copilot.services.chat_tools.deciding import outcome

TITLES: Final[dict[KindName, str]] = {
    "reply": "Reply",
    "acknowledge": "Acknowledgement",
    "questions": "Questions to ask",
    "options": "Ways out",
}
"""Drafts that can be decided on elsewhere. A handover is offered on the desk, to somebody."""
QUOTED: Final = 600
"""Characters of the customer's latest words."""


def worth_showing(suggestions: list[Suggestion]) -> bool:
    """Whether somebody has to look: there is a cue or a draft."""
    return any(one.state == "proposed" for one in suggestions)


async def summary(records: Records, conversation: Conversation, turn_id: str, *, quote: bool) -> Shown:
    """Of a conversation, as its thread begins. Key, thread and link are the caller's."""
    connection = await records.connections.of(conversation.id)
    customer = await records.customers.find(conversation.customer_id) if conversation.customer_id else None
    where = connection.name if connection else "imported"
    parts = [customer.name if customer and customer.name else "A customer", where, conversation.channel]
    latest = "\n".join(one.text for one in unanswered(conversation.messages)).strip() if quote else ""
    said = latest if len(latest) <= QUOTED else f"…{latest[-QUOTED:].lstrip()}"
    return Shown(key="", heading=" · ".join(parts), said=said, cue=_cue(await records.suggestions.of_turn(turn_id)))


async def card(records: Records, connection: str, turn_id: str, *, cue: bool) -> Shown:
    """A turn's drafts, and what became of each. `cue`: with what helps now, where the thread does not begin with it."""
    made = await records.suggestions.of_turn(turn_id)
    offers = [
        Offer(
            suggestion_id=one.id,
            title=TITLES[one.kind],
            text=one.text,
            remarks=tuple(dict.fromkeys(check.detail for check in one.checks if check.outcome == "flag" and check.detail)),
            outcome=await outcome(records, connection, one, await records.suggestions.decisions(one.id)),
        )
        for one in made
        if one.state == "proposed" and one.kind in TITLES
    ]
    return Shown(key="", cue=_cue(made) if cue else "", offers=tuple(offers))


def _cue(made: list[Suggestion]) -> str:
    return next((one.text.strip() for one in made if one.kind == "cue" and one.state == "proposed"), "")
