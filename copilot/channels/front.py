"""Front: application webhook, comments as notes, replies in an agent's own name, history, a poll of events; its plugin is front_plugin.

Source: dev.frontapp.com (application webhooks, Core API, rate limits). Signed over `timestamp_ms:body`; on validation it sends type `sync`
and wants the header x-front-challenge back. Documentation says that the full event is sent; secondary sources [2nd] saw previews without
the words: those are believed to say which conversation, and the thread is read. Rule webhooks (SHA-1 of the body, no time) are not taken.
What was said on Twitter is not handed over by Front ("[REDACTED]"), and is left out here. So are conversations in a teammate's own inbox.
"""

import html
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

from pydantic import Field

from copilot.channels import signing
from copilot.channels.base import Settings, Tool, json_body, understood
from copilot.channels.calling import Calls, segment
from copilot.channels.limits import Limit
from copilot.domain.channels import Ability, Account, Arrival, Delivery, Missing, Page, Step, Webhook
from copilot.domain.conversation import Author, Channel, Status
from copilot.domain.errors import Invalid, NotFound, Refused
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance

VALIDATION: Final = "sync"
"""Type of the request that Front makes when a webhook is saved."""
CHALLENGE: Final = 1000
"""Characters of a challenge that are answered."""
CHANNELS: Final[dict[str, Channel]] = {
    "email": "email",
    "sms": "sms",
    "call": "phone",
    "tweet": "social",
    "facebook": "social",
    "googleplay": "social",
}
"""By a message's type; the rest is chat. Where a type may be public, it counts as public."""
STATUSES: Final[dict[str, Status]] = {
    "assigned": "open",
    "unassigned": "open",
    "snoozed": "pending",
    "archived": "closed",
    "deleted": "closed",
    "trashed": "closed",
}
TEAMMATE: Final = "tea_"
"""How Front's ids of people who answer begin."""
HIDDEN: Final = "[REDACTED]"
PAGES: Final = 20
"""Pages of a thread that are read back (100 messages each)."""
LIMIT: Final = 100


class FrontSettings(Settings):
    """Of a Front connection."""

    company: str = Field(default="", description="Its id, as /me says it (cmp_…). Empty: not compared.")


