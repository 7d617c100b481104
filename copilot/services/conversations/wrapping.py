"""The wrap-up: what a conversation came to, proposed without a model, confirmed by a person in one go, and closed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from copilot.domain.base import Frozen, Instant, new_id
from copilot.domain.conversation import BUILT_IN, Conversation, Outcome, unanswered
from copilot.domain.day import WrapUp
from copilot.domain.errors import Conflict, Invalid
from copilot.domain.memory import Memory, Promise, Use
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.domain.turn import Turn
from copilot.kinds.day_words import DayWords, day_words
from copilot.memory.episodes import gist, wish
from copilot.services.conversations.answering import person
from copilot.services.conversations.reading import actor, conversation
from copilot.services.conversations.standing import name_of, stand
from copilot.services.conversations.whereabouts import names_of, quoted
from copilot.services.customers import correcting
from copilot.services.customers.remembering import account
from copilot.services.searching.indexing import Indexes

SAID = 140
"""Characters of somebody's words in a summary."""
LONGEST = 2000


class Proposal(Frozen):
    """What the wrap-up offers; everything can be changed before it is confirmed."""

    conversation_id: str
    last_message_id: str
    """What was the last message when this was made: given back with the confirmation, nobody's later message is closed over."""
    waiting: bool
    """A customer message has no answer yet."""
    language: str
    summary: str
    dispositions: tuple[str, ...]
    disposition: str
    resolved: bool | None
    promises: tuple[Promise, ...]
    """Of this conversation, in any state but withdrawn, and open ones of the same customer; as of now."""
    memories: tuple[Memory, ...]
    """Pending proposals about this customer."""


class PromiseVerdict(Frozen):
    """What became of a promise. `open`: it stays owed; `due` may then be corrected."""

    id: str
    state: Literal["kept", "withdrawn", "open"]
    due: Instant | None = None


class MemoryVerdict(Frozen):
    """Keep (active) or forget a proposal; text and use may be corrected when it is kept."""

    id: str
    state: Literal["active", "forgotten"]
    text: str | None = None
    use: Use | None = None


class Confirmation(Frozen):
    """The wrap-up as the agent confirms it."""

    summary: str
    disposition: str
    resolved: bool | None = None
    promises: tuple[PromiseVerdict, ...] = ()
    memories: tuple[MemoryVerdict, ...] = ()
    last_message_id: str = ""


@dataclass(frozen=True)
class Wrapping:
    """Proposes and confirms wrap-ups."""

    database: Database
    indexes: Indexes
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def propose(self, tenant: str, ref: str) -> Proposal:
        """From the record, without a model. Raises NotFound."""
        now = self.clock()
        async with self.database.read(tenant) as records:
            found = await conversation(records, ref)
            turn = await stand(records, found, now)
            names = names_of(await records.admin.users())
            settings = await records.admin.settings()
            held = await _promises(records, found, now)
            pending = await records.memories.of_customer(found.customer_id, ("pending",)) if found.customer_id else []
        words = day_words(turn)
        open_ = [p for p in held if p.state in ("open", "overdue")]
        waiting = bool(unanswered(found.messages))
        solved = not open_ and not waiting and any(m.is_answer for m in found.messages)
        return Proposal(
            conversation_id=found.external_id,
            last_message_id=_last(found),
            waiting=waiting,
            language=words.language,
            summary=summary(turn, held, words, names),
            dispositions=settings.dispositions,
            disposition=settings.dispositions[0] if solved else "",
            resolved=True if solved else None,
            promises=tuple(held),
            memories=tuple(pending),
        )

    async def confirm(self, caller: Caller, ref: str, given: Confirmation) -> WrapUp:
        """All of it or nothing: outcome, promises, memories, the account of it in the customer's history; then it is closed.

        Raises NotFound, Invalid, and Conflict when it was wrapped up already or somebody wrote since `last_message_id`.
        """
        now = self.clock()
        async with self.database.write(caller.tenant_id) as records:
            found = await conversation(records, ref)
            user = person(caller)
            await self._may_close(records, found, given)
            changed = [await self._settle(records, caller, found, one, now) for one in given.memories]
            for verdict in given.promises:
                await _settle_promise(records, caller, found, verdict, now)
            wrapped = WrapUp(
                id=new_id(),
                conversation_id=found.id,
                summary=self.privacy.cut(given.summary.strip()),
                disposition=given.disposition,
                resolved=given.resolved,
                user_id=user,
                closed_at=now,
            )
            changed += await _close(records, found, wrapped)
            await records.log.event("conversation.closed", conversation_id=found.id, subject_id=wrapped.id, actor=actor(caller))
        await self._index(caller.tenant_id, changed)
        self.wake(caller.tenant_id)
        return wrapped

    async def begin(self, tenant: str, subject: str) -> None:
        """The durable job `closed`: the conversation, closed in its chat tool, joins the customer's history as it was written.

        A person who confirms the wrap-up later puts their account in its place. Safe to run again.
        """
        async with self.database.write(tenant) as records:
            found = await records.conversations.find(subject)
            if found is None or found.status != "closed" or await _wrapped(records, found):
                return
            told = await _account(records, found)
            await records.memories.put(told)
            await records.log.event("wrap_up.waits", conversation_id=found.id)
        await self._index(tenant, told)
        self.wake(tenant)

    async def waits(self, tenant: str, ref: str) -> bool:
        """Whether it was closed in its chat tool and nobody has said here what it came to. Raises NotFound."""
        async with self.database.read(tenant) as records:
            found = await conversation(records, ref)
            elsewhere = await records.day.connection_kind(found.id) not in BUILT_IN
            return elsewhere and found.status == "closed" and not await _wrapped(records, found)

    async def _may_close(self, records: Records, found: Conversation, given: Confirmation) -> None:
        if found.status == "closed" and await _wrapped(records, found):
            raise Conflict("This conversation is closed already.", todo="Set its status to open first if it goes on.")
        if given.last_message_id and given.last_message_id != _last(found):
            raise Conflict("Somebody wrote since this wrap-up was made.", todo="Read the conversation and the wrap-up again.")
        if not given.summary.strip() or len(given.summary) > LONGEST:
            raise Invalid(f"The summary needs 1 to {LONGEST} characters.", todo="Say in a few words what it came to.")
        offered = (await records.admin.settings()).dispositions
        if given.disposition not in offered:
            raise Invalid(f"There is no disposition {given.disposition!r}.", todo=f"Choose from: {', '.join(offered)}.")

    async def _settle(self, records: Records, caller: Caller, found: Conversation, given: MemoryVerdict, now: datetime) -> Memory:
        memory = await records.memories.get(given.id)
        if memory is None or not await records.customers.same(memory.customer_id, found.customer_id):
            raise Invalid(f"This customer has no memory {given.id!r}.", todo="Read the wrap-up again.")
        change = correcting.Correction(state=given.state, text=given.text, use=given.use)
        return await correcting.apply(records, caller, memory, change, self.privacy)

    async def _index(self, tenant: str, changed: Sequence[Memory]) -> None:
        if active := [m for m in changed if m.state == "active"]:
            await self.indexes.memories(tenant, active)
        if any(m.state == "forgotten" for m in changed):
            await self.indexes.sweep(tenant)


