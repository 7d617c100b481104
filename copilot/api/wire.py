"""Events as they travel: Server-Sent Events, each written once however many listen."""

import json
from collections import OrderedDict

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from copilot.api.references import References
from copilot.api.shown import is_own, on_stream
from copilot.domain.ports.work import LiveEvent
from copilot.domain.staff import Caller

KEPT = 2048
"""Events kept as written; all listeners get an event within a second of each other."""


class Wire:
    """Writes events for their listeners: the sender's conversation id, and nobody named but the listener."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._written: OrderedDict[int, tuple[LiveEvent, bytes]] = OrderedDict()

    async def batch(self, events: list[LiveEvent], caller: Caller) -> bytes:
        """Some events in one piece; an empty batch is a comment that keeps the connection alive."""
        if not events:
            return KEEPALIVE_COMMENT
        return b"".join([await self._one(event, caller) for event in events])

    async def _one(self, event: LiveEvent, caller: Caller) -> bytes:
        own = is_own(str(event.data.get("actor", "")), caller)
        if not own and (known := self._known(event)):
            return known
        refs = await self._references.of(event.tenant_id, [event.conversation_id])
        if not own and (known := self._known(event)):
            return known  # of hundreds who waited for the reference, the first has written
        data = {**on_stream(event.data, caller), "conversation": refs.get(event.conversation_id, "")}
        wire = written(event.type, data, ident=event.id)
        if not own:
            self._keep(event, wire)
        return wire

    def _known(self, event: LiveEvent) -> bytes | None:
        known = self._written.get(id(event))
        return known[1] if known is not None and known[0] is event else None

    def _keep(self, event: LiveEvent, wire: bytes) -> None:
        self._written[id(event)] = (event, wire)
        while len(self._written) > KEPT:
            self._written.popitem(last=False)


def written(type_: str, data: dict[str, object], *, ident: int = 0, retry: int | None = None) -> bytes:
    """One event on the wire."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return format_sse_event(event=type_, data_str=text, id=str(ident) if ident else None, retry=retry)
