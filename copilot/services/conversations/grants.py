"""A supervisor's yes: asked for, granted, denied or countered, and used once in the conversation it was asked for.

A grant reaches the checks as a lever of the Turn (`domain.grants`): the agent's own, within the sum, until it ends. A frozen Turn never
changes, so that every draft can be replayed exactly. What follows for a Turn that was frozen before the grant:

- Whoever waits gets a new turn when the grant is given, and new drafts that know of it; the old turn and its drafts stay as they were.
- The check of an agent's own words (`review`) stores nothing: it takes the old Turn with the grants that hold at that moment.
- A message that is sent uses the grant by the record's state, not by a Turn's (`services.conversations.spending`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.domain.base import Frozen, Instant, new_id
from copilot.domain.conversation import Conversation, unanswered
from copilot.domain.errors import Conflict, Invalid, NotFound, Refused
from copilot.domain.grants import ALLOWING, GESTURE, GRANT_STATES, PREFIX, Grant, GrantState, Verdict
from copilot.domain.knowledge import Limit
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.domain.turn import TurnLever
from copilot.services.conversations.drafting import TURN
from copilot.services.conversations.reading import actor, conversation

VALID = timedelta(hours=24)
"""How long a grant may be used, unless the supervisor says otherwise."""
LONGEST = timedelta(days=90)


class AskedFor(Frozen):
    """What an agent asks for: a lever, or a gesture of that sum (`offer` says which)."""

    lever_id: str | None = None
    offer: str = ""
    limit: Limit | None = None
    reason: str = ""


class Decided(Frozen):
    """What the supervisor says. `limit`: the other terms of a counter. Without `expires_at` it holds for VALID."""

    decision: Verdict
    limit: Limit | None = None
    expires_at: Instant | None = None
    note: str = ""


@dataclass(frozen=True)
class Grants:
    """Asks and decisions."""

    database: Database
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]
    """Tells the dispatcher and the tenant's streams that there is something new."""

    async def ask(self, caller: Caller, ref: str, asked: AskedFor) -> Grant:
        """Ask for a lever that needs a supervisor, for more than a lever allows, or for a sum beside the levers, with the reason."""
        if asked.lever_id is None and (asked.limit is None or not asked.reason.strip()):
            raise Invalid("Ask for a lever, or for a sum with a reason.", todo="Send lever_id, or limit and reason.")
        async with self.database.write(caller.tenant_id) as records:
            talk = await conversation(records, ref)
            lever = await _lever(records, talk, asked.lever_id) if asked.lever_id else None
            offer = lever.offer if lever is not None else self.privacy.cut(asked.offer.strip()) or GESTURE
            limit = asked.limit or (lever.limit if lever is not None else None)
            waiting = [g for g in await records.grants.of_conversation(talk.id) if g.state == "asked"]
            if any((g.lever_id, g.offer, g.limit) == (asked.lever_id, offer, limit) for g in waiting):
                raise Conflict("This was asked for already and waits for a decision.", todo="Wait for it, or ask for something else.")
            grant = Grant(
                id=new_id(),
                conversation_id=talk.id,
                lever_id=asked.lever_id,
                article_id=lever.article_id if lever is not None else "",
                offer=offer,
                limit=limit,
                reason=self.privacy.cut(asked.reason.strip()),
                asked_by=caller.who,
                asked_name=await _name(records, caller),
                asked_at=self.clock(),
            )
            await records.grants.add(grant)
            await _tell(records, caller, grant)
        self.wake(caller.tenant_id)
        return grant

    async def decide(self, caller: Caller, grant_id: str, given: Decided) -> Grant:
        """Grant as asked for, deny, or counter with other terms (which is a yes to those). Decided once, and never by who asked."""
        async with self.database.write(caller.tenant_id) as records:
            asked = await _find(records, grant_id)
            if caller.user_id is None:
                raise Refused("A person decides on a grant.", todo="Use a key that was created for a user.")
            if asked.asked_by == caller.user_id:
                raise Refused("Nobody decides what they asked for themselves.", todo="Ask another supervisor.")
            decided = asked.model_copy(update=self._terms(asked, given) | {"decided_by": caller.user_id})
            decided = decided.model_copy(update={"decided_name": await _name(records, caller)})
            if asked.state != "asked" or not await records.grants.decide(decided):
                now = await _find(records, grant_id)
                raise Conflict(
                    f"This was decided already: it is {now.state}.", todo="Nothing is left to decide; it can be asked for again."
                )
            await _tell(records, caller, decided)
            if decided.state in ALLOWING:
                await _draft_anew(records, await conversation(records, decided.conversation_id), self.clock())
        self.wake(caller.tenant_id)
        return decided

    def _terms(self, asked: Grant, given: Decided) -> dict[str, object]:
        """State, what may be given, until when, and the supervisor's note."""
        now = self.clock()
        terms: dict[str, object] = {"state": given.decision, "note": self.privacy.cut(given.note.strip()), "decided_at": now}
        if given.decision == "denied":
            return terms
        if given.decision == "countered" and (given.limit is None or given.limit == asked.limit):
            raise Invalid("A counter needs other terms than those asked for.", todo="Send the limit you allow, or the decision `granted`.")
        if given.decision == "granted" and given.limit not in (None, asked.limit):
            raise Invalid("Other terms than those asked for are a counter.", todo="Send the decision `countered`, or leave the limit out.")
        expires = given.expires_at or now + VALID
        if not now < expires <= now + LONGEST:
            raise Invalid(f"A grant ends later than now, within {LONGEST.days} days.", todo="Correct expires_at.")
        return terms | {"granted": given.limit or asked.limit, "expires_at": expires}

    async def in_state(self, caller: Caller, state: str = "") -> list[Grant]:
        """Those in a state, newest first; all of them without one."""
        if state and state not in GRANT_STATES:
            raise Invalid(f"There is no state {state!r}.", todo=f"Choose from {', '.join(GRANT_STATES)}.")
        states: tuple[GrantState, ...] = tuple(one for one in GRANT_STATES if state in ("", one))
        async with self.database.read(caller.tenant_id) as records:
            return await records.grants.in_state(states)

    async def of_conversation(self, caller: Caller, ref: str) -> list[Grant]:
        """Oldest first."""
        async with self.database.read(caller.tenant_id) as records:
            return await records.grants.of_conversation((await conversation(records, ref)).id)


