"""Chatwoot (4.11 and later): account and agent-bot webhooks, notes, replies in an agent's own name, history.

Source: its own code (4.15): `lib/webhooks/trigger.rb`, `app/presenters`, the API under /api/v1/accounts/{account_id}. Signed from 4.11.2
(account webhooks) and 4.13.0 (bots, API channels); older ones are not signed: their secret stands in the address, and nothing in them is
believed before it was read from the API. Its API puts no draft into the composer: there is the note, and the browser side panel.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from pydantic import Field

from copilot.channels import signing
from copilot.channels.base import NoteSettings, Tool, attached, json_body, objects, origin, understood
from copilot.channels.calling import Calls, segment
from copilot.channels.limits import Limit
from copilot.domain.channels import Ability, Account, Arrival, Delivery, Missing, Page, Step, Webhook
from copilot.domain.conversation import Author, Channel, Status
from copilot.domain.errors import CopilotError, Invalid, NotFound, Refused
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance

EVENTS: Final = ("conversation_created", "conversation_updated", "conversation_status_changed", "message_created", "message_updated")
"""What its webhook is asked for; the rest is taken and tells nothing."""
CHANNELS: Final[dict[str, Channel]] = {
    "Channel::Email": "email",
    "Channel::Sms": "sms",
    "Channel::TwilioSms": "sms",
    "Channel::TwitterProfile": "social",
    "Channel::FacebookPage": "social",
    "Channel::Instagram": "social",
    "Channel::Tiktok": "social",
}
"""Inboxes that are no chat."""
STATUSES: Final[dict[str, Status]] = {"open": "open", "pending": "pending", "snoozed": "pending", "resolved": "closed"}
INCOMING, OUTGOING = 0, 1
"""Message types as conversations hold them: numbers; a webhook's own message has words."""
PAGES: Final = 20
"""Pages of a thread that are read back (20 messages each)."""
BUSY: Final = 10
"""Pages of conversations that one poll reads."""


class ChatwootSettings(NoteSettings):
    """Of a Chatwoot connection."""

    account_id: int = Field(ge=1, description="The number in /app/accounts/NUMBER.")


