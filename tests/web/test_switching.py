"""Whoever takes a call reads the story first."""

from typing import Any

from playwright.async_api import Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.formats import ConversationIn
from copilot.testing.application import settle
from tests.web.site import Site

MARTA = "cus-marta-lindqvist"
NAMED = 'I <b>must</b> have it. My order reference is "ZX-9041-Q".'


async def tells(site: Site, channel: str, ref: str, messages: list[dict[str, Any]]) -> None:
    given = {"conversation_id": ref, "channel": channel, "language": "en", "customer": {"id": MARTA, "assurance": "proven"}}
    await site.application.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(given | {"messages": messages}))
    await settle(site.application)


async def test_the_panel_of_a_call_opens_with_what_was_said_in_writing(site: Site, lea: Page) -> None:
    await tells(site, "letter", "letter-1", [{"id": "m1", "author": "customer", "text": NAMED, "sent_at": "-PT60S"}])
    begun = {"id": "c1:call", "author": "system", "text": "The customer called.", "sent_at": "-PT0S"}
    await tells(site, "phone", "call-1", [begun])
    await lea.goto("/desk?conversation=call-1")
    before = lea.get_by_role("region", name="What was before")
    await expect(before).to_be_visible()
    await expect(before).to_contain_text("They come from another channel")
    await expect(before.get_by_role("heading", name="The story")).to_be_visible()
    # The story stands above everything else, and what they wrote is text.
    first = lea.locator(".copilot > .part").first
    await expect(first).to_have_attribute("aria-label", "What was before")
    await before.get_by_role("button", name="Read it").click()
    await expect(lea.get_by_role("dialog")).to_contain_text("<b>must</b>")
