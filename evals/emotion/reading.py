"""The copilot's own reading of public texts: each cleaned, encoded and sensed as the product does it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from copilot.domain.conversation import Message
from copilot.domain.emotion import Sensed
from copilot.domain.tenant import TenantSettings
from copilot.sensing import trajectory
from copilot.sensing.cleaning import clean
from copilot.sensing.emotion import Senser
from copilot.sensing.head import Head
from evals.emotion.vectors import vectors_of

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
"""When everything is said: nobody waits, so heat is mood."""


class Text(NamedTuple):
    """A message with what came before it."""

    text: str
    earlier: tuple[str, ...] = ()
    answered: str = ""


def sensed(texts: Sequence[Text], cache: Path | None) -> list[Sensed]:
    """What each shows, in order. Their vectors are kept in `cache`, where one is named."""
    known = vectors_of([clean(one.text, ()) for one in texts], cache)
    senser = Senser(Head.load())
    return [
        senser.sense(_message(number, one.text), hint="en", vector=known[number], earlier=one.earlier, answered=one.answered)
        for number, one in enumerate(texts)
    ]


def heats(texts: Sequence[str], read: Sequence[Sensed]) -> list[float]:
    """Heat at each message of one dialogue, as the trajectory tells it, without any wait."""
    messages = [_message(number, text) for number, text in enumerate(texts)]
    emotion = trajectory.read(
        messages,
        {message.id: one for message, one in zip(messages, read, strict=True)},
        channel="chat",
        unanswered_since=None,
        as_of=MOMENT,
        settings=TenantSettings(),
    )
    return [point.heat for point in emotion.trajectory]


def _message(number: int, text: str) -> Message:
    return Message(id=str(number), author="customer", text=text, sent_at=MOMENT)
