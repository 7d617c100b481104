"""Any tool that can send a signed JSON webhook (Standard Webhooks). The conversation is written as the API takes it.

Source: https://www.standardwebhooks.com, v1: headers webhook-id, webhook-timestamp, and webhook-signature over `id.timestamp.body`.
"""

import binascii
from typing import Any, ClassVar, Final, get_args

from pydantic import Field, ValidationError
from standardwebhooks.webhooks import EmptyWebhookSecretError
from standardwebhooks.webhooks import Webhook as Standard

from copilot.channels import signing
from copilot.channels.base import Settings, Tool, json_body
from copilot.channels.calling import Calls
from copilot.domain.base import now
from copilot.domain.channels import Ability, Account, Arrival, Delivery, Missing, Step, Webhook
from copilot.domain.connections import Event, EventType
from copilot.domain.errors import Refused
from copilot.domain.formats import ConversationIn, explain

CHANGED: Final = "conversation.changed"
"""The one type of event that is read; others are taken and tell nothing."""
SIGNATURES: Final = 8
"""Of those in the header so many are compared: a sender that goes over to a new secret signs with both."""


class WebhookSettings(Settings):
    """Of a generic connection."""

    events_to: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Where events are sent; empty: nowhere."""
    events: tuple[EventType, ...] = get_args(EventType)


class GenericWebhook(Tool):
    """`{"type": "conversation.changed", "data": {conversation_id, channel, customer, messages …}}`."""

    kind = "webhook"
    title = "The sender"
    can: ClassVar[frozenset[Ability]] = frozenset({"events"})
    settings = WebhookSettings
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="Let your tool, or a program beside it, send each change of a conversation as JSON by POST to:", paste="webhook"),
        Step(
            text="Sign it as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature) with the signing secret. It is "
            "shown once, when it is made; below you can make a new one."
        ),
        Step(text='The body: {"type": "conversation.changed", "data": {…}}, with a conversation as POST /v1/conversations takes it.'),
        Step(text="Send one, and see here that it was delivered."),
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Verified, then read."""
        known_by, found = standard(account, webhook)
        if found.get("type") != CHANGED:
            return Delivery(id=known_by)
        try:
            conversation = ConversationIn.model_validate(found.get("data"))
        except ValidationError as error:
            raise explain(error, "data") from None
        return Delivery(id=known_by, arrivals=(Arrival(conversation=conversation),))

    async def tell(self, account: Account, event: Event) -> None:
        """Signed with every secret that holds, so that a listener may go over to a new one. Any answer of 2xx says that it is kept."""
        at, body = now(), event.model_dump_json()
        signature = " ".join(_standard(secret).sign(event.id, at, body) for secret in account.signing)
        headers = {"webhook-id": event.id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
        address = WebhookSettings.model_validate(account.settings).events_to
        line = self._pacing.line(account, "The listener", ())
        await Calls(self._http, account.url, headers, "The listener", line).told(address, body.encode())

    async def check(self, account: Account) -> list[Missing]:
        """Whether whoever listens can be reached is seen at the first event."""
        return [] if account.signing else [Missing(what="There is no signing secret.", todo="Make one: copilot connections secret.")]


def standard(account: Account, webhook: Webhook) -> tuple[str, dict[str, Any]]:
    """(by which the delivery is known again, its body). Raises Refused, or Invalid for a body that is no object."""
    ident, stamp = webhook.header("webhook-id"), webhook.header("webhook-timestamp")
    at = signing.moment(stamp)
    given = webhook.header("webhook-signature").split()[:SIGNATURES]
    try:
        body = webhook.body.decode()
    except UnicodeDecodeError:
        raise Refused("The body is not UTF-8.", todo="Sign and send JSON.") from None
    # The library's own `verify` asks the machine's clock; only its way of signing is used.
    signing.verify_any(given, account.signing, lambda secret: _standard(secret).sign(ident, at, body))
    signing.fresh(webhook, at)
    # Whole seconds are what is signed: the same time written otherwise is the same delivery.
    return signing.delivery_id(f"{ident}.{int(at.timestamp())}.{body}".encode()), json_body(webhook)


def _standard(secret: str) -> Standard:
    try:
        return Standard(secret)
    except (binascii.Error, EmptyWebhookSecretError):
        raise Refused("The signing secret is not one of Standard Webhooks.", todo="Make a new one: whsec_ and base64.") from None
