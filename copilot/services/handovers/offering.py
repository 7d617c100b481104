"""A handover's life: offered → accepted with read-back → introduced → returned. Nobody is introduced before they accepted.

What is offered to one person falls to their team when they do not answer (`services.handovers.falling`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz.fuzz import partial_ratio

from copilot.domain.base import Frozen, new_id
from copilot.domain.case import Handover, HandoverState
from copilot.domain.conversation import Channel, Message
from copilot.domain.errors import Conflict, Invalid, NotFound, Refused
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller, User
from copilot.domain.suggestion import HandoverPayload
from copilot.services.conversations.reading import actor
from copilot.services.handovers.falling import falls_at
from copilot.services.running.hooks import Hook, nobody

NEXT_AGENT = "{next agent}"
"""Stands in an introduction until someone accepted."""
RESEMBLES = 80
"""0–100: how much of an introduction a message has to hold to count as that introduction."""
OPEN: tuple[HandoverState, ...] = ("offered", "accepted")
FOLLOWS: dict[HandoverState, tuple[HandoverState, ...]] = {
    "offered": ("accepted", "declined", "returned"),
    "accepted": ("introduced", "returned"),
    "introduced": ("returned",),
    "returned": (),
    "declined": (),
}


class Offer(Frozen):
    """To whom a conversation is offered, and the brief as the agent corrected it (else the suggestion's)."""

    suggestion_id: str | None = None
    to_user: str | None = None
    to_team: str | None = None
    to_channel: Channel | None = None
    brief: HandoverPayload | None = None
    note: str = ""


@dataclass(frozen=True)
class Handovers:
    """Offers, acceptances, introductions, returns."""

    database: Database
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]
    offered_to: Hook[Handover] = nobody
    """Hears of an offer."""

    async def offer(self, caller: Caller, conversation_ref: str, offer: Offer) -> Handover:
        """Offer a conversation to a person, a team or another channel."""
        if not (offer.to_user or offer.to_team or offer.to_channel):
            raise Invalid("A handover goes to someone.", todo="Name to_user, to_team or to_channel.")
        now = self.clock()
        async with self.database.write(caller.tenant_id) as records:
            conversation = await records.conversations.find(conversation_ref)
            if conversation is None:
                raise NotFound(f"There is no conversation {conversation_ref!r}.", todo="Check its id.")
            open_ = [h for h in await records.handovers.of_conversation(conversation.id) if h.state in OPEN]
            if open_:
                raise Conflict(f"This conversation is already {open_[0].state}.", todo="Return that handover first.")
            if offer.to_user and await records.admin.user(offer.to_user) is None:
                raise NotFound(f"There is no user {offer.to_user!r}.", todo="Check the id, or offer it to a team.")
            brief, turn_id = await _brief(records, offer, conversation.id)
            falls = falls_at(now, await records.admin.settings()) if offer.to_user else None
            handover = Handover(
                id=new_id(),
                conversation_id=conversation.id,
                turn_id=turn_id,
                suggestion_id=offer.suggestion_id,
                state="offered",
                offered_by=caller.who,
                to_user=offer.to_user,
                to_team=offer.to_team,
                to_channel=offer.to_channel,
                brief=_cut_brief(brief, self.privacy),
                note=self.privacy.cut(offer.note),
                falls_at=falls,
                offered_at=now,
                changed_at=now,
            )
            await self._store(records, caller, handover)
            await self.offered_to(records, handover)
        self.wake(caller.tenant_id)
        return handover

    async def accept(self, caller: Caller, handover_id: str, read_back: str) -> Handover:
        """The receiver says in a line what they take over; only now are there words that introduce both people."""
        if not read_back.strip():
            raise Invalid("Accepting needs a read-back.", todo="Say in one line what you take over and do next.")
        if caller.user_id is None:
            raise Refused("A person accepts a handover.", todo="Use a key that was created for a user.")
        async with self.database.write(caller.tenant_id) as records:
            handover = await _next(records, handover_id, "accepted")
            user = await records.admin.user(caller.user_id)
            if handover.offered_by == caller.user_id:
                raise Refused("You offered this yourself.", todo="Take it back if you want to keep it.")
            if handover.to_user and user is not None and not is_for(handover, user):
                raise Refused("This handover was offered to someone else.", todo="Ask them, or have it offered to you.")
            name = user.name if user else caller.name
            handover = handover.model_copy(
                update={
                    "state": "accepted",
                    "accepted_by": caller.user_id,
                    "accepted_name": name,
                    "read_back": self.privacy.cut(read_back.strip()),
                    "introduction": handover.brief.introduction.replace(NEXT_AGENT, name),
                    "falls_at": None,
                    "changed_at": self.clock(),
                }
            )
            await records.conversations.change(handover.conversation_id, assignee=caller.user_id)
            await self._store(records, caller, handover)
        self.wake(caller.tenant_id)
        return handover

    async def move(self, caller: Caller, handover_id: str, to: HandoverState, note: str = "") -> Handover:
        """Introduced (the customer has read the introduction), declined or returned."""
        async with self.database.write(caller.tenant_id) as records:
            before = await _next(records, handover_id, to)
            if to == "declined":
                await _may_decline(records, caller, before)
            handover = before.model_copy(
                update={"state": to, "note": self.privacy.cut(note.strip()) or before.note, "falls_at": None, "changed_at": self.clock()}
            )
            if to == "returned" and before.state != "offered":
                await records.conversations.change(handover.conversation_id, assignee=handover.offered_by)
            await self._store(records, caller, handover)
        self.wake(caller.tenant_id)
        return handover

    async def correct(self, caller: Caller, handover_id: str, brief: HandoverPayload) -> Handover:
        """The brief as it is right, while it is offered or accepted; which parts changed is marked. By who gave it or took it."""
        now = self.clock()
        async with self.database.write(caller.tenant_id) as records:
            before = await _find(records, handover_id)
            if before.state not in OPEN:
                raise Conflict(f"This handover is {before.state}; its brief is history.", todo="Offer the conversation anew.")
            if caller.role == "agent" and caller.user_id not in (before.offered_by, before.accepted_by):
                raise Refused("The brief is corrected by who gave it or who took it over.", todo="Accept it first, or ask them.")
            cut = _cut_brief(brief, self.privacy)
            changed = [name for name in HandoverPayload.model_fields if getattr(cut, name) != getattr(before.brief, name)]
            if not changed:
                return before
            update: dict[str, object] = {"brief": cut, "corrected": before.corrected | dict.fromkeys(changed, now)}
            if before.state == "accepted" and "introduction" in changed:
                update["introduction"] = cut.introduction.replace(NEXT_AGENT, before.accepted_name)
            handover = before.model_copy(update=update)
            await records.handovers.put(handover)
            await records.log.event(
                "handover.corrected", conversation_id=handover.conversation_id, subject_id=handover.id, actor=actor(caller)
            )
        self.wake(caller.tenant_id)
        return handover

    async def open(self, caller: Caller) -> list[Handover]:
        """Every handover that is offered or accepted, oldest first."""
        async with self.database.read(caller.tenant_id) as records:
            return await records.handovers.in_state(OPEN)

    async def waiting(self, caller: Caller) -> list[Handover]:
        """Offers that wait for the caller: to them, to their team, or to anybody; oldest first. None for a program."""
        async with self.database.read(caller.tenant_id) as records:
            user = await records.admin.user(caller.user_id) if caller.user_id else None
            offered = await records.handovers.in_state(("offered",))
        return [h for h in offered if user is not None and h.offered_by != user.id and is_for(h, user)]

    async def get(self, caller: Caller, handover_id: str) -> Handover:
        async with self.database.read(caller.tenant_id) as records:
            return await _find(records, handover_id)

    async def offered(self, caller: Caller) -> list[Handover]:
        """Of all conversations, those that wait for somebody to accept; the oldest first."""
        async with self.database.read(caller.tenant_id) as records:
            return await records.handovers.in_state(("offered",))

    async def of_conversation(self, caller: Caller, ref: str) -> list[Handover]:
        async with self.database.read(caller.tenant_id) as records:
            conversation = await records.conversations.find(ref)
            if conversation is None:
                raise NotFound(f"There is no conversation {ref!r}.", todo="Check its id.")
            return await records.handovers.of_conversation(conversation.id)

    async def _store(self, records: Records, caller: Caller, handover: Handover) -> None:
        await records.handovers.put(handover)
        await records.log.event(
            f"handover.{handover.state}", conversation_id=handover.conversation_id, subject_id=handover.id, actor=actor(caller)
        )


