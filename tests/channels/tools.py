"""Every chat tool as the conformance suite needs it: an account, how it signs, and what it sends. One entry each."""

import json
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from fastapi import FastAPI
from standardwebhooks.webhooks import Webhook as Standard

from copilot.channels import signing
from copilot.channels.base import Tool
from copilot.channels.chatwoot import Chatwoot
from copilot.channels.email import Email
from copilot.channels.front import Front
from copilot.channels.intercom import Intercom
from copilot.channels.libredesk import LibreDesk
from copilot.channels.phone import Phone
from copilot.channels.slack import Slack
from copilot.channels.webhook import GenericWebhook
from copilot.channels.zammad import Zammad
from copilot.channels.zendesk import Zendesk
from copilot.domain.channels import Account, Webhook
from copilot.domain.connections import Action, Outgoing
from copilot.domain.ports.channels import Channel, TriageTool
from copilot.domain.triage import Shown
from tests.channels.doubles import intercom
from tests.channels.doubles.base import Double, Hears
from tests.channels.doubles.chatwoot import ChatwootDouble, contact
from tests.channels.doubles.front import FrontDouble, conversation, message
from tests.channels.doubles.libredesk import LibreDeskDouble
from tests.channels.doubles.slack import SlackDouble
from tests.channels.doubles.webhook import WebhookDouble
from tests.channels.doubles.zammad import ZammadDouble
from tests.channels.doubles.zendesk import ZendeskDouble

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""When deliveries are signed."""
OLD, NEW = "whsec_b2xkLXNlY3JldC1vbGQtc2VjcmV0", "whsec_bmV3LXNlY3JldC1uZXctc2VjcmV0"
"""Both hold: the tool goes over from one to the other."""
Signed = Callable[[bytes, datetime, str], dict[str, str]]


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def wanted(action: Action, text: str, agent: str = "", ident: str = "out-1") -> Outgoing:
    """A write that was decided on."""
    return Outgoing(
        id=ident, connection_id="c", conversation_id="v", key=ident, action=action, text=text, agent=agent, due_at=AT, made_at=AT
    )


async def _note(channel: Channel, account: Account, text: str, conversation: str) -> str:
    return await channel.write(account, conversation, wanted("note", text))


@dataclass(frozen=True)
class Example:
    """One tool."""

    tool: type[Tool]
    account: Account
    said: Callable[[str, str], dict[str, Any]]
    """A customer's message (id, text) in conversation 17, as the tool tells of it."""
    sign: Signed | None
    """None: it delivers nothing, it is only asked."""
    stamped: bool = True
    """Whether a time is signed. If not, an old delivery is known only by its id, and nothing in it is believed."""
    tells: bool = True
    """Whether a delivery says what was said. If not, only in which conversation: the thread is read."""
    double: Callable[[], Double] | None = None
    """Its API."""
    encode: Callable[[dict[str, Any]], bytes] = _json
    presses: bool = False
    """It tells of what colleagues pressed (of suggestion `id`), and of no conversation."""
    write: Callable[[Channel, Account, str, str], Awaitable[str]] = _note
    """Something is written there, into a conversation of that id."""

    def webhook(self, body: bytes | dict[str, Any], *, secret: str = NEW, signed_at: datetime = AT, now: datetime = AT) -> Webhook:
        """A delivery, signed."""
        assert self.sign is not None
        sent = body if isinstance(body, bytes) else self.encode(body)
        headers = {name.lower(): value for name, value in self.sign(sent, signed_at, secret).items()}
        return Webhook(headers=headers, body=sent, at=now + timedelta(seconds=1))


def _standard(body: bytes, at: datetime, secret: str) -> dict[str, str]:
    ident = f"msg_{at.timestamp():.0f}"
    signature = Standard(secret).sign(ident, at, body.decode("utf-8", "replace"))
    return {"webhook-id": ident, "webhook-timestamp": f"{at.timestamp():.0f}", "webhook-signature": signature}


def _chatwoot(body: bytes, at: datetime, secret: str) -> dict[str, str]:
    stamp = f"{at.timestamp():.0f}"
    made = signing.hexadecimal(secret, f"{stamp}.".encode() + body)
    return {"X-Chatwoot-Delivery": "0d9d", "X-Chatwoot-Timestamp": stamp, "X-Chatwoot-Signature": f"sha256={made}"}


def _said_generic(ident: str, text: str) -> dict[str, Any]:
    message = {"id": ident, "author": "customer", "text": text, "sent_at": "2026-03-02T09:59:00+00:00"}
    return {"type": "conversation.changed", "data": {"conversation_id": "17", "channel": "chat", "messages": [message]}}


