"""Small conversations for the tests of sensing."""

from datetime import UTC, datetime, timedelta

from copilot.domain.conversation import Author, Message
from copilot.domain.emotion import Label, Sensed
from copilot.domain.tenant import TenantSettings

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""A Wednesday."""
SETTINGS = TenantSettings()


def said(number: int, text: str, *, author: Author = "customer", minutes: float = 0.0, private: bool = False) -> Message:
    """Message `m<number>`, sent so many minutes after noon."""
    at = NOON + timedelta(minutes=minutes)
    return Message(id=f"m{number}", author=author, text=text, sent_at=at, visibility="private" if private else "public")


def felt(number: int, label: Label | None, mood: float) -> Sensed:
    """What was sensed of message `m<number>`; without a label: a language that is not measured."""
    return Sensed(
        message_id=f"m{number}",
        language="en" if label else "de",
        measured=label is not None,
        label=label,
        intensity=0.5 if label else 0.0,
        mood=mood,
        why=f"Sounds {label}." if label else "Emotion is not measured in this language (de); only the wait counts.",
    )
