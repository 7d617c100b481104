"""LibreDesk: webhooks, notes, replies in an agent's own name, history, a poll.

Source: its own code (internal/webhook, cmd/messages.go, internal/conversation). The body `{event, timestamp, payload}` is signed with
HMAC-SHA256; no header tells a time, but `timestamp` stands in what is signed, and is held against our clock. Deliveries are made once,
within 3 seconds, and dropped when its queue is full; message.created holds the message and not its conversation. So a delivery only says
which conversation changed, the thread is read from the API, and the poll finds what was dropped. Its API puts no draft into the composer.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from copilot.channels import signing
from copilot.channels.base import NoteSettings, Tool, again, attached, changed, id_of, json_body, leads_here, objects, understood, when
from copilot.channels.calling import Calls, segment
from copilot.channels.markup import marked_up, words
from copilot.domain.channels import Ability, Account, Arrival, Delivery, Missing, Page, Step, Webhook
from copilot.domain.conversation import Author, Channel, Status
from copilot.domain.errors import CopilotError, Invalid, NotFound, Refused, Unavailable
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance

EVENTS: Final = (
    "conversation.created",
    "conversation.status_changed",
    "conversation.assigned",
    "conversation.unassigned",
    "message.created",
    "message.updated",
)
"""What its webhook is asked for; the rest is taken and tells nothing."""
PROBED: Final = "webhook.test"
"""What its own test of a webhook sends (cmd/webhooks.go), whatever the webhook asked for."""
CHANNELS: Final[dict[str, Channel]] = {"email": "email", "livechat": "chat", "whatsapp": "chat", "telegram": "chat"}
"""By an inbox's channel. None of them is public; one that is not known may be, so it counts as that."""
STATUSES: Final[dict[str, Status]] = {
    "open": "open",
    "replied": "pending",
    "snoozed": "pending",
    "waiting": "pending",
    "resolved": "closed",
    "closed": "closed",
}
"""Names as they ship, and the categories of those that were added, in small letters."""
PAGE: Final = 100
PAGES: Final = 20
"""Pages of a thread that are read."""
LONGEST: Final = 100
"""Characters of an id."""


