"""handover: the brief for whoever takes over, and the words that introduce both people to each other. I-PASS for conversations.

With a model it retells the story; promises, what is known and who has to do what always come from the record.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from copilot.domain.errors import Invalid
from copilot.domain.suggestion import Abstention, Citation, Draft, HandoverAction, HandoverPayload
from copilot.domain.turn import Turn
from copilot.kinds import case
from copilot.kinds.base import Kind
from copilot.kinds.citing import Answer, Quotes, placed
from copilot.kinds.composing import Piece, lines
from copilot.kinds.handover_record import (
    NEXT_AGENT,
    actions,
    emotion,
    if_then,
    introduction,
    known,
    promises,
    reason,
    risks,
    story,
    tried,
    urgency,
)
from copilot.kinds.prompting import handles

Line = Annotated[str, Field(max_length=400)]


class FurtherAction(Answer):
    """Something to do beside what the record demands."""

    what: Annotated[str, Field(min_length=1, max_length=300)]
    owner: Annotated[str, Field(max_length=80)] = NEXT_AGENT
    by: Annotated[str, Field(max_length=80)] = ""


class HandoverAnswer(Answer):
    """What a model tells better than the record: the story, what was tried, what may come, and the introduction."""

    reason: Annotated[str, Field(min_length=1, max_length=400)]
    story: Annotated[list[Line], Field(min_length=1, max_length=12)]
    tried: Annotated[list[Line], Field(max_length=8)] = []
    emotion: Annotated[str, Field(min_length=1, max_length=400)]
    further_actions: Annotated[list[FurtherAction], Field(max_length=5)] = []
    if_then: Annotated[list[Line], Field(max_length=6)] = []
    risks: Annotated[list[Line], Field(max_length=6)] = []
    introduction: Annotated[str, Field(min_length=1, max_length=1200)]
    citations: Quotes = []


class Handover(Kind):
    """Nothing promised, tried or felt is lost, nothing is invented, and the customer repeats nothing."""

    name = "handover"
    prompt = "handover"
    answer = HandoverAnswer
    stream = ("reason", "emotion", "introduction")

    def wanted(self, turn: Turn) -> str | None:
        """When the customer asks for someone else, or a step needs another's authority."""
        if not case.switched_on(turn, self.name) or not turn.waiting:
            return None
        if turn.agent.role == "agent" and case.asks_for_someone_else(turn):
            return "the customer asks for someone else"
        heat = turn.evidence.emotion.heat
        return "a way out needs a supervisor's yes" if case.needs_supervisor(turn) and heat >= case.ANGRY else None

    def abstains(self, turn: Turn) -> Abstention | None:
        """Nothing was said: there is nothing to hand over."""
        return None if turn.window else Abstention(reason="Nothing was said yet: there is nothing to hand over.")

    def fallback(self, turn: Turn) -> Draft | Abstention:
        """Everything from the record, in the customer's own words."""
        if not turn.window:
            return Abstention(reason="Nothing was said yet: there is nothing to hand over.")
        return _draft(_sections(turn))

    def variables(self, turn: Turn) -> Mapping[str, Any]:
        """`actions`: what the record demands, as lines; `placeholder`: how the next agent is called in the introduction."""
        demanded = "\n".join(f"- {_action(a)}" for a, _ in actions(turn)) or "(nothing)"
        return {"actions": demanded, "placeholder": NEXT_AGENT}

    def compose(self, turn: Turn, answer: BaseModel) -> Draft | Abstention:
        """The model's story around the record's promises, details and duties; raises Invalid when the introduction names no next agent."""
        if not isinstance(answer, HandoverAnswer):
            raise Invalid("The answer is no handover.")
        if NEXT_AGENT not in answer.introduction:
            raise Invalid("The introduction does not name the next agent.", todo=f"Write {NEXT_AGENT} where the name goes.")
        sections = _sections(turn)
        told = {"story": answer.story, "tried": answer.tried, "if_then": answer.if_then, "risks": answer.risks}
        for name, texts in told.items():
            pieces = [Piece(text.strip()) for text in texts if text.strip()]
            # What the record knows of risks is never dropped for a nicer sentence.
            sections[name] = [*sections[name], *pieces] if name == "risks" else pieces or sections[name]
        further = [
            (HandoverAction(what=a.what.strip(), owner=a.owner.strip() or NEXT_AGENT, by=a.by.strip()), "") for a in answer.further_actions
        ]
        draft = _draft(
            sections
            | {
                "reason": [Piece(answer.reason.strip())],
                "emotion": [Piece(answer.emotion.strip())],
                "introduction": [Piece(answer.introduction.strip())],
            },
            further,
        )
        cited = {(c.span, c.source): c for c in (*draft.citations, *placed(draft.text, answer.citations, handles(turn)))}
        return draft.model_copy(update={"citations": tuple(sorted(cited.values(), key=lambda c: (c.span, c.source)))})


def _sections(turn: Turn) -> dict[str, Any]:
    """Every part as pieces with their sources; `actions` as (action, source)."""
    return {
        "urgency": [urgency(turn)],
        "reason": [reason(turn)],
        "story": story(turn),
        "tried": tried(turn),
        "promises": promises(turn),
        "emotion": [emotion(turn)],
        "known": known(turn),
        "actions": actions(turn),
        "if_then": if_then(turn),
        "risks": risks(turn),
        "introduction": [introduction(turn)],
    }


_HEADINGS = (
    ("urgency", "How urgent"),
    ("reason", "Why it changes hands"),
    ("story", "Story"),
    ("tried", "Tried"),
    ("promises", "Promised"),
    ("emotion", "How they feel"),
    ("known", "On record, do not ask"),
    ("actions", "To do"),
    ("if_then", "If … then"),
    ("risks", "Mind"),
    ("introduction", "Introduction, once someone has accepted"),
)


def _draft(sections: Mapping[str, Any], further: list[tuple[HandoverAction, str]] | None = None) -> Draft:
    todo = [*sections["actions"], *(further or [])]
    text, citations = "", []
    for name, heading in _HEADINGS:
        pieces = [Piece(_action(a), (source,) if source else ()) for a, source in todo] if name == "actions" else sections[name]
        if not pieces:
            continue
        body, cited = lines([Piece(f"- {p.text}", p.sources, p.cited) for p in pieces] if len(pieces) > 1 or name in _LISTS else pieces)
        start = len(text) + (2 if text else 0) + len(heading) + 1
        text = f"{text}\n\n{heading}\n{body}" if text else f"{heading}\n{body}"
        citations += [Citation(span=(c.span[0] + start, c.span[1] + start), source=c.source) for c in cited]
    payload = HandoverPayload(
        **{name: sections[name][0].text for name in ("urgency", "reason", "emotion", "introduction")},
        **{name: tuple(p.text for p in sections[name]) for name in ("story", "tried", "promises", "known", "if_then", "risks")},
        actions=tuple(a for a, _ in todo),
    )
    return Draft(text=text, payload=payload, citations=tuple(citations))


_LISTS = frozenset({"story", "tried", "promises", "known", "actions", "if_then", "risks"})


def _action(action: HandoverAction) -> str:
    return f"{action.what} – {action.owner}" + (f", {action.by}" if action.by else "")
