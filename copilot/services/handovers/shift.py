"""The end of a shift: my open conversations, each with what the next person has to know, handed over in one pass."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen
from copilot.domain.case import Handover
from copilot.domain.errors import CopilotError, Invalid, NotFound
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller, User
from copilot.domain.suggestion import HandoverPayload
from copilot.domain.turn import Agent, Turn
from copilot.services.conversations.answering import person
from copilot.services.conversations.queue import QueueLine, in_order, marked
from copilot.services.conversations.reading import own_names
from copilot.services.conversations.standing import stand
from copilot.services.conversations.whereabouts import names_of, where
from copilot.services.handovers.briefs import from_record
from copilot.services.handovers.offering import Handovers, Offer

NOT_MINE = "It is not one of your open conversations."
MOST = 200
"""Conversations in one pass."""


class OpenLine(Frozen):
    """One of my open conversations."""

    line: QueueLine
    where: str
    """Where it stands, in one line."""
    brief: str
    """What the next person has to know first: how urgent, and what is owed."""
    handed_over: str | None
    """The state of the handover that is under way (offered, accepted)."""


class Recipient(Frozen):
    """A colleague (our id or the chat tool's) or a team: one of both."""

    user: str | None = None
    team: str | None = None


class NotOffered(Frozen):
    """A conversation that could not be offered, and why."""

    conversation_id: str
    reason: str
    todo: str


class Handed(Frozen):
    """What was offered, and what was not."""

    offered: tuple[Handover, ...]
    not_offered: tuple[NotOffered, ...]


@dataclass(frozen=True)
class Shift:
    """A person's open conversations."""

    database: Database
    handovers: Handovers
    clock: Callable[[], datetime]

    async def mine(self, caller: Caller) -> list[OpenLine]:
        """In the order of service."""
        now, user = self.clock(), person(caller)
        async with self.database.read(caller.tenant_id) as records:
            own = await own_names(records, caller)
            settings = await records.admin.settings()
            names = names_of(await records.admin.users())
            entries = [e for e in await records.conversations.queue(user) if e.assignee in own]
            found = await records.conversations.several([e.conversation_id for e in entries])
            result = []
            for row in in_order(marked(entries, now, settings, own), now, settings):
                line = row.line(now, settings)
                turn = await stand(records, found[line.id], now)
                open_ = await _under_way(records, line.id)
                result.append(OpenLine(line=line, where=where(turn, names).line, brief=brief_line(turn), handed_over=open_))
        return result

    async def hand_over(self, caller: Caller, to: Recipient, refs: Sequence[str], note: str = "") -> Handed:
        """Offer conversations of mine with a brief made from the record; none named: all of them. Each stands for itself.

        Raises NotFound for a recipient who does not exist, and Invalid.
        """
        user = person(caller)
        offers: list[tuple[str, str, Offer]] = []
        refused: list[NotOffered] = []
        async with self.database.read(caller.tenant_id) as records:
            own = await own_names(records, caller)
            me = await records.admin.user(user)
            await _exists(records, to, user)
            wanted = list(dict.fromkeys(refs)) or await records.day.open_of(sorted(own))
            for ref in wanted[:MOST]:
                found = await records.conversations.find(ref)
                if found is None or found.assignee not in own or found.status == "closed":
                    refused.append(NotOffered(conversation_id=ref, reason=NOT_MINE, todo="Leave it out."))
                    continue
                agent = Agent(id=user, name=me.name if me else caller.name)
                turn = await stand(records, found, self.clock(), agent)
                offer = Offer(to_user=to.user, to_team=to.team, brief=_brief(turn, agent.name), note=note)
                offers.append((found.id, found.external_id, offer))
        offered = []
        for ident, ref, offer in offers:
            try:
                offered.append(await self.handovers.offer(caller, ident, offer))
            except CopilotError as error:
                refused.append(NotOffered(conversation_id=ref, reason=error.detail, todo=error.todo))
        return Handed(offered=tuple(offered), not_offered=tuple(refused))


def brief_line(turn: Turn) -> str:
    """How urgent it is, and the first thing to do."""
    brief = _brief(turn, turn.agent.name)
    first = brief.actions[0] if brief.actions else None
    todo = f" Next: {first.what}{f' ({first.by})' if first.by else ''}." if first else ""
    return f"{brief.urgency}{todo}".replace("..", ".")


def _brief(turn: Turn, name: str) -> HandoverPayload:
    """From the record, without a model."""
    return from_record(turn, f"End of {name or 'a colleague'}'s shift.")


async def _exists(records: Records, to: Recipient, user: str) -> None:
    if (to.user is None) == (to.team is None):
        raise Invalid("A handover goes to one colleague or one team.", todo="Name to.user or to.team.")
    if to.user is not None:
        receiver = await records.admin.user(to.user)
        if receiver is None or not receiver.active:
            raise NotFound(f"There is no user {to.user!r} who works here.", todo="Check the id, or offer it to a team.")
        if receiver.id == user:
            raise Invalid("You cannot hand over to yourself.", todo="Name a colleague or a team.")
    elif not _has(await records.admin.users(), to.team or ""):
        raise NotFound(f"Nobody works in a team {to.team!r}.", todo="Check its name.")


def _has(users: Sequence[User], team: str) -> bool:
    return any(user.active and user.team == team for user in users)


async def _under_way(records: Records, conversation_id: str) -> str | None:
    open_ = [h for h in await records.handovers.of_conversation(conversation_id) if h.state in ("offered", "accepted")]
    return open_[-1].state if open_ else None
