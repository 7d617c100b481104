"""Every chat tool as the conformance suite needs it: an account, how it signs, and what it sends. One entry each."""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks.webhooks import Webhook as Standard

from copilot.channels import signing
from copilot.channels.base import Tool
from copilot.channels.chatwoot import Chatwoot
from copilot.channels.front import Front
from copilot.channels.webhook import GenericWebhook
from copilot.channels.zendesk import Zendesk
from copilot.domain.channels import Account, Webhook
from tests.channels.doubles.base import Double
from tests.channels.doubles.chatwoot import ChatwootDouble, contact
from tests.channels.doubles.front import FrontDouble, conversation, message
from tests.channels.doubles.webhook import WebhookDouble
from tests.channels.doubles.zendesk import ZendeskDouble

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""When deliveries are signed."""
OLD, NEW = "whsec_b2xkLXNlY3JldC1vbGQtc2VjcmV0", "whsec_bmV3LXNlY3JldC1uZXctc2VjcmV0"
"""Both hold: the tool goes over from one to the other."""
Signed = Callable[[bytes, datetime, str], dict[str, str]]


@dataclass(frozen=True)
class Example:
    """One tool."""

    tool: type[Tool]
    account: Account
    said: Callable[[str, str], dict[str, Any]]
    """A customer's message (id, text) in conversation 17, as the tool tells of it."""
    sign: Signed
    stamped: bool = True
    """Whether a time is signed. If not, an old delivery is known only by its id, and nothing in it is believed."""
    tells: bool = True
    """Whether a delivery says what was said. If not, only in which conversation: the thread is read."""
    double: Callable[[], Double] | None = None
    """Its API."""

    def webhook(self, body: bytes | dict[str, Any], *, secret: str = NEW, signed_at: datetime = AT, now: datetime = AT) -> Webhook:
        """A delivery, signed."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
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


def account(kind: str, **given: Any) -> Account:
    """An account of that kind with both secrets."""
    known = {"url": "https://tool.example.com", "token": "tok-connection", "signing": (OLD, NEW), "agents": {"7": "tok-agent-7"}}
    return Account(tenant_id="default", id=f"{kind}-1", kind=kind, **(known | given))


EXAMPLES: dict[str, Example] = {
    "webhook": Example(GenericWebhook, account("webhook"), _said_generic, _standard),
    "chatwoot": Example(Chatwoot, account("chatwoot", settings={"account_id": 3}), _said_chatwoot, _chatwoot, double=ChatwootDouble),
    "zendesk": Example(Zendesk, account("zendesk"), _said_zendesk, _zendesk, tells=False, double=ZendeskDouble),
    "front": Example(
        Front, account("front", settings={"company": "cmp_3"}, agents={"7": "tea_7:tok-agent-7"}), _said_front, _front, double=FrontDouble
    ),
}

STORIES: dict[str, Callable[[], Double]] = {
    "webhook": WebhookDouble,
    "chatwoot": ChatwootDouble,
    "zendesk": ZendeskDouble,
    "front": FrontDouble,
}
"""The tools on whose doubles tests/services/test_tool_stories.py tells its story: they have `says`, `told`, `moved`, `notes`, `sent`."""
