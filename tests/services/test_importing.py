"""Imports as jobs: what lands, what is refused and why, what is kept over the next import, what an interruption leaves."""

import asyncio
import copy
import os
from typing import Any

import pytest

from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.domain.errors import CopilotError, Invalid, Refused
from copilot.domain.imports import FileState, ImportFile, ImportOptions, Overlay
from copilot.domain.knowledge import Article, Lever
from copilot.domain.ports.imports import Fetched
from copilot.domain.staff import Caller, User
from copilot.services.knowledge.articles import SourceFile
from copilot.services.knowledge.importing import Report, Wanted
from copilot.services.searching.indexing import Indexes
from copilot.testing.engine import InlineEngine
from tests.api.house import House
from tests.retrieval.exports import CHATWOOT, CONFLUENCE_INDEX, CONFLUENCE_PAGE, INTERCOM, ZENDESK, as_json, packed, pdf, word
from tests.services.conftest import Open

FILES = 10_000 if os.environ.get("FULL") else 500


class Pages:
    """The Fetcher port: pages by address, or why there is none."""

    def __init__(self) -> None:
        self.held: dict[str, bytes | CopilotError] = {}

    async def fetch(self, url: str) -> Fetched:
        page = self.held[url]
        if isinstance(page, CopilotError):
            raise page
        return Fetched(address=url, content=page, ending=".html")


class Desk:
    """Somebody who imports, and looks at what came of it."""

    def __init__(self, house: House, pages: Pages) -> None:
        self.house, self.pages = house, pages

    @property
    def app(self) -> Application:
        return self.house.application

    async def begin(self, files: dict[str, bytes | str], source: str = "Help centre", **wanted: Any) -> str:
        """An import with these files, started; nothing has been read."""
        started = await self.app.importing.begin(DEFAULT_TENANT, Wanted(source=source, **wanted), "user:edda")
        for position, (name, content) in enumerate(files.items()):
            given = content.encode() if isinstance(content, str) else content
            await self.app.importing.receive(DEFAULT_TENANT, started.id, position, name, given)
        await self.app.importing.start(DEFAULT_TENANT, started.id, "user:edda")
        return started.id

    async def bring(self, files: dict[str, bytes | str], source: str = "Help centre", **wanted: Any) -> Report:
        """Carried out to its end."""
        self.house.clock.forward(minutes=5)
        ident = await self.begin(files, source, **wanted)
        await self.house.settle()
        report = await self.app.importing.report(DEFAULT_TENANT, ident)
        assert report.started.state == "done", report
        assert report.started.done == report.started.total == sum(report.counts.values())
        return report

    async def lines(self, report: Report, *states: FileState) -> list[ImportFile]:
        return await self.app.importing.files(DEFAULT_TENANT, report.started.id, states, limit=500)

    async def refused(self, report: Report) -> dict[str, str]:
        return {line.name: line.reason for line in await self.lines(report, "refused")}

    async def articles(self) -> dict[str, Article]:
        return {one.id: one for one in await self.app.knowledge.articles(DEFAULT_TENANT, limit=500)}

    async def editor(self) -> Caller:
        """Somebody who edits."""
        async with self.app.database.write(DEFAULT_TENANT) as records:
            await records.admin.put_user(User(id="edda", name="Edda Ruiz", role="editor"))
        return Caller(tenant_id=DEFAULT_TENANT, role="editor", key_id="k", user_id="edda", name="Edda Ruiz")

    async def write(self, article: Article) -> None:
        """As an editor saves."""
        await self.app.knowledge.save(DEFAULT_TENANT, [article], "user:edda")


@pytest.fixture
async def desk(opened: Open) -> Desk:
    pages = Pages()
    return Desk(await opened(furnish=False, fetcher=pages), pages)


# --- what lands --------------------------------------------------------------------------------------------------------------------


