"""Webhooks of a generic connection, both ways: signed as Standard Webhooks are (https://www.standardwebhooks.com)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import httpx

from copilot.client.service import error_of
from copilot.domain.base import new_id, now
from copilot.domain.errors import Invalid, Refused, Unavailable
from copilot.domain.formats import ConversationIn

if TYPE_CHECKING:
    from copilot.domain.connections import Event

TIMEOUT_S = 30.0


def event_of(body: bytes, headers: Mapping[str, str], secret: str) -> "Event":
    """The event in a request that came in: verified on its very bytes, not older than five minutes.

    It may come twice: `id` says so. Raises Refused when it is not signed with the secret, Invalid for what is no event.
    """
    from pydantic import ValidationError
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError

    from copilot.domain.connections import Event

    try:
        Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    except WebhookVerificationError as error:
        raise Refused(f"This was not signed with the secret: {error}.", todo="Answer 400, and read the bytes as they came.") from None
    except ValueError:
        raise Invalid("The body is not JSON.", todo="Read the bytes as they came.") from None
    try:
        return Event.model_validate_json(body)
    except ValidationError:
        raise Invalid("This is not an event that this version knows.", todo="Answer 204 and go on, or update the client.") from None


def deliver(address: str, secret: str, conversation: ConversationIn | Mapping[str, object], *, ident: str = "") -> None:
    """Send a conversation, or what is new of one, to the address that `copilot connect webhook` printed.

    The same `ident` again is one delivery. Raises our errors; after Unavailable, send it again with the same `ident`.
    """
    from pydantic import TypeAdapter
    from standardwebhooks.webhooks import Webhook

    given = conversation.model_dump(mode="json", exclude_unset=True) if isinstance(conversation, ConversationIn) else dict(conversation)
    body = TypeAdapter(dict[str, object]).dump_json({"type": "conversation.changed", "data": given}).decode()
    ident, at = ident or new_id(), now()
    signed = {
        "webhook-id": ident,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(ident, at, body),
    }
    try:
        answer = httpx.post(address, content=body.encode(), headers=signed | {"content-type": "application/json"}, timeout=TIMEOUT_S)
    except httpx.TransportError as error:
        raise Unavailable(f"The service does not answer ({type(error).__name__}).", todo="Send it again with the same ident.") from error
    if not answer.is_success:
        raise error_of(answer)
