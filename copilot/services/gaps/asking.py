"""An agent asks; knowledge and this customer's history answer, with sources – or nobody does, and a colleague can be asked.

Nothing of it is stored but the event that it happened, and what a model's answer cost.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from copilot.checks import run_checks, verdict
from copilot.checks.base import Checked
from copilot.domain.base import Frozen, new_id
from copilot.domain.errors import Invalid, Unavailable
from copilot.domain.ports.models import ModelAnswer, ModelRequest
from copilot.domain.ports.records import Database
from copilot.domain.staff import Caller
from copilot.domain.suggestion import CheckResult
from copilot.domain.turn import Turn
from copilot.graph import evidence
from copilot.graph.build import Tools
from copilot.graph.secrets import personal_values
from copilot.kinds import asking
from copilot.kinds.asking import AskAnswer, Said
from copilot.retrieval.query import plain
from copilot.sensing import language
from copilot.services.conversations.cases import load
from copilot.services.conversations.reading import actor, conversation
from copilot.services.searching.reader import KnowledgeReader

LONGEST = 2000
"""Characters of a question."""


class Nearest(Frozen):
    """An article that was found and does not answer."""

    article_id: str
    title: str


class Answered(Frozen):
    """The answer. Not covered: no sentences, the reason, and the nearest articles; ask a colleague then.

    `text` is the sentences, one a line; `checks` with a span have found something in it.
    """

    covered: bool
    sentences: tuple[Said, ...] = ()
    text: str = ""
    reason: str = ""
    nearest: tuple[Nearest, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    producer: Literal["model", "fallback"] = "fallback"
    model: str = ""
    prompt: str = ""


@dataclass(frozen=True)
class Asking:
    """Answers agents' questions about a case."""

    database: Database
    tools: Tools
    clock: Callable[[], datetime]
    reader: Callable[[str], KnowledgeReader]
    wake: Callable[[str], None]

    async def ask(self, caller: Caller, ref: str, question: str) -> Answered:
        """By a model where there is one and its answer survives the checks, else in the sources' own sentences."""
        question = question.strip()
        if not question:
            raise Invalid("The question is empty.", todo="Write what you want to know.")
        if len(question) > LONGEST:
            raise Invalid(f"The question is longer than {LONGEST} characters.", todo="Ask one thing.")
        turn = await self._turn(caller.tenant_id, ref, question)
        made, spent = None, None
        if self.tools.drafter.models.configured:
            made, spent = await self._by_model(turn, question)
        answer = made or await self._by_sources(turn, question)
        await self._note(caller, turn, answer, spent)
        return answer

    async def _turn(self, tenant: str, ref: str, question: str) -> Turn:
        """The evidence of the case as it is now, found for the agent's question instead of the customer's."""
        async with self.database.read(tenant) as records:
            talk = await conversation(records, ref)
            as_of = max([self.clock(), *(m.sent_at for m in talk.messages[-1:])])
            case = await load(records, talk, turn_id=new_id(), as_of=as_of, embedder=self.tools.embedder)
        here = await evidence.question(case, self.tools.embedder)
        query = plain(question, language.detect(question, case.settings.languages[0]))
        asked = replace(here, unanswered=(), query=query, vector=(await self.tools.embedder.encode([query.text]))[0])
        felt = await self.tools.aside(evidence.sense, case, asked, self.tools.senser)
        memories = await evidence.recall(case, asked, self.tools.vectors)
        reader = self.reader(tenant)
        found = await evidence.search(case, asked, self.tools.search, reader)
        return await evidence.freeze(case, asked, felt, memories, found, reader)

    async def _by_model(self, turn: Turn, question: str) -> tuple[Answered | None, ModelAnswer | None]:
        """(the model's answer, what it cost); no answer when there was none, or none that may be shown."""
        drafter = self.tools.drafter
        prompt = drafter.prompts.render("ask", asking.prompt_variables(turn, question, secrets.token_hex(6)))
        request = ModelRequest(
            tenant_id=turn.tenant_id, purpose="ask", messages=prompt.messages, answer=AskAnswer, secrets=personal_values(turn)
        )
        try:
            got = await drafter.models.ask(request)
        except Unavailable:
            return None, None
        value = got.value
        if not isinstance(value, AskAnswer):
            return None, got
        said = asking.composed(turn, value)
        if not said:
            # Sentences without sources are no answer: then the sources speak for themselves.
            silent = not value.sentences and bool(value.missing.strip())
            return (_uncovered(turn, value.missing.strip(), "model", got.model, prompt.id) if silent else None), got
        made = await self.tools.aside(_checked, turn, said)
        if not made.covered:
            return None, got
        return made.model_copy(update={"producer": "model", "model": got.model, "prompt": prompt.id}), got

    async def _by_sources(self, turn: Turn, question: str) -> Answered:
        """Whole sentences of what was found, unchanged."""
        found = await self.tools.aside(asking.pieces, turn)
        encoded = await self.tools.embedder.encode([question, *(piece.text for piece in found)])
        cosines = [float(cosine) for cosine in encoded[1:] @ encoded[0]]
        spoken = language.detect(question, turn.language)
        said = await self.tools.aside(asking.chosen, turn, question, spoken, found, cosines)
        return await self.tools.aside(_checked, turn, said) if said else _uncovered(turn, "")

    async def _note(self, caller: Caller, turn: Turn, answer: Answered, spent: ModelAnswer | None) -> None:
        async with self.database.write(caller.tenant_id) as records:
            if spent is not None:
                usage = spent.usage
                await records.admin.spend(self.clock().date(), spent.cost_microusd, usage.input_tokens, usage.output_tokens)
            data = {"covered": answer.covered, "producer": answer.producer}
            await records.log.event("ask.answered", conversation_id=turn.conversation_id, actor=actor(caller), data=data)
        self.wake(caller.tenant_id)


def _checked(turn: Turn, said: tuple[Said, ...]) -> Answered:
    """The sentences that the checks do not withhold, with what they say of those."""
    kept = tuple(one for one in said if verdict(run_checks(turn, Checked(kind="ask", text=one.text))) != "withhold")
    if not kept:
        return _uncovered(turn, "")
    text, citations = asking.joined(kept)
    found = [r for r in run_checks(turn, Checked(kind="ask", text=text, citations=citations)) if r.outcome != "pass"]
    return Answered(covered=True, sentences=kept, text=text, checks=tuple(found))


def _uncovered(
    turn: Turn, missing: str, producer: Literal["model", "fallback"] = "fallback", model: str = "", prompt: str = ""
) -> Answered:
    nearest = dict.fromkeys(Nearest(article_id=hit.article_id, title=hit.title) for hit in turn.evidence.passages)
    reason = missing or "Neither knowledge nor this customer's history answers it. Ask a colleague."
    return Answered(covered=False, reason=reason, nearest=tuple(nearest)[:3], producer=producer, model=model, prompt=prompt)
