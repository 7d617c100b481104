"""Emotion on public data: how the sets are read, what the figures count, that training repeats itself."""

from pathlib import Path

import numpy as np
import pytest

from copilot.domain.emotion import LABELS
from copilot.sensing.head import DIMENSION, Head, Table, keys_of, pieces, terms, words_of
from evals.emotion import reading, train
from evals.emotion.baselines import words_heat, words_label
from evals.emotion.scores import macro_f1
from evals.emotion.sets import goemotions, satisfaction
from evals.emotion.vectors import Vectors
from evals.metrics.emotion_f1 import EmotionF1
from evals.metrics.heat_auroc import HeatAuroc, VaderAuroc
from evals.metrics.lead import FalseWarning, Lead, Warned
from evals.tasks.emotion import READ, emotion, lead_time
from evals.tasks.outside import Absent

DIALOGUE = """
USER\tA table for two, please.\tINFORM\t3,3,4
SYSTEM\tSorry, there is no table available.\tOFFER\t
USER\tNo, I said for two! This is ridiculous.\tINFORM\t2,3,2
SYSTEM\tBooked.\tOFFER\t
USER\tOVERALL\t\t3,3,3

USER\tPlay a song.\tINFORM\t3,3,3
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as the public one, of a few rows."""
    folder = tmp_path / "emotion"
    (folder / "goemotions").mkdir(parents=True)
    (folder / "turn_satisfaction").mkdir()
    (folder / "goemotions" / "labels.txt").write_text("anger\ngratitude\nneutral\namusement\nannoyance\n")
    rows = ("You thief!\t0\ta", "Thank you so much\t1\tb", "lol\t3\tc", "Grr\t0,4\td", "It is Monday\t2,3\te")
    (folder / "goemotions" / "test.tsv").write_text("\n".join(rows))
    for name in ("SGD", "MWOZ"):
        (folder / "turn_satisfaction" / f"{name}.txt").write_text(DIALOGUE)
    (folder / "airline_tweets.csv").write_text("airline_sentiment,text\nnegative,@you Worst flight ever\npositive,@you thanks!\n")
    (folder / "complaints.jsonl").write_text('{"text": "My bag is lost", "complaint": 1}\n{"text": "Hi", "complaint": 0}\n')
    return tmp_path


@pytest.fixture(autouse=True)
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def flat(texts: list[str], cache: Path | None) -> Vectors:
        return np.zeros((len(texts), DIMENSION), dtype=np.float32)

    monkeypatch.setattr(reading, "vectors_of", flat)


def test_rows_of_one_label_are_used_and_labels_that_are_not_ours_ignored(data: Path) -> None:
    texts, labels = goemotions(data / "emotion", "test")
    assert [(text, LABELS[label]) for text, label in zip(texts, labels, strict=True)] == [
        ("You thief!", "angry"),
        ("Thank you so much", "grateful"),
        ("It is Monday", "neutral"),
    ]


def test_a_turn_comes_with_what_was_said_before_it(data: Path) -> None:
    first, second, third = satisfaction(data / "emotion", "SGD")
    assert (first.earlier, first.answered, first.low) == ((), "", False)
    assert (second.earlier, second.low) == (("A table for two, please.",), True)
    assert second.answered == "Sorry, there is no table available."
    assert (third.earlier, third.answered, third.dialogue != second.dialogue) == ((), "", True)
    assert len(satisfaction(data / "emotion", "SGD", rows=2)) == 2


def test_macro_f1_is_scikit_learns() -> None:
    from sklearn.metrics import f1_score

    chance = np.random.default_rng(3)
    found, wanted = chance.integers(0, 7, 300), chance.integers(0, 7, 300)
    expected = f1_score(wanted, found, labels=range(7), average="macro", zero_division=0)
    assert macro_f1(found, wanted) == pytest.approx(float(expected))


def test_every_set_is_read_one_of_each_in_turn(data: Path) -> None:
    samples = list(emotion(str(data)).dataset)
    assert [sample.metadata["set"] for sample in samples if sample.metadata][:5] == ["goemotions", "airline", "complaints", "SGD", "MWOZ"]
    assert len(samples) == 3 + 2 + 2 + 3 + 3
    read = {str(sample.id): (sample.metadata or {})[READ] for sample in samples}
    assert read["SGD-1"]["heat"] > read["SGD-0"]["heat"]
    assert (read["SGD-1"]["low"], read["goemotions-0"]["wanted"]) == (True, "angry")
    assert "low" not in read["goemotions-0"]