def _said_phone(ident: str, text: str) -> dict[str, Any]:
    segment = {"id": ident, "speaker": "customer", "offset_ms": 4000, "text": text}
    call = {"call_id": "17", "direction": "inbound", "number": "+4915112345678", "started_at": "2026-03-02T09:58:56+00:00"}
    return {"type": "call.changed", "data": call | {"segments": [segment]}}


def _said_chatwoot(ident: str, text: str) -> dict[str, Any]:
    meta = {"sender": contact(), "assignee": None, "team": None, "hmac_verified": False}
    return {
        "event": "message_created",
        "account": {"id": 3, "name": "Ternway"},
        "id": int(ident),
        "content": text,
        "content_type": "text",
        "content_attributes": {},
        "message_type": "incoming",
        "created_at": "2026-03-02T09:59:00.000Z",
        "private": False,
        "source_id": None,
        "sender": contact(),
        "inbox": {"id": 1, "name": "Website"},
        "conversation": {"id": 17, "status": "open", "channel": "Channel::WebWidget", "meta": meta, "messages": []},
    }


def _zendesk(body: bytes, at: datetime, secret: str) -> dict[str, str]:
    stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    made = signing.base64_of(secret, stamp.encode() + body)
    return {"X-Zendesk-Webhook-Signature": made, "X-Zendesk-Webhook-Signature-Timestamp": stamp}


def _front(body: bytes, at: datetime, secret: str) -> dict[str, str]:
    stamp = f"{at.timestamp() * 1000:.0f}"
    return {"x-front-signature": signing.base64_of(secret, f"{stamp}:".encode() + body), "x-front-request-timestamp": stamp}


def _said_zendesk(ident: str, text: str) -> dict[str, Any]:
    """As the trigger that ships sends it: no words. Another text was written at another time."""
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC) + timedelta(seconds=zlib.crc32(text.encode()) % 3600)
    return {"connection": "zendesk-1", "ticket": {"id": "17", "updated_at": at.isoformat()}, "comment": {"id": ident}}


def _said_front(ident: str, text: str) -> dict[str, Any]:
    target = {"_meta": {"type": "message"}, "data": message(ident, text)}
    event = {"id": "evt_1", "type": "inbound", "emitted_at": 1_772_445_600.123, "conversation": conversation("17"), "target": target}
    return {"type": "inbound_received", "authorization": {"id": "cmp_3"}, "payload": event}


def _slack(body: bytes, at: datetime, secret: str) -> dict[str, str]:
    stamp = f"{at.timestamp():.0f}"
    made = signing.hexadecimal(secret, f"v0:{stamp}:".encode() + body)
    return {"X-Slack-Signature": f"v0={made}", "X-Slack-Request-Timestamp": stamp}


def _form(body: dict[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(body)}).encode()


def pressed_slack(ident: str, text: str) -> dict[str, Any]:
    """Tom presses Use under a draft."""
    action = {"type": "button", "action_id": "rapport_use", "block_id": ident, "value": ident, "action_ts": "1772445600.000100"}
    return {
        "type": "block_actions",
        "team": {"id": "T17", "domain": "ternway"},
        "user": {"id": "U7", "username": "tom", "team_id": "T17"},
        "api_app_id": "A1",
        "container": {"type": "message", "message_ts": "1772445000.000200", "channel_id": "C17", "is_ephemeral": False},
        "trigger_id": "12466734323.1395872398",
        "channel": {"id": "C17", "name": "triage"},
        "message": {"ts": "1772445000.000200", "thread_ts": "1772444000.000100", "text": text},
        "response_url": "https://hooks.slack.com/actions/T17/1/x",
        "actions": [action],
    }


def _intercom(body: bytes, _: datetime, secret: str) -> dict[str, str]:
    return {"X-Hub-Signature": f"sha1={signing.hexadecimal(secret, body, 'sha1')}"}


def told_intercom(ident: str, text: str, topic: str = "conversation.user.replied") -> dict[str, Any]:
    """A notification, as Intercom sends it."""
    parts = {"type": "conversation_part.list", "conversation_parts": [intercom.part(ident, text)], "total_count": 1}
    return {
        "type": "notification_event",
        "app_id": intercom.APP,
        "data": {"type": "notification_event_data", "item": intercom.conversation("17", conversation_parts=parts)},
        "links": {},
        "id": f"notif_{ident}",
        "topic": topic,
        "delivery_status": "pending",
        "delivery_attempts": 1,
        "delivered_at": 0,
        "first_sent_at": intercom.BEGAN,
        "created_at": intercom.BEGAN,
        "self": None,
    }


