"""Whoever takes a call reads the story first."""

from playwright.async_api import Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.formats import ConversationIn
from copilot.testing.application import settle
from tests.web.site import Site

CALL = {
    "conversation_id": "call-1",
    "channel": "phone",
    "language": "en",
    "customer": {"id": "cus-marta-lindqvist", "assurance": "proven"},
    "messages": [{"id": "c1:call", "author": "system", "text": "The customer called.", "sent_at": "-PT0S"}],
}


async def test_the_panel_of_a_call_opens_with_the_chat_that_is_still_open(site: Site, lea: Page) -> None:
    await site.application.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(CALL))
    await settle(site.application)
    await lea.goto("/desk?conversation=call-1")
    before = lea.get_by_role("region", name="What was before")
    await expect(before).to_contain_text("They come from another channel: Chat")
    await expect(before.get_by_role("heading", name="The story")).to_be_visible()
    # It stands above everything else.
    await expect(lea.locator(".copilot > .part").first).to_have_attribute("aria-label", "What was before")
    await before.get_by_role("button", name="Read it").click()
    await expect(lea.get_by_role("dialog")).to_contain_text("four aeroplanes")
