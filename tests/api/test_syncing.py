"""The routes that keep a folder and the record in step, and the whole of it over random edits on both sides."""

import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from copilot.adapters.database.tables.editing import article_drafts
from copilot.commands.connection import Api
from copilot.commands.syncing import Wanted, sync_path
from copilot.domain.imports import Source
from copilot.retrieval.articles import parse_article
from copilot.retrieval.syncing import digest
from tests.api.house import REFUNDS, House, assert_problem

SEEDS = range(40 if os.environ.get("FULL") else 4)
"""Random histories; FULL=1 tries more."""


def page(ident: str, text: str) -> str:
    return f"---\nid: {ident}\ntitle: About {ident}\nstatus: published\n---\n\n{text}\n"


async def send(house: House, *files: tuple[str, str, int], role: str = "editor") -> list[dict[str, Any]]:
    body = {"files": [{"id": ident, "name": f"{ident}.md", "text": text, "revision": revision} for ident, text, revision in files]}
    answer = await (await house.enter(role)).post("/v1/knowledge/sync", json=body)
    assert answer.status_code == 200, answer.text
    landed: list[dict[str, Any]] = answer.json()["files"]
    return landed


async def test_the_manifest_names_what_articles_say(house: House) -> None:
    editor = await house.enter("editor")
    await send(house, ("b", page("b", "Two."), 0), ("a", page("a", "One."), 0), ("c", page("c", "Three."), 0))
    first = (await editor.get("/v1/knowledge/manifest", params={"limit": 2})).json()
    assert ([line["id"] for line in first["articles"]], first["next"]) == (["a", "b"], "b")
    read = parse_article(page("a", "One."), "a.md", house.clock())
    assert first["articles"][0] == {"id": "a", "revision": 1, "status": "published", "digest": digest(read), "synced_revision": 1}
    rest = (await editor.get("/v1/knowledge/manifest", params={"limit": 2, "after": "b"})).json()
    assert ([line["id"] for line in rest["articles"]], rest["next"]) == (["c"], "")


async def test_a_file_lands_only_on_the_revision_it_follows(house: House) -> None:
    assert [(one["outcome"], one["revision"]) for one in await send(house, ("refunds", REFUNDS, 0))] == [("saved", 1)]
    changed = REFUNDS.replace("seven days", "ten days")
    stale, wrong, bad, good = await send(
        house, ("refunds", changed, 0), ("other", REFUNDS, 0), ("bad", "---\nid: [x\n---\n", 0), ("refunds", changed, 1)
    )
    assert (stale["outcome"], stale["revision"]) == ("conflict", 1)
    assert "Sync again" in stale["reason"]
    assert [one["outcome"] for one in (wrong, bad)] == ["refused", "refused"]
    assert "bad.md" in bad["reason"]
    assert (good["outcome"], good["revision"]) == ("saved", 2)
    assert [(one["outcome"], one["revision"]) for one in await send(house, ("refunds", changed, 2))] == [("unchanged", 2)]
    found = (await (await house.enter("agent")).get("/v1/knowledge/search", params={"q": "refund for a cancelled flight"})).json()
    assert "ten days" in found["passages"][0]["text"]


async def test_every_revision_can_be_named(house: House) -> None:
    for number, text in enumerate(("One.", "Two.")):
        await send(house, ("a", page("a", text), number))
    answer = await (await house.enter("editor")).post("/v1/knowledge/revisions", json={"ids": ["none", "a"]})
    none, past = answer.json()["articles"]
    assert none == {"id": "none", "revisions": [], "article": None}
    texts = [digest(parse_article(page("a", text), "a.md", house.clock())) for text in ("One.", "Two.")]
    assert [(one["revision"], one["digest"]) for one in past["revisions"]] == [(1, texts[0]), (2, texts[1])]
    assert (past["article"]["text"], past["article"]["revision"]) == ("Two.", 2)
    assert_problem(await (await house.enter("editor")).post("/v1/knowledge/revisions", json={"ids": []}), 422, "ids")


async def test_a_mirrored_article_is_changed_where_it_is_written(house: House) -> None:
    await send(house, ("a", page("a", "One."), 0))
    centre = Source(id="s1", name="Help centre", master=True, made_by="edda", made_at=house.clock())
    async with house.application.database.write("default") as records:
        await records.imports.put_source(centre)
        await records.imports.mirror("a", "s1")
    landed = (await send(house, ("a", page("a", "Two."), 1)))[0]
    assert (landed["outcome"], landed["revision"]) == ("refused", 1)
    assert "Help centre" in landed["reason"]
    tagged = page("a", "One.").replace("status:", "tags: [ours]\nstatus:")
    assert [one["outcome"] for one in await send(house, ("a", tagged, 1))] == ["saved"], "what is laid over it is ours"


