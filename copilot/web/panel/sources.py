"""What a draft or an answer stands on, to be opened: from the turn's own evidence where it is there, else from the record."""

from typing import Any

from copilot.bootstrap import Application
from copilot.domain.case import StoredTurn
from copilot.domain.errors import NotFound
from copilot.domain.staff import Caller
from copilot.domain.turn import Turn
from copilot.services.conversations.reading import Thread
from copilot.web.panel.view import words_of
from copilot.web.panel.words import spoken


async def source(app: Application, me: Caller, ref: str, ident: str) -> dict[str, Any]:
    """What `fragments/source.html` shows. Raises NotFound for what does not belong to this conversation."""
    kind, _, name = ident.partition(":")
    thread = await app.reading.thread(me.tenant_id, ref)
    stored: StoredTurn | None = (await app.reading.current(me, ref)).stored
    turn = stored.turn if stored else None
    if kind in ("passage", "article"):
        return await _article(app, me, turn, name)
    if kind == "message":
        return await _message(app, me, thread, name)
    if kind == "conversation":
        return await _conversation(app, me, thread, name)
    if kind == "lever" and turn is not None:
        return _lever(turn, name)
    return await _recorded(app, me, thread, turn, kind, name)


async def _article(app: Application, me: Caller, turn: Turn | None, name: str) -> dict[str, Any]:
    """The passage, and the whole article as it is now."""
    hit = next((hit for hit in turn.evidence.passages if hit.passage_id == name), None) if turn else None
    article = await app.knowledge.article(me.tenant_id, name.partition("~")[0])
    return {
        "kind": "article",
        "title": article.title,
        "heading": hit.heading if hit else "",
        "passage": hit.text if hit else "",
        "article": article.text,
        "internal": (hit.audience if hit else article.audience) == "internal",
        "status": article.status,
        "revision": article.revision,
        "valid_from": article.valid_from,
    }


async def _message(app: Application, me: Caller, thread: Thread, name: str) -> dict[str, Any]:
    """A message of this conversation, or of another with the same customer."""
    found = next((m for m in thread.conversation.messages if name in (m.id, m.external_id)), None)
    if found is None:
        found = await _elsewhere(app, me, thread, name)
    text = "" if found.deleted_at else found.text
    internal = found.visibility == "private"
    return {"kind": "message", "title": found.author_name or found.author, "text": text, "at": found.sent_at, "internal": internal}


async def _elsewhere(app: Application, me: Caller, thread: Thread, name: str) -> Any:
    if thread.customer is not None:
        async with app.database.read(me.tenant_id) as records:
            others = await records.conversations.of_customer(thread.customer.id)
        for message in (message for other in others for message in other.messages):
            if name in (message.id, message.external_id):
                return message
    raise _gone("message")


async def _conversation(app: Application, me: Caller, thread: Thread, name: str) -> dict[str, Any]:
    """An earlier conversation of the same customer."""
    other = await app.reading.thread(me.tenant_id, name)
    if thread.customer is None or other.customer is None or other.customer.id != thread.customer.id:
        raise _gone("conversation")
    talk = other.conversation
    return {"kind": "conversation", "title": f"Earlier, by {talk.channel}", "messages": talk.messages, "internal": False}


def _lever(turn: Turn, name: str) -> dict[str, Any]:
    lever = next((one for one in turn.evidence.levers if one.id == name), None)
    if lever is None:
        raise _gone("allowance")
    return {
        "kind": "lever",
        "title": lever.offer,
        "limit": words_of(lever.limit),
        "authority": lever.authority,
        "when": lever.when.text,
        "reason": lever.reason,
        "article": lever.article_id,
        "until": lever.until,
        "internal": True,
    }


async def _recorded(app: Application, me: Caller, thread: Thread, turn: Turn | None, kind: str, name: str) -> dict[str, Any]:
    """A memory, a promise or a detail of this customer."""
    card = await app.customers.card(me.tenant_id, thread.customer.id) if thread.customer else None
    if kind == "promise":
        for promise in (*(card.promises if card else ()), *(turn.evidence.promises if turn else ())):
            if promise.id == name:
                return {"kind": "promise", "title": promise.owner or "Promise", "promise": promise, "internal": False}
    if kind == "detail":
        for detail in (*(turn.evidence.known_details if turn else ()), *(card.known_details if card else ())):
            if detail.field == name:
                return {"kind": "detail", "title": spoken(detail.field), "detail": detail, "internal": False}
    if kind == "memory" and thread.customer is not None:
        for memory in await app.curating.memories(me, thread.customer.id, ("active", "pending")):
            if memory.id == name:
                return {"kind": "memory", "title": memory.kind, "memory": memory, "internal": memory.use == "guide"}
        return await _account(app, me, thread, turn, name)
    raise _gone(kind)


async def _account(app: Application, me: Caller, thread: Thread, turn: Turn | None, name: str) -> dict[str, Any]:
    """Of a conversation that still goes on nothing is remembered yet: the account of it was made for this turn alone."""
    made = next((one for one in turn.evidence.memories if one.id == name), None) if turn else None
    if made is None or not made.source.startswith("conversation:"):
        raise _gone("memory")
    return await _conversation(app, me, thread, made.source.partition(":")[2])


def _gone(what: str) -> NotFound:
    return NotFound(f"This {what[:20]} is no longer on record.", todo="It may have been forgotten or erased since.")