async def _lever(records: Records, talk: Conversation, lever_id: str) -> TurnLever:
    """The lever as the conversation's newest evidence holds it, else as a published article does. Raises NotFound."""
    if lever_id.startswith(PREFIX):
        raise Invalid("That is a grant already.", todo="Ask for the lever of an article, or for a sum.")
    for turn_id in sorted(await records.turns.ids(talk.id), reverse=True)[:1]:
        stored = await records.turns.get(turn_id)
        if stored is not None and stored.turn is not None:
            for lever in stored.turn.evidence.levers:
                if lever.id == lever_id:
                    return lever
    for article in await records.articles.with_levers():
        for written in article.levers:
            if written.id == lever_id:
                return TurnLever(**written.model_dump(), article_id=article.id, applies="unknown")
    raise NotFound(f"There is no lever {lever_id!r}.", todo="Name a lever of the evidence, or ask for a sum.")


async def _draft_anew(records: Records, talk: Conversation, at: datetime) -> None:
    """Whoever waits gets a new turn: the one before was frozen without the grant, and a frozen turn never changes."""
    waiting = [message.id for message in unanswered(talk.messages)]
    if not waiting:
        return
    turn = await records.turns.mint(new_id(), talk.id, waiting, at)
    await records.log.event("turn.minted", conversation_id=talk.id, subject_id=turn.id)
    await records.log.enqueue(TURN, turn.id)


async def _find(records: Records, grant_id: str) -> Grant:
    grant = await records.grants.get(grant_id)
    if grant is None:
        raise NotFound(f"There is no grant {grant_id!r}.", todo="List the grants that were asked for.")
    return grant


async def _tell(records: Records, caller: Caller, grant: Grant) -> None:
    await records.log.event(f"grant.{grant.state}", conversation_id=grant.conversation_id, subject_id=grant.id, actor=actor(caller))


async def _name(records: Records, caller: Caller) -> str:
    user = await records.admin.user(caller.user_id) if caller.user_id else None
    return user.name if user is not None else caller.name