async def test_an_open_draft_of_what_came_in_is_told(house: House) -> None:
    await send(house, ("a", page("a", "One."), 0), ("b", page("b", "One."), 0))
    draft = {"id": "d1", "article_id": "a", "state": "draft", "version": 1, "base_revision": 1, "body": "{}", "note": "", "origin": ""}
    more = {"author": "u1", "editors": [], "reviewer": "", "opened_at": house.clock(), "updated_at": house.clock()}
    async with house.application.database.write("default") as records:
        await records.transaction.add(article_drafts, [draft | more])  # type: ignore[attr-defined]  # the adapter's own
    landed = await send(house, ("a", page("a", "Two."), 1), ("b", page("b", "Two."), 1))
    assert [(one["outcome"], one["drafted"]) for one in landed] == [("saved", True), ("saved", False)]


async def test_a_sync_is_noted_with_its_actor(house: House) -> None:
    await send(house, ("a", page("a", "One."), 0), role="integrator")
    events = (await (await house.enter("admin")).get("/v1/events")).json()["events"]
    saved = [event for event in events if event["type"] == "article.saved"]
    assert [(event["subject_id"], event["data"]) for event in saved] == [("a", {"status": "published", "revision": 1})]


# --- random histories --------------------------------------------------------------------------------------------------------------


IDS = ("a", "b")


class World:
    """A record, two copies of a folder, and people who write on all sides, every time something new."""

    def __init__(self, house: House, api: Api, folders: tuple[Path, Path], chance: random.Random) -> None:
        self.house, self.api, self.folders, self.chance = house, api, folders, chance
        self.written = 0
        self.seen: dict[tuple[Path, str], set[str]] = {(folder, ident): set() for folder in folders for ident in IDS}
        """Every text that whoever wrote a copy's present file knew of."""

    async def step(self) -> None:
        folder, other = self.chance.sample(self.folders, 2)
        ident, act = self.chance.choice(IDS), self.chance.choice(["save", "write", "write", "sync", "sync", "sync", "copy"])
        self.written += 1
        text = page(ident, f"Text number {self.written}.")
        if act == "save":
            await send(self.house, (ident, text, len(await self.recorded(ident))))
        elif act == "write":
            self.seen[folder, ident] |= {self.held(folder, ident)} - {""}
            (folder / f"{ident}.md").write_text(text)
        elif act == "sync":
            await self.sync(folder)
        else:
            shutil.rmtree(folder)
            shutil.copytree(other, folder)
            self.seen |= {(folder, one): set(self.seen[other, one]) for one in IDS}

    async def sync(self, folder: Path) -> None:
        before = {ident: (self.held(folder, ident), await self.recorded(ident)) for ident in IDS}
        await sync_path(self.api, folder, Wanted(), check=False, as_json=True)
        files = contents(folder)
        for ident, (text, past) in before.items():
            now, later = self.held(folder, ident), await self.recorded(ident)
            assert text in ("", now, *past), "an export replaces what is on record"
            assert later in (past, [*past, text]), "an import adds the file's text and takes nothing away"
            if past and later != past:
                assert past[-1] in self.seen[folder, ident], "an import replaces what its writer knew"
            if now == (later or [""])[-1]:
                self.seen[folder, ident].add(now)
        revisions = [await self.recorded(ident) for ident in IDS]
        await sync_path(self.api, folder, Wanted(), check=False, as_json=True)
        assert contents(folder) == files, "a second sync writes no file"
        assert [await self.recorded(ident) for ident in IDS] == revisions, "nor anything else"

    def held(self, folder: Path, ident: str) -> str:
        file = folder / f"{ident}.md"
        return parse_article(file.read_text(), file.name, self.house.clock()).text if file.exists() else ""

    async def recorded(self, ident: str) -> list[str]:
        async with self.house.application.database.read("default") as records:
            return [one.article.text for one in (await records.syncing.pasts([ident])).get(ident, [])]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("seed", SEEDS)
async def test_random_edits_on_both_sides_lose_nothing(house: House, tmp_path: Path, seed: int) -> None:
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
    world = World(house, Api(await house.enter("editor")), folders, random.Random(seed))
    for _ in range(25):
        await world.step()
