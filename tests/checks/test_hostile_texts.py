"""Texts made to be slow to read: every check comes to its end, whether a draft says them or the customer."""

import pytest

from copilot.checks import CATALOGUE, Checked
from copilot.domain.turn import Turn
from tests.checks.cases import case

LENGTH = 50_000
UNITS = ("x", "*", "\n", " ", "\t", "h-", "1", "1.", "digo ", "booking\n", "Dear\n", "a@", "voy a ", "A-b-", "“", "</")


def long(unit: str) -> str:
    return (unit * (LENGTH // len(unit) + 1))[:LENGTH] + "\x01!"


def heard(turn: Turn, text: str) -> Turn:
    """The turn, with `text` as the customer's last message."""
    return turn.model_copy(update={"window": (*turn.window[:-1], turn.window[-1].model_copy(update={"text": text}))})


@pytest.mark.parametrize("unit", [*UNITS, "vorgang ", "xx@"])
@pytest.mark.parametrize("name", ["furious", "german"])
def test_a_draft_is_judged_to_its_end(name: str, unit: str) -> None:
    turn, draft = case(name), Checked(kind="reply", text=f"vorgang{long(unit)}")
    assert all(check.run(turn, draft) is not None for check in CATALOGUE)


@pytest.mark.parametrize("unit", UNITS)
def test_what_the_customer_wrote_does_not_stop_the_checks(unit: str) -> None:
    turn = heard(case("furious"), long(unit))
    draft = Checked(kind="reply", text="I am sorry. Your refund of 20 EUR arrives by 3 May.")
    assert all(check.run(turn, draft) is not None for check in CATALOGUE)
