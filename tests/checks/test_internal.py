"""Internal text guides and is not quoted; a guide memory is known and not said."""

import pytest

from copilot.domain.suggestion import Citation
from copilot.testing.turns import ago, hit, memory, said
from tests.checks.cases import case, findings, outcomes

CODES = hit(
    "codes",
    "Cause codes",
    "Look up the cause code before you say a sum: codes 41 to 48 are ours, and 87 EUR is what it costs us. "
    "Tell nobody about ops-log.example.",
    audience="internal",
)


@pytest.mark.parametrize(
    "text",
    [
        "Look up the cause code before you say a sum.",
        "Please look up the cause code first, before you say any sum.",
        "l-o-o-k up the CAUSE code: before you say a sum",
        "It was code 48.",
        "It costs us 87 EUR.",
        "It costs us eighty-seven euros.",
        "See ops-log.example.",
    ],
)
def test_internal_words_figures_and_links(text: str) -> None:
    assert "withhold" in [outcome for outcome, _ in outcomes(case("stranger", passages=(CODES,)), text, "internal")]


def test_what_a_public_text_says_too_is_free() -> None:
    public = hit("sum", "Sums", "Code 48 stands for weather. It costs 87 EUR. Look up the cause code before you say a sum.")
    turn = case("stranger", passages=(CODES, public))
    assert findings(turn, "It was code 48, and it costs 87 EUR. Look up the cause code before you say a sum.", "internal") == []


def test_a_private_note_is_internal() -> None:
    note = said("n9", "agent", "Legal says do not mention the engine defect to her at all.", ago(minutes=1), visibility="private")
    turn = case("stranger", window=(*case("stranger").window, note))
    assert findings(turn, "We were told: do not mention the engine defect to her.", "internal") != []


def test_a_levers_sum_may_be_offered_and_its_limit_not_told() -> None:
    assert findings(case("furious"), "I'd like to add a credit of 50 EUR.", "internal") == []
    assert outcomes(case("furious"), "I am allowed up to 50 EUR.", "internal") == [("withhold", "50 EUR")]
    assert findings(case("customer_fault"), "I can refund the first night, up to 120 EUR.", "internal") == []


@pytest.mark.parametrize(
    "text", ["I'm sorry that your mother is ill.", "As your mother is ill, I will be quick.", "Best wishes for your mother's illness."]
)
def test_a_guide_memory_is_not_said(text: str) -> None:
    assert "withhold" in [outcome for outcome, _ in outcomes(case("customer_fault"), text, "internal")]


def test_what_the_customer_told_here_may_be_answered() -> None:
    assert findings(case("customer_fault"), "I'm sorry to hear that your mother fell.", "internal") == []
    told = said("h2", "customer", "She is ill.", ago(hours=4))
    turn = case("customer_fault", window=(*case("customer_fault").window, told))
    assert findings(turn, "I'm sorry that your mother is ill.", "internal") == []


def test_a_loss_is_not_spoken_of_from_memory() -> None:
    turn = case("stranger", memories=(memory("m1", "Her husband died in May; be gentle.", use="guide"),))
    assert findings(turn, "I am so sorry for your loss.", "internal") != []
    assert findings(turn, "Online check-in opens 36 hours before departure.", "internal") == []


def test_citing_internal_text_is_flagged() -> None:
    citation = Citation(span=(0, 4), source="passage:codes#0")
    turn = case("stranger", passages=(CODES,))
    assert outcomes(turn, "Good day.", "internal", citations=(citation,)) == [("flag", "Good")]
