"""Options: materially different, within policy, and the same for the polite and the angry."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.errors import Invalid
from copilot.domain.knowledge import Limit
from copilot.domain.people import Assurance
from copilot.domain.suggestion import Abstention, Draft, Option, OptionsPayload
from copilot.domain.turn import Turn
from copilot.kinds.options import Options, OptionsAnswer, WordedOption
from copilot.retrieval.bends import bend_of
from copilot.testing import turns

OPTIONS = Options()


def ways(turn: Turn) -> tuple[Option, ...]:
    result = OPTIONS.abstains(turn) or OPTIONS.fallback(turn)
    return () if isinstance(result, Abstention) else cast("OptionsPayload", result.payload).options


def test_three_ways_each_bending_another_constraint() -> None:
    found = ways(turns.furious())
    assert [o.lever_id for o in found] == ["refund-instant", "goodwill-credit", "refund-to-other-account"]
    assert len({bend_of(o.title).bends for o in found}) == 3


def test_polite_or_angry_the_options_are_the_same() -> None:
    angry, polite = OPTIONS.fallback(turns.furious()), OPTIONS.fallback(turns.furious_but_polite())
    assert angry == polite


@given(name=st.text(min_size=1, max_size=30), heat=st.floats(0, 100), text=st.text(min_size=1, max_size=200), ident=st.uuids())
def test_neither_name_nor_mood_nor_words_change_them(name: str, heat: float, text: str, ident: object) -> None:
    turn = turns.furious()
    assert turn.person is not None
    window = (turns.said("f1", "customer", text, turns.ago(minutes=5)),)
    person = turn.person.model_copy(update={"name": name})
    other = turns.furious(heat=heat, base=heat, person=person, window=window, unanswered=("f1",), id=str(ident))
    assert OPTIONS.fallback(other) == OPTIONS.fallback(turn)


def test_what_does_not_apply_is_not_offered() -> None:
    assert "fee-waiver-2025" not in {o.lever_id for o in ways(turns.furious())}


def test_unknown_says_what_to_confirm_first() -> None:
    account = ways(turns.furious())[2]
    assert account.confirm_first == "The card or account of the booking is closed, and identity is proven"
    assert ways(turns.furious())[0].confirm_first == ""


def test_identity_is_confirmed_first_when_it_is_not_proven() -> None:
    assert all("identity" in o.confirm_first for o in ways(turns.furious(assurance=Assurance.NONE)))


def test_authority_value_and_basis_come_from_the_record() -> None:
    move, first, full = ways(turns.customer_fault())
    assert {move.lever_id, first.lever_id} == {"hotel-move-dates", "hotel-night-waiver"}
    assert full.authority == "supervisor"
    assert full.value == "up to 300 EUR"
    assert full.basis == "Cancelled too late: what is still possible (stays-late-cancellation)"


def test_two_amounts_of_the_same_thing_are_one_option() -> None:
    small = turns.lever("small", "a", "Goodwill credit", limit=Limit(amount_minor=1000, currency="EUR"))
    large = turns.lever("large", "a", "Goodwill credit for a delay", limit=Limit(amount_minor=9000, currency="EUR"))
    assert len([o for o in ways(turns.furious(levers=(small, large), passages=())) if o.lever_id]) == 1


def test_the_ordinary_way_of_an_article_joins_a_single_lever() -> None:
    only = turns.furious().evidence.levers[1:2]
    found = ways(turns.furious(levers=only))
    assert [o.lever_id for o in found] == ["goodwill-credit", None]
    assert "ordinary" in found[1].title


def test_none_says_what_would_have_to_change_and_who_can() -> None:
    turn = turns.furious(levers=turns.furious().evidence.levers[3:])
    reason = cast("Abstention", OPTIONS.abstains(turn)).reason
    assert "it ended on 4 May 2026" in reason
    assert "supervisor" in reason
    assert isinstance(OPTIONS.abstains(turns.stranger()), Abstention)


def test_wanted_when_hot_or_a_promise_is_overdue() -> None:
    assert OPTIONS.wanted(turns.furious_but_polite(heat=20.0))
    assert OPTIONS.wanted(turns.asks_for_supervisor())
    assert OPTIONS.wanted(turns.customer_fault()) is None


def worded(source: str, **fields: str) -> WordedOption:
    given_ = {"title": "€142 today", "gain": "The money is there today.", "cost": "Customer: nothing. Us: the transfer."}
    return WordedOption.model_validate({"source": source} | given_ | fields)


def test_a_model_words_the_options_and_cannot_change_them() -> None:
    draft = OPTIONS.compose(turns.furious(), OptionsAnswer(options=[worded("L1"), worded("L4", title="Free change")]))
    assert isinstance(draft, Draft)
    found = cast("OptionsPayload", draft.payload).options
    assert [o.lever_id for o in found] == [o.lever_id for o in ways(turns.furious())]
    assert found[0].title == "€142 today"
    assert found[0].authority == "agent"
    assert "Free change" not in draft.text
    assert draft.text[slice(*draft.citations[0].span)] == "€142 today"


def test_options_that_were_not_given_are_refused() -> None:
    with pytest.raises(Invalid, match="None of the options"):
        OPTIONS.compose(turns.furious(), OptionsAnswer(options=[worded("L99")]))
