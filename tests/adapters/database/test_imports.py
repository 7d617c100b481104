"""Sources, imports and their lines, as the record keeps them."""

from copilot.adapters.database import SqlDatabase
from copilot.domain.imports import Import, ImportFile, ImportOptions, Overlay, Source, SourceArticle
from tests.adapters.database import samples
from tests.adapters.database.samples import NOON, minutes

SOURCE = Source(id="s", kind="zendesk", name="Help centre", overlay=Overlay(audience="internal", tags=("a",)), made_by="u", made_at=NOON)
IMPORT = Import(id="i", source_id="s", name="export.json", options=ImportOptions(archive_missing=True), made_by="u", made_at=NOON)


async def test_a_source_is_kept_and_changed(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.imports.put_source(SOURCE)
        changed = SOURCE.model_copy(update={"master": True, "made_by": "somebody else"})
        await records.imports.put_source(changed)
    async with database.read("default") as records:
        assert await records.imports.source("s") == SOURCE.model_copy(update={"master": True}), "who made it stays"
        assert await records.imports.source_named("Help centre") == await records.imports.source("s")
        assert [one.id for one in await records.imports.sources()] == ["s"]


async def test_an_article_is_read_only_while_its_source_is_the_master(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.imports.put_source(SOURCE)
        await records.articles.save(samples.article(), [samples.piece("p1")])
        assert await records.imports.master_of("refunds") is None
        await records.imports.mirror("refunds", "s")
        assert await records.imports.master_of("refunds") is None, "it is not the master"
        await records.imports.put_source(SOURCE.model_copy(update={"master": True}))
        assert (found := await records.imports.master_of("refunds"))
        assert found.name == "Help centre"
        # A new revision does not lose it.
        await records.articles.save(samples.article(title="Money back"), [samples.piece("p1")])
        assert await records.imports.master_of("refunds")
        await records.imports.mirror("refunds", None)
        assert await records.imports.master_of("refunds") is None


async def test_what_a_source_holds_is_known_again_and_missed(database: SqlDatabase) -> None:
    held = [SourceArticle(source_id="s", external_id=str(n), article_id=f"a{n}", digest="d", seen_at=NOON) for n in range(3)]
    async with database.write("default") as records:
        await records.imports.put_source(SOURCE)
        await records.imports.put_known(held)
        await records.imports.put_known([held[0].model_copy(update={"seen_at": minutes(5), "digest": "e"})])
    async with database.read("default") as records:
        assert (await records.imports.known("s", ["0", "9"]))["0"].digest == "e"
        assert [one.external_id for one in await records.imports.unseen("s", minutes(5), 9)] == ["1", "2"]
        assert [one.external_id for one in await records.imports.unseen("s", minutes(5), 1)] == ["1"]
        assert (brought := await records.imports.brought("a1")) is not None
        assert brought.external_id == "1"
    async with database.write("default") as records:
        await records.imports.forget("s", "1")
        assert await records.imports.brought("a1") is None


async def test_lines_wait_with_their_content_until_they_are_closed(database: SqlDatabase) -> None:
    async with database.write("default") as records:
        await records.imports.put_source(SOURCE)
        await records.imports.add(IMPORT)
        assert await records.imports.last_position("i") == -1
        for n in range(3):
            await records.imports.put_file(ImportFile(import_id="i", position=n, name=f"{n}.md", size=2), bytes([n, 255]))
        closed = ImportFile(import_id="i", position=1, name="1.md", state="saved", article_ids=("one",), reason="Read as Windows-1252.")
        await records.imports.close_file(closed)
        await records.imports.change(IMPORT.model_copy(update={"state": "reading", "total": 3, "done": 1}))
    async with database.read("default") as records:
        assert [(line.file.position, line.content) for line in await records.imports.waiting("i", 9)] == [
            (0, b"\x00\xff"),
            (2, b"\x02\xff"),
        ]
        assert await records.imports.files("i", ("saved",)) == [closed.model_copy(update={"size": 2})]
        assert [one.position for one in await records.imports.files("i", after=0, limit=1)] == [1]
        assert await records.imports.counts("i") == {"waiting": 2, "saved": 1}
        assert await records.imports.last_position("i") == 2
        assert await records.imports.get("i") == IMPORT.model_copy(update={"state": "reading", "total": 3, "done": 1})
        assert [one.id for one in await records.imports.unfinished(minutes(1))] == ["i"]
        assert await records.imports.unfinished(NOON) == []
        assert len(await records.imports.waiting("i", 9, largest=1)) == 1
        assert await records.imports.size("i") == 6
    async with database.write("default") as records:
        await records.imports.drop_content("i")
        assert [line.content for line in await records.imports.waiting("i", 9)] == [None, None]
