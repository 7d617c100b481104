"""A tool without an API that sends Standard Webhooks: it can only tell."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

from copilot.domain.base import now
from tests.channels.doubles.base import By, Double


@dataclass
class WebhookDouble(Double):
    """Conversations by number: what was said in them, and whether they are closed."""

    said: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    channel: dict[int, str] = field(default_factory=dict)

    def open(self, number: int = 17) -> None:
        self.said[number] = []

    def in_public(self, number: int) -> None:
        self.open(number)
        self.channel[number] = "social"

    def routes(self, app: FastAPI) -> None:
        """None: whatever is asked of it fails the test that asks."""

    def says(self, number: int, text: str, by: By = "customer") -> None:
        ident = f"m{sum(map(len, self.said.values())) + 1}"
        at = self.clock() if self.clock else now()
        self.said[number].append({"id": ident, "author": by, "text": text, "sent_at": at.isoformat()})

    def told(self, number: int) -> dict[str, Any]:
        return self._changed(number, messages=self.said[number][-1:])

    def moved(self, number: int, *, closed: bool) -> dict[str, Any]:
        return self._changed(number, messages=[], status="closed" if closed else "open")

    def notes(self, number: int) -> list[str]:
        return []

    def whispers(self, number: int, text: str = "") -> dict[str, Any]:
        if text:
            self.says(number, text, "agent")
            self.said[number][-1]["visibility"] = "private"
        return self.told(number)

    def edits(self, number: int, text: str) -> dict[str, Any]:
        self.said[number][-1]["text"] = text
        return self.told(number)

    def takes_away(self, number: int) -> dict[str, Any]:
        at = self.clock() if self.clock else now()
        self.said[number][-1]["deleted_at"] = at.isoformat()
        return self.told(number)

    def sent(self, number: int) -> list[str]:
        return [one["text"] for one in self.said[number] if one["author"] == "agent" and "visibility" not in one]

    def _changed(self, number: int, **given: Any) -> dict[str, Any]:
        customer = {"id": "c-41", "name": "Marta Ruiz", "email": "marta@example.com"}
        data = {"conversation_id": str(number), "channel": self.channel.get(number, "chat"), "customer": customer} | given
        return {"type": "conversation.changed", "data": data}
