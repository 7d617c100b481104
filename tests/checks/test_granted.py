"""A grant lets one offer pass, up to its sum, in its conversation, once."""

from datetime import timedelta
from typing import Any

import pytest

from copilot.checks.granted import spent
from copilot.domain.grants import Grant, levers_of, with_grants
from copilot.domain.knowledge import Limit
from copilot.domain.suggestion import Option, OptionsPayload
from copilot.domain.turn import Turn
from copilot.testing.turns import ago, lever, said
from copilot.testing.turns.parts import NOW
from tests.checks.cases import case, findings, outcomes

AUTHORITY = "authority"
OFFER = "I can offer you a 40 EUR credit."
AGENTS = lever("goodwill-25", "goodwill", "Goodwill credit", limit=Limit(amount_minor=2500, currency="EUR"))
ABOVE = lever("goodwill-60", "goodwill", "Goodwill credit", limit=Limit(amount_minor=6000, currency="EUR"), authority="supervisor")


def granted(amount: int = 40, **changes: Any) -> Grant:
    sum_ = Limit(amount_minor=100 * amount, currency="EUR")
    given = {"id": "g1", "conversation_id": "conversation-stranger", "state": "granted", "offer": "goodwill credit", "limit": sum_}
    asked = {"asked_by": "tom", "asked_at": ago(minutes=20), "granted": sum_, "decided_by": "sara", "decided_name": "Sara Lind"}
    return Grant.model_validate(given | asked | {"decided_at": ago(minutes=10), "expires_at": NOW + timedelta(hours=1)} | changes)


def turn(*grants: Grant, **changes: Any) -> Turn:
    return with_grants(case("stranger", **changes), grants, NOW)


def judged(text: str, *grants: Grant, **changes: Any) -> list[str]:
    return [outcome for outcome, _ in outcomes(turn(*grants, **changes), text, AUTHORITY)]


def test_up_to_the_granted_sum() -> None:
    assert judged(OFFER) == ["withhold"]
    assert judged(OFFER, granted()) == []
    assert judged("I can offer you a 40 EUR voucher.", granted()) == []
    assert judged("I can offer you a 41 EUR credit.", granted()) == ["withhold"]
    assert judged("I can offer you a 40 USD credit.", granted()) == ["withhold"]
    assert judged("I can upgrade you.", granted()) == ["withhold"], "not what was granted"


def test_beside_the_levers_of_the_articles() -> None:
    """A supervisor's yes goes beyond the agent's lever, and stands in for the one that needs a supervisor."""
    for levers in ((AGENTS,), (ABOVE,), (AGENTS, ABOVE)):
        assert judged(OFFER, levers=levers) == ["withhold"]
        assert judged(OFFER, granted(), levers=levers) == []
    discount = lever("ten", "a", "Discount of 10 EUR", limit=Limit(amount_minor=1000, currency="EUR"))
    assert judged("I can give you a 40 EUR discount.", granted(offer="goodwill gesture"), levers=(discount,)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "asked", "decided_at": None, "expires_at": None, "granted": None},
        {"state": "denied"},
        {"expires_at": ago(minutes=1)},
        {"decided_at": NOW + timedelta(minutes=1)},
        {"state": "used", "used_at": ago(minutes=1)},
    ],
    ids=["asked", "denied", "expired", "decided later", "used"],
)
def test_what_allows_nothing(changes: dict[str, Any]) -> None:
    assert judged(OFFER, granted(**changes)) == ["withhold"]


def test_a_counter_allows_its_own_terms() -> None:
    countered = granted(state="countered", granted=Limit(amount_minor=3000, currency="EUR"))
    assert judged("I can offer you a 30 EUR credit.", countered) == []
    assert judged(OFFER, countered) == ["withhold"]


def test_the_sum_is_no_unsupported_number() -> None:
    assert [r for r in findings(turn(granted()), OFFER) if r.name in ("unsupported", AUTHORITY)] == []
    assert [r.outcome for r in findings(turn(), OFFER) if r.name == "unsupported"] == ["withhold"]


