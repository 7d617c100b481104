"""What is remembered about one customer: from where, until when, quotable or guide. Approve, correct, forget; export and erase."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import Path, Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.api.roles import ADMINS, LEADS
from copilot.domain.access import PANEL_KEY
from copilot.domain.base import Frozen
from copilot.domain.memory import Memory
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
Ref = Annotated[str, Path(max_length=200)]
SHOWN: Final = ("active", "pending")
KINDS: Final = (("preference", "Preferences"), ("fact", "Facts"), ("episode", "Earlier conversations"))
CHANNELS: Final = {
    "chat": "a chat",
    "email": "an e-mail",
    "phone": "a phone call",
    "social": "a public post",
    "letter": "a letter",
    "sms": "a text message",
}


class Remembered(Frozen):
    """A memory as the page shows it."""

    memory: Memory
    whence: str
    """Where it comes from, in words."""
    ref: str
    """The conversation it comes from as its sender names it; empty when there is none."""


class Section(Frozen):
    """Memories of one kind."""

    key: str
    title: str
    memories: tuple[Remembered, ...]


def whence(memory: Memory) -> str:
    """The source in words."""
    kind = memory.source.partition(":")[0]
    if kind == "conversation" or memory.kind == "episode":
        return f"From {CHANNELS[memory.channel]}" if memory.channel else "From a conversation"
    if kind == "message":
        return "Said by the customer"
    return "From their profile" if kind == "profile" else f"From {kind}"


def sections(found: Sequence[Memory], refs: Mapping[str, str]) -> list[Section]:
    """What waits for approval first, then by kind; empty ones are left out."""
    shown = [Remembered(memory=one, whence=whence(one), ref=refs.get(one.conversation_id or "", "")) for one in found]
    pending = [one for one in shown if one.memory.state == "pending"]
    made = [Section(key="pending", title="To approve", memories=tuple(pending))]
    for kind, title in KINDS:
        made.append(Section(key=kind, title=title, memories=tuple(o for o in shown if o.memory.kind == kind and o not in pending)))
    return [section for section in made if section.memories]


async def shown(request: Request, app: App, me: Me, ref: str) -> dict[str, Any]:
    """What `fragments/memory.html` shows, as its variable `memory`. Each look is noted in the audit."""
    found = await app.curating.memories(me, ref, SHOWN)
    refs = await request.app.state.references.of(me.tenant_id, [one.conversation_id for one in found])
    return {"sections": sections(found, refs), "total": len(found), "matches": await app.matching.of(me, ref)}


@router.get("/customers/{ref:path}/f/memory")
async def fragment(request: Request, app: App, me: Me, ref: Ref) -> Response:
    """The list alone. Stands before the page, whose address would match it, too."""
    return page(request, "fragments/memory.html", memory=await shown(request, app, me, ref))


@router.get("/customers/{ref:path}/memory")
async def memory(request: Request, app: App, me: Me, ref: Ref) -> Response:
    """The page."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    card = await app.customers.card(me.tenant_id, ref)
    remembered = await shown(request, app, me, ref)
    whole = not me.key_id.startswith(PANEL_KEY)
    rights: dict[str, Any] = {"may_export": whole and me.role in LEADS, "may_erase": whole and me.role in ADMINS}
    return page(request, "memory.html", after=after, ref=card.id, card=card, memory=remembered, **rights)
