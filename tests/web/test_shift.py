"""The end of a shift: everything open goes to someone, in one pass."""

from playwright.async_api import Page, expect

from copilot.domain.case import Handover
from copilot.domain.staff import Caller
from tests.web.site import Site

MINE = ("live-kofi-bag", "live-ingeborg-letter", "live-yusuf-card")


async def take(site: Site, *refs: str) -> None:
    """They are Lea's."""
    person = await site.person("agent-lea")
    async with site.application.database.write("default") as records:
        for ref in refs:
            found = await records.conversations.find(ref)
            assert found is not None
            await records.conversations.change(found.id, assignee=person.id)


async def waiting(site: Site, ref: str) -> list[Handover]:
    person = await site.person(ref)
    return await site.application.handovers.waiting(Caller(tenant_id="default", role="agent", key_id="", user_id=person.id))


async def test_all_of_it_in_one_pass(site: Site, lea: Page) -> None:
    await take(site, *MINE)
    await lea.goto("/shift")
    mine = lea.get_by_role("list", name="My open conversations").get_by_role("listitem")
    await expect(mine).to_have_count(3)
    give = lea.get_by_role("button", name="Hand over 3")
    await give.click()
    await expect(lea.get_by_text("Choose who shall take them over.")).to_be_visible()
    assert await waiting(site, "agent-jonas") == []
    await lea.get_by_label("To whom").select_option(label="The team Refunds")
    await lea.get_by_label("A word to them").fill("Back on Monday.")
    await lea.get_by_role("checkbox", name="Hand over Yusuf Demir").uncheck()
    await lea.get_by_role("button", name="Hand over 2").click()
    await expect(mine.filter(has_text="Offered to the team Refunds")).to_have_count(2)
    await expect(lea.get_by_role("button", name="Hand over 0")).to_be_disabled()
    offered = await waiting(site, "agent-jonas")
    assert [one.note for one in offered] == ["Back on Monday."] * 2
    assert all("Lea Brandt" in one.brief.reason or one.brief.reason for one in offered)


async def test_what_could_not_be_offered_is_said(site: Site, lea: Page) -> None:
    """Somebody else took one of them a moment ago."""
    await take(site, *MINE[:2])
    await lea.goto("/shift")
    await lea.get_by_label("To whom").select_option(label="Jonas Weber")
    sofia = await site.person("agent-sofia")
    async with site.application.database.write("default") as records:
        found = await records.conversations.find("live-kofi-bag")
        assert found is not None
        await records.conversations.change(found.id, assignee=sofia.id)
    await lea.get_by_role("button", name="Hand over 2").click()
    await expect(lea.get_by_role("alert")).to_contain_text("not one of your open conversations")
    assert len(await waiting(site, "agent-jonas")) == 1


async def test_it_shows_who_took_over(site: Site, lea: Page) -> None:
    await take(site, "live-yusuf-card")
    await lea.goto("/shift")
    await lea.get_by_label("To whom").select_option(label="Jonas Weber")
    await lea.get_by_role("button", name="Hand over 1").click()
    await expect(lea.get_by_text("Everything is offered.")).to_be_visible()
    await lea.mouse.move(0, 0)
    jonas = await site.person("agent-jonas")
    (offer,) = await waiting(site, "agent-jonas")
    caller = Caller(tenant_id="default", role="agent", key_id="", user_id=jonas.id)
    await site.application.handovers.accept(caller, offer.id, "I answer Yusuf about the cards tonight.")
    await expect(lea.get_by_text("Nothing is left with you")).to_be_visible()
