"""Vectors: the double and Chroma held to the same behaviour; then what only a folder can suffer."""

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from copilot.adapters import vectors as module
from copilot.adapters.vectors import MARKER, SEAL, ChromaVectors
from copilot.domain.errors import Unavailable
from copilot.domain.ports.search import VectorIndex, Vectors
from copilot.testing.search import MemoryVectors


def some(count: int, seed: int = 1) -> Vectors:
    rows: Vectors = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


@pytest.fixture(params=["memory", "chroma"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[VectorIndex]:
    made: VectorIndex = MemoryVectors() if request.param == "memory" else ChromaVectors(tmp_path / "vectors")
    yield made
    made.close()


async def test_query_gives_cosines_best_first(index: VectorIndex) -> None:
    rows = some(20)
    await index.upsert("a.passages.1", [f"p{i}" for i in range(20)], rows)
    found = await index.query("a.passages.1", rows[3], 5)
    assert found[0][0] == "p3"
    assert np.allclose([score for _, score in found], sorted(rows @ rows[3], reverse=True)[:5], atol=1e-5)


async def test_get_maps_by_id(index: VectorIndex) -> None:
    rows = some(300)
    ids = [f"p{i}" for i in range(300)]
    await index.upsert("col", ids, rows)
    for _ in range(2):
        found = await index.get("col", [*reversed(ids), "missing"])
        assert set(found) == set(ids)
        assert all(np.allclose(found[key], row, atol=1e-6) and found[key].dtype == np.float32 for key, row in zip(ids, rows, strict=True))
    assert await index.get("col", []) == {}


async def test_upsert_replaces(index: VectorIndex) -> None:
    rows = some(4)
    await index.upsert("col", ["a", "b"], rows[:2])
    await index.get("col", ["a"])
    await index.upsert("col", ["a", "c"], rows[2:])
    assert await index.count("col") == 3
    assert np.allclose((await index.get("col", ["a"]))["a"], rows[2], atol=1e-6)
    assert (await index.query("col", rows[2], 1))[0][0] == "a"


async def test_delete_and_drop(index: VectorIndex) -> None:
    rows = some(3)
    await index.upsert("col", ["a", "b", "c"], rows)
    await index.get("col", ["a", "b"])
    await index.delete("col", ["a", "unknown"])
    assert set(await index.get("col", ["a", "b"])) == {"b"}
    assert "a" not in dict(await index.query("col", rows[0], 3))
    await index.drop("col")
    assert await index.count("col") == 0
    assert await index.get("col", ["b"]) == {}
    await index.drop("col")


async def test_all_ids_are_told(index: VectorIndex) -> None:
    await index.upsert("col", ["a", "b", "c"], some(3))
    await index.delete("col", ["b"])
    assert await index.ids("col") == {"a", "c"}


async def test_what_does_not_exist_is_empty(index: VectorIndex) -> None:
    assert await index.query("none", some(1)[0], 3) == []
    assert await index.get("none", ["a"]) == {}
    assert await index.count("none") == 0
    assert await index.ids("none") == set()
    await index.delete("none", ["a"])
    assert await index.collections() == []


async def test_collections_are_apart(index: VectorIndex) -> None:
    rows = some(2)
    await index.upsert("one", ["a"], rows[:1])
    await index.upsert("two", ["a"], rows[1:])
    assert await index.collections() == ["one", "two"]
    assert np.allclose((await index.get("two", ["a"]))["a"], rows[1], atol=1e-6)
    assert await index.query("one", rows[1], 0) == []


async def test_lengths_must_agree(index: VectorIndex) -> None:
    with pytest.raises(ValueError, match="2 ids for 1 vectors"):
        await index.upsert("one", ["a", "b"], some(1))


async def test_what_is_unlike_everything_else_is_found_too(index: VectorIndex) -> None:
    """In a graph of vectors that are all alike the places are taken: one that is unlike them was stored, counted, and never found."""
    chance = np.random.default_rng(5)
    alike = chance.normal(size=(600, 64)).astype(np.float32) * 0.05 + np.eye(64, dtype=np.float32)[0]
    await index.upsert("col", [f"p{i}" for i in range(600)], alike / np.linalg.norm(alike, axis=1, keepdims=True))
    await index.query("col", alike[0], 1)
    for number in range(1, 20):
        unlike = np.eye(64, dtype=np.float32)[number : number + 1] + 0.1 * np.eye(64, dtype=np.float32)[:1]
        unlike /= np.linalg.norm(unlike)
        await index.upsert("col", [f"n{number}"], unlike)
        assert (await index.query("col", unlike[0], 3))[0][0] == f"n{number}"


async def test_what_is_unlike_everything_else_is_found_among_many_stored_at_once(index: VectorIndex) -> None:
    chance = np.random.default_rng(5)
    alike = chance.normal(size=(1200, 64)).astype(np.float32) * 0.05 + np.eye(64, dtype=np.float32)[0]
    alike /= np.linalg.norm(alike, axis=1, keepdims=True)
    await index.upsert("col", [f"p{i}" for i in range(600)], alike[:600])
    await index.query("col", alike[0], 1)
    for batch in range(6):
        unlike = np.eye(64, dtype=np.float32)[1 + 3 * batch : 4 + 3 * batch] + 0.1 * np.eye(64, dtype=np.float32)[0]
        unlike /= np.linalg.norm(unlike, axis=1, keepdims=True)
        rows = np.concatenate([unlike, alike[600 + 100 * batch : 700 + 100 * batch]])
        await index.upsert("col", [f"b{batch}-{i}" for i in range(len(rows))], rows)
        for number, vector in enumerate(unlike):
            assert (await index.query("col", vector, 3))[0][0] == f"b{batch}-{number}"


async def test_compact_leaves_the_rest(index: VectorIndex) -> None:
    await index.upsert("one", ["keep", "erase-me-0xfeed"], some(2))
    await index.delete("one", ["erase-me-0xfeed"])
    await index.compact()
    assert set(await index.get("one", ["keep", "erase-me-0xfeed"])) == {"keep"}


def files_with(folder: Path, needle: bytes) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file() and needle in file.read_bytes()]


async def test_a_dropped_collection_is_unreadable_on_disk_after_compact(tmp_path: Path) -> None:
    index = ChromaVectors(tmp_path / "v")
    await index.upsert("gone.memories.1", ["erase-me-0xfeed"], some(1))
    await index.upsert("kept.memories.1", ["keep-me-0xbeef"], some(1))
    await index.drop("gone.memories.1")
    await index.compact()
    index.close()
    assert files_with(tmp_path / "v", b"erase-me-0xfeed") == []
    assert files_with(tmp_path / "v", b"keep-me-0xbeef") == ["chroma.sqlite3"]


async def test_a_folder_opens_again_with_what_it_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = ChromaVectors(tmp_path / "v")
    await index.upsert("one", ["a"], some(1))
    assert (tmp_path / "v" / MARKER).exists()
    index.close()
    assert (tmp_path / "v" / SEAL).exists()
    monkeypatch.setattr(module, "_survives", lambda _: pytest.fail("a folder that was closed needs no trial"))
    again = ChromaVectors(tmp_path / "v")
    assert not again.rebuilt
    assert await again.count("one") == 1
    again.close()


async def test_an_unclean_end_is_tried_first_and_kept_when_sound(tmp_path: Path) -> None:
    index = ChromaVectors(tmp_path / "v")
    await index.upsert("one", [f"p{i}" for i in range(50)], some(50))
    index.close()
    (tmp_path / "v" / SEAL).unlink()
    again = ChromaVectors(tmp_path / "v")
    assert not again.rebuilt
    assert await again.count("one") == 50
    again.close()


def set_aside(folder: Path) -> int:
    return len(list(folder.glob("*.damaged-*")))


@pytest.mark.parametrize("damage", ["sqlite", "dies"])
async def test_a_damaged_folder_is_moved_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    folder = tmp_path / "v"
    index = ChromaVectors(folder)
    await index.upsert("one", [f"p{i}" for i in range(50)], some(50))
    index.close()
    if damage == "sqlite":
        (folder / "chroma.sqlite3").write_bytes(b"not a database" * 1000)
    else:
        # As when the trial is killed by the index it reads.
        (folder / SEAL).unlink()
        monkeypatch.setattr(module, "_survives", lambda _: False)
    again = ChromaVectors(folder)
    assert again.rebuilt
    assert "moved to v.damaged-" in again.message
    assert await again.count("one") == 0
    await again.upsert("one", ["a"], some(1))
    assert await again.count("one") == 1
    assert set_aside(tmp_path) == 1
    again.close()


def test_the_trial_says_whether_a_process_survives(tmp_path: Path) -> None:
    assert module.probe(tmp_path / "fresh") == 0
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "chroma.sqlite3").write_bytes(b"x" * 4096)
    with pytest.raises(Unavailable):
        module.probe(broken)


def test_changed_files_make_a_folder_doubtful(tmp_path: Path) -> None:
    folder = tmp_path / "v"
    assert not module._doubtful(folder)
    ChromaVectors(folder).close()
    assert not module._doubtful(folder)
    seal = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    assert "chroma.sqlite3" in seal
    with sqlite3.connect(folder / "chroma.sqlite3") as database:
        database.execute("CREATE TABLE stray (x)")
    database.close()
    assert module._doubtful(folder)


async def test_vendor_errors_are_translated(tmp_path: Path) -> None:
    index = ChromaVectors(tmp_path / "v")
    await index.upsert("one", ["a"], some(1))
    with pytest.raises(Unavailable, match="does not answer"):
        await index.query("one", np.ones(3, dtype=np.float32), 1)
    index.close()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        ChromaVectors("http://127.0.0.1:9")