def test_without_data_the_task_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Absent, match="-T data=FOLDER"):
        emotion()
    with pytest.raises(Absent, match="emotion"):
        emotion(str(tmp_path))
    (tmp_path / "emotion").mkdir()
    with pytest.raises(Absent, match="airline_tweets"):
        emotion(str(tmp_path), sets="airline")


def test_a_dialogue_that_turns_and_one_that_does_not(data: Path) -> None:
    turning, other = [(sample.metadata or {})[READ] for sample in lead_time(str(data)).dataset if str(sample.id).startswith("SGD")]
    assert turning["turned"] == 1
    assert turning["heats"][0] <= 45 < turning["heats"][1]
    assert other["turned"] is None
    assert len(other["heats"]) == 1


@pytest.mark.parametrize(
    ("heats", "turned", "warned", "lead", "falsely"),
    [
        ([30, 50, 60, 70], 3, 1.0, 2.0, None),
        ([30, 30, 60], 2, 1.0, 0.0, None),
        ([30, 30, 30, 60], 2, 0.0, None, None),
        ([30, 30], None, None, None, 0.0),
        ([30, 46], None, None, None, 1.0),
        ([60, 60], 0, None, None, None),
    ],
)
def test_lead_time_counts_messages_before_the_turn(
    heats: list[float], turned: int | None, warned: float | None, lead: float | None, falsely: float | None
) -> None:
    found = {"heats": heats, "turned": turned}
    read = [metric.read(found) for metric in (Warned(), Lead(), FalseWarning())]
    assert [one.value if one else None for one in read] == [warned, lead, falsely]


def test_a_metric_leaves_what_it_cannot_count() -> None:
    labelled, rated = {"label": "angry", "wanted": "neutral", "heat": 70.0}, {"label": "angry", "heat": 70.0, "vader": None, "low": True}
    assert HeatAuroc().read(labelled) is None
    assert VaderAuroc().read(rated) is None
    assert EmotionF1().read(rated) is None
    told = HeatAuroc().read(rated)
    assert told is not None
    assert (told.value, told.truth) == (70.0, 1.0)


def test_words_alone() -> None:
    assert words_label("This is disgusting") == "angry"
    assert words_label("It is Monday") == "neutral"
    assert words_heat("thank you") < words_heat("It is Monday") < words_heat("awful")


def test_training_repeats_itself_and_learns(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    labels = np.arange(140) % len(LABELS)
    words = [np.array([label, 100 + int(chance.integers(50))], dtype=np.uint32) for label in labels]
    pieces = [np.array([1000 + label], dtype=np.uint32) for label in labels]
    split = train.Split(chance.normal(size=(140, DIMENSION)).astype(np.float32), words, pieces, labels)
    first, second = train.fit(split, kept=20), train.fit(split, kept=20)
    for number, learnt in enumerate((first, second)):
        train.save(tmp_path / f"{number}.npz", **learnt._asdict())
    assert (tmp_path / "0.npz").read_bytes() == (tmp_path / "1.npz").read_bytes()
    assert set(range(7)) | set(range(1000, 1007)) <= set(first.keys.tolist()), "what tells is kept"
    assert first.rows.shape == (20, len(LABELS))
    assert macro_f1(train.scores_of(split, first).argmax(axis=1), labels) > 0.8


def test_what_training_scores_is_what_the_product_scores() -> None:
    """One message through both: words, pairs and pieces, each over the root of their known number, beside the vector."""
    chance, text = np.random.default_rng(6), "Still no refund, and still no answer!"
    read = words_of(text)
    split = train.Split(
        chance.normal(size=(1, DIMENSION)).astype(np.float32), [keys_of(terms(read))], [keys_of(pieces(read))], np.zeros(1, dtype=np.int64)
    )
    keys = np.sort(keys_of(["still", "still no", "refund", "never", "\nefu", "\n no "]))
    weights, rows = (chance.normal(size=shape).astype(np.float32) for shape in ((len(LABELS), DIMENSION), (len(keys), len(LABELS))))
    bias = np.zeros(len(LABELS), dtype=np.float32)
    scores = train.scores_of(split, train.Learnt(weights, bias, keys, rows))[0]
    chances = Head(weights, bias, Table(keys, rows)).chances(split.vectors[0], text)
    odds = np.exp(scores - scores.max())
    assert list(chances.values()) == pytest.approx((odds / odds.sum()).tolist(), rel=1e-4)


def test_offsets_help_a_label_that_is_never_chosen() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1])
    scores = np.zeros((6, len(LABELS)), dtype=np.float32)
    scores[:, 0], scores[3:, 1], scores[:3, 1] = 0.5, 0.3, -0.9
    added = train.offsets(scores, labels)
    assert macro_f1(scores.argmax(axis=1), labels) < macro_f1((scores + added).argmax(axis=1), labels)
