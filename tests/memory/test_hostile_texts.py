"""Texts made to be slow to read. With patterns that try a stretch of signs in every way, each of these took minutes or never ended."""

import pytest

from copilot.domain.conversation import Message
from copilot.domain.memory import KnownDetail
from copilot.domain.tenant import TenantSettings
from copilot.memory import deeds, details, disclosure, due, fulfilment, learned, promises, questions
from copilot.testing.turns import NOW, furious

LENGTH = 50_000
UNITS = ("*", "1", "1,", "1-", " ", "\n", "\t", " \n", "A-", "Anna-", "x", "“", "h-", "reference  number  ", "booking is ", "by ", "€1 ")
ADVERBS = "I will now   also   then   of  course   really  ", "You will  now  ", "ich werde  ", "Lylyly really  "


def said(text: str, author: str = "customer") -> Message:
    return Message.model_validate({"id": "m1", "author": author, "text": text, "sent_at": NOW})


def long(unit: str) -> str:
    return (unit * (LENGTH // len(unit) + 1))[:LENGTH] + "\x01!"


@pytest.mark.parametrize("unit", UNITS)
def test_a_customers_message_is_read_to_its_end(unit: str) -> None:
    text = long(unit)
    assert details.ledger(None, [said(text)], (), NOW) is not None
    assert learned.propose(said(text), "c") is not None
    assert questions.asks_for(text) is not None
    assert deeds.gist(text) is not None


@pytest.mark.parametrize("unit", [*UNITS, *ADVERBS])
def test_an_agents_message_is_read_to_its_end(unit: str) -> None:
    message = said(long(unit), "agent")
    open_ones = furious().evidence.promises
    assert promises.read_promises(message, settings=TenantSettings(), channel="phone") is not None
    assert fulfilment.kept_by(message, open_ones) is not None
    assert due.find_due(message.text, NOW, TenantSettings()) is None or unit.strip()


@pytest.mark.parametrize("gap", ["    ", "  ,  ", "\t \t"])
def test_adverbs_in_a_row_are_no_riddle(gap: str) -> None:
    """Four spaces between forty words: four to the power of forty ways to share them."""
    text = "I will " + gap.join(["now"] * 40) + gap + "!"
    assert promises.read_promises(said(text, "agent"), settings=TenantSettings(), channel="chat") == []


@pytest.mark.parametrize("unit", ["*", "x", ".", "ending  ", "1", " "])
@pytest.mark.parametrize(
    ("field", "value"), [("booking_reference", "TW7K2P9X"), ("phone", "+49 171 5550199"), ("address", "Rosenweg 9, 80331 Ulm")]
)
def test_a_value_is_looked_for_to_the_end(field: str, value: str, unit: str) -> None:
    detail = KnownDetail(field=field, value=value, source="profile", as_of=NOW, state="fresh")
    assert disclosure.mentions_value(long(unit), detail) == []
    assert disclosure.mentions_value(f"{long(unit)} {value}", detail)
