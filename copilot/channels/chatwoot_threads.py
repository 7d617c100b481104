"""What Chatwoot tells, read: its webhooks' bodies and its conversations as ours. Raises what `understood` turns into Invalid."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from copilot.channels.base import attached
from copilot.domain.channels import Account, Arrival
from copilot.domain.conversation import Author, Channel, Status
from copilot.domain.errors import Invalid
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance

SAID: Final = ("message_created", "message_updated")
MOVED: Final = ("conversation_created", "conversation_updated", "conversation_status_changed")
OF_BOTS: Final = ("conversation_opened", "conversation_resolved")
"""What agent bots hear instead of a changed status (app/listeners/agent_bot_listener.rb). They also hear `webwidget_triggered`: somebody
opened the widget and said nothing yet."""
PROBED: Final = "contact_created"
"""Tells nothing of a conversation. By it a connection is tried: a contact can be made and taken away without anybody noticing."""
EVENTS: Final = (*MOVED, *SAID, PROBED)
"""What the account's webhook is asked for; the rest is taken and tells nothing."""
CHANNELS: Final[dict[str, Channel]] = {
    "Channel::WebWidget": "chat",
    "Channel::Api": "chat",
    "Channel::Whatsapp": "chat",
    "Channel::Telegram": "chat",
    "Channel::Line": "chat",
    "Channel::Email": "email",
    "Channel::Sms": "sms",
    "Channel::TwilioSms": "sms",
}
"""Inboxes in which nobody reads along. Any other may be public, so it counts as that."""
STATUSES: Final[dict[str, Status]] = {"open": "open", "pending": "pending", "snoozed": "pending", "resolved": "closed"}
INCOMING, OUTGOING = 0, 1
"""Message types as conversations hold them: numbers; a webhook's own message has words."""
LONGEST: Final = 200
"""Characters of an id that we know people by."""


def told_of(account: Account, body: dict[str, Any]) -> Arrival | None:
    """What a webhook's body tells of a conversation; None: nothing. Raises Invalid for another account's."""
    event = body.get("event")
    if int((body.get("account") or {}).get("id") or 0) not in (0, int(str(account.settings.get("account_id") or 0))):
        raise Invalid("This webhook is of another account.", todo="Give each account a connection of its own.")
    if event in SAID:
        return of_conversation(account, _object(body, "conversation"), [body])
    return of_conversation(account, body, []) if event in (*MOVED, *OF_BOTS) else None


def of_conversation(account: Account, told: dict[str, Any], messages: Iterable[dict[str, Any]]) -> Arrival:
    """A conversation with these of its messages."""
    listed, meta = list(messages), told.get("meta") or {}
    known: dict[str, Any] = {
        "conversation_id": ident(told),
        "channel": CHANNELS.get(str(told.get("channel") or meta.get("channel") or ""), "social"),
        "messages": [found for one in listed if (found := _message(one)) is not None],
    }
    if told.get("status") in STATUSES:
        known["status"] = STATUSES[told["status"]]
    if assignee := meta.get("assignee"):
        known["assignee"] = str(assignee.get("id") or "")
    if sender := meta.get("sender"):
        known["customer"] = _customer(account, sender, proven=meta.get("hmac_verified") is True)
    return Arrival(conversation=ConversationIn(**known), deleted=tuple(str(one["id"]) for one in listed if _gone(one)))


def ident(told: dict[str, Any]) -> str:
    """A conversation's number. Raises Invalid."""
    number = str(told.get("id") or "")
    if not number:
        raise Invalid("The conversation has no number.", todo="Send Chatwoot's own webhook.")
    return number


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
        id=identifier if proven and 0 < len(identifier) <= LONGEST else f"{account.id}:{sender.get('id')}",
        name=str(sender.get("name") or ""),
        email=email,
        phone=phone,
        assurance=assurance,
    )


def _when(told: object) -> datetime:
    """Seconds since 1970, or a time as text; without an offset it is UTC."""
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    try:
        found = datetime.fromisoformat(str(told).replace(" UTC", "+00:00"))
    except ValueError:
        raise Invalid(f"{str(told)[:40]!r} is not a time.", todo="Send Chatwoot's own webhook.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    found = body.get(name)
    if not isinstance(found, dict):
        raise Invalid(f"{name} is missing.", todo="Send Chatwoot's own webhook.")
    return found
