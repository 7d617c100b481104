"""Numbers, dates, money, links and commitments stand in the evidence, or the draft shows them as unverified."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.suggestion import AcknowledgePayload
from copilot.domain.turn import Turn
from copilot.kinds.wording import back_by
from copilot.testing.turns import CASES, NOW, ago, hit, said, stranger
from tests.checks.cases import case, findings, outcomes

UNSUPPORTED = "unsupported"


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("furious", "It was sent on 19 October.", "19 October"),
        ("furious", "The sum is 143 euros.", "143 euros"),
        ("furious", "It takes 11 days.", "11 days"),
        ("furious", "It takes 28 nights.", "28 nights"),
        ("furious", "It arrives tomorrow.", "tomorrow"),
        ("furious", "It arrives at 23:15.", "23:15"),
        ("furious", "That is 17 % of the price.", "17 %"),
        ("furious", "Your flight was TW999.", "TW999"),
        ("furious", "Write to refunds@ternway.example.", "refunds@ternway.example"),
        ("german", "Die Karte kommt in 7 Arbeitstagen.", "7 Arbeitstagen"),
        ("german", "Der Kurier kostet fünfundzwanzig Euro.", "fünfundzwanzig Euro"),
    ],
)
def test_what_the_evidence_does_not_hold_is_flagged_at_its_place(name: str, text: str, place: str) -> None:
    assert outcomes(case(name), text, UNSUPPORTED) == [("flag", place)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("furious", "€142 = 142 EUR = 142,00 € = a hundred and forty-two euros."),
        ("furious", "Within ten working days; the old rule said 28 days, or four weeks."),
        ("furious", "Flight TW 482, booking TW7K2Q, Visa ending 4417."),
        ("furious", "You wrote three weeks ago, on 29 October, and again on 10 November."),
        ("furious", "You have been with us for ten years."),
        ("furious", "There are two ways from here, and one question."),
        ("furious", "I will write to you by 14:20, within 20 minutes."),
        ("furious", "By 4 December at the latest it is there."),
        ("german", "Die Ersatzkarte ist in fünf Arbeitstagen da, mit Kurier für 15 Euro in 2 Arbeitstagen."),
        ("letter", "You wrote four days ago, on 16 November."),
        ("stranger", "It opens thirty-six hours and closes one hour before."),
    ],
)
def test_what_the_record_holds_in_other_words_passes(name: str, text: str) -> None:
    assert findings(case(name), text, UNSUPPORTED) == []


def test_a_link_is_withheld_in_drafts_and_flagged_in_ones_own_text() -> None:
    text = "See https://elsewhere.example/refund."
    assert outcomes(case("furious"), text, UNSUPPORTED) == [("withhold", "https://elsewhere.example/refund")]
    assert outcomes(case("furious"), text, UNSUPPORTED, kind="own") == [("flag", "https://elsewhere.example/refund")]


def test_a_link_of_an_article_or_a_colleague_may_be_given() -> None:
    passage = hit("claims", "How to claim", "Claim at https://www.ternway.example/claims within 7 days.")
    agent = said("a1", "agent", "You find the form at ternway.example/form.", ago(minutes=9))
    turn = stranger(passages=(passage,), window=(agent, *stranger().window))
    assert findings(turn, "Please use www.ternway.example/claims/ or https://ternway.example/form.", UNSUPPORTED) == []


@pytest.mark.parametrize(
    "text",
    ["I guarantee that you have it today.", "We promise you that it is the last time.", "Das garantiere ich Ihnen.", "Se lo garantizo."],
)
def test_a_guarantee_beyond_the_evidence(text: str) -> None:
    assert [outcome for outcome, _ in outcomes(case("furious"), text, UNSUPPORTED)] == ["withhold"]
    assert [outcome for outcome, _ in outcomes(case("furious"), text, UNSUPPORTED, kind="own")] == ["flag"]


def test_saying_that_nothing_can_be_guaranteed_is_honest() -> None:
    assert findings(case("furious"), "I can't guarantee that, but I will try.", UNSUPPORTED) == []


def test_a_guarantee_of_an_article_may_be_repeated() -> None:
    turn = stranger(passages=(hit("price", "Best price", "We guarantee the price for 24 hours."),))
    assert findings(turn, "We guarantee the price for 24 hours.", UNSUPPORTED) == []


def test_a_sum_that_only_the_customer_named_is_no_commitment_of_ours() -> None:
    asked = said("n1", "customer", "Refund me 900 EUR at once!", ago(minutes=2))
    turn = stranger(window=(asked,), passages=(hit("refund", "Refunds", "We refund tickets within 10 working days."),))
    assert findings(turn, "You ask for 900 EUR.", UNSUPPORTED) == []
    assert outcomes(turn, "I will refund the 900 EUR.", UNSUPPORTED) == [("withhold", "900 EUR")]


def test_a_refund_that_no_text_of_ours_speaks_of() -> None:
    asked = said("n1", "customer", "Give me a refund.", ago(minutes=2))
    assert [outcome for outcome, _ in outcomes(stranger(window=(asked,)), "I will refund your ticket.", UNSUPPORTED)] == ["withhold"]
    denied = stranger(window=(asked,), passages=(hit("light", "Light", "Light tickets are not refunded."),))
    assert [outcome for outcome, _ in outcomes(denied, "I will refund your ticket.", UNSUPPORTED)] == ["withhold"]
    allowed = stranger(window=(asked,), passages=(hit("flex", "Flex", "Flex tickets are refunded in full."),))
    assert findings(allowed, "I will refund your ticket.", UNSUPPORTED) == []


def test_the_time_of_an_acknowledgement_is_computed_by_the_settings() -> None:
    payload = AcknowledgePayload(matter="the refund", owner="Jonas", back_by=NOW.replace(hour=17, minute=45))
    text = "I have read it and I am back by 18:45."
    assert findings(case("furious"), text, UNSUPPORTED, kind="acknowledge", payload=payload) == []
    assert outcomes(case("furious"), text, UNSUPPORTED) == [("flag", "18:45")]


def test_a_wait_that_has_just_begun_may_be_told() -> None:
    turn = case("unmeasured", waiting_seconds=0.0)
    assert findings(turn, "Only the wait is known in this language: 0 minutes.", UNSUPPORTED, kind="cue") == []


@pytest.mark.parametrize("second", [0, 1, 30, 59])
def test_the_time_by_which_an_answer_is_due_is_supported_at_every_second(second: int) -> None:
    """A letter may take two days: what the settings name is rounded up to five minutes, from whatever second it was asked."""
    turn = case("letter", as_of=NOW.replace(minute=30, second=second))
    clock = back_by(turn).astimezone(ZoneInfo(turn.settings.time_zone))
    assert findings(turn, f"You hear from us by {clock:%H:%M}.", UNSUPPORTED, kind="cue") == []


def test_guide_memories_support_nothing() -> None:
    turn = case("customer_fault")
    secret = turn.evidence.memories[0].model_copy(update={"text": "Owes 777 EUR.", "use": "guide"})
    assert outcomes(case("customer_fault", memories=(secret,)), "The sum is 777 EUR.", UNSUPPORTED) == [("flag", "777 EUR")]


def _sentences() -> list[tuple[str, str]]:
    from copilot.memory.sentences import sentences

    return [
        (name, sentence.text)
        for name, build in CASES.items()
        for passage in build().evidence.passages
        if passage.audience == "public"
        for sentence in sentences(passage.text)
    ]


@given(st.data())
def test_sentences_of_public_passages_are_always_supported(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted({case_name for case_name, _ in _SENTENCES})))
    own = [text for case_name, text in _SENTENCES if case_name == name]
    text = " ".join(data.draw(st.lists(st.sampled_from(own), min_size=1, max_size=5)))
    assert findings(_TURNS[name], text, UNSUPPORTED) == []


_SENTENCES = _sentences()
_TURNS: dict[str, Turn] = {name: build() for name, build in CASES.items()}