async def test_a_help_centre_lands_and_is_found(desk: Desk) -> None:
    report = await desk.bring({"export.json": as_json(ZENDESK)}, kind="auto")
    assert report.counts == {"opened": 1, "saved": 3}
    assert [line.name for line in await desk.lines(report, "saved")] == [
        "Refunds for cancelled flights",
        "Erstattung gestrichener Flüge",
        "Claims desk checklist",
    ]
    articles = await desk.articles()
    assert set(articles) == {"zendesk-35467", "zendesk-35467-de", "zendesk-35468"}
    hits = (await desk.app.knowledge.search(DEFAULT_TENANT, "when is the fare refunded")).hits
    assert hits[0].article_id == "zendesk-35467"


async def test_every_kind_lands_from_one_archive(desk: Desk) -> None:
    archive = packed(
        {
            "help/pets.md": "# Pets\n\nDogs fly too.",
            "help/fees.html": "<title>Fees</title><p>The fee is 45 EUR.",
            "help/pic.png": b"\x89PNG",
            "space/index.html": CONFLUENCE_INDEX,
            "space/Rebooking_98402.html": CONFLUENCE_PAGE,
            "bags.docx": word(("Heading1", "Bags"), ("Normal", "One bag is free.")),
            "seats.pdf": pdf(("Seats", "You choose a seat after booking.")),
            "intercom.json": as_json(INTERCOM),
            "chatwoot.json": as_json(CHATWOOT),
            "corpus.jsonl": '{"_id": "9", "title": "Nine", "text": "Words."}\n{"_id": "10", "title": "Ten", "text": "Words."}',
        }
    )
    report = await desk.bring({"all.zip": archive})
    assert await desk.refused(report) == {}
    alone = {"pets", "fees", "confluence-98402", "bags", "seats", "9", "10"}
    helped = {"intercom-39", "intercom-39-fr", "intercom-40", "chatwoot-7", "chatwoot-8"}
    assert set(await desk.articles()) == alone | helped


async def test_the_language_is_recognised_when_none_is_given(desk: Desk) -> None:
    text = "Wir erstatten den Flugpreis innerhalb von sieben Tagen auf die Karte, mit der bezahlt wurde."
    await desk.bring(
        {"de.md": f"# Erstattung\n\n{text}", "en.md": "---\nlocale: fr\n---\n\n# Refund\n\nThe fare is refunded in seven days."}
    )
    articles = await desk.articles()
    assert (articles["de"].locale, articles["en"].locale) == ("de", "fr")


async def test_what_is_laid_over_counts_for_all(desk: Desk) -> None:
    overlay = Overlay(audience="internal", owner="money", tags=("imported",), locale="en")
    await desk.bring({"a.md": "# A\n\nText.", "b.md": "---\ntitle: B\nowner: bags\naudience: public\n---\n\nText."}, overlay=overlay)
    articles = await desk.articles()
    assert {one.audience for one in articles.values()} == {"internal"}
    assert (articles["a"].owner, articles["b"].owner) == ("money", "bags")
    assert articles["a"].tags == ("imported",)


async def test_pages_come_from_the_web(desk: Desk) -> None:
    desk.pages.held = {
        "https://help.example.com/pets": b"<title>Pets</title><p>Dogs fly too.",
        "https://inside.example.com/": Refused("inside.example.com is not a public address.", todo="Save it."),
    }
    report = await desk.bring({}, options=ImportOptions(urls=tuple(desk.pages.held)))
    assert report.counts == {"saved": 1, "refused": 1}
    assert "not a public address" in (await desk.refused(report))["https://inside.example.com/"]
    assert (await desk.articles())["pets"].text == "Dogs fly too."


# --- once more ---------------------------------------------------------------------------------------------------------------------


async def test_importing_again_doubles_and_saves_nothing(desk: Desk) -> None:
    files: dict[str, bytes | str] = {"export.json": as_json(ZENDESK), "due.md": "---\ntitle: Due\nreview_by: P30D\n---\n\nText."}
    await desk.bring(files)
    before = await desk.articles()
    report = await desk.bring(files)
    assert report.counts == {"opened": 1, "unchanged": 4}
    assert await desk.articles() == before, "a review date counted from the day of the import does not move by itself"


async def test_what_changed_at_the_source_is_updated(desk: Desk) -> None:
    await desk.bring({"export.json": as_json(ZENDESK)})
    export = copy.deepcopy(ZENDESK)
    export["articles"][1]["body"] = "<p>Call the bank first.</p>"
    report = await desk.bring({"export.json": as_json(export)})
    assert report.counts == {"opened": 1, "unchanged": 2, "saved": 1}
    article = (await desk.articles())["zendesk-35468"]
    assert (article.text, article.revision) == ("Call the bank first.", 2)


