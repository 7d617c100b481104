"""Intercom: webhooks, notes, replies in a teammate's own name, history, a poll. Its card in the inbox is intercom_canvas.

Source: developers.intercom.com (webhooks, conversations, rate limiting) and Intercom's own client (types of parts and sources). Signed as
`sha1=` hex HMAC-SHA1 of the body, with the app's client secret; no time is signed, so of a notification only which conversation it is about
is believed, and the thread is read. Notifications come in no order, and are dropped after throttling: the poll finds what is missing.
Not told by Intercom: whether the Messenger's identity was verified; so nobody is more than *claimed*. [2nd]: which part types with a body
customers see; what is not surely public counts as private. What was said on Twitter is not handed over, and is left out.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from pydantic import ConfigDict, Field

from copilot.channels import signing
from copilot.channels.base import NoteSettings, Tool, attached, changed, id_of, json_body, objects, understood
from copilot.channels.calling import Calls, segment
from copilot.channels.limits import Limit
from copilot.channels.markup import marked_up
from copilot.domain.channels import Ability, Account, Arrival, Delivery, Missing, Page, Step, Webhook
from copilot.domain.conversation import Author, Channel, Status
from copilot.domain.errors import CopilotError, Invalid, NotFound, Refused
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance

API: Final = "https://api.intercom.io"
VERSION: Final = "2.14"
"""Intercom-Version: what an account's own default is does not matter."""
CHANNELS: Final[dict[str, Channel]] = {
    "email": "email",
    "sms": "sms",
    "phone_call": "phone",
    "phone_switch": "phone",
    "conversation": "chat",
    "push": "chat",
    "whatsapp": "chat",
}
"""By a source's type, those that nobody else reads. The rest may be public, and counts as that: facebook, instagram, twitter, a new one."""
OBSCURED: Final = ("twitter",)
"""Sources of which Intercom hands out a remark in place of the words."""
STATUSES: Final[dict[str, Status]] = {"open": "open", "snoozed": "pending", "closed": "closed"}
PUBLIC: Final = ("comment", "quick_reply", "close", "open")
"""Parts whose body customers read: a reply may close or open as well."""
CUSTOMERS: Final = ("user", "lead", "contact")
MACHINES: Final = ("automated", "campaigns_initiated", "operator_initiated")
"""How a first message was delivered that nobody wrote to this customer."""
SOME: Final = 150
"""Conversations of a page of the poll; Intercom's most."""


