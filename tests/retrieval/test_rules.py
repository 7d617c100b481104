"""Which rules hold for a question."""

from datetime import UTC, datetime

import numpy as np
import pytest

from copilot.domain.curation import SearchRule
from copilot.domain.ports.search import Vectors
from copilot.retrieval import rules
from copilot.retrieval.query import SearchQuery, plain
from copilot.retrieval.steering import UNSTEERED, Steering

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def rule(query: str, article: str = "a", passage: str = "", action: str = "pin") -> SearchRule:
    given = {"id": f"{action}-{article}-{passage}", "query": query, "article_id": article, "passage_id": passage, "action": action}
    return SearchRule.model_validate(given | {"author": "u", "made_at": NOW, "changed_at": NOW})


@pytest.mark.parametrize(
    ("written", "asked", "same", "perhaps"),
    [
        ("refund for a cancelled flight", "Cancelled flights: the refunds?", True, True),
        ("How long does a refund take?", "How long do refunds take, please?", True, True),
        ("refund cancelled flight", "My flight to Lisbon was cancelled, where is my refund?", False, True),
        ("refund cancelled flight Lisbon", "Is there a refund for a cancelled flight?", False, False),
        ("refund", "Where is my luggage?", False, False),
        ("how do I", "how do I", False, False),
        ("Überweisung", "uberweisung", True, True),
    ],
)
def test_words_decide_first(written: str, asked: str, same: bool, perhaps: bool) -> None:
    assert (rules.same(rule(written), plain(asked)), rules.perhaps(rule(written), plain(asked))) == (same, perhaps)


def test_a_thin_question_is_read_with_what_came_before() -> None:
    query = SearchQuery(text="And how long?", context="My refund for a flight\nAnd how long?", terms={})
    assert rules.perhaps(rule("refund flight"), query)
    assert not rules.same(rule("refund flight"), query)


def test_then_meaning_decides() -> None:
    def towards(cosine: float) -> Vectors:
        return np.array([cosine, (1 - cosine**2) ** 0.5], dtype=np.float32)

    assert rules.near(towards(1.0), towards(rules.NEAR + 0.01))
    assert not rules.near(towards(1.0), towards(rules.NEAR - 0.01))


def test_rules_become_what_a_search_obeys() -> None:
    given = [rule("q", "a"), rule("q", "b", "b~1"), rule("q", "c", action="block"), rule("q", "d", "d~2", "block")]
    assert rules.steering(given) == Steering(
        pinned_articles=("a",), pinned_passages=("b~1",), blocked_articles=("c",), blocked_passages=("d~2",)
    )
    assert rules.steering([]) is UNSTEERED