async def test_what_editors_lay_over_a_mirror_outlives_its_updates(desk: Desk) -> None:
    await desk.bring({"export.json": as_json(ZENDESK)}, master=True)
    before = (await desk.articles())["zendesk-35467"]
    lever = Lever(id="goodwill", offer="a credit of 25 EUR")
    await desk.write(before.model_copy(update={"levers": (lever,), "audience": "internal", "owner": "money", "tags": ("kept",)}))
    export = copy.deepcopy(ZENDESK)
    export["articles"][0]["translations"][0]["body"] = "<p>Within ten days.</p>"
    report = await desk.bring({"export.json": as_json(export)})
    after = (await desk.articles())["zendesk-35467"]
    assert after.text == "Within ten days."
    assert (after.levers, after.audience, after.owner) == ((lever,), "internal", "money")
    assert "kept" in after.tags
    (line,) = await desk.lines(report, "saved")
    assert "stays internal" in line.reason
    async with desk.app.database.read(DEFAULT_TENANT) as records:
        master = await records.imports.master_of("zendesk-35467")
    assert master is not None
    assert master.name == "Help centre", "it stayed the master, though the second import did not say so"


async def test_nobody_else_changes_the_text_of_a_mirror(desk: Desk) -> None:
    await desk.bring({"export.json": as_json(ZENDESK)}, master=True)
    app, edda = desk.app, await desk.editor()
    article = (await desk.articles())["zendesk-35467"]
    text = "---\nid: zendesk-35467\ntitle: Mine\nstatus: published\n---\n\nWritten here."
    done = await app.knowledge.import_files(DEFAULT_TENANT, [SourceFile(name="mine.md", text=text)])
    assert [(one.name, "is its master" in one.reason) for one in done.refused] == [("mine.md", True)]
    draft = await app.editing.edit(edda, article.id)
    with pytest.raises(Refused, match="Change it there"):
        await app.editing.save(edda, draft.id, draft.version, article.model_copy(update={"text": "Written here."}))
    laid_over = await app.editing.save(edda, draft.id, draft.version, article.model_copy(update={"owner": "money"}))
    assert laid_over.article.owner == "money"
    async with app.database.read(DEFAULT_TENANT) as records:
        source = await records.imports.master_of(article.id)
    assert source is not None
    await app.importing.change_source(DEFAULT_TENANT, source.id, "user:edda", master=False)
    await app.editing.save(edda, draft.id, laid_over.version, article.model_copy(update={"text": "Written here."}))
    assert (await app.knowledge.import_files(DEFAULT_TENANT, [SourceFile(name="mine.md", text=text)])).saved == 1


async def test_an_edited_text_is_not_overwritten_unless_the_source_is_the_master(desk: Desk) -> None:
    await desk.bring({"pets.md": "# Pets\n\nDogs fly too."})
    mine = (await desk.articles())["pets"].model_copy(update={"text": "Dogs and cats fly too."})
    await desk.write(mine)
    assert (await desk.bring({"pets.md": "# Pets\n\nDogs fly too."})).counts == {"unchanged": 1}, "the source did not change"
    report = await desk.bring({"pets.md": "# Pets\n\nOnly small dogs fly."})
    assert "changed here and at the source" in (await desk.refused(report))["pets.md"]
    assert (await desk.articles())["pets"].text == "Dogs and cats fly too."
    await desk.bring({"pets.md": "# Pets\n\nOnly small dogs fly."}, master=True)
    assert (await desk.articles())["pets"].text == "# Pets\n\nOnly small dogs fly."


async def test_levers_that_were_added_here_do_not_make_it_edited(desk: Desk) -> None:
    await desk.bring({"pets.md": "# Pets\n\nDogs fly too."})
    lever = Lever(id="free", offer="a free cage")
    await desk.write((await desk.articles())["pets"].model_copy(update={"levers": (lever,)}))
    assert (await desk.bring({"pets.md": "# Pets\n\nOnly small dogs fly."})).counts == {"saved": 1}
    after = (await desk.articles())["pets"]
    assert (after.text, after.levers) == ("# Pets\n\nOnly small dogs fly.", (lever,))