def is_for(handover: Handover, user: User) -> bool:
    """Whether somebody may take it over: it was offered to them, to their team, or to whoever can."""
    if handover.to_user:
        return handover.to_user in (user.id, user.external_id)
    return not handover.to_team or handover.to_team == user.team


async def introduced(records: Records, conversation_id: str, said: Sequence[Message], user_id: str | None) -> None:
    """The receiver's first message that holds the introduction ends the handover: the customer has read it."""
    accepted = [h for h in await records.handovers.of_conversation(conversation_id) if h.state == "accepted" and h.introduction]
    for handover in accepted:
        found = next((m for m in said if partial_ratio(handover.introduction, m.text) >= RESEMBLES), None)
        if found is None or user_id not in (None, handover.accepted_by):
            continue
        await records.handovers.put(handover.model_copy(update={"state": "introduced", "changed_at": found.sent_at}))
        await records.log.event(
            "handover.introduced", conversation_id=conversation_id, subject_id=handover.id, actor=f"user:{handover.accepted_by}"
        )


async def _may_decline(records: Records, caller: Caller, handover: Handover) -> None:
    """One person's offer is theirs to decline."""
    user = await records.admin.user(caller.user_id) if caller.user_id else None
    if handover.to_user and user is not None and user.role == "agent" and not is_for(handover, user):
        raise Refused("This handover was offered to someone else.", todo="Leave it to them.")