class Front(Tool):
    """One company in Front."""

    kind = "front"
    title = "Front"
    can: ClassVar[frozenset[Ability]] = frozenset({"history", "note", "reply", "draft", "poll"})
    settings = FrontSettings
    limits = (Limit(calls=50, seconds=60),)
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="Settings, Developers: make an app. Copy its signing key, and enter it below as the signing secret: do this first."),
        Step(
            text="Add the feature application webhook with this address; on saving, Front asks for an answer and gets it. Choose inbound, "
            "outbound, comment, assignment, archive, reopen, delete, restore and snooze.",
            paste="webhook",
        ),
        Step(text="Add the feature sidebar plugin with this address:", paste="panel"),
        Step(text="Add https://app.frontapp.com, and this service's own address, to the setting panel_origins."),
        Step(text="Write in a conversation, and see here that it was delivered."),
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Verified; then the challenge is answered, or the event read."""
        given, stamp = webhook.header("x-front-signature"), webhook.header("x-front-request-timestamp")
        said = f"{stamp}:".encode() + webhook.body
        signing.verify(given, account.signing, lambda secret: signing.base64_of(secret, said))
        signing.fresh(webhook, signing.moment(stamp, 0.001))
        body = json_body(webhook)
        with understood(self.title):
            _ours(account, body)
            if body["type"] == VALIDATION:
                challenge = webhook.header("x-front-challenge")[:CHALLENGE]
                return Delivery(id=signing.delivery_id(said), answer={"challenge": challenge})
            arrival = _event(account, body["payload"])
        return Delivery(id=signing.delivery_id(said), arrivals=(arrival,) if arrival else ())

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        """Messages and comments, with who it is with."""
        calls, path = self._api(account), f"/conversations/{segment(conversation_id)}"
        told = await calls.get(path)
        with understood(self.title):
            private = told.get("is_private")
        if private:
            raise NotFound("This conversation is in a teammate's own inbox.", todo="Move it to a shared inbox first.")
        with understood(self.title):
            messages, comments = await _all(calls, f"{path}/messages"), await _all(calls, f"{path}/comments")
            return _of_conversation(account, told, messages, comments)

    async def since(self, account: Account, cursor: str) -> Page:
        """Conversations of events after the cursor (seconds since 1970). One request of the 50 to 200 a minute that a company has."""
        if not cursor:
            return Page(cursor=f"{datetime.now(UTC).timestamp():.3f}")
        query: dict[str, str | int] = {"q[after]": cursor, "sort_by": "created_at", "sort_order": "asc", "limit": LIMIT}
        found = await self._api(account).get("/events", query)
        with understood(self.title):
            events = _list(found.get("_results"))
            newest = max([float(cursor), *(float(event["emitted_at"]) for event in events)])
            changed = {str(one["id"]): one for event in events if (one := event.get("conversation")) and not one.get("is_private")}
            arrivals = tuple(_only_id(ident) for ident in changed)
        more = bool(_next(found)) and newest > float(cursor)
        return Page(arrivals=arrivals, cursor=f"{newest:.3f}", more=more)

    async def note(self, account: Account, conversation_id: str, text: str) -> str:
        """A comment by the connection itself, which only teammates see."""
        answer = await self._api(account).post(f"/conversations/{segment(conversation_id)}/comments", {"body": text})
        return str((answer or {}).get("id") or "")

    async def reply(self, account: Account, conversation_id: str, text: str, agent: str) -> str:
        """As the teammate, with their own token: Front's id of them, a colon, the token, since no token of Front says whose it is.

        Returns the message's id, or the `message_uid` where Front has made none yet.
        """
        author, there, token = account.agents.get(agent, "").partition(":")
        if not there or not author.startswith(TEAMMATE):
            raise Refused(
                "Nothing is sent in an agent's name without their own access token.",
                todo="They add it as tea_…:TOKEN under Connections, or use the plugin, which makes a draft.",
            )
        calls, path = self._api(account, token), f"/conversations/{segment(conversation_id)}/messages"
        last = _list((await calls.get(path, {"limit": 1})).get("_results"))
        body: dict[str, Any] = {"author_id": author, "body": text}
        if last and last[0].get("type") == "email":
            body |= {"body": html.escape(text).replace("\n", "<br>"), "text": text}
        answer = await calls.post(path, body) or {}
        return str(answer.get("id") or answer.get("message_uid") or "")

    async def check(self, account: Account) -> list[Missing]:
        """Whether the token is of this company, and may read conversations and events."""
        calls, found = self._api(account), []
        try:
            me = await calls.get("/me")
        except (Refused, NotFound) as error:
            return [Missing(what="The token may not read.", todo=error.todo or "Make one under Developers, API tokens.")]
        company = FrontSettings.model_validate(account.settings).company
        if company and me.get("id") != company:
            found.append(Missing(what="The token is of another company.", todo="Give each company a connection of its own."))
        for path, scope in (("/conversations", "conversations:read"), ("/events", "events:read")):
            try:
                await calls.get(path, {"limit": 1})
            except (Refused, NotFound):
                found.append(Missing(what=f"The token lacks {scope}.", todo="Add the scope to the token; see copilot/channels/README.md."))
        return found

    def _api(self, account: Account, token: str = "") -> Calls:
        return self.calls(account, {"Authorization": f"Bearer {token or account.token}"})


async def _all(calls: Calls, path: str) -> list[dict[str, Any]]:
    """Every result, over the pages. Of the next page's address only its token is used: nothing that is answered says where we call."""
    found: dict[str, dict[str, Any]] = {}
    after = ""
    for _ in range(PAGES):
        query: dict[str, str | int] = {"limit": LIMIT} | ({"page_token": after} if after else {})
        page = await calls.get(path, query)
        # What came in while we read moves the pages on: the same one is seen twice.
        found |= {str(one["id"]): one for one in _list(page.get("_results"))}
        after = _next(page)
        if not after:
            break
    return list(found.values())


def _next(page: dict[str, Any]) -> str:
    address = str((page.get("_pagination") or {}).get("next") or "")
    return parse_qs(urlsplit(address).query).get("page_token", [""])[0]


def _ours(account: Account, body: dict[str, Any]) -> None:
    own = FrontSettings.model_validate(account.settings).company
    if own and body["authorization"]["id"] != own:
        raise Invalid("This webhook is of another company.", todo="Give each company a connection of its own.")


def _event(account: Account, event: dict[str, Any]) -> Arrival | None:
    """What an event tells; None: it is about no conversation, or about one that is not ours to read."""
    told = event.get("conversation")
    if told is None or told.get("is_private"):
        return None
    target = event.get("target") or {}
    kind, data = (target.get("_meta") or {}).get("type"), target.get("data")
    if kind not in ("message", "comment") or not isinstance(data, dict):
        return _of_conversation(account, told, [], [])
    if "body" not in data and "text" not in data:
        return _only_id(_ident(told))
    return _of_conversation(account, told, [data] if kind == "message" else [], [data] if kind == "comment" else [])


