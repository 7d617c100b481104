"""The pieces of a Turn, with sensible values for what a test does not speak of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from copilot.domain.conversation import Author, Message
from copilot.domain.emotion import Emotion
from copilot.domain.knowledge import Condition, Hit
from copilot.domain.memory import KnownDetail, RankedMemory
from copilot.domain.people import Assurance
from copilot.domain.tenant import TenantSettings
from copilot.domain.turn import Agent, Coverage, Evidence, Turn, TurnLever

NOW = datetime(2026, 11, 20, 13, 4, tzinfo=UTC)
"""A Friday, 14:04 in Berlin: the `as_of` of every case."""


SETTINGS = TenantSettings(company="Ternway", time_zone="Europe/Berlin", languages=("en", "de", "es"))


AGENT = Agent(id="user-jonas", name="Jonas Weber")


def ago(**parts: float) -> datetime:
    """`ago(minutes=5)`: five minutes before NOW."""
    return NOW - timedelta(**parts)


def said(id: str, author: Author, text: str, at: datetime, **more: Any) -> Message:  # noqa: A002 - it is the field's own name
    """A message of the window."""
    return Message(id=id, author=author, text=text, sent_at=at, **more)


def hit(article: str, title: str, text: str, score: float = 0.8, **more: Any) -> Hit:
    """A public passage; its id is made of the article's."""
    number = more.pop("number", 0)
    more = {"audience": "public", "locale": "en"} | more
    return Hit(article_id=article, title=title, passage_id=f"{article}#{number}", text=text, score=score, **more)


def detail(field: str, value: str, **more: Any) -> KnownDetail:
    """A known detail: from the profile, a year old, fresh."""
    return KnownDetail(**({"field": field, "value": value, "source": "profile", "as_of": ago(days=365), "state": "fresh"} | more))


def memory(id: str, text: str, **more: Any) -> RankedMemory:  # noqa: A002 - it is the field's own name
    """A quotable episode of ten days ago."""
    base = {"id": id, "kind": "episode", "text": text, "source": f"conversation:{id}", "score": 0.7, "why": "the same matter"}
    return RankedMemory(**(base | {"use": "quotable", "at": ago(days=10)} | more))


def mood(label: Any, heat: float, **more: Any) -> Emotion:
    """An emotion; `base` equals the heat and nothing was added by waiting unless told."""
    base: dict[str, Any] = {"label": label, "intensity": min(1.0, heat / 100), "trend": "steady", "heat": heat, "base": heat}
    base |= {"waiting_seconds": 60.0, "contacts_7d": 1, "contacts_30d": 1, "trigger_message_id": None, "measured": label is not None}
    return Emotion(**(base | {"why": "a plain question", "since": ago(minutes=1)} | more))


def lever(id: str, article: str, offer: str, **more: Any) -> TurnLever:  # noqa: A002 - it is the field's own name
    """A lever of an article that applies and has no limit."""
    base = {"id": id, "article_id": article, "offer": offer, "limit": None, "authority": "agent", "when": Condition(), "until": None}
    return TurnLever(**(base | {"applies": "yes", "reason": "no condition"} | more))


def turn(name: str, changes: Mapping[str, Any], **fields: Any) -> Turn:
    """A Turn of `fields`; `changes` may name fields of the Turn, of its evidence or of its emotion."""
    window = fields["window"]
    last = max((i for i, m in enumerate(window) if m.is_answer), default=-1)
    given: dict[str, Any] = {
        "id": f"turn-{name}",
        "tenant_id": "default",
        "conversation_id": f"conversation-{name}",
        "conversation_ref": name,
        "channel": "chat",
        "language": "en",
        "person": None,
        "assurance": Assurance.PROVEN,
        "agent": AGENT,
        "unanswered": tuple(m.id for m in window[last + 1 :] if m.author == "customer"),
        "as_of": NOW,
        "settings": SETTINGS,
    } | fields
    evidence: Evidence = given["evidence"]
    emotion = evidence.emotion.model_copy(update={k: v for k, v in changes.items() if k in Emotion.model_fields})
    update = {k: v for k, v in changes.items() if k in Evidence.model_fields and k not in Turn.model_fields}
    given["evidence"] = evidence.model_copy(update={"emotion": emotion} | update)
    rest = {k: v for k, v in changes.items() if k in Turn.model_fields}
    unknown = set(changes) - set(Emotion.model_fields) - set(Evidence.model_fields) - set(Turn.model_fields)
    if unknown:
        raise TypeError(f"no such field of a Turn: {', '.join(sorted(unknown))}")
    return Turn(**(given | rest))


def found(query: str, score: float = 0.8, **more: Any) -> Coverage:
    """Knowledge covers the question when the score reaches the threshold of 0.5."""
    return Coverage(**({"covered": score >= 0.5, "score": score, "threshold": 0.5, "query": query} | more))
