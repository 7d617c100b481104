"""What makes a suggestion of a Turn: pure, so that it can run beside the event loop or in a process of its own.

Kinds are named, not handed over: only the Turn, plain values and the result travel.
"""

from pydantic import BaseModel

from copilot.checks import run_checks, verdict
from copilot.checks.base import Checked
from copilot.domain.errors import CopilotError
from copilot.domain.suggestion import Abstention, CheckResult, Draft, Producer, Suggestion
from copilot.domain.turn import Turn
from copilot.kinds import by_name
from copilot.kinds.base import Kind


def without_model(turn: Turn, name: str, ident: str, variant: int = 0, reason: str = "") -> Suggestion:
    """The best draft without a model, labelled with the reason why there is none; or silence."""
    kind = by_name(name)
    made = kind.abstains(turn) or kind.fallback(turn)
    if isinstance(made, Abstention):
        return silent(turn, kind, ident, made, variant=variant)
    done = _checked(turn, kind, ident, made, "fallback" if kind.prompt else "rules")
    note = f"Made without a language model: {reason}" if reason and done.state == "proposed" else done.reason
    return done.model_copy(update={"variant": variant, "reason": note})


def from_answer(turn: Turn, name: str, ident: str, answer: BaseModel) -> Suggestion | str:
    """What a model wrote, as a checked suggestion; or why it cannot be one."""
    kind = by_name(name)
    try:
        made = kind.compose(turn, answer)
    except CopilotError as error:
        return error.detail
    if isinstance(made, Abstention):
        return silent(turn, kind, ident, made, producer="model")
    return _checked(turn, kind, ident, made, "model")


def silent(turn: Turn, kind: Kind, ident: str, why: Abstention, *, producer: Producer | None = None, variant: int = 0) -> Suggestion:
    """No draft, and the reason."""
    return Suggestion(
        id=ident,
        turn_id=turn.id,
        kind=kind.name,
        variant=variant,
        state="abstained",
        reason=why.reason,
        producer=producer or ("fallback" if kind.prompt else "rules"),
    )


def _checked(turn: Turn, kind: Kind, ident: str, made: Draft, producer: Producer) -> Suggestion:
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
    )


def _why_withheld(results: tuple[CheckResult, ...]) -> str:
    reasons = [r.detail for r in results if r.outcome == "withhold"]
    return "Withheld: " + "; ".join(dict.fromkeys(reasons))
