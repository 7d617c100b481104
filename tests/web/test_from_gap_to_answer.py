"""The editor's story: a gap becomes an article, is tried, read by a second person, published, cited, and stands in git."""

import shutil
import subprocess
from pathlib import Path

import httpx
from playwright.async_api import Page, expect

from copilot.bootstrap import DEFAULT_TENANT
from copilot.commands.connection import Api
from copilot.commands.syncing import Wanted, sync_path
from copilot.domain.formats import ConversationIn
from copilot.services.conversations.reading import Drafted
from copilot.testing.application import settle
from tests.web.site import CONSOLE, Site
from tests.web.test_editing_in_browser import TEXT_FIELD, ada, edith, saves

__all__ = ["ada", "edith"]
KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
ANSWER = "You buy gift cards under Account > Gift cards, for 25 to 500 EUR. A gift card is valid for three years and pays for flights."


def git(folder: Path, *words: str) -> str:
    """What git says; the author is nobody of this machine."""
    who = ["-c", "user.name=Edith", "-c", "user.email=edith@example.com", "-c", "commit.gpgsign=false"]
    run = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout  # noqa: S603 - words of this test


async def in_step(site: Site, folder: Path) -> int:
    """`copilot knowledge sync FOLDER`, as an editor."""
    key = await site.application.staff.create_key(DEFAULT_TENANT, "editor", "Sync", "sync")
    headers = {"Authorization": f"Bearer {key.secret}"}
    async with httpx.AsyncClient(base_url=site.address, headers=headers) as client:
        return await sync_path(Api(client), folder, Wanted(), check=False, as_json=True)


async def begins_with_the_top_gap(edith: Page) -> str:
    await edith.goto("/knowledge/gaps")
    top = edith.locator(".topic").first
    await expect(top.locator(".times")).not_to_have_text("1 time")
    asked = await top.locator(".question").inner_text()
    await top.get_by_role("button", name="Write the article").click()
    await edith.wait_for_url("**view=write")
    await expect(edith.get_by_label(TEXT_FIELD)).to_be_visible()
    return asked


async def next_conversation(site: Site, asked: str) -> Drafted:
    """Somebody new asks the same."""
    said = {"id": "m1", "author": "customer", "text": asked, "sent_at": site.clock().isoformat()}
    talk = {"conversation_id": "next", "channel": "chat", "language": "en", "messages": [said]}
    await site.application.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(talk), connection="file")
    await settle(site.application)
    return await site.application.reading.current(CONSOLE, "next")


async def test_a_gap_becomes_an_answer(site: Site, edith: Page, ada: Page, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    shutil.copytree(KNOWLEDGE, repository / "knowledge")
    git(tmp_path, "init", "-q", "repository")
    await in_step(site, repository / "knowledge")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "As it is")

    asked = await begins_with_the_top_gap(edith)
    await edith.get_by_label("Title").fill("Gift cards: where to buy them, how long they are valid")
    await edith.get_by_label(TEXT_FIELD).fill(ANSWER)
    await edith.get_by_label("Owner").fill("cards-team")
    await saves(edith)
    assert "gift card" in asked

    # Tried against what customers really asked.
    await edith.get_by_role("link", name="Try it").click()
    closing = edith.get_by_role("region", name="Gaps that would close")
    await expect(closing.get_by_text("gift card").first).to_be_visible()
    await expect(edith.get_by_text("0 good answers disturbed")).to_be_visible()
    await edith.get_by_role("link", name="Back to the draft").click()

    # Read by a second person.
    await edith.get_by_text("More", exact=True).click()
    await edith.get_by_role("button", name="Ask someone to read it").click()
    await edith.get_by_role("button", name="Send", exact=True).click()
    await expect(edith.get_by_role("heading", name="It waits for a second person")).to_be_visible()
    await ada.goto("/knowledge")
    await ada.get_by_role("region", name="Waits for your review").get_by_role("link", name="Gift cards").click()
    await ada.wait_for_url("**/knowledge/drafts/*")
    await expect(ada.get_by_role("heading", name="Read it, then decide")).to_be_visible()
    await ada.get_by_role("button", name="Approve").click()
    await ada.get_by_role("link", name="See the article").click()
    await expect(ada.get_by_text(ANSWER)).to_be_visible()

    # The next conversation cites it, and the gap is closed.
    drafted = await next_conversation(site, asked)
    assert drafted.stored is not None
    assert drafted.stored.turn is not None
    found = [hit.article_id for hit in drafted.stored.turn.evidence.passages]
    cited = [citation.source for one in drafted.suggestions if one.kind == "reply" for citation in one.citations]
    article = next(ident for ident in found if "gift" in ident)
    assert any(source.startswith(f"passage:{article}~") for source in cited), (found, cited)
    await edith.goto("/knowledge/gaps")
    await expect(edith.locator(".topic").first).to_be_visible()
    await expect(edith.locator(".question", has_text=asked.splitlines()[0])).to_have_count(0)

    # And `knowledge/` in git shows the change.
    assert await in_step(site, repository / "knowledge") == 0
    changes = git(repository, "status", "--porcelain", "--untracked-files=all").splitlines()
    new = [line.split()[1] for line in changes if line.startswith("??")]
    assert [Path(name).name for name in new] == [f"{article}.md"]
    assert ANSWER in (repository / new[0]).read_text(encoding="utf-8")
