"""What differs between two versions, in lines, words and fields."""

from datetime import UTC, datetime

import pytest

from copilot.domain.knowledge import Article, Clause, Condition, Lever, Limit
from copilot.web.differences import Piece, differences, in_words, text_lines, within


def article(**changed: object) -> Article:
    return Article.model_validate({"id": "a", "title": "A", "text": "One.\n\nTwo."} | changed)


def said(pieces: tuple[Piece, ...]) -> str:
    return "".join({"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}[piece.kind].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "was", "becomes"),
    [
        ("It costs 25 EUR.", "It costs 30 EUR.", "It costs [-25-] EUR.", "It costs [+30+] EUR."),
        (
            "Open until ten at night.",
            "Open from five to ten at night.",
            "Open [-until-] ten at night.",
            "Open [+from five to+] ten at night.",
        ),
        ("Wholly other words", "nothing alike here", "[-Wholly other words-]", "[+nothing alike here+]"),
        ("", "New.", "", "[+New.+]"),
    ],
)
def test_words(before: str, after: str, was: str, becomes: str) -> None:
    old, new = within(before, after)
    assert (said(old), said(new)) == (was, becomes)
    assert ("".join(one.text for one in old), "".join(one.text for one in new)) == (before, after)


def test_only_what_changed_is_shown_with_a_little_around_it() -> None:
    before = "\n".join(f"line {n}" for n in range(20))
    lines = list(text_lines(before, before.replace("line 9", "line nine")))
    assert [(one.skipped, one.kind, said(one.pieces)) for one in lines] == [
        (7, "same", ""),
        (0, "same", "line 7"),
        (0, "same", "line 8"),
        (0, "gone", "line [-9-]"),
        (0, "new", "line [+nine+]"),
        (0, "same", "line 10"),
        (0, "same", "line 11"),
        (8, "same", ""),
    ]


def test_fields_are_told_by_their_names_and_levers_by_their_ids() -> None:
    lever = Lever(id="gift", offer="a gift", limit=Limit(amount_minor=2500, currency="EUR"))
    dearer = lever.model_copy(update={"limit": Limit(amount_minor=4000, currency="EUR")})
    old = article(levers=[lever, Lever(id="old", offer="old")], owner="a", policy=False)
    new = article(levers=[dearer], owner="b", policy=True)
    found = differences(old, new)
    assert [(one.name, said(one.before), said(one.after)) for one in found.fields] == [
        ("Owner", "[-a-]", "[+b+]"),
        ("Lever gift", "a gift; up to €[-25-].00; an agent may", "a gift; up to €[+40+].00; an agent may"),
        ("Lever old", "[-old; an agent may-]", ""),
        ("Policy", "[-no-]", "[+yes+]"),
    ]
    assert found.lines == ()
    assert differences(old, old).none


def test_a_new_article_is_new_as_a_whole() -> None:
    found = differences(None, article(owner="a"))
    assert [said(line.pieces) for line in found.lines] == ["[+One.+]", "", "[+Two.+]"]
    assert "Owner" in [one.name for one in found.fields]


def test_levers_are_sentences() -> None:
    when = Condition(text="we erred", all=(Clause(field="promises_overdue", op=">=", value=1), Clause(field="tier", op="exists")))
    lever = Lever(
        id="x", offer="a call", limit=Limit(days=1), authority="supervisor", when=when, until=datetime(2030, 5, 1, 23, 59, 59, tzinfo=UTC)
    )
    assert in_words(lever) == (
        "a call; up to 1 day; a supervisor has to agree; when we erred (promises overdue >= 1, tier is on record); until 1 May 2030"
    )


def test_a_text_of_many_lines_is_compared_in_reasonable_time() -> None:
    """Lines that are all alike are the worst that difflib can meet."""
    before = "\n".join("the same line" for _ in range(30_000))
    assert [one.kind for one in text_lines(before, before + "\nanother")][-1] == "new"
