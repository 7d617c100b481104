"""Whether two records are one person's, asked and taken back where the agent works."""

from typing import Any

from playwright.async_api import Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.formats import ConversationIn
from copilot.testing.application import settle
from tests.web.site import Site

MARTA, CLAIMS = "cus-marta-lindqvist", "insta:77"
TEXT = "You owe me a refund for Lisbon since March. Where is it?"


async def writes(site: Site, *, verified: bool = False, name: str = "marta_l") -> None:
    """Somebody with Marta's address, in another channel."""
    async with site.application.database.read(DEFAULT_TENANT) as records:
        marta = await records.customers.find(MARTA)
    assert marta is not None
    mail = next(one for one in marta.identities if one.type == "email")
    given: dict[str, Any] = {
        "conversation_id": "ig-1",
        "channel": "chat",
        "language": "en",
        "customer": {"id": CLAIMS, "name": name, "identities": [mail.model_dump() | {"verified": verified}], "assurance": "claimed"},
        "messages": [{"id": "m1", "author": "customer", "text": TEXT, "sent_at": "-PT40S"}],
    }
    await site.application.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(given))
    await settle(site.application)


async def test_an_agent_is_asked_says_so_and_takes_it_back(site: Site, lea: Page) -> None:
    await writes(site)
    await lea.goto("/desk?conversation=ig-1")
    who = lea.get_by_role("region", name="Who they are")
    asked = who.get_by_role("group", name="Perhaps the same person")
    await expect(asked).to_contain_text("Marta Lindqvist")
    await expect(asked).to_contain_text("same e-mail")
    await expect(asked).to_contain_text("not proven")
    await expect(who.get_by_role("heading")).to_have_text("marta_l")
    await asked.get_by_role("button", name="Same person").click()
    await expect(who.get_by_role("heading")).to_have_text("Marta Lindqvist")
    await expect(asked).to_have_count(0)
    await settle(site.application)
    await who.get_by_text("Also", exact=True).click()
    await expect(who).to_contain_text("a colleague said so")
    await who.get_by_role("button", name="Not the same person").click()
    await expect(who.get_by_role("heading")).to_have_text("marta_l")
    await expect(who.get_by_text("Also", exact=True)).to_have_count(0)


async def test_somebody_else_is_not_asked_again(site: Site, lea: Page) -> None:
    await writes(site, name="<b>Marta</b> & Söhne")
    await lea.goto(f"/customers/{MARTA}/memory")
    asked = lea.get_by_role("group", name="Perhaps the same person")
    await expect(asked).to_contain_text("<b>Marta</b> & Söhne")
    await asked.get_by_role("button", name="Somebody else").click()
    await expect(asked).to_have_count(0)
    await writes(site)
    await lea.reload()
    await expect(lea.get_by_role("heading", level=1)).to_have_text("Marta Lindqvist")
    await expect(asked).to_have_count(0)
