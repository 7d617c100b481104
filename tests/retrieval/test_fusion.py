"""One ranking from meaning, words and names."""

import pytest

from copilot.domain.ports.search import WordMatch
from copilot.retrieval.fusion import COVERED, WORDS_MOST, fuse, weight_of_words


def test_a_clear_winner_of_meaning_is_kept() -> None:
    found = fuse({"a": 0.8, "b": 0.4, "c": 0.35}, {"b": WordMatch(12.0, 0.6), "c": WordMatch(11.0, 0.5)}, {})
    assert [f.id for f in found] == ["a", "b", "c"]


def test_words_decide_among_equals_and_names_among_likes() -> None:
    assert fuse({"a": 0.5, "b": 0.5}, {"b": WordMatch(3.0, 0.0)}, {})[0].id == "b"
    assert fuse({"a": 0.5, "b": 0.5}, {"b": WordMatch(0.0, 0.3)}, {})[0].id == "b"
    assert fuse({"a": 0.5, "b": 0.4}, {}, {"b": 0.8})[0].id == "b"
    assert fuse({"a": 0.9, "b": 0.3}, {}, {"b": 0.8})[0].id == "a"
    assert fuse({"a": 0.5, "b": 0.4}, {}, {"b": 0.4})[0].id == "a"


def test_without_meaning_words_lead() -> None:
    found = fuse(None, {"a": WordMatch(4.0, 0.2), "b": WordMatch(4.0, 0.9), "c": WordMatch(8.0, 0.9)}, {})
    assert [(f.id, f.meaning) for f in found] == [("c", None), ("b", None), ("a", None)]
    assert [f.id for f in fuse(None, {}, {"x": 0.9})] == ["x"]


def test_words_weigh_more_where_meaning_tells_less_apart() -> None:
    scores = [9.0, 2.0, 1.0]
    flat, clear = weight_of_words([0.52, 0.51, 0.5, 0.5], scores), weight_of_words([0.8, 0.4, 0.3, 0.3], scores)
    assert flat > 3 * clear > 0


def test_words_weigh_less_where_they_tell_less_apart() -> None:
    cosines = [0.6, 0.5, 0.5, 0.5]
    assert weight_of_words(cosines, [9.0, 8.9, 8.9, 8.8]) < 0.2 * weight_of_words(cosines, [9.0, 1.0])


def test_one_without_a_vector_counts_as_near_as_those_that_words_meet_as_well() -> None:
    meaning = {f"common{i}": 0.3 for i in range(10)} | {f"telling{i}": 0.6 + i / 100 for i in range(5)}
    words = {f"common{i}": WordMatch(2.0, 0.2) for i in range(10)} | {f"telling{i}": WordMatch(8.0, 0.8) for i in range(5)}
    found = {f.id: f.meaning for f in fuse(meaning, words | {"fresh": WordMatch(8.1, 0.8), "aside": WordMatch(1.9, 0.1)}, {"named": 0.9})}
    assert found["fresh"] == pytest.approx(0.62)
    assert found["aside"] == pytest.approx(0.3)
    assert found["named"] == pytest.approx(0.3)


@pytest.mark.parametrize(("cosines", "scores"), [([], []), ([0.5], [3.0]), ([0.5, 0.4], []), ([0.5, 0.4], [0.0, 0.0])])
def test_nothing_to_compare_weighs_nothing(cosines: list[float], scores: list[float]) -> None:
    assert weight_of_words(cosines, scores) == 0.0


def test_what_words_may_add_is_bounded() -> None:
    assert weight_of_words([0.5] * 30, [9.0]) == WORDS_MOST
    (first, *_) = fuse(dict.fromkeys(map(str, range(30)), 0.5), {"7": WordMatch(9.0, 1.0)}, {})
    assert first.id == "7"
    assert first.rank < 0.5 + WORDS_MOST + COVERED
