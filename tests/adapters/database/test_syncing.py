"""What the record says of its articles to a folder."""

from copilot.adapters.database import SqlDatabase
from copilot.adapters.database.tables.editing import article_drafts
from copilot.domain.tenant import TenantSettings
from tests.adapters.database.samples import NOON, article


async def test_present_articles_come_in_pages(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        for ident in ("b", "a", "c"):
            await records.articles.save(article(ident), [])
        await records.articles.save(article("b", text="Now 7 days."), [])
        first = await records.syncing.present("", 2)
        assert [(one.article.id, one.article.revision, one.synced_revision) for one in first] == [
            ("a", 1, None),
            ("b", 2, None),
        ]
        assert [one.article.id for one in await records.syncing.present("b", 2)] == ["c"]
        assert set(await records.syncing.some(["a", "c", "none"])) == {"a", "c"}


async def test_a_past_is_whole_and_outlives_the_article(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        for text in ("One.", "Two.", "One."):
            await records.articles.save(article(text=text), [], author="u1")
        await records.articles.remove("refunds")
        pasts = await records.syncing.pasts(["refunds", "none"])
        assert {ident: [(r.article.revision, r.article.text, r.author) for r in past] for ident, past in pasts.items()} == {
            "refunds": [(1, "One.", "u1"), (2, "Two.", "u1"), (3, "One.", "u1")]
        }
        assert await records.syncing.some(["refunds"]) == {}


async def test_what_was_agreed_is_a_revision_there_was_and_stays_when_the_article_moves_on(database: SqlDatabase) -> None:
    await database.create_tenant("acme", TenantSettings())
    async with database.write("acme") as records:
        await records.articles.save(article(), [])
    async with database.write("default") as records:
        await records.articles.save(article(), [])
        await records.articles.save(article("other"), [])
        await records.syncing.synced({"refunds": 1, "other": 2, "none": 1})
        await records.articles.save(article(text="Now 7 days."), [])
        assert {one.article.id: one.synced_revision for one in await records.syncing.present("", 9)} == {"other": None, "refunds": 1}
    async with database.read("acme") as records:
        assert [one.synced_revision for one in await records.syncing.present("", 9)] == [None]


async def test_an_open_draft_is_known(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.articles.save(article(), [])
        db = records.transaction
        blank = {"version": 1, "base_revision": 1, "body": "{}", "note": "", "origin": "", "author": "u1", "editors": [], "reviewer": ""}
        times = {"opened_at": NOON, "updated_at": NOON}
        drafts = [("d1", "refunds", "draft", None), ("d2", "closed", "published", NOON)]
        await db.add(
            article_drafts,
            [blank | times | {"id": i, "article_id": a, "state": s, "closed_at": c} for i, a, s, c in drafts],
        )
        assert await records.syncing.drafted(["refunds", "closed", "none"]) == {"refunds"}
