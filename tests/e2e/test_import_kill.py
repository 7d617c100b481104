"""kill -9 in the middle of an import: the next start finishes it, nothing half-published, nothing twice. FULL=1: more moments."""

import os
import random
from functools import partial

import pytest

from tests.e2e.service import Service
from tests.patience import until
from tests.retrieval.exports import packed

FILES = 400
ROUNDS = 12 if os.environ.get("FULL") else 2


@pytest.fixture
def archive() -> bytes:
    return packed({f"help/{n}.md": f"# Article {n}\n\nThe answer to question number {n} is {n * 7}." for n in range(FILES)})


def test_an_import_that_was_killed_is_finished(tmp_path_factory: pytest.TempPathFactory, archive: bytes) -> None:
    folder = tmp_path_factory.mktemp("import-kill") / "data"
    moments = random.Random(4)
    with Service(folder) as service:
        ident = service.post("/v1/imports", {"source": "Help centre"})["id"]
        at = f"/v1/imports/{ident}"
        service.http.put(f"{at}/files/0", params={"name": "help.zip"}, content=archive).raise_for_status()
        assert service.http.post(f"{at}/start").status_code == 202
        service.kill()  # acknowledged, and perhaps not begun
        for _ in range(ROUNDS):
            service.start()
            before = saved(service)
            least = before + moments.randint(1, max(1, FILES // (ROUNDS + 1)))
            until(partial(reached, service, min(least, FILES - 1)), "some articles to land")
            service.kill()
            assert_whole(service)
        service.start()
        done = until(lambda: (now := service.get(at))["state"] == "done" and now, "the import to end")
        assert done["counts"] == {"opened": 1, "saved": FILES}
        assert_whole(service)
        assert service.rows("SELECT count(*), count(DISTINCT article_id) FROM source_articles") == [(FILES, FILES)]
        assert service.rows("SELECT count(*), max(revision) FROM article_revisions") == [(FILES, 1)]
        assert service.rows("SELECT count(*) FROM import_files WHERE content IS NOT NULL") == [(0,)]
        assert service.rows("SELECT count(*) FROM events WHERE type = 'import.done'") == [(1,)]
        # What landed before a kill and was not indexed then is found as well.
        for number in (0, FILES // 2, FILES - 1):
            found = service.get("/v1/knowledge/search", q=f"answer to question number {number}", limit=50)
            assert str(number) in {hit["article_id"] for hit in found["passages"]}


def reached(service: Service, least: int) -> bool:
    return saved(service) >= least


def saved(service: Service) -> int:
    found = service.rows("SELECT count(*) FROM import_files WHERE state = 'saved'")
    return int(found[0][0]) if found else 0


def assert_whole(service: Service) -> None:
    """Every line that says saved has its article with its passages, and no article is without its line."""
    articles, lines, known = (
        service.rows(f"SELECT count(*) FROM {what}")[0][0] for what in ("articles", "import_files WHERE state = 'saved'", "source_articles")
    )
    assert articles == lines == known
    without = "SELECT count(*) FROM articles a WHERE NOT EXISTS (SELECT 1 FROM passages p WHERE p.article_id = a.id)"
    assert service.rows(without) == [(0,)]
