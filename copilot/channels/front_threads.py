"""Front's conversations, messages and comments, read as ours.

Source: dev.frontapp.com (Core API: conversations, messages, comments).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from copilot.channels.base import attached, objects
from copilot.channels.markup import QUICK, words
from copilot.domain.channels import Account, Arrival
from copilot.domain.conversation import Author, Channel, Status
from copilot.domain.errors import Invalid
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance

CHANNELS: Final[dict[str, Channel]] = {
    "email": "email",
    "sms": "sms",
    "call": "phone",
    "phone-call": "phone",
    "truly-call": "phone",
    "front_chat": "chat",
    "intercom": "chat",
    "internal": "chat",
    "smooch": "chat",
    "tweet_dm": "chat",
    "whatsapp": "chat",
    "yalo_wha": "chat",
}
"""By a message's type, those that nobody else reads. The rest may be public, and counts as that: tweet, facebook, googleplay, custom
(whatever an integration brings in), a type that is new, and none at all."""
STATUSES: Final[dict[str, Status]] = {
    "assigned": "open",
    "unassigned": "open",
    "snoozed": "pending",
    "archived": "closed",
    "deleted": "closed",
    "trashed": "closed",
}
HIDDEN: Final = "[REDACTED]"


def of_conversation(
    account: Account, told: dict[str, Any], messages: Iterable[dict[str, Any]], comments: Iterable[dict[str, Any]]
) -> Arrival:
    """What is told of a conversation, with these of its messages and comments."""
    listed = list(messages)
    said = [found for one in listed if (found := _message(one)) is not None]
    notes = [found for one in comments if (found := _comment(one)) is not None]
    known: dict[str, Any] = {"conversation_id": ident_of(told), "channel": _channel(listed), "messages": [*said, *notes]}
    if told.get("status") in STATUSES:
        known["status"] = STATUSES[told["status"]]
    if "assignee" in told:
        known["assignee"] = str((told["assignee"] or {}).get("id") or "")
    if recipient := told.get("recipient"):
        known["customer"] = _customer(account, recipient)
    # Without a message nothing says which channel it is: that is read with the thread.
    return Arrival(conversation=ConversationIn(**known), whole=bool(listed))


def ident_of(told: dict[str, Any]) -> str:
    """Of a conversation. Raises Invalid."""
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
    files = attached(told.get("attachments"), name="filename")
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
    return words(str(told.get("body") or ""))


def quick(told: dict[str, Any]) -> bool:
    """Whether a message is read in no time: not one of much markup."""
    return bool(told.get("text")) or len(str(told.get("body") or "")) <= QUICK


def _author(told: dict[str, Any]) -> Author:
    if told["is_inbound"]:
        return "customer"
    return "agent" if _is_person(told.get("author")) else "bot"


def _is_person(author: dict[str, Any] | None) -> bool:
    """Rules, macros and API tokens write as well: they have a type of their own, or no author at all."""
    return bool(author) and (author or {}).get("type") in (None, "user")


def _sender(told: dict[str, Any]) -> dict[str, Any]:
    return next((one for one in objects(told.get("recipients")) if one.get("role") == "from"), {})


def _channel(messages: list[dict[str, Any]]) -> Channel:
    """Public as soon as one of its messages is."""
    found = [CHANNELS.get(str(one.get("type")), "social") for one in messages]
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
