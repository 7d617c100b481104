"""Two runs beside each other."""

import pytest

from copilot.domain.errors import Refused
from evals.comparing import compare
from tests.evals.house import made, row, several


def test_other_versions_of_a_metric_are_not_compared() -> None:
    before, after = made("old", [row("a", 1), row("a", 0, "re-asked")]), made("new", [row("a", 1), row("a", 0, "re-asked", version=2)])
    with pytest.raises(Refused, match="re-asked: the two runs counted differently") as refused:
        compare(before, after)
    assert "as expected" not in str(refused.value)
    assert "old" in str(refused.value)


def test_worst_first() -> None:
    """What got worse before what got better; high severity before size; then by size."""
    before = [row("won", 0, severity="high"), row("small", 0.6), row("large", 0.9), row("grave", 0.5, severity="high")]
    after = [row("won", 1, severity="high"), row("small", 0.5), row("large", 0.1), row("grave", 0.4, severity="high")]
    found = compare(made("a", before), made("b", after))
    assert [one.after.sample for one in found.moved] == ["grave", "large", "small", "won"]
    assert [one.worse for one in found.moved] == [True, True, True, False]


def test_what_it_costs_comes_last() -> None:
    """Fifty replies with more tokens do not hide the one case that a change mended or broke."""
    before = [*several([100] * 50, "tokens in"), row("mended", 0), row("broken", 1), row("concern", 1, "concrete")]
    after = [*several([900] * 50, "tokens in"), row("mended", 1), row("broken", 0), row("concern", 0, "concrete")]
    found = compare(made("a", before), made("b", after)).moved
    assert [one.after.sample for one in found[:3]] == ["broken", "concern", "mended"]
    assert {one.after.metric for one in found[3:]} == {"tokens in"}


def test_less_is_better_where_the_metric_says_so() -> None:
    found = compare(made("a", several([0] * 20, "re-asked")), made("b", several([1] * 20, "re-asked")))
    assert [one.word for one in found.metrics] == ["worse"]
    assert all(one.worse for one in found.moved)


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ([1] * 10, [1] * 10, "the same"),
        ([1] * 10, [1] * 9 + [0], "no difference seen"),
        ([1] * 10, [0] * 10, "worse"),
        ([0] * 10, [1] * 10, "better"),
    ],
)
def test_a_word_for_the_difference(before: list[float], after: list[float], word: str) -> None:
    assert compare(made("a", several(before)), made("b", several(after))).metrics[0].word == word


def test_samples_of_one_run_only_are_named_and_not_counted() -> None:
    found = compare(made("a", [row("both", 1), row("gone", 0)]), made("b", [row("both", 1), row("new", 0)]))
    assert (found.only_before, found.only_after) == (["gone"], ["new"])
    assert found.metrics[0].difference is not None
    assert found.metrics[0].difference.n == 1
    assert found.moved == []
