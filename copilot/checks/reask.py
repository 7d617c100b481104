"""What is on record and fresh is not asked again (DESIGN §1, memory)."""

from copilot.checks.base import Check, Checked
from copilot.checks.spoken import spoken
from copilot.domain.people import Assurance
from copilot.domain.suggestion import CheckResult, QuestionsPayload
from copilot.domain.turn import Turn
from copilot.memory.details import asks_for
from copilot.memory.fields import standard_name


class Reask(Check):
    """Withholds (an agent's own text: flags) a question for a fresh known detail; one to confirm may be asked as `still right?`.

    To someone not proven a question for a detail is how identity is proven, so it passes, unless they gave the answer in this
    conversation already.
    """

    name = "reask"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings with the place of the words that ask."""
        known = {standard_name(detail.field): detail for detail in turn.evidence.known_details if detail.value.strip()}
        found: list[CheckResult] = []
        for words in spoken(draft):
            for field, (start, end) in asks_for(words.normal.text):
                detail = known.get(standard_name(field))
                if detail is None or (turn.assurance != Assurance.PROVEN and not detail.source.startswith("message:")):
                    continue
                span = words.span(start, end)
                if detail.state == "fresh":
                    outcome = "flag" if draft.kind == "own" else "withhold"
                    text = f"asks for the {_plain(field)}, which is on record ({detail.source})"
                    found.append(CheckResult.model_validate({"name": self.name, "outcome": outcome, "detail": text, "span": span}))
                elif detail.state == "confirm":
                    text = f"the {_plain(field)} is on record: ask whether it is still right"
                    found.append(CheckResult(name=self.name, outcome="flag", detail=text, span=span))
        return found + _asked_as_field(self.name, turn, draft)


def _asked_as_field(name: str, turn: Turn, draft: Checked) -> list[CheckResult]:
    """A guide's question whose answer is on record, whatever its words."""
    if not isinstance(draft.payload, QuestionsPayload):
        return []
    answered = {ask.ask.question.strip(): ask.answered_by for ask in turn.evidence.asks if ask.answered_by}
    found: list[CheckResult] = []
    for question in draft.payload.questions:
        source = answered.get(question.question.strip())
        if source:
            at = draft.text.find(question.question)
            span = (at, at + len(question.question)) if at >= 0 else None
            found.append(CheckResult(name=name, outcome="withhold", detail=f"asks what is on record ({source})", span=span))
    return found


def _plain(field: str) -> str:
    return field.replace("_", " ")
