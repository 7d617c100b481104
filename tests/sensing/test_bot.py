"""Which of the bot's messages did not help, before the human came."""

from copilot.sensing.bot import failed_bot
from tests.sensing.conversations import said


def test_a_bot_that_did_not_understand() -> None:
    messages = [said(1, "My bag is lost"), said(2, "Sorry, I didn't understand that. Please rephrase.", author="bot"), said(3, "bag!")]
    assert failed_bot(messages) == ("m2",)


def test_a_bot_that_repeats_itself() -> None:
    answer = "You can check your baggage status on our website."
    messages = [said(1, "Where is my bag"), said(2, answer, author="bot"), said(3, "It shows nothing"), said(4, answer, author="bot")]
    assert failed_bot(messages) == ("m4",)


def test_a_bot_whose_customer_asks_for_a_person_or_says_it_again() -> None:
    wants = [said(1, "Refund"), said(2, "See our refund page.", author="bot"), said(3, "I want to talk to a human")]
    again = [said(1, "When is my refund paid"), said(2, "See our page.", author="bot"), said(3, "I asked: when is my refund paid?")]
    unhelped = [said(1, "Refund"), said(2, "See our refund page.", author="bot"), said(3, "That doesn't answer my question")]
    assert [failed_bot(case) for case in (wants, again, unhelped)] == [("m2",)] * 3


def test_a_bot_that_helped_or_came_after_the_human() -> None:
    helped = [said(1, "When do you open?"), said(2, "At nine.", author="bot"), said(3, "Great, and on Sunday?")]
    late = [said(1, "Hi"), said(2, "Hello, how may I help?", author="agent"), said(3, "I did not understand.", author="bot")]
    assert failed_bot(helped) == ()
    assert failed_bot(late) == ()


def test_the_word_agent_in_a_sentence_is_no_cry_for_one() -> None:
    messages = [said(1, "Refund"), said(2, "Who sold you the ticket?", author="bot"), said(3, "It was a travel agent in Graz")]
    assert failed_bot(messages) == ()


def test_thousands_of_empty_lines_is_no_wish_for_a_person() -> None:
    assert failed_bot([said(1, "Refund"), said(2, "See our page.", author="bot"), said(3, "\n" * 200_000 + "x")]) == ()
