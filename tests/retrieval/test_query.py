"""From a conversation to what is searched."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.conversation import Message
from copilot.retrieval.query import LONGEST_TEXT, compose, essence, plain, proper_words

START = datetime(2026, 3, 1, tzinfo=UTC)


def said(*lines: tuple[str, str]) -> list[Message]:
    return [
        Message.model_validate({"id": str(i), "author": author, "text": text, "sent_at": START + timedelta(minutes=i)})
        for i, (author, text) in enumerate(lines)
    ]


def test_a_name_said_three_messages_ago_counts() -> None:
    query = compose(
        said(
            ("customer", "I am staying at the Acorn Guest House next week."),
            ("agent", "Lovely! Anything else?"),
            ("customer", "Yes please"),
            ("agent", "Go ahead."),
            ("customer", "Is breakfast included in the price?"),
        ),
        ["4"],
    )
    assert query.text == "Is breakfast included in the price?"
    assert query.terms["breakfast"] == 1.0
    assert 0 < query.terms["acorn"] < 0.5
    assert query.said["breakfast"] > query.said["acorn"] > 0.5


def test_a_burst_is_one_question() -> None:
    query = compose(
        said(("agent", "Hi, how can I help?"), ("customer", "hello"), ("customer", "my bag is lost"), ("customer", "flight TW 482")),
        ["1", "2", "3"],
    )
    assert "bag is lost" in query.text
    assert {"bag", "lost", "482"} <= set(query.terms)
    assert "hello" not in query.terms


def test_a_thin_question_is_read_with_what_came_before() -> None:
    query = compose(
        said(("customer", "Can I get a refund for the hotel?"), ("agent", "Yes."), ("customer", "And how long does it take?")), ["2"]
    )
    assert query.text == "And how long does it take?"
    assert query.context == "Can I get a refund for the hotel?\nAnd how long does it take?"
    assert 0 < query.terms["refund"] < query.terms["long"]


def test_thanks_alone_falls_back_on_the_question_before() -> None:
    query = compose(said(("customer", "Where is my refund?"), ("agent", "I am looking."), ("customer", "thanks")), ["2"])
    assert "refund" in query.terms


def test_a_greeting_asks_nothing() -> None:
    assert compose(said(("customer", "Hello there!")), ["0"]).terms == {}
    assert plain("hi").terms == {}


def test_notes_system_messages_and_deleted_ones_are_not_searched() -> None:
    messages = said(
        ("system", "Chat about Mortgages"), ("agent", "note on Fraud"), ("customer", "my Lisbon flight"), ("customer", "is it late?")
    )
    messages[1] = messages[1].model_copy(update={"visibility": "private"})
    messages[2] = messages[2].model_copy(update={"deleted_at": START})
    query = compose(messages, ["3"])
    assert not {"mortgages", "fraud", "lisbon"} & {*query.terms, *query.said}


def test_without_open_messages_the_last_one_of_the_customer_is_the_question() -> None:
    query = compose(
        said(("customer", "Old topic: insurance"), ("agent", "ok"), ("customer", "What about lounge access?"), ("agent", "Let me see.")), ()
    )
    assert "lounge" in query.text
    assert "insurance" not in query.text


def test_nothing_but_agents() -> None:
    assert compose(said(("agent", "Hello?")), ()).text == ""
    assert compose([], ()).texts == ("",)


def test_salutation_signature_and_quoted_mail_do_not_count() -> None:
    mail = (
        "Dear Ternway team,\n\nmy refund is missing.\n\nKind regards,\nJo Smith\n12 High Street\n\n> On Monday you wrote\n> about insurance"
    )
    assert essence(mail) == "my refund is missing."
    assert essence("Thanks") == "Thanks"


def test_a_long_mail_keeps_its_questions() -> None:
    mail = " ".join(f"Sentence {i} tells of the weather and the garden." for i in range(80)) + " Where is my refund? " + "And so on. " * 50
    query = plain(mail)
    assert "Where is my refund?" in query.text
    assert len(query.text.split()) <= LONGEST_TEXT


def test_proper_words() -> None:
    assert proper_words("We booked the Flex fare. It was RF-204 to Lisbon, ok?") == ["flex", "rf", "204", "rf204", "lisbon"]


@given(st.lists(st.tuples(st.sampled_from(["customer", "agent", "bot"]), st.text(max_size=200)), max_size=6))
def test_any_conversation_makes_a_query(lines: list[tuple[str, str]]) -> None:
    query = compose(said(*lines), ())
    assert all(0 < weight <= 1 for weight in [*query.terms.values(), *query.said.values()])
    assert len(query.text.split()) <= max(LONGEST_TEXT, len(query.text.split()) if len(query.text) < 2000 else 0)


def test_a_message_of_a_megabyte_is_no_problem() -> None:
    query = compose(said(("customer", "thanks\n" + "a line of text, longer and longer " * 30_000)), ["0"])
    assert len(query.terms) < 200
