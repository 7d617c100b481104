from datetime import timedelta

import pytest

from copilot.domain.knowledge import Ask
from copilot.domain.memory import Freshness, KnownDetail
from copilot.domain.people import Customer
from copilot.memory.ask import answered_by
from copilot.memory.record import case_facts, fault_on_record, tenure_days, who_they_are
from tests.memory.builders import NOW, memory, promise

PERSON = Customer(id="c", external_id="c", name="Marta", since=NOW - timedelta(days=3653), tier="gold", preferences=("aisle seat",))
LATE = promise("I will refund the 142 EUR by Friday", due=NOW - timedelta(days=2), state="overdue")


def detail(field: str, value: str, state: Freshness = "fresh", source: str = "profile") -> KnownDetail:
    return KnownDetail(field=field, value=value, source=source, as_of=NOW, state=state)


def test_an_overdue_promise_is_our_fault_on_record() -> None:
    fault = fault_on_record([LATE], [], "Where is my refund?")
    assert fault is not None
    assert (fault.party, fault.source) == ("company", "promise:p1")


def test_an_open_promise_is_no_fault() -> None:
    assert fault_on_record([promise("I will refund the 142 EUR by Friday", due=NOW)], [], "Where is my refund?") is None


@pytest.mark.parametrize(
    ("text", "party"),
    [("Where is the refund for my Lisbon flight?", "company"), ("I would like a window seat", None)],
)
def test_an_episode_counts_only_in_its_own_matter(text: str, party: str | None) -> None:
    wrong = memory("Customer in chat: “refund for the Lisbon flight”", fault="company")
    fault = fault_on_record([], [wrong], text)
    assert (fault.party if fault else None) == party


def test_the_customers_own_fault_is_said_only_when_it_is_not_ours() -> None:
    own = memory("Customer in chat: “missed the Lisbon flight, want a refund”", name="own", fault="customer", days=1)
    ours = memory("Customer in chat: “refund for the Lisbon flight”", name="ours", fault="company", days=9)
    text = "Lisbon flight refund?"
    assert fault_on_record([], [own], text).party == "customer"  # type: ignore[union-attr] # None would fail the test
    assert fault_on_record([], [own, ours], text).source == "memory:ours"  # type: ignore[union-attr] # as above


def test_facts_for_levers_leave_out_what_cannot_be_relied_on() -> None:
    details = [
        detail("refund_amount", "142.50 EUR"),
        detail("booking_reference", "KX7P2M", source="message:m1"),
        detail("fare", "Flex", source="message:m1"),
        detail("address", "X", state="disputed"),
    ]
    facts = case_facts(PERSON, details, [LATE], 3, NOW)
    assert facts == {
        "refund_amount": 142.5,
        "booking_reference": "KX7P2M",
        "promises_overdue": 1,
        "contacts_30d": 3,
        "tenure_days": 3653,
        "tier": "gold",
    }
    assert case_facts(None, [], [], 0, NOW) == {"promises_overdue": 0, "contacts_30d": 0}


def test_tenure_is_never_negative() -> None:
    assert tenure_days(PERSON, NOW - timedelta(days=9000)) == 0
    assert tenure_days(None, NOW) == 0


def test_who_they_are_is_five_lines_with_the_most_pressing_first() -> None:
    memories = [memory("Ended: refund lost", fault="company"), memory("lost her husband", name="g", use="guide", sensitive=True)]
    lines = who_they_are(PERSON, memories, [LATE], NOW, contacts_30d=4)
    assert len(lines) == 5
    assert lines[0][0].startswith("We promised and did not keep it")
    assert lines[1][0] == "Customer for 10 years, gold tier"
    assert all(line and why for line, why in lines)
    recent = [memory("refund", name=str(day), days=day) for day in (1, 5, 29, 40)]
    assert ("3 contacts in the last 30 days", "counted over all channels") in who_they_are(PERSON, recent, [], NOW)
    assert who_they_are(None, [], [], NOW)[0][0] == "Nobody on record"


ASK = Ask(field="lounge_visits", question="How often do you use airport lounges in a year?")


def test_a_question_on_record_is_answered() -> None:
    assert answered_by(Ask(field="home_airport", question="Where from?"), [detail("home_airport", "BER")], []) == "detail:home_airport"
    assert answered_by(ASK, [], [memory("Uses airport lounges twice a month", kind="preference")]) == "memory:e1"
    party = Ask(field="travel_party", question="Who comes along?")
    assert answered_by(party, [], [memory("They are always two adults and one child", kind="fact")]) == "memory:e1"


def test_old_values_episodes_and_other_facts_do_not_answer() -> None:
    assert answered_by(Ask(field="address", question="Where?"), [detail("address", "X", state="confirm")], []) is None
    assert answered_by(ASK, [], [memory("Asked about airport lounges in Frankfurt")]) is None
    assert answered_by(ASK, [], [memory("prefers an aisle seat", kind="preference")]) is None