async def test_what_is_gone_at_the_source_is_told_and_archived_only_when_asked(desk: Desk) -> None:
    both: dict[str, bytes | str] = {"a.md": "# A\n\nText.", "b.md": "# B\n\nText."}
    one = {"a.md": both["a.md"]}
    await desk.bring(both)
    report = await desk.bring(one)
    assert report.counts == {"unchanged": 1, "missing": 1}
    assert [(line.name, line.article_ids) for line in await desk.lines(report, "missing")] == [("B", ("b",))]
    assert (await desk.articles())["b"].status == "published"
    report = await desk.bring(one, options=ImportOptions(archive_missing=True))
    assert report.counts == {"unchanged": 1, "archived": 1}
    assert (await desk.articles())["b"].status == "archived"
    assert (await desk.bring(one, options=ImportOptions(archive_missing=True))).counts == {"unchanged": 1}
    await desk.bring(both)
    assert (await desk.articles())["b"].status == "published", "it came back at the source"


@pytest.mark.parametrize("second", [{"a.md": "# A\n\nText.", "broken.json": "{"}, {"empty.md": " "}])
async def test_a_broken_import_archives_nothing(desk: Desk, second: dict[str, bytes | str]) -> None:
    await desk.bring({"a.md": "# A\n\nText.", "b.md": "# B\n\nText."})
    report = await desk.bring(second, options=ImportOptions(archive_missing=True))
    assert "Nothing was archived" in report.started.reason
    assert {one.status for one in (await desk.articles()).values()} == {"published"}


async def test_an_article_that_was_put_away_here_stays_away(desk: Desk) -> None:
    await desk.bring({"pets.md": "# Pets\n\nDogs fly too."}, master=True)
    await desk.write((await desk.articles())["pets"].model_copy(update={"status": "archived"}))
    await desk.bring({"pets.md": "# Pets\n\nOnly small dogs fly."})
    assert (await desk.articles())["pets"].status == "archived"


async def test_a_renamed_file_keeps_its_article(desk: Desk) -> None:
    text = "---\nid: pets\ntitle: Pets\n---\n\nDogs fly too."
    await desk.bring({"old.md": text})
    report = await desk.bring({"new.md": text}, options=ImportOptions(archive_missing=True))
    assert report.counts == {"unchanged": 1}


# --- ids ---------------------------------------------------------------------------------------------------------------------------


async def test_a_derived_id_never_touches_what_the_source_did_not_bring(desk: Desk) -> None:
    await desk.write(Article(id="pets", title="Pets", text="Written here.", status="published"))
    await desk.bring({"pets.md": "# Pets\n\nFrom the first."}, source="First Source")
    await desk.bring({"pets.md": "# Pets\n\nFrom the second."}, source="Second")
    articles = await desk.articles()
    assert articles["pets"].text == "Written here."
    assert articles["first-source-pets"].text.endswith("From the first.")
    assert articles["second-pets"].text.endswith("From the second.")
    await desk.bring({"pets.md": "# Pets\n\nFrom the second, newer."}, source="Second")
    assert (await desk.articles())["second-pets"].text.endswith("From the second, newer.")


async def test_an_id_that_stands_in_the_file_is_that_article_and_its_text_is_kept(desk: Desk) -> None:
    await desk.write(Article(id="pets", title="Pets", text="Written here.", status="published"))
    report = await desk.bring({"x.md": "---\nid: pets\ntitle: Pets\nstatus: published\n---\n\nFrom the file."})
    (line,) = await desk.lines(report, "saved")
    assert "kept as revision 1" in line.reason
    refused = await desk.refused(await desk.bring({"y.md": "---\nid: pets\ntitle: Pets\n---\n\nFrom elsewhere."}, source="Other"))
    assert "comes from the source 'Help centre'" in refused["y.md"]


