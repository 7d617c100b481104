"""A period's sample of closed conversations: drawn once, measured, and put before those who rate."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from copilot.domain.base import Frozen, Instant, new_id
from copilot.domain.conversation import Conversation
from copilot.domain.errors import Conflict, Invalid, NotFound
from copilot.domain.memory import Promise
from copilot.domain.ports.records import Database, Records
from copilot.domain.scorecards import Closed, Drawn, Measured, Sample, Scorecard
from copilot.domain.staff import Caller
from copilot.measures import LiveRecord, measure
from copilot.measures.sampling import draw, seed_of
from copilot.services.conversations.reading import actor
from copilot.services.quality.scorecards import need_on, rubric_of

USUAL: Final = 20
MOST: Final = 200
"""Conversations of one sample: more than a team of reviewers reads in a month."""
TWICE: Final = 0.25
"""The usual share that two people rate."""
LONGEST: Final = timedelta(days=731)
"""Of a period."""


class Period(Frozen):
    """What is drawn: conversations whose last message is from `since` to before `until`; `wanted` of them on the average."""

    since: Instant
    until: Instant
    wanted: int = Field(default=USUAL, ge=1, le=MOST)
    twice: float = Field(default=TWICE, ge=0, le=1)


@dataclass(frozen=True)
class Drawing:
    """Draws."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def samples(self, tenant: str) -> list[Sample]:
        """The latest period first."""
        async with self.database.read(tenant) as records:
            return await records.scorecards.samples()

    async def draw(self, caller: Caller, period: Period) -> Sample:
        """Raises Refused while scorecards are off, Conflict for a time that meets one drawn before, NotFound without any."""
        async with self.database.read(caller.tenant_id) as records:
            await self._check(records, period)
            frame = await records.scorecards.closed(period.since, period.until)
        if not frame:
            raise NotFound("Nobody closed a conversation in this time that an agent answered.", todo="Choose an earlier or longer time.")
        seed = seed_of(caller.tenant_id, period.since, period.until)
        drawn = draw(frame, period.wanted, period.twice, seed)
        measured = [await self._measured(caller.tenant_id, one.closed) for one in drawn]
        async with self.database.write(caller.tenant_id) as records:
            await self._check(records, period)
            version = (await rubric_of(records)).version
            given = period.model_dump() | {"rubric_version": version, "seed": seed, "population": len(frame)}
            sample = Sample(id=new_id(), drawn_by=caller.who, drawn_at=self.clock(), **given)
            there = await records.conversations.references([one.closed.conversation_id for one in drawn])
            cards = [
                self._card(sample, one, what) for one, what in zip(drawn, measured, strict=True) if one.closed.conversation_id in there
            ]
            await records.scorecards.add_sample(sample, cards)
            await records.log.event(
                "quality.drawn", subject_id=sample.id, actor=actor(caller), data={"drawn": len(cards), "of": len(frame)}
            )
        self.wake(caller.tenant_id)
        return sample

    async def _check(self, records: Records, period: Period) -> None:
        await need_on(records)
        if not period.since < period.until <= self.clock():
            raise Invalid("The time has to end after it begins, and not after now.", todo="Choose days that are over.")
        if period.until - period.since > LONGEST:
            raise Invalid("The time is longer than two years.", todo="Choose a shorter one: a figure is of a time people remember.")
        for one in await records.scorecards.samples():
            if period.since < one.until and one.since < period.until:
                detail = f"A sample from {one.since:%Y-%m-%d} to {one.until:%Y-%m-%d} was drawn already."
                raise Conflict(detail, todo="Choose a time that does not meet it: each conversation has one chance.")

    async def _measured(self, tenant: str, closed: Closed) -> tuple[Measured, ...]:
        """One after the other, in a thread: agents are drafting meanwhile."""
        async with self.database.read(tenant) as records:
            record = await live_record(records, closed, self.clock())
        return await asyncio.to_thread(measure, record) if record is not None else ()

    def _card(self, sample: Sample, drawn: Drawn, measured: tuple[Measured, ...]) -> Scorecard:
        closed = drawn.closed.model_dump()
        return Scorecard(
            id=new_id(), sample_id=sample.id, chance=drawn.chance, twice=drawn.twice, measured=measured, made_at=sample.drawn_at, **closed
        )


async def live_record(records: Records, closed: Closed, at: datetime) -> LiveRecord | None:
    """A conversation as measures read it; None when it has gone meanwhile."""
    found = await records.conversations.find(closed.conversation_id)
    agent = await records.admin.user(closed.agent_id)
    if found is None or agent is None:
        return None
    stored = [await records.turns.get(ident) for ident in await records.turns.ids(found.id)]
    return LiveRecord(
        conversation=found,
        names=frozenset(name for name in (agent.id, agent.external_id, agent.name) if name),
        settings=await records.admin.settings(),
        turns=tuple(one.turn for one in stored if one is not None and one.turn is not None),
        promises=await _promises(records, found, at),
        handovers=tuple(await records.handovers.of_conversation(found.id)),
    )


async def _promises(records: Records, conversation: Conversation, at: datetime) -> tuple[Promise, ...]:
    if conversation.customer_id is None or not conversation.messages:
        return ()
    made = await records.memories.promises_of(conversation.customer_id, conversation.messages[-1].sent_at)
    return tuple(one.at(at) for one in made if one.conversation_id == conversation.id)