class Chatwoot(Tool):
    """One account of a Chatwoot."""

    kind = "chatwoot"
    title = "Chatwoot"
    can: ClassVar[frozenset[Ability]] = frozenset({"history", "note", "reply", "poll"})
    settings = ChatwootSettings
    own_access = "Your access token: Profile settings, at the bottom."
    panel = "/chatwoot/panel?tenant={tenant}&connection={connection}"
    limits = (Limit(calls=200, seconds=60, path=r"/messages$", writes=True, each=True), Limit(calls=3000, seconds=60))
    installs = True
    steps: ClassVar[tuple[Step, ...]] = (
        Step(
            text="Settings, Integrations, Webhooks: add this address. Choose: conversation created, updated and status changed; message "
            "created and updated.",
            paste="webhook",
        ),
        Step(text="Chatwoot then shows the secret that it signs with (from 4.11.2). Enter it below as the signing secret."),
        Step(text="Settings, Integrations, Dashboard apps: add one called Rapport with this address.", paste="panel"),
        Step(text="Add Chatwoot's address, and this service's own, to the setting panel_origins: only they may show the panel."),
        Step(text="Write in a conversation, and see here that it was delivered."),
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Signed ones are believed; of others only the conversation's number."""
        given, stamp = webhook.header("x-chatwoot-signature"), webhook.header("x-chatwoot-timestamp")
        said = f"{stamp}.".encode() + webhook.body
        if account.signing or given:
            signing.verify(given, account.signing, lambda secret: f"sha256={signing.hexadecimal(secret, said)}")
            signing.fresh(webhook, signing.moment(stamp))
        body = json_body(webhook)
        with understood(self.title):
            arrival = _arrival(account, body)
        if arrival is not None and not account.signing:
            arrival = Arrival(conversation=_only_id(arrival.conversation), whole=False)
        return Delivery(id=signing.delivery_id(said), arrivals=(arrival,) if arrival else ())

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        """All of it, with who it is with."""
        calls = self._api(account)
        told = await calls.get(f"/conversations/{segment(conversation_id)}")
        messages: list[dict[str, Any]] = []
        before: int | None = None
        for _ in range(PAGES):
            query = {"before": before} if before else {}
            page = objects((await calls.get(f"/conversations/{segment(conversation_id)}/messages", query)).get("payload"))
            messages = [*page, *messages]
            if not page or (oldest := min(int(one["id"]) for one in page)) == before:
                break
            before = oldest
        unique = {str(one["id"]): one for one in messages}
        return _of_conversation(account, told, list(unique.values()))

    async def since(self, account: Account, cursor: str) -> Page:
        """Conversations with activity at or after the cursor (seconds since 1970), newest first as Chatwoot lists them."""
        if not cursor:
            return Page(cursor=str(int(datetime.now(UTC).timestamp())))
        calls, seen, newest = self._api(account), [], float(cursor)
        for page in range(1, BUSY + 1):
            query: dict[str, str | int] = {"status": "all", "assignee_type": "all", "sort_by": "last_activity_at_desc", "page": page}
            answer = await calls.get("/conversations", query)
            listed = objects((answer.get("data") or {}).get("payload"))
            fresh = [one for one in listed if float(one.get("last_activity_at") or 0) >= float(cursor)]
            seen += fresh
            if len(fresh) < len(listed) or not listed:
                break
        newest = max([newest, *(float(one.get("last_activity_at") or 0) for one in seen)])
        arrivals = tuple(Arrival(conversation=_of_conversation(account, one, []).conversation, whole=False) for one in seen)
        return Page(arrivals=arrivals, cursor=f"{newest:.0f}")

    async def note(self, account: Account, conversation_id: str, text: str) -> str:
        """A private note by the connection's own user. It cannot be edited later."""
        return await self._write(self._api(account), conversation_id, text, private=True)

    async def reply(self, account: Account, conversation_id: str, text: str, agent: str) -> str:
        """In the name of the agent whose own token is known. Raises Refused without one."""
        return await self._write(self._api(account, self._own(account, agent)), conversation_id, text, private=False)

    async def check(self, account: Account) -> list[Missing]:
        """Whether the token may read conversations, and the webhook is there."""
        calls, found = self._api(account), []
        try:
            await calls.get("/conversations", {"status": "all", "page": 1})
        except (Refused, NotFound) as error:
            return [Missing(what="The token may not read conversations.", todo=error.todo or "Use an administrator's token.")]
        try:
            hooks = objects(((await calls.get("/webhooks")).get("payload") or {}).get("webhooks"))
            if not any(account.id in str(hook.get("url")) for hook in hooks):
                found.append(Missing(what="There is no webhook for this connection.", todo="Run: copilot connect chatwoot again."))
        except CopilotError:
            found.append(Missing(what="Whether the webhook is there cannot be seen.", todo="Only an administrator's token may look."))
        return found

    async def install(self, account: Account, ours: Mapping[str, str]) -> Account:
        """Its webhook, with the secret that Chatwoot makes for it, and the panel as dashboard app."""
        calls = self._api(account)
        hooks = objects(((await calls.get("/webhooks")).get("payload") or {}).get("webhooks"))
        made = next((hook for hook in hooks if hook.get("url") == ours["webhook"]), None)
        if made is None:
            answer = await calls.post("/webhooks", {"webhook": {"url": ours["webhook"], "subscriptions": list(EVENTS)}})
            made = (answer.get("payload") or {}).get("webhook") or {}
        apps = objects(await calls.get("/dashboard_apps"))
        if not any(ours["panel"] in str(app.get("content")) for app in apps):
            await calls.post("/dashboard_apps", {"title": "Rapport", "content": [{"type": "frame", "url": ours["panel"]}]})
        secret = str(made.get("secret") or "")
        return account.model_copy(update={"signing": (secret,)}) if secret else account

    def pages(self, url: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return origin(url)

    def _api(self, account: Account, token: str = "") -> Calls:
        number = ChatwootSettings.model_validate(account.settings).account_id
        inside = account.model_copy(update={"url": f"{account.url}/api/v1/accounts/{number}"})
        return self.calls(inside, {"api_access_token": token or account.token})

    async def _write(self, calls: Calls, conversation_id: str, text: str, *, private: bool) -> str:
        body = {"content": text, "message_type": "outgoing", "private": private, "content_type": "text", "content_attributes": {}}
        answer = await calls.post(f"/conversations/{segment(conversation_id)}/messages", body)
        return str((answer or {}).get("id") or "")


def _arrival(account: Account, body: dict[str, Any]) -> Arrival | None:
    event = body.get("event")
    if event not in EVENTS:
        return None
    if int((body.get("account") or {}).get("id") or 0) not in (0, int(str(account.settings.get("account_id") or 0))):
        raise Invalid("This webhook is of another account.", todo="Give each account a connection of its own.")
    if event in ("message_created", "message_updated"):
        return _of_conversation(account, _object(body, "conversation"), [body])
    return _of_conversation(account, body, [])


def _of_conversation(account: Account, told: dict[str, Any], messages: list[dict[str, Any]]) -> Arrival:
    ident = str(told.get("id") or "")
    if not ident:
        raise Invalid("The conversation has no number.", todo="Send Chatwoot's own webhook.")
    meta = told.get("meta") or {}
    known: dict[str, Any] = {
        "conversation_id": ident,
        "channel": CHANNELS.get(str(told.get("channel") or meta.get("channel") or ""), "chat"),
        "messages": [found for one in messages if (found := _message(one)) is not None],
    }
    if told.get("status") in STATUSES:
        known["status"] = STATUSES[told["status"]]
    if assignee := meta.get("assignee"):
        known["assignee"] = str(assignee.get("id") or "")
    if sender := meta.get("sender"):
        known["customer"] = _customer(account, sender, proven=meta.get("hmac_verified") is True)
    return Arrival(conversation=ConversationIn(**known), deleted=tuple(str(one["id"]) for one in messages if _gone(one)))


def _message(told: dict[str, Any]) -> MessageIn | None:
    """None: not something said (an activity, a template, an empty line)."""
    kind, text = told.get("message_type"), told.get("content")
    if kind not in ("incoming", INCOMING, "outgoing", OUTGOING) or _gone(told):
        return None
    files = attached(told.get("attachments"), kind="file_type")
    if not text and not files:
        return None
    sender = told.get("sender") or {}
    return MessageIn(
        id=str(told["id"]),
        author=_author(kind, sender),
        text=str(text or ""),
        sent_at=_when(told.get("created_at")).isoformat(),
        author_id=str(sender.get("id") or ""),
        author_name=str(sender.get("name") or ""),
        visibility="private" if told.get("private") else "public",
        attachments=files,
    )


def _author(kind: object, sender: dict[str, Any]) -> Author:
    if kind in ("incoming", INCOMING):
        return "customer"
    return "agent" if str(sender.get("type") or "").lower() == "user" else "bot"


def _gone(told: dict[str, Any]) -> bool:
    return bool((told.get("content_attributes") or {}).get("deleted"))


def _customer(account: Account, sender: dict[str, Any], *, proven: bool) -> CustomerIn:
    """By the website's own id where that was proven; else by the contact's number, which means nothing elsewhere."""
    identifier = str(sender.get("identifier") or "")
    email, phone = sender.get("email") or None, sender.get("phone_number") or None
    assurance = Assurance.PROVEN if proven else Assurance.CLAIMED if email or phone or identifier else Assurance.NONE
    return CustomerIn(
        id=identifier if proven and identifier else f"{account.id}:{sender.get('id')}",
        name=str(sender.get("name") or ""),
        email=email,
        phone=phone,
        assurance=assurance,
    )


def _only_id(conversation: ConversationIn) -> ConversationIn:
    return ConversationIn(conversation_id=conversation.conversation_id, channel=conversation.channel, messages=[])


def _when(told: object) -> datetime:
    """Seconds since 1970, or a time as text; without an offset it is UTC."""
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    try:
        found = datetime.fromisoformat(str(told).replace(" UTC", "+00:00"))
    except ValueError:
        raise Invalid(f"{told!r} is not a time.", todo="Send Chatwoot's own webhook.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    found = body.get(name)
    if not isinstance(found, dict):
        raise Invalid(f"{name} is missing.", todo="Send Chatwoot's own webhook.")
    return found