class IntercomSettings(NoteSettings):
    """Of an Intercom connection. Its ids look like numbers, and are taken when they were written as such."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    app_id: str = Field(min_length=1, max_length=40, description="The workspace's id, in /a/apps/ID.")
    admin_id: str = Field(pattern=r"^\d{1,20}$", description="The teammate in whose name notes are written.")
    agents: dict[str, str] = Field(default={}, description="By a teammate's id ours of them. Others are known by their e-mail.")


class Intercom(Tool):
    """One workspace."""

    kind = "intercom"
    title = "Intercom"
    can: ClassVar[frozenset[Ability]] = frozenset({"history", "note", "reply", "poll"})
    settings = IntercomSettings
    own_access = "An access token of yours, from the Developer Hub."
    limits = (Limit(calls=1600, seconds=10),)
    """Ten thousand a minute, counted in windows of ten seconds."""
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="Developer Hub: make an app. Enter its client secret below as the signing secret, its access token as the token."),
        Step(
            text="Webhooks: enter this address, and choose the topics conversation.user.created, .user.replied, .admin.replied, "
            ".admin.single.created, .admin.noted, .admin.assigned, .admin.closed, .admin.opened, .admin.snoozed, .admin.unsnoozed and "
            "conversation_part.redacted.",
            paste="webhook",
        ),
        Step(
            text="Canvas Kit, for teammates: the addresses /intercom/COMPANY/NAME/initialize and …/submit of this service, with the "
            "last two parts of the webhook's address. Then pin the app in the inbox."
        ),
        Step(text="Write in a conversation, and see here that it was delivered."),
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Which conversation it is about. A ping, and what is about none, tells nothing."""
        signing.verify(
            webhook.header("x-hub-signature"),
            account.signing,
            lambda secret: f"sha1={signing.hexadecimal(secret, webhook.body, 'sha1')}",
        )
        body = json_body(webhook)
        with understood(self.title):
            _ours(account, body)
            ident = _about(body)
        return Delivery(id=signing.delivery_id(webhook.body), arrivals=(changed(ident, "chat"),) if ident else ())

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        """All of it as plain text (Intercom holds at most 500 parts out), with who it is with."""
        told = await self._api(account).get(f"/conversations/{segment(conversation_id)}", {"display_as": "plaintext"})
        with understood(self.title):
            return _whole(account, told)

    async def since(self, account: Account, cursor: str) -> Page:
        """Conversations that were changed in or after the second of the cursor.

        A cursor is that second, and behind it, while there are more pages, the latest second seen and where the next page begins.
        """
        if not cursor:
            return Page(cursor=str(int(datetime.now(UTC).timestamp())))
        begun, _, rest = cursor.partition("|")
        seen, _, after = rest.partition("|")
        recent = {"field": "updated_at", "operator": ">", "value": int(begun) - 1}
        pages = {"per_page": SOME} | ({"starting_after": after} if after else {})
        body = {"query": {"operator": "AND", "value": [recent]}, "pagination": pages}
        found = await self._api(account).search("/conversations/search", body)
        with understood(self.title):
            listed = objects(found.get("conversations"))
            newest = max([int(seen or begun), *(int(one["updated_at"]) for one in listed)])
            following = str((((found.get("pages") or {}).get("next")) or {}).get("starting_after") or "")
            arrivals = tuple(changed(str(one["id"]), "chat") for one in listed)
        return Page(arrivals=arrivals, cursor=f"{begun}|{newest}|{following}" if following else str(newest), more=bool(following))

    async def note(self, account: Account, conversation_id: str, text: str) -> str:
        """A note in the name of the teammate whom the settings name."""
        return await self._write(self._api(account), conversation_id, "note", _settings(account).admin_id, text)

    async def reply(self, account: Account, conversation_id: str, text: str, agent: str) -> str:
        """As the teammate whose own token it is: Intercom would let any token speak for anybody, so the token's owner is asked for."""
        calls = self._api(account, self._own(account, agent))
        with understood(self.title):
            owner = str((await calls.get("/me"))["id"])
        return await self._write(calls, conversation_id, "comment", owner, text)

    async def check(self, account: Account) -> list[Missing]:
        """Whose token it is, whether the teammate is there, and whether conversations may be searched."""
        calls, settings = self._api(account), _settings(account)
        try:
            me = await calls.get("/me")
        except (Refused, NotFound) as error:
            return [
                Missing(what="The token does not hold.", todo=error.todo or "Copy the access token from the app's Authentication page.")
            ]
        found = []
        if ((me or {}).get("app") or {}).get("id_code") != settings.app_id:
            found.append(Missing(what="The token is of another workspace.", todo="Give each workspace a connection of its own."))
        try:
            await calls.get(f"/admins/{segment(settings.admin_id)}")
        except CopilotError:
            found.append(Missing(what=f"There is no teammate {settings.admin_id}.", todo="Set `admin_id` to one in whose name notes are."))
        query = {"operator": "AND", "value": [{"field": "updated_at", "operator": ">", "value": 0}]}
        try:
            await calls.search("/conversations/search", {"query": query, "pagination": {"per_page": 1}})
        except (Refused, NotFound):
            found.append(Missing(what="The token may not read conversations.", todo="Give the app the permission Read conversations."))
        return found

    async def _write(self, calls: Calls, conversation_id: str, kind: str, admin: str, text: str) -> str:
        """The id of the newest part, which is the one just written."""
        body = {"message_type": kind, "type": "admin", "admin_id": admin, "body": marked_up(text)}
        told = await calls.post(f"/conversations/{segment(conversation_id)}/reply", body)
        return id_of(self.title, told, "conversation_parts", "conversation_parts", -1, "id")

    def _api(self, account: Account, token: str = "") -> Calls:
        headers = {"Authorization": f"Bearer {token or account.token}", "Intercom-Version": VERSION, "Accept": "application/json"}
        return self.calls(account.model_copy(update={"url": account.url or API}), headers)


