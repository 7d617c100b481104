"""Short ways to make the domain's values in these tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from copilot.domain.conversation import Author, Message, Outcome
from copilot.domain.memory import Memory, Promise
from copilot.domain.tenant import Hours, TenantSettings

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
"""A Wednesday, ten o'clock in Berlin."""

BERLIN = TenantSettings(time_zone="Europe/Berlin", hours={day: Hours(opens=480, closes=1080) for day in range(5)})


def message(text: str, author: Author = "agent", at: datetime = NOW, **more: Any) -> Message:
    return Message(**{"id": "m1", "author": author, "text": text, "sent_at": at} | more)


def promise(text: str, *, name: str = "p1", made: datetime = NOW - timedelta(days=5), due: datetime | None = None, **more: Any) -> Promise:
    values = {
        "id": name,
        "customer_id": "c",
        "conversation_id": "k1",
        "text": text,
        "owner": "",
        "due": due,
        "state": "open",
        "source": "message:m0",
        "made_at": made,
    }
    return Promise(**values | more)


def memory(text: str, *, name: str = "e1", days: float = 10, fault: str | None = None, resolved: bool | None = None, **more: Any) -> Memory:
    values: dict[str, Any] = {
        "id": name,
        "customer_id": "c",
        "kind": "episode",
        "text": text,
        "source": "conversation:k1",
        "at": NOW - timedelta(days=days),
        "conversation_id": f"k-{name}",
    }
    if fault or resolved is not None:
        values["outcome"] = Outcome.model_validate({"text": "", "fault": fault, "resolved": resolved})
    return Memory.model_validate(values | more)