class LibreDesk(Tool):
    """One LibreDesk. Its tokens are written `key:secret`, as it shows them."""

    kind = "libredesk"
    title = "LibreDesk"
    own_access = "Your API key and its secret, with a colon between them: KEY:SECRET."
    can: ClassVar[frozenset[Ability]] = frozenset({"history", "note", "reply", "poll"})
    settings = NoteSettings
    installs = True
    unheard = "Addresses inside need allowed_hosts under [webhook] in LibreDesk's config.toml; its own log says why it failed."
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="Admin, Webhooks: make one with this address, and all events of conversations and messages.", paste="webhook"),
        Step(text="Enter the signing secret there. It is shown once, when it is made; below you can make a new one."),
        Step(text="Write in a conversation, and see here that it was delivered."),
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Says which conversation changed, no more."""
        given = webhook.header("x-libredesk-signature")
        signing.verify(given, account.signing, lambda secret: f"sha256={signing.hexadecimal(secret, webhook.body)}")
        body = json_body(webhook)
        with understood(self.title):
            signing.fresh(webhook, when(body["timestamp"]))
            ident = _conversation(body["payload"]) if body["event"] in EVENTS else ""
        heard = body["event"] == PROBED
        return Delivery(id=signing.delivery_id(webhook.body), arrivals=(changed(ident),) if ident else (), heard=heard)

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        """All of it, with who it is with."""
        calls, path = self._api(account), f"/conversations/{segment(conversation_id)}"
        told = _data(await calls.get(path))
        messages: dict[str, dict[str, Any]] = {}
        with understood(self.title):
            whole = False
            async for page, last in _pages(calls, f"{path}/messages", {}):
                messages |= {str(one["uuid"]): one for one in page}
                whole = last
            return await asyncio.to_thread(_of_conversation, account, told, messages.values(), complete=whole)

    async def since(self, account: Account, cursor: str) -> Page:
        """Conversations with a message at or after the cursor (a time), newest first as it lists them, a page at a time.

        A cursor is that time, and behind it, while there are more pages, the latest time seen and the page that comes next. What moves up
        meanwhile is newer than that time: the next question finds it.
        """
        if not cursor:
            return Page(cursor=datetime.now(UTC).isoformat())
        order = {"order": "desc", "order_by": "conversations.last_message_at"}
        begun, _, rest = cursor.partition("|")
        seen, _, page = rest.partition("|")
        listed, last = await _page(self._api(account), "/conversations/all", order, int(page or 1))
        times = {_uuid(one["uuid"]): at for one in listed if (at := _last(one)) is not None}
        fresh = [one for one, at in times.items() if at >= when(begun)]
        newest = max([when(seen or begun), *times.values()]).isoformat()
        more = not last and len(fresh) == len(times)  # those without a message come first, and say nothing about where it ends
        cursor = f"{begun}|{newest}|{int(page or 1) + 1}" if more else newest
        return Page(arrivals=tuple(changed(one) for one in fresh), cursor=cursor, more=more)

    async def note(self, account: Account, conversation_id: str, text: str) -> str:
        """A private note by the connection's own agent."""
        return await _write(self._api(account), conversation_id, {"message": marked_up(text), "private": True})

    async def reply(self, account: Account, conversation_id: str, text: str, agent: str) -> str:
        """As the agent, with their own key. Raises Refused without one."""
        calls = self._api(account, self._own(account, agent))
        told = _data(await calls.get(f"/conversations/{segment(conversation_id)}"))
        email = str((told.get("contact") or {}).get("email") or "")
        to = [email] if told.get("inbox_channel") == "email" and email else []
        return await _write(calls, conversation_id, {"message": marked_up(text), "private": False, "to": to})

    async def check(self, account: Account) -> list[Missing]:
        """Whether the key may read all conversations, and the webhook is there."""
        calls = self._api(account)
        try:
            await calls.get("/conversations/all", {"page": 1, "page_size": 1})
        except (Refused, NotFound) as error:
            todo = error.todo or "Give its agent the rights conversations:read_all and messages:read."
            return [Missing(what="The key may not read all conversations.", todo=todo)]
        try:
            hooks = await self._hooks(account, calls)
        except CopilotError:
            return [Missing(what="Whether the webhook is there cannot be seen.", todo="Only a key with webhooks:manage may look.")]
        if not hooks:
            return [Missing(what="There is no webhook for this connection.", todo=again(account))]
        if not any(hook.get("is_active") for hook in hooks):
            return [Missing(what="The webhook is switched off.", todo="Switch it on under Admin, Webhooks.")]
        return []

    async def install(self, account: Account, ours: Mapping[str, str]) -> Account:
        """The webhook, with this connection's newest secret."""
        if not account.signing:
            raise Refused("Without a signing secret LibreDesk's webhooks are not taken.", todo="Make one: copilot connections secret.")
        calls = self._api(account)
        given = {"name": "Rapport", "url": ours["webhook"], "events": list(EVENTS), "secret": account.signing[-1], "is_active": True}
        made = next((hook for hook in await self._hooks(account, calls) if hook.get("url") == ours["webhook"]), None)
        # A secret that is there cannot be read back: it is written anew, so that both sides have the same.
        answer = await (calls.post("/webhooks", given) if made is None else calls.put(f"/webhooks/{segment(made.get('id'))}", given))
        if not _data(answer).get("id"):  # what it does not take, it answers with status 200 and no webhook
            raise Invalid("LibreDesk did not take the webhook.", todo="Look into its own log; addresses inside need allowed_hosts there.")
        return account

    @asynccontextmanager
    async def probe(self, account: Account) -> AsyncIterator[None]:
        """LibreDesk's own test of the webhook: nothing has to be taken away afterwards."""
        calls = self._api(account)
        hook = next(iter(await self._hooks(account, calls)), {})
        await calls.post(f"/webhooks/{segment(hook.get('id'))}/test", {})
        yield

    async def _hooks(self, account: Account, calls: Calls) -> list[dict[str, Any]]:
        """Its webhooks that lead here."""
        with understood(self.title):
            return [hook for hook in objects((await calls.get("/webhooks"))["data"]) if leads_here(account, hook.get("url"))]

    def _api(self, account: Account, token: str = "") -> Calls:
        inside = account.model_copy(update={"url": f"{account.url}/api/v1"})
        return self.calls(inside, {"Authorization": f"token {token or account.token}"})


async def _pages(calls: Calls, path: str, query: Mapping[str, str | int]) -> AsyncIterator[tuple[list[dict[str, Any]], bool]]:
    """Pages of a list, and whether it is the last one there is."""
    for number in range(1, PAGES + 1):
        page, last = await _page(calls, path, query, number)
        yield page, last
        if last:
            return


