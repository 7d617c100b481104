"""What colleagues read: briefs, advisor questions, options; and what all of it costs."""

import pytest

from copilot.domain.suggestion import Usage
from copilot.testing.turns import asks_for_supervisor, customer_fault, furious
from evals.metrics import CATALOGUE
from tests.evals.metrics.drafts import brief, draft, options, questions, read, value

WHOLE = (
    "Angry, rising. Third contact about the refund for the Lisbon flight; asks: Where is my money?\n"
    "OVERDUE: “The refund of €142 for your Lisbon flight will be sent by 13 November.” – refunds team\n"
    "On record: TW7K2Q, Visa ending 4417, margaret.ellison@example.org, 14 Harbour Road, Bristol BS1 5TY"
)


def test_a_brief_holds_what_the_next_person_has_to_know() -> None:
    assert value("handover coverage", furious(), brief(WHOLE)) == 1.0
    short = WHOLE.replace("Angry, rising. ", "").replace("Visa ending 4417, ", "")
    found = read("handover coverage", furious(), brief(short))
    assert found is not None
    assert found.value == pytest.approx(5 / 7)
    assert "feeling: angry" in found.why
    assert "payment_method" in found.why


def test_what_was_answered_before_is_handed_over() -> None:
    found = read("handover coverage", asks_for_supervisor(), brief("Nothing was tried."))
    assert found is not None
    assert "The hotel did not agree" in found.why


@pytest.mark.parametrize(
    "said", ["Owed: €412.", "Was due on 14 November.", "Booking TX7K2Q.", "Ask Mr Wiesinger.", "Told Petra Wiesinger so."]
)
def test_nothing_in_a_brief_is_invented(said: str) -> None:
    assert value("handover invented", furious(), brief(WHOLE)) == 0.0
    found = read("handover invented", furious(), brief(f"{WHOLE}\n{said}"))
    assert found is not None
    assert found.value == 1.0


def test_what_the_evidence_counts_is_not_invented() -> None:
    assert value("handover invented", furious(), brief("Heat 88 of 100; waiting 20 minutes; 3 contacts in 30 days; Jonas Weber.")) == 0.0


def test_a_brief_is_shorter_than_what_it_stands_for() -> None:
    short, long = (
        value("handover compression", furious(), brief("Refund late.")),
        value("handover compression", furious(), brief(WHOLE * 9)),
    )
    assert short < 0.1
    assert long > 1.0


def test_a_question_decides_something() -> None:
    decides = questions(("What is the trip for?", "A funeral may be rebooked free of charge; a holiday may not."))
    assert value("questions decide", furious(), decides) == 1.0
    for nothing in ("what I can do next about your refund", "", "What the trip is for"):
        assert value("questions decide", furious(), questions(("What is the trip for?", nothing))) == 0.0


def test_questions_differ() -> None:
    two = questions(("What is the trip for?", "which fare"), ("How many suitcases?", "the baggage"))
    same = questions(("What is the trip for?", "which fare"), ("What is your trip for?", "which fare"))
    assert value("questions differ", furious(), two) == 1.0
    assert value("questions differ", furious(), same) == 0.0


def test_options_stay_within_the_levers() -> None:
    instant = {"title": "Release the refund again as an instant transfer", "lever_id": "refund-instant", "basis": "overdue-refunds"}
    credit = {"title": "A credit of up to 50 EUR", "lever_id": "goodwill-credit", "value": "50 EUR"}
    route = {"title": "We check on the same day", "basis": "How long a refund takes"}
    assert value("options within levers", furious(), options(instant, credit, route)) == 1.0
    for beyond in (
        credit | {"title": "A credit of up to 80 EUR"},
        {"title": "Free change of date", "lever_id": "fee-waiver-2025"},
        {"title": "A free flight", "lever_id": "made-up"},
        {"title": "Another account", "lever_id": "refund-to-other-account"},
        {"title": "A free flight", "basis": "An article nobody found"},
    ):
        assert value("options within levers", furious(), options(instant, beyond)) == 0.5, beyond
    supervised = {"title": "Refund all charged nights", "lever_id": "hotel-night-waiver-full", "confirm_first": "five years"}
    assert value("options within levers", customer_fault(), options(supervised | {"authority": "supervisor"})) == 1.0
    assert value("options within levers", customer_fault(), options(supervised)) == 0.0


def test_options_differ() -> None:
    money = {"title": "Refund the first night", "lever_id": "hotel-night-waiver", "gain": "Has the money back, up to 120 EUR."}
    dates = {"title": "Move the stay to new dates", "lever_id": "hotel-move-dates", "gain": "Stays after all."}
    more = {"title": "All charged nights", "lever_id": "hotel-night-waiver-full", "gain": "Has the money back, up to 300 EUR."}
    assert value("options differ", customer_fault(), options(money, dates)) == 1.0
    assert value("options differ", customer_fault(), options(money, more)) == 0.0
    assert value("options differ", customer_fault(), options(money, dates, more)) == pytest.approx(2 / 3)
    assert value("options differ", customer_fault(), options(money, dates | {"lever_id": "hotel-night-waiver"})) == 0.0


def test_what_a_case_costs() -> None:
    used = Usage(input_tokens=1000, output_tokens=80, cached_tokens=250, calls=1)
    made = (draft("reply", "x", usage=used, cost_microusd=1500, latency_ms=900.0), draft("cue", "y", usage=used, latency_ms=20.0))
    figures = {name: value(name, furious(), *made) for name in ("tokens in", "tokens out", "cached", "dollars", "reply ms", "cue ms")}
    assert figures == {"tokens in": 2000, "tokens out": 160, "cached": 0.25, "dollars": 0.0015, "reply ms": 900.0, "cue ms": 20.0}
    assert read("tokens in", furious(), draft("reply", "x")) is None
    assert read("handover ms", furious(), *made) is None


def test_latency_is_the_median() -> None:
    assert CATALOGUE["reply ms"].figure([10.0, 20.0, 900.0], []) == 20.0