def _settings(account: Account) -> IntercomSettings:
    return IntercomSettings.model_validate(account.settings)


def _ours(account: Account, body: dict[str, Any]) -> None:
    if body["type"] != "notification_event":
        raise Invalid("This is no notification.", todo="Send Intercom's own webhook, unchanged.")
    if body["app_id"] != _settings(account).app_id:
        raise Invalid("This webhook is of another workspace.", todo="Give each workspace a connection of its own.")


def _about(body: dict[str, Any]) -> str:
    """The conversation's id; empty: it is about none, or one that is gone."""
    topic, item = body["topic"], body["data"]["item"]
    if not topic.startswith(("conversation.", "conversation_part.")) or topic == "conversation.deleted":
        return ""
    if item.get("type") == "conversation_part":
        return _ident(item.get("conversation_id") or (item.get("conversation") or {}).get("id"))
    return _ident(item.get("id"))


def _ident(told: object) -> str:
    if not isinstance(told, str | int) or isinstance(told, bool) or not str(told):
        raise Invalid("The conversation has no id.", todo="Send Intercom's own webhook, unchanged.")
    return str(told)[:100]


def _whole(account: Account, told: dict[str, Any]) -> Arrival:
    source = told.get("source") or {}
    kind = str(source.get("type") or "")
    parts = objects((told.get("conversation_parts") or {}).get("conversation_parts"))
    # The first message and parts count their ids apart.
    first = source | {"id": f"source-{source.get('id')}", "created_at": told["created_at"], "part_type": "comment"}
    listed = [] if kind in OBSCURED else ([first] if source else []) + parts
    known: dict[str, Any] = {
        "conversation_id": _ident(told["id"]),
        "channel": CHANNELS.get(kind, "social"),
        "messages": [found for one in listed if (found := _message(one)) is not None],
        "assignee": str(told.get("admin_assignee_id") or ""),
    }
    if told.get("state") in STATUSES:
        known["status"] = STATUSES[told["state"]]
    if (customer := _customer(account, told, [source, *parts])) is not None:
        known["customer"] = customer
    return Arrival(conversation=ConversationIn(**known), deleted=tuple(str(one["id"]) for one in listed if one.get("redacted") is True))


def _message(told: dict[str, Any]) -> MessageIn | None:
    """None: nothing was said (an assignment, a rating), or it was taken away."""
    text = str(told.get("body") or "").strip()
    files = attached(told.get("attachments"), name="name")
    if told.get("redacted") is True or not (text or files):
        return None
    author = told.get("author") or {}
    return MessageIn(
        id=str(told["id"]),
        author=_author(told, author),
        text=text,
        sent_at=datetime.fromtimestamp(float(told["created_at"]), UTC).isoformat(),
        author_id=str(author.get("id") or ""),
        author_name=str(author.get("name") or ""),
        visibility="public" if told.get("part_type") in PUBLIC else "private",
        attachments=files,
    )


def _author(told: dict[str, Any], author: dict[str, Any]) -> Author:
    if author.get("type") in CUSTOMERS:
        return "customer"
    return "agent" if author.get("type") == "admin" and told.get("delivered_as") not in MACHINES else "bot"


def _customer(account: Account, told: dict[str, Any], said: Iterable[dict[str, Any]]) -> CustomerIn | None:
    """The contact, with the name and address under which they wrote. Nobody proved either."""
    contacts = objects((told.get("contacts") or {}).get("contacts"))
    if not contacts:
        return None
    ident = str(contacts[0]["id"])
    authors = [one.get("author") or {} for one in said]
    found = next((one for one in authors if str(one.get("id")) == ident), {})
    email = str(found.get("email") or "") or None
    return CustomerIn(
        id=f"{account.id}:{ident}",
        name=str(found.get("name") or ""),
        email=email,
        assurance=Assurance.CLAIMED if email else Assurance.NONE,
    )