async def _shown(channel: Channel, account: Account, text: str, conversation: str) -> str:
    assert isinstance(channel, TriageTool)
    return await channel.show(account, Shown(key="k", heading=text, thread=f"C{conversation}:" if conversation != "17" else ""))


def _zammad(body: bytes, at: datetime, secret: str) -> dict[str, str]:
    return {"X-Zammad-Delivery": f"{at.timestamp():.0f}", "X-Hub-Signature": f"sha1={signing.hexadecimal(secret, body, 'sha1')}"}


def _said_zammad(ident: str, text: str) -> dict[str, Any]:
    """As a trigger sends it by itself: much more than its number, all of it to be read again."""
    customer = {"id": 41, "firstname": "Marta", "lastname": "Ruiz", "email": "marta@example.com"}
    article = {"id": int(ident), "body": text, "type": "email", "sender": "Customer", "internal": False, "attachments": []}
    return {"ticket": {"id": 17, "number": "96017", "state": "open", "customer": customer, "article_ids": [int(ident)]}, "article": article}


def _libredesk(body: bytes, at: datetime, secret: str) -> dict[str, str]:
    return {"X-Libredesk-Signature": f"sha256={signing.hexadecimal(secret, body)}"}


def _said_libredesk(ident: str, text: str) -> dict[str, Any]:
    """The time is not in a header, but in the body."""
    message = {"id": 1, "uuid": ident, "conversation_uuid": "17", "type": "incoming", "content": text, "private": False, "meta": {}}
    return {"event": "message.created", "timestamp": f"{AT:%Y-%m-%dT%H:%M:%SZ}", "payload": message}


def account(kind: str, **given: Any) -> Account:
    """An account of that kind with both secrets."""
    known = {"url": "https://tool.example.com", "token": "tok-connection", "signing": (OLD, NEW), "agents": {"7": "tok-agent-7"}}
    return Account(tenant_id="default", id=f"{kind}-1", kind=kind, **(known | given))


def delivered_to(app: FastAPI, kind: str, clock: Callable[[], datetime]) -> Hears:
    """A tool of that kind delivers to that application, once, whatever becomes of it."""

    async def hears(url: str, body: bytes, secret: str) -> None:
        sign = EXAMPLES[kind].sign
        assert sign is not None
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://copilot") as client:
            await client.post(urlsplit(url).path, content=body, headers=sign(body, clock().replace(microsecond=0), secret))

    return hears


EXAMPLES: dict[str, Example] = {
    "webhook": Example(GenericWebhook, account("webhook"), _said_generic, _standard),
    "chatwoot": Example(Chatwoot, account("chatwoot", settings={"account_id": 3}), _said_chatwoot, _chatwoot, double=ChatwootDouble),
    "zendesk": Example(Zendesk, account("zendesk"), _said_zendesk, _zendesk, tells=False, double=ZendeskDouble),
    "slack": Example(
        Slack,
        account("slack", settings={"team": "T17", "channel": "C17"}),
        pressed_slack,
        _slack,
        double=SlackDouble,
        encode=_form,
        presses=True,
        write=_shown,
    ),
    "intercom": Example(
        Intercom,
        account("intercom", settings={"app_id": intercom.APP, "admin_id": intercom.NOTER}),
        told_intercom,
        _intercom,
        stamped=False,
        tells=False,
        double=intercom.IntercomDouble,
    ),
    "front": Example(
        Front, account("front", settings={"company": "cmp_3"}, agents={"7": "tea_7:tok-agent-7"}), _said_front, _front, double=FrontDouble
    ),
    "zammad": Example(Zammad, account("zammad"), _said_zammad, _zammad, stamped=False, tells=False, double=ZammadDouble),
    "libredesk": Example(LibreDesk, account("libredesk"), _said_libredesk, _libredesk, tells=False, double=LibreDeskDouble),
    "phone": Example(Phone, account("phone"), _said_phone, _standard),
    "email": Example(Email, account("email", settings={"address": "help@ternway.example"}), _said_generic, None),
}

STORIES: dict[str, Callable[[], Double]] = {
    "webhook": WebhookDouble,
    "chatwoot": ChatwootDouble,
    "zendesk": ZendeskDouble,
    "front": FrontDouble,
    "intercom": intercom.IntercomDouble,
    "zammad": ZammadDouble,
    "libredesk": LibreDeskDouble,
}
"""The tools on whose doubles tests/services tells stories: `says`, `told`, `moved`, `notes` and `sent` are theirs."""