async def test_two_files_of_one_import_with_one_id(desk: Desk) -> None:
    same = "---\nid: pets\ntitle: Pets\n---\n\n{}"
    report = await desk.bring({"a.md": same.format("First."), "b.md": same.format("Second.")})
    assert "stands in a.md too" in (await desk.refused(report))["b.md"]
    assert (await desk.articles())["pets"].text == "First."
    export = copy.deepcopy(ZENDESK)
    export["articles"].append(export["articles"][1])
    report = await desk.bring({"export.json": as_json(export)}, source="Zendesk")
    assert "twice" in (await desk.refused(report))["Claims desk checklist"]


# --- bad input ---------------------------------------------------------------------------------------------------------------------


async def test_bad_files_are_told_and_leave_nothing(desk: Desk) -> None:
    encrypted = bytearray(packed({"secret.md": "x"}))
    for at in (encrypted.index(b"PK\x03\x04") + 6, encrypted.index(b"PK\x01\x02") + 8):
        encrypted[at] |= 1
    bad: dict[str, tuple[bytes | str, str]] = {
        "broken.md": ("---\nid: [x\n---\n\nText.", "not valid YAML"),
        "unclosed.md": ("---\nid: x\ntitle: y\nText.", "not closed"),
        "field.md": ("---\nid: x\ncolour: red\n---\n\nText.", "colour"),
        "huge.md": ("# Huge\n\n" + "word " * 1_000_000, "Make several articles"),
        "huge.html": ("<title>Huge</title>" + "<p>word</p>" * 500_000, "Make several articles"),
        "bomb.zip": (packed({"bomb.md": b"0" * 50_000_000}), "times larger"),
        "secret.zip": (bytes(encrypted), "password"),
        "out.zip": (packed({"../../out.md": "x"}), "points out"),
        "secret.pdf": (pdf(("x",), password="tern"), "password"),
        "secret.docx": (b"\xd0\xcf\x11\xe0" + b"\x00" * 512, "password"),
        "japanese.md": ("返金は七日以内に行われます。手荷物は一個まで無料です。".encode("shift_jis"), "UTF-8"),
        "empty.md": (" \n", "empty"),
        "no-text.html": ("<script>alert(1)</script>", "no text"),
        "empty.json": ('{"articles": [], "count": 0}', "empty list"),
        "people.json": ('{"people": []}', "no help centre export"),
        "cut.json": (as_json(ZENDESK)[:500], "no help centre export"),
        "table.xlsx": (b"\x00\x01", "not read"),
        "deep.html": ("<div>" * 20_000 + "x", ""),
    }
    good: dict[str, bytes | str] = {
        "good.md": "# Good\n\nText.",
        "western.md": "# Café\n\nA “café” costs 5 €, even in Zürich.".encode("cp1252"),
        "runs.html": "<title>Runs</title><p onclick=steal()>Text <a href='javascript:steal()'>here</a><script>steal()</script>",
    }
    report = await desk.bring({name: content for name, (content, _) in bad.items()} | good)
    refused = await desk.refused(report)
    inside = {"secret.zip": "secret.md", "out.zip": "../../out.md"}
    for name, (_, words) in bad.items():
        reason = refused.pop(inside.get(name, name))
        assert words in reason, (name, reason)
        assert "Traceback" not in reason
        assert "\n" not in reason
    assert refused == {}
    articles = await desk.articles()
    assert set(articles) == {"good", "western", "runs"}
    assert "steal" not in articles["runs"].text
    assert "Zürich" in articles["western"].text
    async with desk.app.database.read(DEFAULT_TENANT) as records:
        assert await records.imports.waiting(report.started.id, 500) == []
        assert (await records.articles.count())[0] == 3


async def test_an_empty_export_says_so(desk: Desk) -> None:
    report = await desk.bring({"export.json": '{"articles": []}'}, kind="zendesk")
    assert "no article in it" in (await desk.refused(report))["export.json"]
    assert "no article" in (await desk.refused(await desk.bring({"a.zip": packed({"pic.png": b"x"})})))["a.zip"]


async def test_many_files_at_once(desk: Desk) -> None:
    archive = packed({f"help/{n}.md": f"# Article {n}\n\nThe answer to question {n}." for n in range(FILES)})
    report = await desk.bring({"many.zip": archive})
    assert report.counts == {"opened": 1, "saved": FILES}
    async with desk.app.database.read(DEFAULT_TENANT) as records:
        assert (await records.articles.count())[0] == FILES


