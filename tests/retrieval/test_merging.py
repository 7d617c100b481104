"""Two versions put together: piece by piece, and what is left to choose."""

import pytest

from copilot.domain.knowledge import Article, Ask, Lever
from copilot.retrieval.merging import clashes, hunks, merge, unmerged

BASE = "One.\n\nTwo.\n\nThree."


def article(**changed: object) -> Article:
    return Article.model_validate({"id": "a", "title": "A", "text": BASE} | changed)


@pytest.mark.parametrize(
    ("mine", "theirs", "kinds"),
    [
        ("One!\n\nTwo.\n\nThree.", "One.\n\nTwo.\n\nThree!", ["mine", "same", "theirs"]),
        ("One.\n\nTwo!\n\nThree.", "One.\n\nTwo?\n\nThree.", ["same", "conflict", "same"]),
        ("One.\n\nTwo!\n\nThree.", "One.\n\nTwo!\n\nThree.", ["same", "both", "same"]),
        ("", "One.", ["conflict"]),
    ],
)
def test_pieces_say_who_changed_them(mine: str, theirs: str, kinds: list[str]) -> None:
    found = hunks(BASE, mine, theirs)
    assert [one.kind for one in found] == kinds
    for one in found:
        if one.kind == "conflict":
            assert set(one.mine) <= set(mine.splitlines())
            assert set(one.theirs) <= set(theirs.splitlines())
        else:
            assert one.mine == one.theirs


def test_pieces_without_a_conflict_are_the_merged_text() -> None:
    mine, theirs = "Zero.\n\nOne.\n\nTwo.\n\nThree.", "One.\n\nThree.\n\nFour."
    pieces = hunks(BASE, mine, theirs)
    assert "conflict" not in [one.kind for one in pieces]
    together = merge(article(), article(text=mine), article(text=theirs))
    assert "\n".join(line for one in pieces for line in one.mine) == together.article.text
    assert not unmerged(together.article)


def test_only_what_both_changed_in_two_ways_is_left_to_choose() -> None:
    lever, ask = Lever(id="gift", offer="a gift"), Ask(field="f", question="Which?")
    base = article(owner="a", tags=("x",), levers=[lever], asks=[ask])
    mine = base.model_copy(update={"owner": "b", "title": "B", "levers": (lever.model_copy(update={"offer": "a big gift"}),), "asks": ()})
    theirs = base.model_copy(update={"owner": "c", "locale": "de", "levers": (), "asks": (ask,)})
    found = clashes(base, mine, theirs)
    assert [(one.field, one.key) for one in found] == [("owner", ""), ("levers", "gift")]
    assert (found[0].mine, found[0].theirs) == ("b", "c")
    assert found[1].theirs is None
    together = merge(base, mine, theirs).article
    assert (together.title, together.locale, together.asks) == ("B", "de", ())
    assert clashes(base, mine, mine) == clashes(base, base, theirs) == []
