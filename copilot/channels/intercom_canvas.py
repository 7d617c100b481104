"""The card in Intercom's inbox (Canvas Kit): what is on record for the conversation that is open, and buttons to decide. Pure functions.

Source: developers.intercom.com (Canvas Kit: requests, responses, components). Signed as hex HMAC-SHA256 of the body in X-Body-Signature,
with the app's client secret. A card is static: it is as it was when it was opened, or when somebody last pressed in it. It cannot put words
into the composer, so they stand in a field, to be copied. Nothing but text goes in, and at most 64 KB.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from copilot.channels import signing
from copilot.channels.base import json_body, understood
from copilot.channels.intercom import IntercomSettings
from copilot.domain.base import Frozen
from copilot.domain.channels import Account, Webhook
from copilot.domain.errors import Invalid
from copilot.domain.triage import Colleague, Offer, Shown

TITLE: Final = "Intercom"
LARGEST: Final = 64 * 1024
"""Bytes of a canvas; Intercom's limit."""
TEXT: Final = 12_000
"""Characters of one text; what is longer is read on the desk."""
USE, EDIT, SAVE, DISMISS, REFRESH = "use", "edit", "save", "dismiss", "refresh"
FIELD: Final = "words"


class Opened(Frozen):
    """Who looks at which conversation. `pressed` and `subject`: the button, and the draft it is about; empty when it was only opened."""

    conversation_id: str
    colleague: Colleague
    pressed: str = ""
    subject: str = ""
    words: str = ""
    """What stands in the field."""


def read(account: Account, webhook: Webhook) -> Opened:
    """Verified on the very bytes. Raises Refused, and Invalid for another workspace or another place than the inbox."""
    signing.verify(webhook.header("x-body-signature"), account.signing, lambda secret: signing.hexadecimal(secret, webhook.body))
    body, settings = json_body(webhook), IntercomSettings.model_validate(account.settings)
    with understood(TITLE):
        if body["workspace_id"] != settings.app_id:
            raise Invalid("This card is of another workspace.", todo="Give each workspace a connection of its own.")
        conversation = body.get("conversation") or {}
        ident = str(conversation.get("id") or (body.get("context") or {})["conversation_id"])
        admin = body["admin"]
        who = str(admin["id"])
        pressed, _, subject = str(body.get("component_id") or "").partition(":")
        return Opened(
            conversation_id=ident,
            colleague=Colleague(
                id=who, name=str(admin.get("name") or ""), email=str(admin.get("email") or ""), ours=settings.agents.get(who, "")
            ),
            pressed=pressed,
            subject=subject,
            words=str((body.get("input_values") or {}).get(FIELD) or ""),
        )


def canvas(shown: Shown, told: str = "") -> dict[str, Any]:
    """The answer that shows it. `told`: what came of a press, above everything."""
    offers, made = list(shown.offers), _canvas(shown, told)
    while len(json.dumps(made).encode()) > LARGEST and offers:
        offers.pop()
        made = _canvas(shown.model_copy(update={"offers": tuple(offers)}), told or "Not all of it has room here.")
    return made


def form(offer: Offer) -> dict[str, Any]:
    """A field with the draft to change."""
    field = {"type": "textarea", "id": FIELD, "label": "What the customer shall read", "value": offer.text[:TEXT]}
    back = _button(REFRESH, "Cancel", "link")
    return _content([field, _button(f"{SAVE}:{offer.suggestion_id}", "Use", "primary"), back])


def _canvas(shown: Shown, told: str) -> dict[str, Any]:
    return _content(list(_components(shown, told)))


def _components(shown: Shown, told: str) -> Iterator[dict[str, Any]]:
    if told:
        yield _text(told, "muted")
    if shown.words:
        yield {"type": "textarea", "id": FIELD, "label": "To copy into the composer", "value": shown.words[:TEXT]}
    if shown.heading:
        yield _text(shown.heading, "paragraph")
    if shown.cue:
        yield _text(shown.cue, "paragraph")
    for offer in shown.offers:
        yield {"type": "divider"}
        yield from _offer(offer)
    yield {"type": "divider"}
    yield _button(REFRESH, "Look again", "link")
    if shown.link:
        yield {"type": "button", "id": "open", "label": "Open on the desk", "style": "link", "action": {"type": "url", "url": shown.link}}


def _offer(offer: Offer) -> Iterator[dict[str, Any]]:
    yield _text(offer.title, "header")
    yield _text(offer.text, "paragraph")
    for remark in offer.remarks:
        yield _text(remark, "muted")
    if offer.outcome:
        yield _text(offer.outcome, "muted")
        return
    yield _button(f"{USE}:{offer.suggestion_id}", "Use", "primary")
    yield _button(f"{EDIT}:{offer.suggestion_id}", "Edit", "secondary")
    yield _button(f"{DISMISS}:{offer.suggestion_id}", "Dismiss", "link")


def _text(told: str, style: str) -> dict[str, Any]:
    """`[words](address)` would be a link: a character that is not seen stands between the two."""
    kept = told if len(told) <= TEXT else f"{told[:TEXT]}…"
    return {"type": "text", "text": kept.replace("](", "]\u200b("), "style": style}


def _button(ident: str, label: str, style: str) -> dict[str, Any]:
    return {"type": "button", "id": ident, "label": label, "style": style, "action": {"type": "submit"}}


def _content(components: list[dict[str, Any]]) -> dict[str, Any]:
    return {"canvas": {"content": {"components": components}}}
