"""Corrections to send: what an agent owes customers who were told something wrong. A person sends them; nothing goes out by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz.fuzz import ratio

from copilot.checks.facts import holds
from copilot.domain.conversation import Conversation, Message
from copilot.domain.day import Absence
from copilot.domain.errors import Conflict, Invalid, NotFound, Refused
from copilot.domain.ports.records import Database, Records
from copilot.domain.recalls import CaseRow, CaseState, RecallCase
from copilot.domain.staff import Caller, User
from copilot.retrieval.words import stems
from copilot.services.conversations.reading import actor
from copilot.services.knowledge.recalling import whose

LEADS = ("supervisor", "admin")
"""Who also sees what nobody who works here can send, and may settle a colleague's."""
ALIKE = 60
"""Likeness (0–100) of a message to the drafted correction from which it counts as sent."""


@dataclass(frozen=True)
class Correcting:
    """The corrections of an agent."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def mine(self, caller: Caller) -> list[CaseRow]:
        """My own, the sure ones first; for leads also those that nobody who works here can send."""
        async with self.database.read(caller.tenant_id) as records:
            people = {user.id: user for user in await records.admin.users()}
            absent = await records.day.absent(self.clock())
            rows = await records.recalls.open_cases()
        seen = {caller.user_id, *([""] if caller.role in LEADS else [])}
        return [row for row in rows if _minds(whose(row, people), people, absent) in seen]

    async def settle(self, caller: Caller, case_id: str, state: CaseState, note: str) -> RecallCase:
        """Not needed, with a reason; or sent in another way. Raises NotFound, Conflict, Invalid, and Refused for somebody else's."""
        if state == "open" or not note.strip():
            raise Invalid("Say why it is not needed, or how it was sent.", todo="Write a word in `note`.")
        mine = {row.case.id for row in await self.mine(caller)}
        async with self.database.write(caller.tenant_id) as records:
            case = await records.recalls.case(case_id)
            if case is None:
                raise NotFound(f"There is no correction {case_id!r}.", todo="List your corrections.")
            if case.state != "open":
                raise Conflict("This correction is settled already.", todo="Nothing is left to do.")
            if case_id not in mine and caller.role not in LEADS:
                raise Refused("This correction is a colleague's.", todo="Ask them, or a supervisor.")
            await settled(records, case, state, note.strip(), self.clock(), actor(caller))
        self.wake(caller.tenant_id)
        return case.model_copy(update={"state": state, "note": note.strip(), "changed_at": self.clock()})


async def told_right(records: Records, conversation: Conversation, said: Sequence[Message], at: datetime) -> None:
    """An agent's messages went out: a correction that one of them makes is sent, in whichever tool it was written."""
    for case in await records.recalls.open_of(conversation.id):
        recall = await records.recalls.get(case.recall_id)
        later = [message for message in said if message.sent_at >= case.told_at and message.id != case.message_id]
        if recall is None or not any(_corrects(message.text, case, recall.right) for message in later):
            continue
        await settled(records, case, "sent", "", at, "system")


async def settled(records: Records, case: RecallCase, state: CaseState, note: str, at: datetime, by: str) -> None:
    """The case is done; the recall is, with its last."""
    if not await records.recalls.settle(case.id, state, note, at):
        raise Conflict("This correction is settled already.", todo="Nothing is left to do.")
    await records.log.event(f"correction.{state}", conversation_id=case.conversation_id, subject_id=case.id, actor=by)
    progress = (await records.recalls.progress([case.recall_id]))[case.recall_id]
    await records.log.event("recall.moved", subject_id=case.recall_id, data={"open": progress.open})
    if not progress.open:
        await records.recalls.close(case.recall_id, at)


def _corrects(text: str, case: RecallCase, right: str) -> bool:
    """Much of the draft, or in the agent's own words what is right, about the same thing."""
    about = {stem for stem in stems(case.told) if not stem.isdigit()}
    return ratio(text, case.draft) >= ALIKE or (holds(text, right) and not about.isdisjoint(stems(text)))


def _minds(user_id: str, people: dict[str, User], absent: Sequence[Absence]) -> str:
    """Who does it while they are away."""
    away = {one.user_id: one.promises_to for one in absent}
    seen: set[str] = set()
    while user_id in away and user_id not in seen and away[user_id] in people:
        seen.add(user_id)
        user_id = away[user_id]
    return user_id
