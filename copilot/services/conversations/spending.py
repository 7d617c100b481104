"""A granted gesture was offered to the customer: the grant is used up, by whichever message came first."""

from collections.abc import Sequence

from copilot.checks.granted import spent
from copilot.domain.conversation import Conversation, Message
from copilot.domain.grants import ALLOWING, Grant, levers_of
from copilot.domain.ports.records import Records
from copilot.domain.turn import Turn


async def spend(records: Records, conversation: Conversation, said: Sequence[Message], user_id: str | None = None) -> list[str]:
    """Ids of the grants that these public agent messages used up. Of two messages at the same moment one uses a grant, not both."""
    open_ = [grant for grant in await records.grants.of_conversation(conversation.id) if grant.state in ALLOWING]
    if not open_:
        return []
    turn = await _newest(records, conversation.id)
    language = turn.language if turn is not None else conversation.language.split("-")[0].lower()
    used: list[str] = []
    for message in said:
        usable = {grant.id: grant for grant in open_ if grant.id not in used and _in_time(grant, message)}
        levers = [lever for grant in usable.values() for lever in levers_of([grant], grant.decided_at or message.sent_at)]
        for grant_id in spent(levers, message.text, language or "en", turn):
            at = max(message.sent_at, usable[grant_id].decided_at or message.sent_at)
            if await records.grants.use(grant_id, message.id, at):
                used.append(grant_id)
                actor = f"user:{user_id or message.author_id or ''}"
                await records.log.event("grant.used", conversation_id=conversation.id, subject_id=grant_id, actor=actor)
    return used


def _in_time(grant: Grant, message: Message) -> bool:
    """Counted from when it was asked for, not from the yes: a chat tool's clock may lag behind ours."""
    return grant.expires_at is not None and grant.asked_at <= message.sent_at < grant.expires_at


async def _newest(records: Records, conversation_id: str) -> Turn | None:
    """The newest turn whose evidence is frozen: what else was allowed when they wrote. Ids are UUIDv7: the greatest is the newest."""
    for turn_id in sorted(await records.turns.ids(conversation_id), reverse=True):
        stored = await records.turns.get(turn_id)
        if stored is not None and stored.turn is not None:
            return stored.turn
    return None