async def _find(records: Records, handover_id: str) -> Handover:
    handover = await records.handovers.get(handover_id)
    if handover is None:
        raise NotFound(f"There is no handover {handover_id!r}.", todo="List the conversation's handovers.")
    return handover


async def _next(records: Records, handover_id: str, to: HandoverState) -> Handover:
    handover = await _find(records, handover_id)
    if to not in FOLLOWS[handover.state]:
        allowed = " or ".join(FOLLOWS[handover.state]) or "nothing: offer it anew"
        raise Conflict(f"This handover is {handover.state}; it cannot become {to}.", todo=f"From here: {allowed}.")
    return handover


def _cut_brief(brief: HandoverPayload, privacy: Privacy) -> HandoverPayload:
    """Without card numbers and passwords: an agent may have written it."""

    def cut(value: object) -> object:
        if isinstance(value, str):
            return privacy.cut(value)
        if isinstance(value, dict):
            return {name: cut(one) for name, one in value.items()}
        return [cut(one) for one in value] if isinstance(value, list) else value

    return HandoverPayload.model_validate(cut(brief.model_dump(mode="json")))


async def _brief(records: Records, offer: Offer, conversation_id: str) -> tuple[HandoverPayload, str]:
    """The brief, and the turn it was made from (empty for one written by hand): another conversation's tells of another customer."""
    if offer.suggestion_id is None:
        if offer.brief is None:
            raise Invalid("A handover needs a brief.", todo="Ask for the kind handover and name its suggestion_id, or send a brief.")
        return offer.brief, ""
    suggestion = await records.suggestions.get(offer.suggestion_id)
    turn = await records.turns.status(suggestion.turn_id) if suggestion is not None else None
    if suggestion is None or suggestion.kind != "handover" or turn is None or turn.conversation_id != conversation_id:
        raise NotFound("This conversation has no handover suggestion with that id.", todo="Ask for the kind handover first.")
    if suggestion.state != "proposed" and offer.brief is None:
        raise Conflict(f"That suggestion is {suggestion.state}.", todo="Write the brief yourself and send it.")
    return offer.brief or HandoverPayload.model_validate(suggestion.payload), suggestion.turn_id
