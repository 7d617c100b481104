"""A passage statement by statement, and those an answer would be among."""

from copilot.domain.knowledge import Passage
from copilot.retrieval.statements import LONGEST, nearest_by_words, statements


def passage(text: str, title: str = "Refunds") -> Passage:
    return Passage(id="a~1", article_id="a", title=title, text=text)


def test_sentences_items_and_rows_without_marks() -> None:
    text = "We **refund** by card. It takes [ten days](https://a.example).\n\n- Ask in the app\n- OK\n"
    text += "\n| Card | Days |\n|---|---|\n| Visa or Amex | 5 days |"
    assert statements(passage(text)) == ["We refund by card.", "It takes ten days.", "Ask in the app", "Visa or Amex 5 days"]


def test_a_long_line_is_read_up_to_a_length() -> None:
    (one,) = statements(passage("word " * 500))
    assert len(one.split()) == LONGEST


def test_the_title_and_the_statement_that_shares_most_words() -> None:
    first = passage("Hello to everybody. Ask in the app. PayPal is paid in two days. We write to you.")
    second = passage("A voucher is a new voucher. Refunds by PayPal take days.", "Vouchers")
    third = passage("PayPal days: refunds by PayPal.", "Not read")
    asked = {"paypal": 1.0, "day": 1.0}
    assert nearest_by_words([first, second, third], asked) == ["Refunds", "Refunds: PayPal is paid in two days."]
    assert nearest_by_words([first, second, third], asked | {"refund": 0.5}) == ["Refunds", "Vouchers: Refunds by PayPal take days."]
    assert nearest_by_words([second, third, first], asked)[1].startswith("Vouchers")


def test_without_shared_words_the_first_statement_is_read() -> None:
    texts = nearest_by_words([passage("Das Geld ist da. Danach ist es gut. Noch ein Satz.")], {"refund": 1.0})
    assert texts == ["Refunds", "Refunds: Das Geld ist da."]
    assert nearest_by_words([passage("")], {"refund": 1.0}) == ["Refunds"]
    assert nearest_by_words([], {"refund": 1.0}) == []