def _of_conversation(
    account: Account, told: dict[str, Any], messages: Iterable[dict[str, Any]], comments: Iterable[dict[str, Any]]
) -> Arrival:
    listed = list(messages)
    said = [found for one in listed if (found := _message(one)) is not None]
    notes = [found for one in comments if (found := _comment(one)) is not None]
    known: dict[str, Any] = {"conversation_id": _ident(told), "channel": _channel(listed), "messages": [*said, *notes]}
    if told.get("status") in STATUSES:
        known["status"] = STATUSES[told["status"]]
    if "assignee" in told:
        known["assignee"] = str((told["assignee"] or {}).get("id") or "")
    if recipient := told.get("recipient"):
        known["customer"] = _customer(account, recipient)
    # Without a message nothing says which channel it is: that is read with the thread.
    return Arrival(conversation=ConversationIn(**known), whole=bool(listed))


def _ident(told: dict[str, Any]) -> str:
    ident = told["id"]
    if not isinstance(ident, str) or not ident:
        raise Invalid("The conversation has no id.", todo="Send Front's own webhook, unchanged.")
    return ident


def _message(told: dict[str, Any]) -> MessageIn | None:
    """None: a draft, what could not be sent, or what Front does not hand over."""
    text = _words(told)
    if told.get("is_draft") or told.get("error_type") or text == HIDDEN:
        return None
    return _said(told, text, _author(told), at="created_at", private=False)


def _comment(told: dict[str, Any]) -> MessageIn | None:
    author: Author = "agent" if _is_person(told.get("author")) else "bot"
    return _said(told, str(told.get("body") or ""), author, at="posted_at", private=True)


def _said(told: dict[str, Any], text: str, author: Author, *, at: str, private: bool) -> MessageIn | None:
    files = [
        {"name": str(one.get("filename") or ""), "type": str(one.get("content_type") or ""), "url": ""}
        for one in _list(told.get("attachments"))
    ]
    if not text and not files:
        return None
    who = _sender(told) if author == "customer" else told.get("author") or {}
    name = who.get("name") or " ".join(str(who[part]) for part in ("first_name", "last_name") if who.get(part))
    return MessageIn(
        id=str(told["id"]),
        author=author,
        text=text,
        sent_at=datetime.fromtimestamp(float(told[at]), UTC).isoformat(),
        author_id=str(who.get("id") or who.get("handle") or ""),
        author_name=str(name or who.get("username") or ""),
        visibility="private" if private else "public",
        attachments=files,
    )


def _words(told: dict[str, Any]) -> str:
    """The plain text that Front makes of an e-mail; else the body, whose markup is taken off where it has any."""
    if text := str(told.get("text") or ""):
        return text
    body = str(told.get("body") or "")
    if "<" not in body:
        return body
    from bs4 import BeautifulSoup

    return BeautifulSoup(body, "html.parser").get_text("\n").strip()


def _author(told: dict[str, Any]) -> Author:
    if told["is_inbound"]:
        return "customer"
    return "agent" if _is_person(told.get("author")) else "bot"


def _is_person(author: dict[str, Any] | None) -> bool:
    """Rules, macros and API tokens write as well: they have a type of their own, or no author at all."""
    return bool(author) and (author or {}).get("type") in (None, "user")


def _sender(told: dict[str, Any]) -> dict[str, Any]:
    return next((one for one in _list(told.get("recipients")) if one.get("role") == "from"), {})


def _channel(messages: list[dict[str, Any]]) -> Channel:
    """Public as soon as one of its messages is."""
    found = [CHANNELS.get(str(one.get("type")), "chat") for one in messages]
    return "social" if "social" in found else found[0] if found else "email"


def _customer(account: Account, recipient: dict[str, Any]) -> CustomerIn:
    """By the handle under which they write: an address or number that nobody proved."""
    handle = str(recipient["handle"])
    contact = str(((recipient.get("_links") or {}).get("related") or {}).get("contact") or "").rpartition("/")[2]
    email = handle if "@" in handle else None
    phone = handle if handle.startswith("+") else None
    return CustomerIn(
        id=f"{account.id}:{contact or handle}"[:200],
        name=str(recipient.get("name") or ""),
        email=email,
        phone=phone,
        assurance=Assurance.CLAIMED if email or phone else Assurance.NONE,
    )


def _only_id(ident: str) -> Arrival:
    return Arrival(conversation=ConversationIn(conversation_id=ident, channel="email", messages=[]), whole=False)


def _list(found: object) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