async def _page(calls: Calls, path: str, query: Mapping[str, str | int], number: int) -> tuple[list[dict[str, Any]], bool]:
    """One of them. A server may give less than was asked for: it says itself how many pages there are."""
    told = _data(await calls.get(path, {**query, "page": number, "page_size": PAGE}))
    page = objects(told.get("results"))
    return page, number >= int(told.get("total_pages") or 0) or not page


async def _write(calls: Calls, conversation: str, body: dict[str, Any]) -> str:
    answer = await calls.post(f"/conversations/{segment(conversation)}/messages", {"sender_type": "agent", **body})
    return id_of("LibreDesk", answer, "data", "uuid")


def _data(answer: Any) -> dict[str, Any]:
    """What its envelope holds."""
    found = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        raise Unavailable("LibreDesk did not answer as its API does.", todo="Look whether the address is that of LibreDesk itself.")
    return found


def _conversation(payload: dict[str, Any]) -> str:
    """Which conversation an event is of: a message and a change name it, a new conversation has an id of its own."""
    return _uuid(payload.get("conversation_uuid") or payload["uuid"])


def _uuid(told: object) -> str:
    if not isinstance(told, str) or not 0 < len(told) <= LONGEST or not told.replace("-", "").isalnum():
        raise Invalid("The conversation has no id.", todo="Send LibreDesk's own webhook, unchanged.")
    return told


def _of_conversation(account: Account, told: dict[str, Any], messages: Iterable[dict[str, Any]], *, complete: bool) -> Arrival:
    known: dict[str, Any] = {
        "conversation_id": _uuid(told["uuid"]),
        "channel": CHANNELS.get(str(told.get("inbox_channel") or ""), "social"),
        "assignee": str(told.get("assigned_user_id") or ""),
        "messages": [found for one in messages if (found := _message(one)) is not None],
    }
    named = (str(told.get(name) or "").lower() for name in ("status", "status_category"))
    if status := next((STATUSES[name] for name in named if name in STATUSES), None):
        known["status"] = status
    if contact := told.get("contact"):
        known["customer"] = _customer(account, contact)
    return Arrival(conversation=ConversationIn(**known), complete=complete)


def _message(told: dict[str, Any]) -> MessageIn | None:
    """None: an activity, what could not be sent, or an empty line."""
    if told.get("type") not in ("incoming", "outgoing") or told.get("status") == "failed":
        return None
    text = words(str(told.get("content") or "")) or str(told.get("text_content") or "")
    files = attached(told.get("attachments"), name="name")
    if not text and not files:
        return None
    author = told.get("author") or {}
    return MessageIn(
        id=_uuid(told["uuid"]),
        author=_author(told, author),
        text=text,
        sent_at=when(told["created_at"]).isoformat(),
        author_id=str(told.get("sender_id") or ""),
        author_name=_name(author),
        # Without the word nothing is taken for public: a note must never count as an answer.
        visibility="public" if told.get("private") is False else "private",
        attachments=files,
    )


def _author(told: dict[str, Any], author: dict[str, Any]) -> Author:
    """Whoever is no person – its assistants, the system, a rule – writes as an agent, too."""
    if told.get("sender_type") == "contact":
        return "customer"
    meta = told.get("meta")
    automated = isinstance(meta, dict) and (meta.get("is_automated") or meta.get("is_csat"))
    return "bot" if automated or author.get("type") not in (None, "", "agent") else "agent"


def _customer(account: Account, contact: dict[str, Any]) -> CustomerIn:
    """A website may sign who its visitor is, but nothing here says whether it did: so it stays a claim."""
    email, phone = contact.get("email") or None, contact.get("phone_number") or None
    return CustomerIn(
        id=f"{account.id}:{int(contact['id'])}",
        name=_name(contact),
        email=email,
        phone=phone,
        assurance=Assurance.CLAIMED if email or phone or contact.get("external_user_id") else Assurance.NONE,
    )


def _name(person: dict[str, Any]) -> str:
    return " ".join(str(person[part]) for part in ("first_name", "last_name") if person.get(part))


def _last(told: dict[str, Any]) -> datetime | None:
    """Of its latest message; None: it has none yet."""
    return when(told["last_message_at"]) if told.get("last_message_at") else None
