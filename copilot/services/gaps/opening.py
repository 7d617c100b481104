"""A gap is opened: once for a turn that knowledge did not cover, or when an agent says that knowledge is wrong or missing."""

from collections.abc import Sequence
from datetime import datetime

from copilot.domain.base import new_id
from copilot.domain.case import Gap, GapCause
from copilot.domain.memory import KnownDetail
from copilot.domain.ports.records import Records
from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn
from copilot.graph.secrets import HARMLESS
from copilot.retrieval.enquiry import enquires
from copilot.services.quality.anonymous import without_names, without_values

LONGEST = 2000
"""Characters of a question that are kept."""


def question_of(turn: Turn) -> str:
    """What the turn asks, as people outside of the conversation may read it. The search query: a burst is one question."""
    said = turn.evidence.coverage.query or "\n".join(m.text for m in turn.waiting)
    names = [turn.person.name] if turn.person else []
    return anonymous(said, [*names, *(m.author_name for m in turn.window if m.author_name)], turn.evidence.known_details)


def anonymous(text: str, names: Sequence[str], known: Sequence[KnownDetail]) -> str:
    """A customer's words without who they are: their name, and every value on record that says it."""
    personal = [detail for detail in known if detail.field not in HARMLESS]
    return without_values(without_names(text, [name for name in names if name]), personal)[:LONGEST]


async def of_turn(records: Records, turn: Turn, made: Sequence[Suggestion]) -> Gap | None:
    """The gap of a turn that is done; None when knowledge covers it or nothing was asked. Making it again changes nothing.

    A customer who goes on asking before anybody answered asks one question: the gap of the turn before becomes this turn's.
    """
    if turn.evidence.coverage.covered or not turn.waiting or not enquires("\n".join(m.text for m in turn.waiting)):
        return None
    earlier = await records.gaps.of_conversation(turn.conversation_id)
    if any(gap.turn_id == turn.id for gap in earlier):
        return None
    reply = next((s for s in made if s.kind == "reply" and s.state == "abstained"), None)
    grown = await _grown(records, turn, earlier)
    gap = Gap(
        id=grown or new_id(),
        question=question_of(turn),
        conversation_id=turn.conversation_id,
        turn_id=turn.id,
        cause="abstained" if reply else "uncovered",
        suggestion_id=reply.id if reply else None,
        article_ids=_nearest(turn),
        opened_at=turn.waiting[-1].sent_at,
    )
    await records.gaps.put(gap)
    if not grown:
        await records.log.event("gap.opened", conversation_id=turn.conversation_id, subject_id=gap.id, data={"turn": turn.id})
    return gap


async def by_agent(records: Records, turn: Turn, suggestion: Suggestion, cause: GapCause, at: datetime) -> None:
    """An agent's word on what knowledge said. A turn has one open gap: the word is its cause then."""
    earlier = await records.gaps.of_conversation(turn.conversation_id)
    known = next((gap for gap in earlier if gap.turn_id == turn.id and gap.closed_at is None), None)
    gap = Gap(
        id=known.id if known else new_id(),
        question=question_of(turn) or suggestion.text[:LONGEST],
        conversation_id=turn.conversation_id,
        turn_id=turn.id,
        cause=cause,
        suggestion_id=suggestion.id,
        article_ids=_nearest(turn),
        opened_at=known.opened_at if known else at,
    )
    await records.gaps.put(gap)
    if known is None or known.cause != cause:
        await records.log.event("gap.opened", conversation_id=turn.conversation_id, subject_id=gap.id, data={"cause": cause})


async def _grown(records: Records, turn: Turn, earlier: Sequence[Gap]) -> str:
    """The id of an open gap whose question this turn's holds as a part; empty when there is none."""
    for gap in reversed(earlier):
        before = await records.turns.status(gap.turn_id) if gap.turn_id and gap.closed_at is None else None
        if before is not None and before.unanswered and set(before.unanswered) <= set(turn.unanswered):
            return gap.id
    return ""


def _nearest(turn: Turn) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hit.article_id for hit in turn.evidence.passages))