def test_a_replay_sees_the_grants_of_its_own_moment() -> None:
    one = granted(state="used", used_at=NOW)
    ids = [[(found.id, found.applies) for found in levers_of([one], NOW + timedelta(minutes=m))] for m in (-15, -5, 5, 90)]
    assert ids == [[], [("grant-g1", "yes")], [("grant-g1", "no")], [("grant-g1", "no")]]


def test_a_frozen_turn_takes_the_grants_that_hold_now() -> None:
    frozen = turn(granted())
    assert with_grants(frozen, [granted()], NOW) is frozen
    assert [one.id for one in with_grants(frozen, [], NOW).evidence.levers] == [one.id for one in turn().evidence.levers]


def test_an_option_under_the_grant() -> None:
    option = {"title": "Credit", "gain": "40 EUR", "lever_id": "grant-g1", "basis": "a grant", "authority": "agent", "value": "40 EUR"}
    payload = OptionsPayload(options=(Option.model_validate(option | {"cost": "", "confirm_first": ""}),))
    ways: dict[str, Any] = {"kind": "options", "payload": payload}
    assert outcomes(turn(granted()), "Credit", AUTHORITY, **ways) == []
    for gone in (turn(), turn(granted(state="used", used_at=ago(minutes=1))), turn(granted(30))):
        assert {outcome for outcome, _ in outcomes(gone, "Credit", AUTHORITY, **ways)} == {"withhold"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I can offer you a 40 EUR credit.", ["flag"]),
        ("I can offer you another 40 EUR credit.", ["withhold"]),
        ("I can offer you an additional credit of 40 EUR.", ["withhold"]),
        ("I have now added the 40 EUR credit to your account.", []),
        ("I can offer you a 30 EUR credit.", ["withhold"]),
    ],
)
def test_a_second_use(text: str, expected: list[str]) -> None:
    """What an agent has said is owed; said as if it were new, it would be a second gift on one grant."""
    window = (*case("stranger").window, said("k", "agent", OFFER, ago(minutes=3)))
    assert judged(text, granted(state="used", used_at=ago(minutes=3)), window=window) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OFFER, ("g1",)),
        ("I have added a 35 EUR credit to your account.", ("g1",)),
        ("Ich biete Ihnen einen Gutschein über 40 EUR an.", ("g1",)),
        ("I can offer you a 50 EUR credit.", ()),
        ("I cannot offer you a 40 EUR credit.", ()),
        ("I will ask my supervisor whether I can add a 40 EUR credit.", ()),
        ("Your bag is on its way.", ()),
    ],
)
def test_which_texts_use_a_grant(text: str, expected: tuple[str, ...]) -> None:
    language = "de" if text.startswith("Ich") else "en"
    assert spent(levers_of([granted()], NOW), text, language, case("stranger")) == expected


def test_what_the_agent_may_give_anyway_uses_no_grant() -> None:
    levers = levers_of([granted()], NOW)
    assert spent(levers, "I can offer you a 20 EUR credit.", "en", case("stranger", levers=(AGENTS,))) == ()
    assert spent(levers, "I can offer you a 30 EUR credit.", "en", case("stranger", levers=(AGENTS,))) == ("g1",)
    assert spent(levers, "I can offer you a 30 EUR credit.", "en", case("stranger", levers=(ABOVE,))) == ("g1",)
    assert spent(levers, "I can offer you a 20 EUR credit.", "en", None) == ("g1",), "nothing else is known to allow it"


def test_two_grants_are_used_by_two_offers_the_smaller_first() -> None:
    levers = levers_of([granted(60, id="large"), granted(30, id="small")], NOW)
    assert spent(levers, "I can offer you a 25 EUR credit.", "en") == ("small",)
    assert spent(levers, "I can offer you a 50 EUR credit.", "en") == ("large",)
    assert set(spent(levers, "I can offer you a 25 EUR credit. I am also adding a 25 EUR credit for Bo.", "en")) == {"small", "large"}
