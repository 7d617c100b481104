"""Imports over HTTP: begun, sent file by file, started, followed; and what may not be done."""

from typing import Any

import httpx
import pytest

from tests.api.house import House, assert_problem
from tests.retrieval.exports import ZENDESK, as_json

SOURCE = {"source": "Help centre"}


async def begun(editor: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await editor.post("/v1/imports", json=SOURCE | body)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def sent(editor: httpx.AsyncClient, ident: str, name: str, content: bytes, position: int = 0) -> httpx.Response:
    return await editor.put(f"/v1/imports/{ident}/files/{position}", params={"name": name}, content=content)


async def test_files_are_sent_one_by_one_and_read_by_a_job(house: House) -> None:
    editor = await house.enter("editor")
    started = await begun(editor, kind="zendesk", master=True, owner="money")
    assert (started["state"], started["total"], started["master"]) == ("receiving", 0, True)
    ident = started["id"]
    assert (await sent(editor, ident, "export.json", b"{")).status_code == 200
    assert (await sent(editor, ident, "export.json", as_json(ZENDESK))).json()["size"] > 1000, "the same position again replaces it"
    assert (await editor.post(f"/v1/imports/{ident}/start")).status_code == 202
    assert (await editor.post(f"/v1/imports/{ident}/start")).status_code == 202
    await house.settle()
    done = (await editor.get(f"/v1/imports/{ident}")).json()
    assert (done["state"], done["done"], done["total"], done["counts"]) == ("done", 4, 4, {"opened": 1, "saved": 3})
    first = (await editor.get(f"/v1/imports/{ident}/files", params={"state": ["saved"], "limit": 2})).json()
    assert [line["name"] for line in first["files"]] == ["Refunds for cancelled flights", "Erstattung gestrichener Flüge"]
    rest = (await editor.get(f"/v1/imports/{ident}/files", params={"state": "saved", "after": first["next"]})).json()
    assert ([line["article_ids"] for line in rest["files"]], rest["next"]) == ([["zendesk-35468"]], None)
    assert (await editor.get("/v1/articles/zendesk-35467")).json()["owner"] == "money"
    assert [one["id"] for one in (await editor.get("/v1/imports")).json()["imports"]] == [ident]


async def test_small_texts_start_at_once_and_editors_can_follow(house: House) -> None:
    editor = await house.enter("editor")
    started = await begun(
        editor, files=[{"name": "pets.md", "text": "# Pets\n\nDogs fly too."}, {"name": "bad.md", "text": "---\nid: [\n---\nx"}]
    )
    assert (started["state"], started["total"]) == ("waiting", 2)
    await house.settle()
    done = (await editor.get(f"/v1/imports/{started['id']}")).json()
    assert done["counts"] == {"saved": 1, "refused": 1}
    async with house.application.database.read("default") as records:
        types = [event.type for event in await records.log.events(0)]
    assert types.count("import.started") == types.count("import.done") == 1
    assert "import.progress" in types


async def test_the_master_can_be_changed(house: House) -> None:
    editor = await house.enter("editor")
    await begun(editor, master=True)
    (source,) = (await editor.get("/v1/knowledge-sources")).json()["sources"]
    assert (source["name"], source["master"]) == ("Help centre", True)
    changed = await editor.patch(f"/v1/knowledge-sources/{source['id']}", json={"master": False})
    assert changed.json()["master"] is False
    assert_problem(await editor.patch("/v1/knowledge-sources/nobody", json={"master": False}), 404, "nobody")


async def test_what_cannot_be_is_refused(house: House) -> None:
    editor = await house.enter("editor")
    ident = (await begun(editor))["id"]
    assert_problem(await editor.post(f"/v1/imports/{ident}/start"), 422, "no files")
    assert_problem(await sent(editor, ident, "a.md", b""), 422, "empty")
    assert_problem(await sent(editor, ident, "a.md", b"x", 20_000), 422)
    assert_problem(await sent(editor, "nowhere", "a.md", b"x"), 404, "nowhere")
    assert_problem(await editor.get("/v1/imports/nowhere/files"), 404, "nowhere")
    assert_problem(await editor.post("/v1/imports", json=SOURCE | {"kind": "excel"}), 422, "kind")
    assert_problem(await editor.post("/v1/imports", json=SOURCE | {"urls": ["ftp://x"]}), 422, "https://")
    await sent(editor, ident, "a.md", b"# A\n\nText.")
    await editor.post(f"/v1/imports/{ident}/start")
    assert_problem(await sent(editor, ident, "b.md", b"# B", 1), 409, "started")
    assert_problem(await editor.post("/v1/imports", json=SOURCE), 409, "under way")


async def test_a_file_may_be_larger_than_other_bodies_but_not_without_end(house: House) -> None:
    editor = await house.enter("editor")
    ident = (await begun(editor))["id"]
    assert (await sent(editor, ident, "large.json", b" " * 9_000_000)).status_code == 200
    assert_problem(await editor.post("/v1/knowledge/import", content=b" " * 9_000_000), 413)
    assert_problem(await sent(editor, ident, "large.json", b" " * (64 * 1024 * 1024 + 1)), 413)


@pytest.mark.parametrize("role", ["agent", "qa", "supervisor"])
async def test_others_import_nothing(house: House, role: str) -> None:
    somebody = await house.enter(role)
    assert_problem(await somebody.post("/v1/imports", json=SOURCE), 403)
    assert_problem(await somebody.get("/v1/imports"), 403)


async def test_another_company_sees_and_touches_nothing(house: House) -> None:
    ident = (await begun(await house.enter("editor")))["id"]
    stranger = await house.enter("editor", "other", "Otto")
    assert (await stranger.get("/v1/imports")).json()["imports"] == []
    for answer in (
        await stranger.get(f"/v1/imports/{ident}"),
        await stranger.get(f"/v1/imports/{ident}/files"),
        await stranger.post(f"/v1/imports/{ident}/start"),
        await sent(stranger, ident, "a.md", b"x"),
    ):
        assert_problem(answer, 404, ident)
