"""An agent flags a passage from the source they opened, in two clicks; an editor answers; the agent hears back."""

from playwright.async_api import Browser, Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.formats import ConversationIn
from copilot.domain.knowledge import Article
from copilot.testing.application import settle
from tests.web.conftest import PATIENCE_MS, watch
from tests.web.site import CONSOLE, Site

WINGS = Article(
    id="wings", title="Model wings", text="A model wing may be 90 centimetres long in the cabin.", status="published", owner="toys"
)
ANSWER = "It says 70 centimetres now, thank you."


async def asks_about_wings(site: Site) -> None:
    await site.application.knowledge.save(DEFAULT_TENANT, [WINGS])
    said = {"id": "m1", "author": "customer", "text": "How long may a model wing be in the cabin?", "sent_at": site.clock().isoformat()}
    talk = {"conversation_id": "wings-talk", "channel": "chat", "language": "en", "messages": [said]}
    await site.application.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(talk), connection="file")
    await settle(site.application)


async def test_two_clicks_and_an_answer_that_is_heard(site: Site, lea: Page, browser: Browser) -> None:
    await asks_about_wings(site)
    await lea.goto("/desk?conversation=wings-talk")
    await lea.get_by_role("complementary", name="Copilot").get_by_role("button", name="Model wings").first.click()
    source = lea.get_by_role("dialog", name="Model wings")
    await source.get_by_role("button", name="Something is wrong here").click()
    await source.get_by_role("button", name="Out of date").click()
    await expect(source.get_by_role("status")).to_contain_text("The editors see it")
    (flag,) = await site.application.flags.of(CONSOLE, only_open=True)
    assert (flag.article_id, flag.reason, flag.author_name) == ("wings", "outdated", "Lea Brandt")
    assert flag.passage_id.startswith("wings~")

    context = await browser.new_context(base_url=site.address)
    context.set_default_timeout(PATIENCE_MS)
    await site.sign_in(context, "editor-edith")
    edith = await context.new_page()
    wrong = watch(edith)
    await edith.goto("/knowledge/health")
    said = edith.get_by_role("region", name="Agents say").get_by_role("listitem").filter(has_text="Model wings")
    await said.get_by_role("button", name="It is corrected").click()
    await expect(edith.get_by_text("Write a sentence for the agent")).to_be_visible()
    await said.get_by_label("Your answer to").fill(ANSWER)
    await said.get_by_role("button", name="It is corrected").click()
    await expect(edith.get_by_text("They hear it at once.")).to_be_visible()
    await expect(lea.get_by_text(ANSWER)).to_be_visible()
    await context.close()
    assert not wrong, wrong
    # Heard once: what was told is not told again.
    await lea.reload()
    await expect(lea.get_by_role("complementary", name="Copilot").get_by_role("button", name="Model wings").first).to_be_visible()
    assert await lea.evaluate("localStorage.getItem('copilot.flags')") == "[]"