async def test_limits_are_said_before_anything_is_kept(desk: Desk) -> None:
    with pytest.raises(Invalid, match="no files"):
        await desk.begin({})
    with pytest.raises(Invalid, match="not the address of a page"):
        await desk.begin({}, options=ImportOptions(urls=("file:///etc/passwd",)))
    with pytest.raises(Invalid, match="has no name"):
        await desk.begin({"a.md": "x"}, source=" ")
    with pytest.raises(Invalid, match="no name"):
        await desk.begin({"/": "x"})


async def test_an_import_whose_files_never_came_is_given_up(desk: Desk) -> None:
    started = await desk.app.importing.begin(DEFAULT_TENANT, Wanted(source="Slow"), "user:edda")
    await desk.app.importing.receive(DEFAULT_TENANT, started.id, 0, "a.md", b"# A")
    desk.house.clock.forward(hours=23)
    await desk.app.dispatcher.sweep()
    await desk.house.settle()
    assert (await desk.app.importing.report(DEFAULT_TENANT, started.id)).started.state == "receiving"
    desk.house.clock.forward(hours=2)
    await desk.app.dispatcher.sweep()
    await desk.house.settle()
    report = await desk.app.importing.report(DEFAULT_TENANT, started.id)
    assert report.started.state == "failed"
    assert "never all sent" in report.started.reason
    async with desk.app.database.read(DEFAULT_TENANT) as records:
        assert [line.content for line in await records.imports.waiting(started.id, 9)] == [None]


# --- interrupted -------------------------------------------------------------------------------------------------------------------


async def test_an_interrupted_import_goes_on_where_it_stopped(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await opened(furnish=False)
    desk = Desk(house, Pages())
    work = house.application.engine
    assert isinstance(work, InlineEngine)
    archive = packed({f"{n}.md": f"# Article {n}\n\nWords {n}." for n in range(120)})
    ident = await desk.begin({"many.zip": archive})
    # Stopped as soon as something has landed, on record but not yet in the indexes.
    landed, plain = asyncio.Event(), Indexes.catch_up

    async def stuck(self: Indexes, tenant: str) -> None:
        if not (await desk.app.importing.report(DEFAULT_TENANT, ident)).counts.get("saved"):
            await plain(self, tenant)
            return
        landed.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(Indexes, "catch_up", stuck)
        await house.application.dispatcher.once()
        await asyncio.wait_for(landed.wait(), 60)
    house = await opened(furnish=False, engine=InlineEngine(work.work))
    desk = Desk(house, Pages())
    halfway = (await desk.app.importing.report(DEFAULT_TENANT, ident)).counts
    assert 0 < halfway.get("saved", 0) < 120
    await house.settle()
    report = await desk.app.importing.report(DEFAULT_TENANT, ident)
    assert report.counts == {"opened": 1, "saved": 120}
    assert report.started.state == "done"
    assert {one.revision for one in (await desk.articles()).values()} == {1}, "nothing was saved twice"
    hits = (await desk.app.knowledge.search(DEFAULT_TENANT, "Words 119")).hits
    assert "119" in {hit.article_id for hit in hits}


async def test_a_second_import_of_the_same_source_waits_its_turn(desk: Desk) -> None:
    await desk.begin({"a.md": "# A\n\nText."})
    with pytest.raises(CopilotError, match="under way"):
        await desk.begin({"a.md": "# A\n\nText."})
    await desk.house.settle()
    await desk.bring({"a.md": "# A\n\nText."})


async def test_the_small_way_still_works_beside_it(desk: Desk) -> None:
    done = await desk.app.knowledge.import_files(DEFAULT_TENANT, [SourceFile(name="pets.md", text="# Pets\n\nDogs fly too.")])
    assert done.saved == 1
    report = await desk.bring({"pets.md": "# Pets\n\nDogs fly too."})
    assert report.counts == {"saved": 1}
    articles = await desk.articles()
    assert set(articles) == {"pets"}, "the same text under the same name is the same article"
    assert articles["pets"].locale == "en", "all that is new is its language, which was recognised"
