"""One suggestion: by the model where there is one, by the fallback otherwise, and always through the checks."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from copilot.checks import run_checks, verdict
from copilot.checks.base import Checked
from copilot.domain.base import new_id
from copilot.domain.errors import Invalid, Unavailable
from copilot.domain.ports.models import ChatMessage, ModelAnswer, ModelRequest, Models, OnText, Prompts
from copilot.domain.suggestion import Abstention, CheckResult, Draft, Producer, Suggestion
from copilot.domain.turn import Turn
from copilot.graph.secrets import personal_values
from copilot.kinds.base import Kind
from copilot.kinds.prompting import variables

log = structlog.get_logger()


@dataclass(frozen=True)
class Drafted:
    """A suggestion, and exactly what a provider received for it (empty without a model)."""

    suggestion: Suggestion
    sent: tuple[ChatMessage, ...] = ()


@dataclass(frozen=True)
class Drafter:
    """Drafts kinds from Turns."""

    models: Models
    prompts: Prompts
    clock_ms: Callable[[], float] = lambda: time.perf_counter() * 1000

    async def draft(self, turn: Turn, kind: Kind, suggestion_id: str, on_text: OnText | None = None) -> list[Drafted]:
        """One suggestion; two when a model's draft was withheld: it, without its text, and what works without a model."""
        started = self.clock_ms()
        try:
            silent = kind.abstains(turn)
            if silent is not None:
                return [Drafted(self._silent(turn, kind, suggestion_id, silent, started))]
            reason = ""
            if kind.prompt and self.models.configured:
                first = await self._by_model(turn, kind, suggestion_id, started, on_text)
                if isinstance(first, Drafted):
                    if first.suggestion.state != "withheld":
                        return [first]
                    return [
                        first,
                        self._by_fallback(turn, kind, new_id(), self.clock_ms(), variant=1, reason="The first draft was withheld."),
                    ]
                reason = first
            return [self._by_fallback(turn, kind, suggestion_id, started, reason=reason)]
        except Exception as error:  # a defect in one kind must not take the others with it; it is logged and shown as failed
            log.exception("kind_failed", kind=kind.name, turn=turn.id)
            failed = Suggestion(
                id=suggestion_id,
                turn_id=turn.id,
                kind=kind.name,
                state="failed",
                reason=f"This draft failed ({type(error).__name__}). Go on without it; the operator finds the details in the log.",
                producer="fallback" if kind.prompt else "rules",
                latency_ms=self.clock_ms() - started,
            )
            return [Drafted(failed)]

    async def _by_model(self, turn: Turn, kind: Kind, ident: str, started: float, on_text: OnText | None) -> Drafted | str:
        """The model's draft, or why there is none."""
        if kind.prompt is None or kind.answer is None:
            raise Invalid(f"The kind {kind.name} has no prompt.")
        fence = secrets.token_hex(6)
        prompt = self.prompts.render(kind.prompt, variables(turn, kind, fence))
        request = ModelRequest(
            tenant_id=turn.tenant_id,
            purpose=kind.name,
            messages=prompt.messages,
            answer=kind.answer,
            stream=kind.stream,
            secrets=personal_values(turn),
        )
        try:
            answer = await self.models.ask(request, on_text)
            made = kind.compose(turn, answer.value)
        except (Unavailable, Invalid) as error:
            return error.detail
        if isinstance(made, Abstention):
            said = self._silent(turn, kind, ident, made, started, producer="model")
            return Drafted(_priced(said, answer, prompt.id), answer.sent)
        return Drafted(_priced(self._checked(turn, kind, ident, made, started, "model"), answer, prompt.id), answer.sent)

    def _by_fallback(self, turn: Turn, kind: Kind, ident: str, started: float, *, variant: int = 0, reason: str = "") -> Drafted:
        made = kind.fallback(turn)
        producer: Producer = "fallback" if kind.prompt else "rules"
        if isinstance(made, Abstention):
            return Drafted(self._silent(turn, kind, ident, made, started, variant=variant))
        done = self._checked(turn, kind, ident, made, started, producer)
        note = f"Made without a language model: {reason}" if reason and done.state == "proposed" else done.reason
        return Drafted(done.model_copy(update={"variant": variant, "reason": note}))

    def _checked(self, turn: Turn, kind: Kind, ident: str, made: Draft, started: float, producer: Producer) -> Suggestion:
        results = run_checks(turn, Checked(kind=kind.name, text=made.text, payload=made.payload, citations=made.citations))
        stopped = verdict(results) == "withhold"
        return Suggestion(
            id=ident,
            turn_id=turn.id,
            kind=kind.name,
            state="withheld" if stopped else "proposed",
            reason=_why_withheld(results) if stopped else "",
            text="" if stopped else made.text,
            payload={} if stopped else made.payload.model_dump(mode="json"),
            citations=() if stopped else made.citations,
            checks=tuple(r.model_copy(update={"span": None}) for r in results) if stopped else results,
            producer=producer,
            latency_ms=self.clock_ms() - started,
        )

    def _silent(
        self, turn: Turn, kind: Kind, ident: str, why: Abstention, started: float, *, producer: Producer | None = None, variant: int = 0
    ) -> Suggestion:
        return Suggestion(
            id=ident,
            turn_id=turn.id,
            kind=kind.name,
            variant=variant,
            state="abstained",
            reason=why.reason,
            producer=producer or ("fallback" if kind.prompt else "rules"),
            latency_ms=self.clock_ms() - started,
        )


def _why_withheld(results: tuple[CheckResult, ...]) -> str:
    reasons = [r.detail for r in results if r.outcome == "withhold"]
    return "Withheld: " + "; ".join(dict.fromkeys(reasons))


def _priced(suggestion: Suggestion, answer: ModelAnswer, prompt: str) -> Suggestion:
    return suggestion.model_copy(
        update={"model": answer.model, "prompt": prompt, "usage": answer.usage, "cost_microusd": answer.cost_microusd}
    )
