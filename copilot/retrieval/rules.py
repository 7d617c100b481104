"""Which rules of editors hold for a question: pure decisions; the rules and their vectors are read elsewhere."""

from collections.abc import Iterable

from copilot.domain.curation import SearchRule
from copilot.domain.ports.search import Vectors
from copilot.retrieval.query import SearchQuery
from copilot.retrieval.steering import UNSTEERED, Steering
from copilot.retrieval.words import stems

NEAR = 0.65
"""Cosine from which a question that holds all words of a rule, and more, asks the same.

Of such pairs in stackfaq .94 want the same answer, and .95 of those that do are kept; all pairs of workarena_kb do, and are kept. Where the
rule is three words: .98 and .996, and .68 and .58 are kept: a rule would rather not hold than hold for another question. Without it .84 of
stackfaq's pairs want the same (evals/bench/rules.py).
"""


def words_of(text: str) -> frozenset[str]:
    """What a question tells, whatever its order, its small words and its endings."""
    return frozenset(stems(text))


def same(rule: SearchRule, query: SearchQuery) -> bool:
    """The question is the rule's, in the same words."""
    words = words_of(rule.query)
    return bool(words) and words == words_of(query.text)


def perhaps(rule: SearchRule, query: SearchQuery) -> bool:
    """The question holds all that the rule's question tells: whether it asks the same, its meaning decides (`near`)."""
    words = words_of(rule.query)
    return bool(words) and words <= words_of(f"{query.text}\n{query.context}")


def near(rule: Vectors, query: Vectors) -> bool:
    """Whether two questions mean the same. Shape (dimension,), length 1."""
    return float(rule @ query) >= NEAR


def steering(rules: Iterable[SearchRule]) -> Steering:
    """Rules that hold for one search, as the search obeys them."""
    chosen: dict[tuple[str, bool], list[str]] = {}
    for rule in rules:
        chosen.setdefault((rule.action, bool(rule.passage_id)), []).append(rule.passage_id or rule.article_id)
    if not chosen:
        return UNSTEERED
    return Steering(
        pinned_articles=tuple(chosen.get(("pin", False), ())),
        pinned_passages=tuple(chosen.get(("pin", True), ())),
        blocked_articles=tuple(chosen.get(("block", False), ())),
        blocked_passages=tuple(chosen.get(("block", True), ())),
    )