def summary(turn: Turn, held: Sequence[Promise], words: DayWords, names: dict[str, str]) -> str:
    """What they wanted, what was answered, what was kept and what is still owed: in a few sentences, in the conversation's language."""
    said = [m for m in turn.window if m.author == "customer" and m.text.strip()]
    answers = [m for m in turn.window if m.is_answer]
    lines = [words.say("sum_wanted", want=quoted(wish("\n".join(m.text for m in said[:2])).rstrip("."), SAID, words))] if said else []
    if answers:
        told = quoted(gist(answers[-1].text).rstrip("."), SAID, words)
        when = words.moment(answers[-1].sent_at, turn.as_of)
        lines.append(words.say("sum_answered", who=name_of(answers[-1], names), when=when, what=told))
    elif said:
        lines.append(words.say("sum_unanswered"))
    for promise in held:
        what = quoted(promise.text.rstrip("."), SAID, words)
        if promise.state == "kept":
            lines.append(words.say("sum_kept", what=what))
        elif promise.due:
            lines.append(words.say("sum_open", what=what, when=words.moment(promise.due, turn.as_of)))
        else:
            lines.append(words.say("sum_open_undated", what=what))
    return " ".join(lines) or words.say("nothing")


async def _promises(records: Records, found: Conversation, now: datetime) -> list[Promise]:
    if not found.customer_id:
        return []
    held = [p.at(now) for p in await records.memories.promises_of(found.customer_id, now)]
    here = [p for p in held if p.conversation_id == found.id and p.state != "withdrawn"]
    return here + [p for p in held if p.conversation_id != found.id and p.state in ("open", "overdue")]


async def _settle_promise(records: Records, caller: Caller, found: Conversation, given: PromiseVerdict, now: datetime) -> None:
    promise = await records.memories.promise(given.id)
    if promise is None or not await records.customers.same(promise.customer_id, found.customer_id):
        raise Invalid(f"This customer has no promise {given.id!r}.", todo="Read the wrap-up again.")
    if given.state != "open" and promise.state in ("kept", "withdrawn"):
        if promise.state != given.state:
            raise Conflict(f"A promise was already {promise.state}.", todo="Read the wrap-up again.")
        return
    settled = None if given.state == "open" else now
    changed = promise.model_copy(update={"state": given.state, "settled_at": settled, "due": given.due or promise.due})
    if changed != promise:
        await records.memories.put_promise(changed)
        name = {"open": "promise.changed"}.get(given.state, f"promise.{given.state}")
        await records.log.event(name, conversation_id=promise.conversation_id, subject_id=promise.id, actor=actor(caller))


async def _close(records: Records, found: Conversation, wrapped: WrapUp) -> list[Memory]:
    """Close it; its account, as the agent confirmed it, joins the customer's history."""
    outcome = Outcome(text=wrapped.summary, resolved=wrapped.resolved, fault=found.outcome.fault if found.outcome else None)
    await records.conversations.change(found.id, status="closed", outcome=outcome)
    await records.turns.retire(found.id)
    await records.day.put_wrap_up(wrapped)
    told = await _account(records, found.model_copy(update={"outcome": outcome}), wrapped.summary)
    await records.memories.put(told)
    return told


async def _account(records: Records, found: Conversation, text: str = "") -> list[Memory]:
    """What the customer's history keeps of it, in these words or as it was written; nothing of one in which nothing was said."""
    if found.customer_id is None or not any(m.text.strip() and not m.deleted_at for m in found.messages):
        return []
    told = account(found, found.customer_id, await records.day.connection_kind(found.id))
    return [told.model_copy(update={"text": text or told.text})]


async def _wrapped(records: Records, found: Conversation) -> bool:
    """Whether a person said what it came to, and nobody wrote since."""
    told = await records.day.wrap_ups_of(found.id)
    said = [m.sent_at for m in found.messages if not m.deleted_at and m.visibility == "public"]
    return bool(told) and all(at <= told[-1].closed_at for at in said)


def _last(found: Conversation) -> str:
    """The sender's id of the newest message; ours where there is none."""
    return (found.messages[-1].external_id or found.messages[-1].id) if found.messages else ""
