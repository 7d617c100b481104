"""The whole graph once on one conversation that is not stored; and the check of an agent's own words."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from copilot.checks import run_checks
from copilot.checks.base import Checked
from copilot.domain.base import new_id
from copilot.domain.emotion import Sensed
from copilot.domain.errors import Invalid, NotFound
from copilot.domain.experiments import Assigned
from copilot.domain.formats import ConversationIn
from copilot.domain.grants import with_grants
from copilot.domain.ports.models import ChatMessage, Privacy
from copilot.domain.ports.records import Database
from copilot.domain.suggestion import CheckResult, Suggestion
from copilot.domain.tenant import KINDS
from copilot.domain.turn import Turn
from copilot.graph import evidence
from copilot.graph.build import Run, Tools, run
from copilot.graph.case import Case
from copilot.services.conversations.cases import load, load_file
from copilot.services.searching.reader import KnowledgeReader


class Nobody:
    """A Watcher that saves nothing and is never superseded."""

    async def frozen(self, turn: Turn, sensed: list[Sensed], vectors: dict[str, bytes]) -> None: ...

    async def measured(self, turn: Turn) -> None: ...

    async def wanted(self, turn: Turn) -> bool:
        return True

    async def assigned(self, turn: Turn, kind: str) -> Assigned | None:
        return None

    @asynccontextmanager
    async def alone(self, turn: Turn, kind: str) -> AsyncIterator[bool]:
        yield True

    async def text(self, turn: Turn, kind: str, suggestion_id: str, so_far: str) -> None: ...

    async def drafted(self, turn: Turn, made: Sequence[tuple[Suggestion, tuple[ChatMessage, ...]]]) -> None: ...


@dataclass(frozen=True)
class Suggest:
    """Runs the graph in one go."""

    database: Database
    graph: Any
    tools: Tools
    privacy: Privacy
    clock: Callable[[], datetime]
    reader: Callable[[str], KnowledgeReader]

    async def once(
        self, tenant: str, given: ConversationIn, kinds: Sequence[str] = (), *, also: Sequence[str] = (), turn_id: str = ""
    ) -> tuple[Turn, list[Suggestion]]:
        """The turn and its suggestions; nothing is stored. Without `kinds`, those that want the turn, and those in `also`.

        `turn_id`: under the same id the same words come out (turns of phrase are chosen by it); empty: a new one.
        """
        unknown = [kind for kind in (*kinds, *also) if kind not in KINDS]
        if unknown:
            raise Invalid(f"There is no kind {', '.join(unknown)}.", todo=f"Choose from {', '.join(KINDS)}.")
        started = time.perf_counter()
        await self.tools.embedder.warm()
        load_ms = (time.perf_counter() - started) * 1000
        began = time.perf_counter()
        async with self.database.read(tenant) as records:
            case = await load_file(
                records,
                given,
                counted_from=self.clock(),
                embedder=self.tools.embedder,
                privacy=self.privacy,
                turn_id=turn_id,
            )
        read_ms = (time.perf_counter() - began) * 1000
        context = Run(self.tools, self.reader(tenant), Nobody(), only=tuple(kinds), also=tuple(also))
        turn, suggestions = await run(self.graph, {"case": case, "timings": {"read": read_ms}}, context)
        timings = {**turn.timings_ms, "load": load_ms, "total": turn.timings_ms["total"] + read_ms}
        return turn.model_copy(update={"timings_ms": timings}), suggestions

    async def review(self, tenant: str, conversation_ref: str, text: str) -> tuple[CheckResult, ...]:
        """The checks on an agent's own words, against the conversation's evidence as it is now. Never blocks: withhold becomes flag."""
        if not text.strip():
            raise Invalid("There is no text to check.", todo="Send the words you want checked.")
        turn = await self._granted(tenant, await self._turn(tenant, conversation_ref))
        results = await self.tools.aside(run_checks, turn, Checked(kind="own", text=text))
        return tuple(r.model_copy(update={"outcome": "flag"}) if r.outcome == "withhold" else r for r in results)

    async def _turn(self, tenant: str, ref: str) -> Turn:
        async with self.database.read(tenant) as records:
            conversation = await records.conversations.find(ref)
            if conversation is None:
                raise NotFound(f"There is no conversation {ref!r}.", todo="Check its id.")
            stored = await records.turns.current(conversation.id)
            if stored is not None and stored.turn is not None:
                return stored.turn
            as_of = max([self.clock(), *(m.sent_at for m in conversation.messages[-1:])])
            case = await load(records, conversation, turn_id=new_id(), as_of=as_of, embedder=self.tools.embedder)
        return await self._evidence(tenant, case)

    async def _granted(self, tenant: str, turn: Turn) -> Turn:
        """With the grants that hold now: one may have been given, used or run out since the turn was frozen. Nothing of it is stored."""
        async with self.database.read(tenant) as records:
            return with_grants(turn, await records.grants.of_conversation(turn.conversation_id), self.clock())

    async def _evidence(self, tenant: str, case: Case) -> Turn:
        asked = await evidence.question(case, self.tools.embedder)
        felt = await self.tools.aside(evidence.sense, case, asked, self.tools.senser)
        memories = await evidence.recall(case, asked, self.tools.vectors)
        reader = self.reader(tenant)
        found = await evidence.search(case, asked, self.tools.search, reader)
        return await evidence.freeze(case, asked, felt, memories, found, reader)
