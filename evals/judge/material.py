"""What is judged: a draft with the case it was made for, as plain lines, so that it can be stored with a vote and judged again later."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn
from copilot.kinds.prompting import evidence_lines, evidence_variables
from evals.outcome import Outcome, words_of


class Setting(BaseModel):
    """The case: what the copilot knew. Nothing in it is between marks yet."""

    model_config = ConfigDict(frozen=True)

    sample: str
    now: str = ""
    speaker: str = ""
    conversation: tuple[str, ...]
    records: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()


class Material(BaseModel):
    """One draft in its setting."""

    model_config = ConfigDict(frozen=True)

    setting: Setting
    text: str


def setting(sample: str, turn: Turn) -> Setting:
    """As the drafts for colleagues see it; what the speaker may not learn stays hidden from the judge too."""
    told = evidence_variables(turn, "", for_customer=False)
    lines = {name: tuple(found) for name, found in evidence_lines(turn, for_customer=False).items()}
    return Setting(sample=sample, now=told["now"], speaker=told["speaker"], **lines)


def reply(outcome: Outcome) -> str:
    """What the customer would read first: the reply, or the acknowledgement where there is none."""
    return _text(outcome, "reply") or _text(outcome, "acknowledge")


def handover(outcome: Outcome) -> str:
    """The whole brief."""
    return _structure(outcome, "handover", lambda name, value: f"{name.replace('_', ' ')}:\n{words_of(value)}")


def questions(outcome: Outcome) -> str:
    """Each with why it is asked and what it decides."""
    return _structure(outcome, "questions", lambda _, value: _numbered(value))


def options(outcome: Outcome) -> str:
    """Each with its gain, cost, authority and what has to be true first."""
    return _structure(outcome, "options", lambda _, value: _numbered(value))


def _text(outcome: Outcome, kind: str) -> str:
    return next((shown.text.strip() for shown in outcome.shown(kind)), "")


def _structure(outcome: Outcome, kind: str, told: Callable[[str, object], str]) -> str:
    shown: Suggestion | None = next(outcome.shown(kind), None)
    return "\n\n".join(told(name, value) for name, value in shown.payload.items() if value) if shown else ""


def _numbered(items: object) -> str:
    if not isinstance(items, list):
        return ""
    return "\n\n".join(
        f"{number}. " + "\n   ".join(f"{name.replace('_', ' ')}: {value}" for name, value in item.items() if value and name != "lever_id")
        for number, item in enumerate(items, 1)
    )


TEXTS: dict[str, Callable[[Outcome], str]] = {"reply": reply, "handover": handover, "questions": questions, "options": options}
"""What is judged of each kind; empty: nothing is shown."""
