"""Zendesk's tickets, comments and people, read as conversations, messages and customers.

Source: developer.zendesk.com (tickets, ticket comments, users, via object).
"""

from collections.abc import Iterable
from typing import Any, Final

from copilot.channels.base import attached, when
from copilot.domain.channels import Account, Arrival
from copilot.domain.conversation import Author, Channel, Status
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance

CHANNELS: Final[dict[str, Channel]] = {
    "chat": "chat",
    "native_messaging": "chat",
    "web_messaging": "chat",
    "mobile_messaging": "chat",
    "whatsapp": "chat",
    "line": "chat",
    "instagram_dm": "chat",
    "facebook_messenger": "chat",
    "voice": "phone",
    "phone": "phone",
    "sms": "sms",
    "text": "sms",
    "any_channel": "social",
}
"""By `via.channel` of a ticket; the rest is written like e-mail. What other networks bring in may be public, so it counts as that."""
NETWORKS: Final = ("twitter", "facebook")
PRIVATE: Final = ("direct_message", "message")
"""`via.source.rel` of what only the two sides read; the rest of a network's tickets are public posts."""
STATUSES: Final[dict[str, Status]] = {
    "new": "open",
    "open": "open",
    "pending": "pending",
    "hold": "pending",
    "solved": "closed",
    "closed": "closed",
}
SYSTEM: Final = "-1"
"""Author of what Zendesk itself writes, its bots included."""


def of_ticket(account: Account, ticket: dict[str, Any], comments: Iterable[dict[str, Any]], users: dict[str, dict[str, Any]]) -> Arrival:
    """A ticket with all its comments. `users`: by their numbers."""
    requester = str(ticket.get("requester_id") or "")
    known: dict[str, Any] = {
        "conversation_id": str(ticket["id"]),
        "channel": _channel(ticket),
        "assignee": str(ticket.get("assignee_id") or ""),
        "messages": [found for one in comments if (found := _message(one, users, requester)) is not None],
    }
    if (status := str(ticket.get("status") or "").lower()) in STATUSES:
        known["status"] = STATUSES[status]
    if requester in users:
        known["customer"] = _customer(account, users[requester])
    return Arrival(conversation=ConversationIn(**known))


def _message(told: dict[str, Any], users: dict[str, dict[str, Any]], requester: str) -> MessageIn | None:
    """None: a comment in which nothing stands."""
    text = str(told.get("body") or told.get("plain_body") or "")
    files = attached(told.get("attachments"), name="file_name")
    if not text and not files:
        return None
    author = str(told["author_id"])
    return MessageIn(
        id=str(told["id"]),
        author=_author(author, users.get(author, {}), requester),
        text=text,
        sent_at=when(told["created_at"]).isoformat(),
        author_id=author,
        author_name=str(users.get(author, {}).get("name") or ""),
        # Without the word nothing is taken for public: a note must never count as an answer.
        visibility="public" if told.get("public") is True else "private",
        attachments=files,
    )


def _author(ident: str, user: dict[str, Any], requester: str) -> Author:
    """Whoever asked is the customer, also an agent who asks on their own behalf."""
    if ident == SYSTEM:
        return "bot"
    if ident == requester or user.get("role") == "end-user":
        return "customer"
    return "agent" if user.get("role") in ("agent", "admin") else "system"


def via(ticket: dict[str, Any]) -> str:
    """How it came in, as Zendesk calls it."""
    return str((ticket.get("via") or {}).get("channel") or "")


def _channel(ticket: dict[str, Any]) -> Channel:
    channel = via(ticket)
    if channel in NETWORKS:
        rel = ((ticket["via"].get("source") or {}).get("rel")) or ""
        return "chat" if rel in PRIVATE else "social"
    return CHANNELS.get(channel, "email")


def _customer(account: Account, user: dict[str, Any]) -> CustomerIn:
    """Zendesk says that some identity of a person was verified, not that who writes now is that person: so it stays a claim."""
    email, phone = user.get("email") or None, user.get("phone") or None
    return CustomerIn(
        id=f"{account.id}:{user['id']}",
        name=str(user.get("name") or ""),
        email=email,
        phone=phone,
        assurance=Assurance.CLAIMED if email or phone or user.get("external_id") else Assurance.NONE,
    )
