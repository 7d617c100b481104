"""One suggestion: by the model where there is one, by the fallback otherwise, and always through the checks."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from pydantic import BaseModel

from copilot.domain.base import new_id
from copilot.domain.errors import CopilotError, Invalid, Unavailable
from copilot.domain.experiments import Assigned
from copilot.domain.ports.models import ChatMessage, ModelAnswer, ModelRequest, Models, OnText, Prompts, RenderedPrompt
from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn
from copilot.graph.aside import Aside
from copilot.graph.making import from_answer, silent, without_model
from copilot.graph.secrets import personal_values
from copilot.kinds.base import Kind
from copilot.kinds.prompting import variables

log = structlog.get_logger()
Fence = Callable[[Turn, Kind], str]
"""Gives the code that stands in the marks around evidence. An evaluation fixes it, so that the same case asks the same question twice."""


@dataclass(frozen=True)
class Drafted:
    """A suggestion, and exactly what a provider received for it (empty without a model)."""

    suggestion: Suggestion
    sent: tuple[ChatMessage, ...] = ()


def random_fence(turn: Turn, kind: Kind) -> str:
    """A code that nobody can foresee, new for each question."""
    return secrets.token_hex(6)


@dataclass(frozen=True)
class Drafter:
    """Drafts kinds from Turns."""

    models: Models
    prompts: Prompts
    clock_ms: Callable[[], float] = lambda: time.perf_counter() * 1000
    aside: Aside = field(default_factory=Aside)
    fence: Fence = random_fence
    variants: dict[str, Prompts] = field(default_factory=dict)
    """The prompts of experiments, by their id."""

    async def draft(
        self, turn: Turn, kind: Kind, suggestion_id: str, on_text: OnText | None = None, assigned: Assigned | None = None
    ) -> list[Drafted]:
        """One suggestion; two when a model's draft was withheld: it, without its text, and what works without a model.

        `assigned`: what an experiment has it made with. The checks are the same for every arm.
        """
        started = self.clock_ms()
        try:
            drafted = await self._drafted(turn, kind, suggestion_id, on_text, assigned)
        except Exception as error:  # a defect in one kind must not take the others with it; it is logged and shown as failed
            log.exception("kind_failed", kind=kind.name, turn=turn.id)
            drafted = [Drafted(_failed(turn, kind, suggestion_id, error))]
        spent = self.clock_ms() - started
        return [Drafted(one.suggestion.model_copy(update={"latency_ms": spent}), one.sent) for one in drafted]

    async def _drafted(self, turn: Turn, kind: Kind, ident: str, on_text: OnText | None, assigned: Assigned | None) -> list[Drafted]:
        if not (kind.prompt and self.models.configured):
            return [Drafted(await self.aside.of_turn(without_model, turn, kind.name, ident))]
        silence = await self.aside(kind.abstains, turn)
        if silence is not None:
            return [Drafted(silent(turn, kind, ident, silence))]
        # Where no prompt takes part, both arms get the same: such a draft is no part of the experiment.
        return [_in_arm(one, assigned) for one in await self._with_model(turn, kind, ident, on_text, assigned)]

    async def _with_model(self, turn: Turn, kind: Kind, ident: str, on_text: OnText | None, assigned: Assigned | None) -> list[Drafted]:
        first = await self._by_model(turn, kind, ident, on_text, assigned)
        if isinstance(first, str):
            return [Drafted(await self.aside.of_turn(without_model, turn, kind.name, ident, 0, first))]
        if first.suggestion.state != "withheld":
            return [first]
        second = await self.aside.of_turn(without_model, turn, kind.name, new_id(), 1, "The first draft was withheld.")
        return [first, Drafted(second)]

    async def _by_model(self, turn: Turn, kind: Kind, ident: str, on_text: OnText | None, assigned: Assigned | None) -> Drafted | str:
        """The model's draft, or why there is none."""
        if kind.prompt is None or kind.answer is None:
            raise Invalid(f"The kind {kind.name} has no prompt.")
        try:
            prompt, request = await self.aside(self._asked, turn, kind, kind.prompt, kind.answer, assigned)
        except CopilotError as error:
            if assigned is None or assigned.arm == "control":
                raise
            log.warning("variant_prompt_failed", kind=kind.name, experiment=assigned.experiment_id, reason=error.detail)
            return "The prompt that is being tried could not be filled in."
        try:
            answer = await self.models.ask(request, on_text)
        except (Unavailable, Invalid) as error:
            return error.detail
        made = await self.aside.of_turn(from_answer, turn, kind.name, ident, answer.value)
        return made if isinstance(made, str) else Drafted(_priced(made, answer, prompt.id), answer.sent)

    def _asked(
        self, turn: Turn, kind: Kind, name: str, answer: type[BaseModel], assigned: Assigned | None
    ) -> tuple[RenderedPrompt, ModelRequest]:
        """The prompt and what goes to the model."""
        prompt = self._prompts(assigned).render(name, variables(turn, kind, fence=self.fence(turn, kind)))
        request = ModelRequest(
            tenant_id=turn.tenant_id,
            purpose=kind.name,
            messages=prompt.messages,
            answer=answer,
            stream=kind.stream,
            model=assigned.model if assigned else "",
            secrets=personal_values(turn),
        )
        return prompt, request

    def _prompts(self, assigned: Assigned | None) -> Prompts:
        """An experiment's texts never change, so they are read once."""
        if assigned is None or not assigned.prompts:
            return self.prompts
        if assigned.experiment_id not in self.variants:
            self.variants[assigned.experiment_id] = self.prompts.instead(assigned.prompts)
        return self.variants[assigned.experiment_id]


def _in_arm(drafted: Drafted, assigned: Assigned | None) -> Drafted:
    if assigned is None:
        return drafted
    arm = {"experiment_id": assigned.experiment_id, "arm": assigned.arm}
    return Drafted(drafted.suggestion.model_copy(update=arm), drafted.sent)


def _failed(turn: Turn, kind: Kind, ident: str, error: Exception) -> Suggestion:
    return Suggestion(
        id=ident,
        turn_id=turn.id,
        kind=kind.name,
        state="failed",
        reason=f"This draft failed ({type(error).__name__}). Go on without it; the operator finds the details in the log.",
        producer="fallback" if kind.prompt else "rules",
    )


def _priced(suggestion: Suggestion, answer: ModelAnswer, prompt: str) -> Suggestion:
    return suggestion.model_copy(
        update={"model": answer.model, "prompt": prompt, "usage": answer.usage, "cost_microusd": answer.cost_microusd}
    )
