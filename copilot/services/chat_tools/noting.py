"""One short private note in the chat tool for each turn, where its tool takes notes and the connection wants them.

Notes cannot be edited later, so it holds what does not change: what helps now, and where the drafts are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from copilot.domain.ports.channels import Channel
from copilot.domain.ports.records import Records
from copilot.domain.suggestion import KindName, Suggestion
from copilot.services.chat_tools.writing import Writing

LONGEST: Final = 600
"""Characters."""
NAMES: Final[dict[KindName, str]] = {
    "reply": "a reply",
    "acknowledge": "an acknowledgement",
    "questions": "questions",
    "options": "options",
    "handover": "a handover",
}


@dataclass(frozen=True)
class Noting:
    """Writes notes. `address`: where agents open this service; empty: the note names no link."""

    writing: Writing
    channels: Mapping[str, Channel]
    address: str

    async def finished(self, records: Records, conversation_id: str, turn_id: str, suggestions: Sequence[Suggestion]) -> None:
        """A turn is done: leave its note with this transaction."""
        connection = await records.connections.of(conversation_id)
        channel = self.channels.get(connection.kind) if connection and connection.active else None
        if connection is None or channel is None or "note" not in channel.can or not connection.settings.get("notes"):
            return
        text = self._text(conversation_id, [one for one in suggestions if one.state == "proposed"])
        found = await records.conversations.find(conversation_id)
        if text and found is not None:
            await self.writing.want(records, connection.id, found, "note", f"note:{turn_id}", text)

    def _text(self, conversation_id: str, shown: Sequence[Suggestion]) -> str:
        cue = next((one.text.strip() for one in shown if one.kind == "cue"), "")
        made = [NAMES[one.kind] for one in shown if one.kind in NAMES]
        there = f"Drafted: {', '.join(made)}." if made else ""
        link = f"{self.address.rstrip('/')}/c/{conversation_id}" if self.address and made else ""
        room = LONGEST - len(there) - len(link) - 12
        kept = cue if len(cue) <= room else f"{cue[:room].rstrip()}…"
        parts = [part for part in (kept, there, link) if part]
        return "\n".join(["Rapport", *parts]) if parts else ""
