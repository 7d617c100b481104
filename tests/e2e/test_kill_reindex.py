"""kill -9 in the middle of a re-index: the old index answers at once, the half-built one goes, the job is done. FULL=1: ten kills."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from copilot.services.searching.rebuilding import ENOUGH
from tests.e2e.service import Service, rows
from tests.patience import until

ARTICLES = 1200
TIMES = 5 if os.environ.get("FULL") else 1
Moment = Callable[[dict[str, Any]], bool]


def at_the_beginning(report: dict[str, Any]) -> bool:
    return bool(report["state"] == "running")


def in_the_middle(report: dict[str, Any]) -> bool:
    return 0 < int(report["done"]) < int(report["total"])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service on one folder: each test kills it, and the next one has to live with what was left."""
    with Service(tmp_path_factory.mktemp("kill") / "data") as running:
        for start in range(0, ARTICLES, 200):
            running.post(
                "/v1/knowledge/import", {"files": [article(n, f"Case {n} is told at counter {n * 7}.") for n in range(start, start + 200)]}
            )
        yield running


def article(number: int, text: str) -> dict[str, str]:
    return {"name": f"a{number}.md", "text": f"---\nid: a{number}\ntitle: Case {number}\nstatus: published\n---\n\n{text}\n"}


@pytest.mark.parametrize("time", range(TIMES))
@pytest.mark.parametrize("moment", [at_the_beginning, in_the_middle], ids=lambda moment: moment.__name__)
def test_the_old_index_serves_and_the_job_is_done(service: Service, moment: Moment, time: int) -> None:
    before = serving(service)
    asked = service.post("/v1/knowledge/reindex")
    until(lambda: moment(report(service)), "the re-index to have come so far")
    published = f"heron{moment.__name__.replace('_', '')}{time}"
    service.post("/v1/knowledge/import", {"files": [article(5000 + time, f"The {published} nests on the roof.")]})
    interrupted = report(service)
    service.kill()
    left = half_built(service)

    service.start()
    assert found(service, published) == f"a{5000 + time}"
    assert found(service, "case 17 is told at counter 119") == "a17"
    done = until(lambda: (r := service.get("/v1/knowledge/reindex"))["state"] in ("done", "failed") and r, "the re-index to end")
    assert (done["id"], done["state"]) == (asked["id"], "done")
    assert done["found"] >= ENOUGH
    now = serving(service)
    if interrupted["state"] == "running":
        assert now.isdisjoint(before), "made again"
        assert left.isdisjoint(collections(service)), "what was half built is gone"
    assert held(service) == passages(service) == done["passages"]
    assert found(service, published) == f"a{5000 + time}"
    assert service.rows("SELECT count(*) FROM outbox") == [(0,)]


def test_a_stop_in_the_middle_is_taken_up_too(service: Service) -> None:
    asked = service.post("/v1/knowledge/reindex")
    until(lambda: in_the_middle(report(service)), "the re-index to be under way")
    assert service.stop() == 0

    service.start()
    done = until(lambda: (r := service.get("/v1/knowledge/reindex"))["state"] in ("done", "failed") and r, "the re-index to end")
    assert (done["id"], done["state"]) == (asked["id"], "done")
    assert held(service) == passages(service)


@pytest.mark.parametrize("damage", ["overwritten", "gone"])
def test_a_damaged_index_is_made_again_while_words_answer(service: Service, damage: str) -> None:
    service.stop()
    folder = service.folder / "vectors"
    if damage == "gone":
        shutil.rmtree(folder)
    else:
        for file in (file for file in folder.rglob("*") if file.is_file() and file.stat().st_size > 16):
            file.write_bytes(os.urandom(file.stat().st_size))

    service.start()
    assert found(service, "case 17 is told at counter 119") == "a17"
    done = until(lambda: (r := service.get("/v1/knowledge/reindex"))["state"] in ("done", "failed") and r, "the re-index to end")
    assert done["state"] == "done"
    assert done["found"] >= ENOUGH
    assert held(service) == passages(service) == done["passages"]


def report(service: Service) -> dict[str, Any]:
    ((text,),) = service.rows("SELECT value FROM state_values WHERE name = 'reindex'")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def serving(service: Service) -> set[str]:
    """Names of the collections that serve, as the record says."""
    return {f"{name}.g{now['generation']}" if now["generation"] else name for name, now in standings(service).items()}


def half_built(service: Service) -> set[str]:
    """Names of those that are being filled."""
    return {f"{name}.g{now['building']}" for name, now in standings(service).items() if now["building"]}


def standings(service: Service) -> dict[str, dict[str, Any]]:
    noted = service.rows("SELECT name, value FROM state_values WHERE name LIKE 'index:default-%'")
    read = {name.removeprefix("index:"): json.loads(value) for name, value in noted}
    return {name: now if isinstance(now, dict) else {"generation": 0, "building": 0} for name, now in read.items()}


def collections(service: Service) -> set[str]:
    return {name for (name,) in rows(service.folder / "vectors" / "chroma.sqlite3", "SELECT name FROM collections")}


def held(service: Service) -> int:
    """Vectors of passages in what serves."""
    (name,) = (name for name in serving(service) if ".passages." in name)
    counted = """SELECT count(*) FROM embeddings e JOIN segments s ON e.segment_id = s.id JOIN collections c ON s.collection = c.id
                 WHERE c.name = ?"""
    ((count,),) = rows(service.folder / "vectors" / "chroma.sqlite3", counted, name)
    return int(count)


def passages(service: Service) -> int:
    ((count,),) = service.rows("SELECT count(*) FROM passages p JOIN articles a ON a.id = p.article_id WHERE a.status = 'published'")
    return int(count)


def found(service: Service, query: str) -> str:
    return str(service.get("/v1/knowledge/search", q=query, limit=1)["passages"][0]["article_id"])
