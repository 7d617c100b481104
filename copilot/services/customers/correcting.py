"""What a person may change about one memory: approve it, correct its words and use, say until when it holds, forget it."""

from collections.abc import Sequence
from typing import Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.errors import Conflict, Invalid
from copilot.domain.memory import Memory, Use
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Records
from copilot.domain.staff import Caller
from copilot.memory.sensitive import KEPT, is_sensitive
from copilot.services.conversations.reading import actor

LONGEST = 2000


class Correction(Frozen):
    """What is set; what is not named stays."""

    state: Literal["active", "forgotten"] | None = None
    text: str | None = None
    use: Use | None = None
    expires_at: Instant | None = None


async def apply(records: Records, caller: Caller, memory: Memory, given: Correction, privacy: Privacy) -> Memory:
    """The memory as it is stored afterwards. Raises Invalid, and Conflict for one that was forgotten."""
    changed = _corrected(memory, given, privacy)
    if changed == memory:
        return memory
    if memory.state == "forgotten":
        raise Conflict("This memory was forgotten.", todo="Let it be learned anew.")
    await records.memories.put([changed])
    words = ("text", "use", "expires_at", "sensitive", "confidence")
    fields = [name for name in words if getattr(changed, name) != getattr(memory, name)]
    if fields and changed.state != "forgotten":
        await _note(records, caller, memory, "memory.corrected", fields)
    if changed.state != memory.state:
        await _note(records, caller, memory, "memory.approved" if changed.state == "active" else "memory.forgotten")
    return changed


async def _note(records: Records, caller: Caller, memory: Memory, type_: str, fields: Sequence[str] = ()) -> None:
    data = {"changed": list(fields)} if fields else {}
    await records.log.event(type_, conversation_id=memory.conversation_id or "", subject_id=memory.id, actor=actor(caller), data=data)


def _corrected(memory: Memory, given: Correction, privacy: Privacy) -> Memory:
    update: dict[str, object] = {}
    if given.text is not None:
        text = privacy.cut(given.text.strip())
        if not text or len(text) > LONGEST:
            raise Invalid(f"A memory has 1 to {LONGEST} characters.", todo="Write what is true, or forget it.")
        if text != memory.text:
            # A person has said how it is: nothing about it is a guess any more.
            update |= {"text": text, "confidence": 1.0}
            if is_sensitive(text) and not memory.sensitive:
                update |= {"sensitive": True, "expires_at": memory.expires_at or memory.at + KEPT}
    if given.expires_at is not None:
        update["expires_at"] = given.expires_at
    if given.state is not None:
        update["state"] = given.state
    update["use"] = _use(memory, given, sensitive=bool(update.get("sensitive", memory.sensitive)))
    return memory.model_copy(update=update)


def _use(memory: Memory, given: Correction, *, sensitive: bool) -> Use:
    if sensitive and given.use == "quotable":
        raise Invalid("Health, grief and the like are never quoted.", todo="Leave `use` as guide.")
    return "guide" if sensitive else given.use or memory.use
