"""Questions that ask for the same thing, found among many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from copilot.domain.ports.search import Vectors
from copilot.retrieval import clustering
from copilot.retrieval.clustering import cluster


def places(seed: int, count: int, centres: int, spread: float = 0.3) -> Vectors:
    """Points around a few centres, rows of length 1."""
    random = np.random.default_rng(seed)
    middle = random.standard_normal((centres, 32))
    made = middle[random.integers(0, centres, count)] + spread * random.standard_normal((count, 32))
    rows: Vectors = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
    return rows


def named(count: int) -> list[str]:
    """Texts that share no telling word."""
    return [f"w{number}x" for number in range(count)]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(1, 8))
def test_it_is_average_linkage(seed: int, count: int, centres: int) -> None:
    """Against scipy's, over the same similarities."""
    vectors, texts = places(seed, count, centres), named(count)
    points = clustering._points(texts, vectors).astype(np.float64)
    distance = (3 - points @ points.T)[np.triu_indices(count, 1)]
    expected = fcluster(linkage(distance, "average"), 3 - clustering.NEAR, "distance")
    groups = {frozenset(np.flatnonzero(expected == label).tolist()) for label in set(expected)}
    assert {frozenset(one.members) for one in cluster(texts, vectors)} == groups


def test_everybody_is_in_one_group_the_largest_first_the_same_each_time() -> None:
    vectors = places(3, 300, 12)
    made = cluster(named(300), vectors)
    assert sorted(member for one in made for member in one.members) == list(range(300))
    assert [len(one.members) for one in made] == sorted((len(one.members) for one in made), reverse=True)
    assert made == cluster(named(300), vectors)


def test_of_equally_large_groups_the_most_alike_comes_first() -> None:
    vectors = np.vstack([places(3, 2, 1, 0.3), places(4, 2, 1, 0.05)])
    made = cluster(named(4), vectors)
    assert [set(one.members) for one in made] == [{2, 3}, {0, 1}]


def test_many_copies_are_one_group_at_once() -> None:
    vectors = np.repeat(places(1, 2, 2, 0.0), 2000, axis=0)
    made = cluster(["Do you take dogs?"] * 2000 + ["Is there wifi on board?"] * 2000, vectors)
    assert [len(one.members) for one in made] == [2000, 2000]


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = places(5, 200, 6)
    whole = cluster(named(200), vectors)
    monkeypatch.setattr(clustering, "BLOCK", 7)
    assert cluster(named(200), vectors) == whole


def test_shared_words_bring_questions_together_that_meaning_alone_leaves_apart() -> None:
    vectors = places(9, 2, 2, 0.0)
    vectors[1] = 0.5 * vectors[0] + np.sqrt(0.75) * vectors[1]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near = float(vectors[0] @ vectors[1]) + 0.1
    assert len(cluster(["my saxophone", "that tuba"], vectors, near)) == 2
    assert len(cluster(["my saxophone", "that saxophone"], vectors, near)) == 1


def test_nothing_is_no_group_and_a_missing_vector_is_an_error() -> None:
    assert cluster([], np.zeros((0, 3), dtype=np.float32)) == []
    with pytest.raises(ValueError, match="1 texts for 2 vectors"):
        cluster(["one"], places(1, 2, 1))
