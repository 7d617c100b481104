"""Gaps from conversations of the past: what customers asked, what search finds today, and what a human answered then.

Imported conversations never had a turn. A durable job walks through them in the order they were stored and notes after each batch how far
it has come, so that a crash repeats a batch at most; ids made of the messages make repeating harmless.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.domain.base import Frozen, new_id
from copilot.domain.case import Gap
from copilot.domain.conversation import Conversation, Message
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import Caller
from copilot.graph.case import Case
from copilot.graph.evidence import vector_bytes
from copilot.memory import details
from copilot.retrieval.enquiry import enquires
from copilot.retrieval.support import came_from
from copilot.services.conversations.promises import derived_id
from copilot.services.conversations.reading import actor
from copilot.services.gaps.answers import answer_text
from copilot.services.gaps.closing import GapClosing
from copilot.services.gaps.judging import Judging
from copilot.services.gaps.opening import anonymous

HISTORY = "gaps_from_history"
"""The durable job; its subject is the run."""
DONE = "gaps:history"
"""State: the last conversation that was looked at."""
LOOKING = "gaps:looking"
"""State: the run that is under way; empty when none is."""
AT_ONCE = 20
"""Conversations a batch."""
DAYS = 400
"""Older questions say little about what knowledge lacks today."""


class Look(Frozen):
    """A question of the past, as it stood when it was asked."""

    message: Message
    """The last message of the block that asked it."""
    case: Case
    answer: str
    """What agents wrote then; empty when nobody did."""


@dataclass(frozen=True)
class GapHistory:
    """Looks through stored conversations for questions that knowledge does not cover."""

    database: Database
    judging: Judging
    closing: GapClosing
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def ask(self, caller: Caller, *, again: bool = False) -> str:
        """Leave the work in the outbox; the run's id. `again`: from the first conversation, because knowledge has changed."""
        run = new_id()
        async with self.database.write(caller.tenant_id) as records:
            if again:
                await records.admin.put_state(DONE, "")
            await records.admin.put_state(LOOKING, run)
            await records.log.enqueue(HISTORY, run)
            await records.log.event("gaps.searched", subject_id=run, actor=actor(caller), data={"again": again})
        self.wake(caller.tenant_id)
        return run

    async def run(self, tenant: str, run: str) -> None:
        """The durable job: safe to run again at any point, and beside itself."""
        while await self._some(tenant):
            self.wake(tenant)
        async with self.database.write(tenant) as records:
            if await records.admin.state(LOOKING) == run:
                await records.admin.put_state(LOOKING, "")
                await records.log.event("gaps.searched", subject_id=run, data={"done": True})
        self.wake(tenant)

    async def unfinished(self, _: datetime) -> list[tuple[str, str, str]]:
        """(job, tenant, run) of runs that came to no end."""
        found = []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                run = await records.admin.state(LOOKING)
            found += [(HISTORY, tenant, run)] if run else []
        return found

    async def _some(self, tenant: str) -> bool:
        """One batch; whether there may be more."""
        async with self.database.read(tenant) as records:
            ids = await records.gaps.threads(await records.admin.state(DONE), AT_ONCE)
            looks = [look for talk in (await records.conversations.several(ids)).values() for look in await self._looks(records, talk)]
        if not ids:
            return False
        made = [found for look in looks if (found := await self._gap(look)) is not None]
        async with self.database.write(tenant) as records:
            await self._keep(records, made)
            await records.admin.put_state(DONE, ids[-1])
        return True

    async def _looks(self, records: Records, talk: Conversation) -> list[Look]:
        """Its questions that no turn was made of."""
        since = self.clock() - timedelta(days=DAYS)
        asked = [block for block in blocks(talk) if block[-1].sent_at >= since and enquires(_text(block), plainly=True)]
        if not asked:
            return []
        turns = [await records.turns.status(ident) for ident in await records.turns.ids(talk.id)]
        turned = {message for turn in turns if turn is not None for message in turn.unanswered}
        known = await records.gaps.known([_id(talk, block[-1]) for block in asked])
        fresh = [block for block in asked if block[-1].id not in turned and _id(talk, block[-1]) not in known]
        return [await self._look(records, talk, block[-1]) for block in fresh]

    async def _look(self, records: Records, talk: Conversation, last: Message) -> Look:
        case = await self.judging.case(records, talk, last.sent_at)
        return Look(message=last, case=case, answer=answer_text(talk, last.sent_at))

    async def _gap(self, look: Look) -> tuple[Gap, bytes] | None:
        """None where knowledge covers the question, or where nothing of it is left without who asked it.

        A passage may be near and beside the point: what the human answered then, and no passage holds, knowledge lacks.
        """
        case = look.case
        asked = await self.judging.asked(case)
        found = await self.judging.turn(case, asked)
        if not asked.query.terms or (found.coverage.covered and came_from(look.answer, found.hits)):
            return None
        known = details.ledger(case.customer, asked.window, case.candidates, case.as_of)
        names = [case.customer.name] if case.customer else []
        question = anonymous(asked.query.text, [*names, *(m.author_name for m in asked.window)], known)
        if not enquires(question, plainly=True):
            return None
        vector = (await self.closing.encoded([(question, look.answer)]))[0]
        gap = Gap(
            id=_id(case.conversation, look.message),
            question=question,
            conversation_id=case.conversation.id,
            turn_id="",
            cause="history",
            article_ids=tuple(dict.fromkeys(hit.article_id for hit in found.hits)),
            opened_at=look.message.sent_at,
        )
        return gap, vector_bytes({gap.id: vector})[gap.id]

    async def _keep(self, records: Records, made: Sequence[tuple[Gap, bytes]]) -> None:
        """Those whose conversation was not erased, and that nobody opened or closed meanwhile."""
        there = await records.conversations.several([gap.conversation_id for gap, _ in made])
        known = await records.gaps.known([gap.id for gap, _ in made])
        for gap, vector in made:
            if gap.conversation_id in there and gap.id not in known:
                await records.gaps.put(gap, vector, self.judging.embedder.version)
                data = {"cause": gap.cause}
                await records.log.event("gap.opened", conversation_id=gap.conversation_id, subject_id=gap.id, data=data)


def blocks(talk: Conversation) -> Iterator[tuple[Message, ...]]:
    """What the customer wrote before each answer, message by message; what still waits comes last."""
    block: list[Message] = []
    for message in talk.messages:
        if message.is_answer and block:
            yield tuple(block)
            block = []
        elif message.author == "customer" and not message.deleted_at:
            block.append(message)
    if block:
        yield tuple(block)


def _text(block: Sequence[Message]) -> str:
    return "\n".join(message.text for message in block)


def _id(talk: Conversation, last: Message) -> str:
    return derived_id("gap", talk.id, last.id)
