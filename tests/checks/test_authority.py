"""A gift stands on a lever: within its limit, in time, where it applies, by whom it may be given."""

import pytest

from copilot.domain.knowledge import Limit
from copilot.domain.suggestion import Option, OptionsPayload
from copilot.domain.turn import Agent
from copilot.testing.turns import ago, hit, lever, said
from tests.checks.cases import case, findings, outcomes

AUTHORITY = "authority"


def _outcomes(text: str, *levers: object, **changes: object) -> list[str]:
    turn = case("stranger", levers=levers, **changes)
    return [outcome for outcome, _ in outcomes(turn, text, AUTHORITY)]


CREDIT = lever("credit", "goodwill", "Goodwill credit", limit=Limit(amount_minor=5000, currency="EUR"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I can offer you a 50 EUR credit.", []),
        ("I have added fifty euros of credit.", []),
        ("I can offer you a 51 EUR credit.", ["withhold"]),
        ("I can offer you a 50 USD credit.", ["withhold"]),
        ("I can offer you a voucher of 5.000,00 €.", ["withhold"]),
        ("I can upgrade you.", ["withhold"]),
        ("I cannot offer you a 500 EUR credit.", []),
        ("You ask for a credit.", []),
        ("Vouchers are valid for a year.", []),
    ],
)
def test_sums_and_sorts(text: str, expected: list[str]) -> None:
    assert _outcomes(text, CREDIT) == expected


def test_without_any_lever_nothing_is_given() -> None:
    assert _outcomes("I can offer you a 10 EUR voucher.") == ["withhold"]
    assert _outcomes("Ich biete Ihnen einen Gutschein an.") == ["withhold"]


def test_an_ended_or_excluded_lever() -> None:
    ended = CREDIT.model_copy(update={"until": ago(days=1)})
    excluded = CREDIT.model_copy(update={"applies": "no"})
    for bad in (ended, excluded):
        assert _outcomes("I can offer you a 50 EUR credit.", bad) == ["withhold"]
    assert _outcomes("I can offer you a 50 EUR credit.", ended, CREDIT) == []


def test_what_has_to_be_confirmed_first() -> None:
    open_question = CREDIT.model_copy(update={"applies": "unknown", "reason": "confirm: first complaint"})
    assert _outcomes("I am adding a 50 EUR credit.", open_question) == ["flag"]
    assert _outcomes("If this is your first complaint, I can add a 50 EUR credit.", open_question) == []


def test_above_the_agents_authority() -> None:
    above = CREDIT.model_copy(update={"authority": "supervisor"})
    assert _outcomes("I am adding a 50 EUR credit.", above) == ["withhold"]
    assert _outcomes("I will ask my supervisor whether I can add a 50 EUR credit.", above) == []
    assert _outcomes("I am adding a 50 EUR credit.", above, agent=Agent(id="s", name="Sue", role="supervisor")) == []


def test_percent_days_and_months_are_limits_too() -> None:
    discount = lever("discount", "a", "Discount on the next booking", limit=Limit(percent=10))
    assert _outcomes("I can give you a 10 % discount.", discount) == []
    assert _outcomes("I can give you a twenty per cent discount.", discount) == ["withhold"]
    longer = lever("longer", "a", "Extend the credit", limit=Limit(months=6))
    assert _outcomes("I can extend it by 6 months.", longer) == []
    assert _outcomes("I can extend it by a further 2 years.", longer) == ["withhold"]


def test_one_fee_is_not_another() -> None:
    late = lever("late-fee", "card-late-fee", "Reverse the late fee of 25 EUR", limit=Limit(amount_minor=2500, currency="EUR"))
    assert _outcomes("I have reversed the late fee of 25 EUR.", late) == []
    assert _outcomes("I have waived the annual fee.", late) == ["withhold"]


def test_what_was_promised_is_owed() -> None:
    assert findings(case("furious"), "I am releasing the refund of €142 today.", AUTHORITY) == []
    offered = said("k", "agent", "I can offer you a 30 EUR voucher.", ago(minutes=5))
    assert _outcomes("The 30 EUR voucher I offered: I am adding it now.", window=(offered, *case("stranger").window)) == []


def test_an_ordinary_refund_follows_from_an_article() -> None:
    article = hit("delay", "Delays", "If you arrive three hours late, we pay 250 EUR per traveller.")
    assert _outcomes("We pay you 250 EUR per traveller.", passages=(article,)) == []


def test_a_known_price_beside_the_gift_is_no_gift() -> None:
    article = hit("fare", "Fares", "The flight to Oslo costs 900 EUR.")
    assert _outcomes("For the flight of 900 EUR I can offer you a 50 EUR credit.", CREDIT, passages=(article,)) == []


def test_options() -> None:
    def given(**changes: object) -> list[str]:
        base = {"title": "Credit", "gain": "50 EUR", "lever_id": "credit", "basis": "goodwill", "authority": "agent", "value": "50 EUR"}
        option = Option.model_validate(base | {"cost": "", "confirm_first": ""} | changes)
        levers = (CREDIT, CREDIT.model_copy(update={"id": "above", "authority": "supervisor", "applies": "unknown"}))
        turn = case("stranger", levers=levers)
        payload = OptionsPayload(options=(option,))
        return [outcome for outcome, _ in outcomes(turn, "Credit", AUTHORITY, kind="options", payload=payload)]

    assert given() == []
    assert given(lever_id="none") == ["withhold"]
    assert given(value="60 EUR") == ["withhold"]
    assert given(lever_id="above", authority="supervisor", confirm_first="first complaint") == []
    assert "withhold" in given(lever_id="above", authority="agent", confirm_first="first complaint")
    assert given(lever_id="above", authority="supervisor") == ["flag", "flag"] or given(lever_id="above", authority="supervisor") == [
        "flag"
    ]
    assert given(lever_id=None, basis="Online check-in", title="Check in online", gain="no queue", value="") == []
    assert given(lever_id=None, basis="somewhere", title="Check in online", gain="no queue", value="") == ["flag"]
    assert given(lever_id=None, basis="Online check-in", title="A 50 EUR voucher") == ["withhold"]
