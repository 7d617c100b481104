"""The sample company after somebody has written hostile texts into every place that takes a text."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.case import StoredTurn
from copilot.domain.conversation import Attachment, Author, Conversation, Message
from copilot.domain.emotion import TrajectoryPoint
from copilot.domain.knowledge import Article, Condition, Limit
from copilot.domain.memory import KnownDetail, Memory, Promise
from copilot.domain.people import Assurance, Customer
from copilot.domain.ports.records import Records
from copilot.domain.staff import User
from copilot.domain.suggestion import CheckResult, Citation, Option, Question, Suggestion
from copilot.domain.turn import Evidence, Turn
from copilot.services.conversations.grants import AskedFor
from copilot.services.gaps.questions import Asked
from copilot.services.handovers.offering import Offer
from copilot.testing import turns
from tests.web.cast import caller
from tests.web.hostile import Payload
from tests.web.site import Site

TALK: Final = "hostile-talk"
"""A conversation in which everything is hostile."""
WRITING: Final = "hostile-writing"
"""A conversation whose reply is being written."""
FAILED: Final = "hostile-failed"
"""A conversation whose drafts failed, were withheld, or found nothing to say, in hostile words."""
CUSTOMER: Final = "hostile-customer"
ARTICLE: Final = "hostile-article"
PASSAGE: Final = f"{ARTICLE}~whole"
AUTHORS: Final[tuple[Author, ...]] = ("customer", "agent", "bot", "system")


def every(payloads: Sequence[Payload]) -> str:
    """All of them in one text."""
    return "\n\n".join(one.text for one in payloads)


def body(payloads: Sequence[Payload]) -> str:
    """An article of them, each under its name, so that each begins a block."""
    return "\n\n".join(f"{one.name}\n\n{one.text}" for one in payloads)


class Loading:
    """Puts the payloads in their places."""

    def __init__(self, site: Site, payloads: Sequence[Payload]) -> None:
        self.site = site
        self.payloads = payloads
        self.whole = every(payloads)
        self.now: datetime = site.clock()

    async def everywhere(self) -> None:
        """All places. Returns once nothing is left to do."""
        async with self.site.application.database.write(DEFAULT_TENANT) as records:
            lea = await self.site.person("agent-lea")
            customer = await records.customers.upsert(Customer(id="c-hostile", external_id=CUSTOMER, name=self.whole, tier="gold"))
            await self._crowd(records)
            talk = await self._talk(records, TALK, customer, lea, self.messages())
            await records.memories.put(self.memories(customer))
            for promise in self.promises(customer, talk, lea):
                await records.memories.put_promise(promise)
            await self._drafts(records, await self._turn(records, talk), "proposed")
            waits = self.messages()[:1]
            # Ahead of the clock, else the sweep would take it for work that was left undone, and write the reply.
            await self._turn(records, await self._talk(records, WRITING, customer, lea, waits), self.now + timedelta(days=1))
            failed = await self._talk(records, FAILED, customer, lea, waits)
            await self._drafts(records, await self._turn(records, failed), "failed")
        await self.site.application.knowledge.save(DEFAULT_TENANT, [self.article()])
        await self._asks()

    async def rename(self, ref: str) -> None:
        """A colleague with a hostile name, in a team with a hostile name."""
        person = await self.site.person(ref)
        async with self.site.application.database.write(DEFAULT_TENANT) as records:
            await records.admin.put_user(person.model_copy(update={"name": self.whole, "team": self.whole}))

    async def _crowd(self, records: Records) -> None:
        """Customers whose names are hostile, one each, who wait."""
        for one in self.payloads:
            who = await records.customers.upsert(Customer(id=f"c-{one.name}", external_id=one.name, name=one.text))
            said = Message(
                id=f"m-{one.name}", author="customer", text="Hello?", sent_at=self.now - timedelta(hours=1), external_id=one.name
            )
            talk = Conversation(id=f"t-{one.name}", external_id=f"t-{one.name}", channel="chat", customer_id=who.id, messages=(said,))
            await records.conversations.upsert(talk)

    async def _talk(self, records: Records, ref: str, customer: Customer, lea: User, messages: tuple[Message, ...]) -> Conversation:
        named = tuple(one.model_copy(update={"id": f"{ref}-{one.external_id}"}) for one in messages)
        talk = Conversation(id=ref, external_id=ref, channel="chat", customer_id=customer.id, assurance=Assurance.CLAIMED, messages=named)
        return await records.conversations.upsert(talk.model_copy(update={"assignee": lea.id}))

    def messages(self) -> tuple[Message, ...]:
        """One for each payload: as the text, the writer's name, the name and the type of a file. The last is the customer's.

        What the system says is shown without files: its neighbour carries them, too.
        """
        authors = [AUTHORS[at % len(AUTHORS)] for at in range(len(self.payloads))]
        first = self.now - timedelta(hours=8)
        return tuple(
            Message(
                id=one.name,
                external_id=one.name,
                author="customer" if one is self.payloads[-1] else author,
                author_name="" if author == "customer" else one.text,
                visibility="private" if at % 8 == 1 else "public",
                text=one.text,
                sent_at=first + timedelta(minutes=at),
                attachments=tuple(Attachment(name=file.text, type=file.text, url=file.text) for file in self.payloads[at : at + 2]),
            )
            for at, (one, author) in enumerate(zip(self.payloads, authors, strict=True))
        )

    def memories(self, customer: Customer) -> list[Memory]:
        """One for each payload; also as the source."""
        return [
            Memory(
                id=one.name,
                customer_id=customer.id,
                kind="fact",
                text=one.text,
                source=one.text,
                at=self.now - timedelta(days=2),
                state="pending" if at % 2 else "active",
                use="guide" if at % 3 else "quotable",
            )
            for at, one in enumerate(self.payloads)
        ]

    def promises(self, customer: Customer, talk: Conversation, lea: User) -> list[Promise]:
        """One for each payload, owed by Lea Brandt."""
        return [
            Promise(
                id=one.name,
                customer_id=customer.id,
                conversation_id=talk.id,
                text=one.text,
                owner=lea.id,
                due=self.now + timedelta(minutes=at),
                state="open",
                source=one.text,
                made_at=self.now - timedelta(days=1),
            )
            for at, one in enumerate(self.payloads)
        ]

    def article(self) -> Article:
        """Published, with a hostile title and text."""
        return Article(id=ARTICLE, title=self.whole, text=body(self.payloads), status="published", locale="en")

    async def _turn(self, records: Records, talk: Conversation, minted_at: datetime | None = None) -> StoredTurn:
        turn_id = f"turn-{talk.id}"
        waits = tuple(m.id for m in talk.messages if m.author == "customer")[-1:]
        stored = await records.turns.mint(turn_id, talk.id, waits, minted_at or self.now)
        frozen = turns.furious(
            id=turn_id,
            conversation_id=talk.id,
            conversation_ref=talk.external_id,
            window=talk.messages[-20:],
            unanswered=waits,
            as_of=self.now,
        )
        await records.turns.freeze(self._evidence(frozen))
        return stored

    def _evidence(self, turn: Turn) -> Turn:
        """Found: hostile passages, details, levers and reasons."""
        whole, said = self.whole, [m for m in turn.window if m.author == "customer"]
        points = [
            TrajectoryPoint(message_id=m.id, label="angry", intensity=0.5, heat=40.0 + at, why=whole) for at, m in enumerate(said[-5:])
        ]
        details = [
            KnownDetail(field=whole, value=whole, source=whole, as_of=self.now, state="fresh"),
            KnownDetail(field=whole, value=whole, source=whole, as_of=self.now, state="confirm"),
        ]
        lever = turns.lever("l-hostile", ARTICLE, whole, reason=whole, when=Condition(text=whole), limit=Limit(days=3))
        passage = turns.hit(ARTICLE, whole, body(self.payloads), heading=whole)
        change: dict[str, Any] = {
            "passages": (passage.model_copy(update={"passage_id": PASSAGE}),),
            "known_details": tuple(details),
            "levers": (lever,),
            "emotion": turn.evidence.emotion.model_copy(update={"why": whole, "trajectory": tuple(points)}),
        }
        evidence: Evidence = turn.evidence.model_copy(update=change)
        return turn.model_copy(update={"evidence": evidence})

    async def _drafts(self, records: Records, stored: StoredTurn, state: str) -> None:
        reply: dict[str, Any] = {"state": "proposed", "citations": self._citations(), "checks": self._findings()}
        if state == "failed":
            reply = {"state": "withheld", "reason": self.whole}
        for kind, more in {"reply": reply, "acknowledge": {}, **self._payloads()}.items():
            fields = {"state": "abstained" if state == "failed" and kind != "reply" else "proposed", "reason": self.whole} | more
            draft = {"id": f"{stored.id}-{kind}", "turn_id": stored.id, "kind": kind, "text": self.whole, "producer": "fallback"}
            await records.suggestions.put(Suggestion.model_validate(draft | fields))
        await records.turns.set_state(stored.id, "done")

    def _citations(self) -> tuple[Citation, ...]:
        sources = (f"passage:{PASSAGE}", f"memory:{self.payloads[0].name}", f"promise:{self.payloads[0].name}", "lever:l-hostile")
        return tuple(Citation(span=(at * 10, at * 10 + 7), source=source) for at, source in enumerate(sources))

    def _findings(self) -> tuple[CheckResult, ...]:
        return (CheckResult(name="unsupported", outcome="flag", detail=self.whole, span=(100, 120)),)

    def _payloads(self) -> dict[str, dict[str, Any]]:
        whole = self.whole
        question = Question(question=whole, why=whole, decides=whole)
        option = Option(
            title=whole, gain=whole, lever_id=whole, basis=whole, authority="supervisor", value=whole, cost=whole, confirm_first=whole
        )
        cue = {"say": whole, "avoid": whole, "why": whole, "need": "regard", "moment": "open", "action": whole}
        return {
            "cue": {"payload": cue},
            "questions": {"payload": {"questions": [question.model_dump()]}},
            "options": {"payload": {"options": [option.model_dump(), option.model_copy(update={"authority": "agent"}).model_dump()]}},
            "handover": {"payload": self.brief()},
        }

    def brief(self) -> dict[str, Any]:
        """A handover's brief."""
        whole, each = self.whole, [one.text for one in self.payloads]
        words = dict.fromkeys(("urgency", "reason", "emotion", "introduction"), whole)
        lists = dict.fromkeys(("tried", "promises", "known", "if_then", "risks"), each[:2])
        return {**words, **lists, "story": each, "actions": [{"what": whole, "owner": whole, "by": whole}]}

    async def _asks(self) -> None:
        """What people asked each other for, and one answer."""
        app, lea = self.site.application, await caller(self.site, "agent-lea")
        await app.grants.ask(lea, TALK, AskedFor(offer=self.whole, limit=Limit(days=3), reason=self.whole))
        asked = await app.questions.ask(lea, TALK, Asked(text=self.whole))
        await app.questions.answer(await caller(self.site, "agent-tom"), asked.id, self.whole)
        await app.questions.ask(lea, FAILED, Asked(text=self.whole))
        brief = self.brief()
        await app.handovers.offer(lea, TALK, Offer.model_validate({"to_user": "agent-tom", "brief": brief, "note": self.whole}))
