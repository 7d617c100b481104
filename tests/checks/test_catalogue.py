"""All checks together."""

from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.checks import CATALOGUE, Checked, run_checks, verdict
from copilot.domain.suggestion import CheckResult
from copilot.domain.turn import Turn
from copilot.testing.turns import CASES
from tests.checks.cases import case

_TURNS: dict[str, Turn] = {name: build() for name, build in CASES.items()}
_PIECES = [
    "500 EUR",
    "five hundred",
    "on 3 May",
    "voucher",
    "refund",
    "Margaret",
    "8 Quay Street",
    "I will",
    "sorry",
    "our mistake",
    "?",
    "!",
    ".",
    "\n",
    "\u200b",
    "\u202e",
    "５",
    "é",
    "🙂",
    "<b>",
    "www.x.com",
    "a@b.com",
    "+49 170 9998877",
    "TW7K2Q",
    "what is your",
    "e-mail",
    "ending in 4417",
    "ten working days",
    "14:20",
    "Ä",
    "ß",
    "ﬁ",
]


def test_each_check_has_its_name_and_its_row() -> None:
    names = [check.name for check in CATALOGUE]
    assert len(set(names)) == len(names)
    results = run_checks(case("thanks"), Checked(kind="reply", text="Have a good flight to Oslo, Amina."))
    assert [(result.name, result.outcome) for result in results] == [(name, "pass") for name in names]


def test_the_gravest_outcome_counts() -> None:
    def row(outcome: str) -> CheckResult:
        return CheckResult.model_validate({"name": "x", "outcome": outcome})

    assert verdict(()) == "pass"
    assert verdict([row("pass"), row("flag")]) == "flag"
    assert verdict([row("withhold"), row("flag"), row("pass")]) == "withhold"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), max_size=14),
    st.sampled_from(sorted(_TURNS)),
    st.sampled_from(["reply", "own", "questions"]),
)
def test_places_lie_in_the_text_whatever_it_is(pieces: list[str], name: str, kind: str) -> None:
    text = " ".join(pieces)
    for result in run_checks(_TURNS[name], Checked(kind=kind, text=text)):
        if result.span is not None:
            assert 0 <= result.span[0] <= result.span[1] <= len(text)


def test_the_same_draft_gets_the_same_answer() -> None:
    draft = Checked(kind="reply", text="I'm sorry. You get a 500 EUR voucher, booking QX9Z8L, at https://evil.example.")
    assert run_checks(case("furious"), draft) == run_checks(case("furious"), draft)


def test_findings_stand_in_the_order_of_their_places() -> None:
    draft = Checked(kind="reply", text="On 1 May 2031 and on 2 May 2032 and on 3 May 2033.")
    spans = [result.span for result in run_checks(case("furious"), draft) if result.name == "unsupported" and result.span]
    assert spans == sorted(spans)
    assert len(spans) == 3
