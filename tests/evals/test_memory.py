"""The task `memory`: what the product shows of a long chat, beside plain ways to search it, on a folder of two tiny chats."""

import json
from pathlib import Path

import pytest

from evals import running
from evals.metrics import ON_DATA
from evals.metrics.evidence import Irrelevant
from evals.metrics.ranking import PLAIN, RANKING, RELEVANT, WAYS
from evals.suites import suite
from evals.tasks.outside import Absent
from evals.tasks.retrieval import retrieval

SAID = [
    ("1:D1:1", "7:48 pm on 21 May, 2023", "Ann: My suitcase went to Oslo instead of Rome."),
    ("1:D1:2", "7:48 pm on 21 May, 2023", "Ben: What a pity. The weather was fine."),
    ("1:D2:1", "9:05 am on 3 June, 2023", "Ann: I collect stamps of old railways."),
    ("2:D1:1", "9:05 am on 3 June, 2023", "Cleo: My suitcase is green."),
]
ASKED = [("1:q0", "Where did the suitcase of Ann go?", "1", "1:D1:1"), ("2:q0", "What colour is the suitcase?", "2", "2:D1:1")]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """As the public folder of chats."""
    folder = tmp_path / "history" / "locomo"
    (folder / "qrels").mkdir(parents=True)
    corpus = [json.dumps({"_id": key, "title": title, "text": text}) for key, title, text in SAID]
    (folder / "corpus.jsonl").write_text("\n".join(corpus))
    questions = [json.dumps({"_id": key, "text": text, "conv": chat}) for key, text, chat, _ in ASKED]
    (folder / "queries.jsonl").write_text("\n".join(questions))
    rows = [f"{key}\t{item}\t1" for key, _, _, item in ASKED]
    (folder / "qrels" / "test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]))
    return tmp_path


async def test_each_chat_is_recalled_by_itself_and_its_vectors_are_kept(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"data": str(data), "cache": str(tmp_path / "kept")}
    done = await running.run(running.Plan(suite("memory"), "x", given))
    assert done.failed == ()
    assert {row.sample: row.value for row in done.of("memory recall@5")} == {"locomo-1:q0": 1, "locomo-2:q0": 1}
    assert [row.value for row in done.of("recall@5, newest 300")] == [1, 1]
    assert {row.metric for row in done.rows} == {metric.name for metric in ON_DATA if metric.task == "memory"}
    assert [row.value for row in done.of("memory recall@5, BM25")] == [1, 1]
    kept = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "kept").glob("*.npy")}
    assert len(kept) == 3  # all that was said, and the questions of each chat
    again = await running.run(running.Plan(suite("memory"), "y", given))
    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "kept").glob("*.npy")} == kept
    assert [row.value for row in again.rows] == [row.value for row in done.rows]


def test_what_nobody_marked_counts_as_irrelevant() -> None:
    found = {RANKING: ["a", "b", "c", "d", "e", "f"], RELEVANT: {"b": 1, "f": 1}}
    read = Irrelevant().read(found)
    assert read is not None
    assert (read.value, read.why) == (0.8, "4 of 5")
    assert Irrelevant().read(found | {RANKING: []}) is None


def test_a_plain_way_is_counted_as_ours_is() -> None:
    found = {RANKING: ["x", "a"], RELEVANT: {"a": 1}, PLAIN: {"bm25": ["a"], "dense": ["x"], "rrf": ["x", "y", "a"]}}
    read = {metric.name: metric.read(found) for metric in ON_DATA if metric.task == "retrieval"}
    assert {name: value.value for name, value in read.items() if value and name.startswith("MRR")} == {
        "MRR": 0.5,
        "MRR, BM25": 1.0,
        "MRR, dense": 0.0,
        "MRR, RRF": pytest.approx(1 / 3),
    }
    assert len(read) == 4 * (1 + len(WAYS))


def test_a_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "retrieval").mkdir()
    with pytest.raises(Absent, match="has no retrieval/stackfaq"):
        retrieval(str(tmp_path), "stackfaq")
