"""A Turn and its suggestions as the outside reads them."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from copilot.domain.base import Frozen
from copilot.domain.formats import (
    DetailOut,
    EmotionOut,
    EvidenceOut,
    LeverOut,
    MemoryOut,
    PassageOut,
    PromiseOut,
    Strict,
    SuggestionOut,
    SuggestOut,
    TrajectoryOut,
    TurnOut,
)
from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn

Out = TypeVar("Out", bound=Strict)


def written(turn: Turn, suggestions: Sequence[Suggestion]) -> SuggestOut:
    """The contract of `suggest --json`."""
    return SuggestOut(turn=written_turn(turn), suggestions=[written_suggestion(turn, s) for s in suggestions])


def written_turn(turn: Turn) -> TurnOut:
    """The turn with its evidence; message ids are the sender's own."""
    names, seen = outside_ids(turn), turn.evidence
    emotion = seen.emotion
    return TurnOut(
        id=turn.id,
        conversation_id=turn.conversation_ref,
        language=turn.language,
        timings_ms={name: round(value, 2) for name, value in turn.timings_ms.items()},
        evidence=EvidenceOut(
            passages=[_as(PassageOut, hit) for hit in seen.passages],
            memories=[_as(MemoryOut, memory) for memory in seen.memories],
            known_details=[_as(DetailOut, d, source=_outside(d.source, names)) for d in seen.known_details],
            promises=[_as(PromiseOut, p, source=_outside(p.source, names)) for p in seen.promises],
            emotion=_as(
                EmotionOut,
                emotion,
                trigger_message_id=names.get(emotion.trigger_message_id or "", emotion.trigger_message_id),
                trajectory=[_as(TrajectoryOut, p, message_id=names.get(p.message_id, p.message_id)) for p in emotion.trajectory],
            ),
            levers=[_as(LeverOut, lever) for lever in seen.levers],
        ),
    )


def written_suggestion(turn: Turn, suggestion: Suggestion) -> SuggestionOut:
    """One suggestion; sources that are messages carry the sender's own ids."""
    names = outside_ids(turn)
    citations = [c.model_copy(update={"source": _outside(c.source, names)}) for c in suggestion.citations]
    return _as(SuggestionOut, suggestion, citations=citations)


def outside_ids(turn: Turn) -> dict[str, str]:
    """Our message id → the sender's."""
    return {m.id: m.external_id for m in turn.window if m.external_id}


def _outside(source: str, names: Mapping[str, str]) -> str:
    kind, _, ident = source.partition(":")
    return f"message:{names[ident]}" if kind == "message" and ident in names else source


def _as(shape: type[Out], value: Frozen, **changed: object) -> Out:
    given = {name: getattr(value, name) for name in shape.model_fields if name not in changed}
    return shape.model_validate(given | changed)
