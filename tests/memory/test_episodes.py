from datetime import timedelta

import pytest

from copilot.domain.conversation import Conversation, Message, Outcome
from copilot.domain.errors import Invalid
from copilot.domain.people import Customer
from copilot.memory.episodes import episode, preferences, propose
from tests.memory.builders import NOW, message


def conversation(*messages: Message, **more: object) -> Conversation:
    return Conversation.model_validate({"id": "k1", "external_id": "K-1", "channel": "chat", "messages": messages} | more)


BROKEN = conversation(
    message("Hello, TW418 to Lisbon is five hours late. I want my 142 EUR back.", "customer", id="m1"),
    message("Dear Ms Lindqvist, I will refund the 142 EUR by Friday.", id="m2", at=NOW + timedelta(minutes=3)),
    outcome=Outcome(text="Refund promised, never paid", resolved=False, fault="company"),
    csat=2,
)


def test_an_episode_tells_in_order_what_was_wanted_done_and_how_it_ended() -> None:
    told = episode(BROKEN, "c")
    assert told.text == (
        "Customer in chat: “TW418 to Lisbon is five hours late. I want my 142 EUR back.” "
        "Promised: “I will refund the 142 EUR by Friday” Ended: Refund promised, never paid."
    )
    assert (told.kind, told.customer_id, told.conversation_id, told.at) == ("episode", "c", "k1", NOW + timedelta(minutes=3))
    assert told.use == "quotable"


def test_what_went_wrong_weighs_more_than_what_went_well() -> None:
    fine = BROKEN.model_copy(update={"outcome": Outcome(text="Paid", resolved=True, fault="none"), "csat": 5})
    assert episode(BROKEN, "c").importance > episode(fine, "c").importance


def test_health_and_grief_guide_and_are_soon_forgotten() -> None:
    told = episode(conversation(message("I must cancel Madrid, there is a funeral at home.", "customer")), "c")
    assert (told.sensitive, told.use) == (True, "guide")
    assert told.expires_at is not None
    assert told.at < told.expires_at < told.at + timedelta(days=366)


def test_a_conversation_with_only_agent_messages_still_has_an_account() -> None:
    assert episode(conversation(message("Your booking was moved to Sunday.")), "c").text.startswith(
        "The company wrote in chat: “Your booking"
    )
    with pytest.raises(Invalid):
        episode(conversation(), "c")


def test_stated_preferences_become_memories() -> None:
    since = NOW - timedelta(days=100)
    person = Customer(id="c", external_id="c", since=since, preferences=("aisle seat", "nut allergy, please warn the crew", " "))
    aisle, nuts = preferences(person)
    assert (aisle.kind, aisle.at, aisle.use, aisle.source) == ("preference", since, "quotable", "profile")
    assert (nuts.use, nuts.sensitive) == ("guide", True)


@pytest.mark.parametrize(
    ("text", "kind", "use"),
    [
        ("please only call me after 17:00", "preference", "quotable"),
        ("I prefer a window seat.", "preference", "quotable"),
        ("we always fly with our dog", "preference", "quotable"),
        ("Call me Liz please", "preference", "quotable"),
        ("Bitte nur per E-Mail schreiben.", "preference", "quotable"),
        ("Prefiero que me escriban por correo.", "preference", "quotable"),
        ("I'm allergic to nuts", "fact", "guide"),
        ("My mother uses a wheelchair.", "fact", "guide"),
        ("I work nights, so mornings are bad.", "fact", "quotable"),
        ("Ich bin Vegetarierin, mein Sohn ist allergisch.", "fact", "guide"),
    ],
)
def test_what_customers_tell_of_themselves_is_proposed_and_pending(text: str, kind: str, use: str) -> None:
    [found] = propose(message(text, "customer", id="m5"), "c")
    assert (found.kind, found.use, found.state, found.source, found.text) == (kind, use, "pending", "message:m5", text)


@pytest.mark.parametrize(
    "text",
    [
        "Please call me today.",
        "You never call me back.",
        "Can I have a window seat?",
        "Where is my refund?",
        "Nobody called me after 17:00.",
        "We always get the same answer.",
    ],
)
def test_wishes_of_the_moment_questions_and_complaints_are_not(text: str) -> None:
    assert propose(message(text, "customer"), "c") == []


def test_only_customers_public_messages_teach() -> None:
    assert propose(message("I prefer a window seat."), "c") == []
    assert propose(message("I prefer a window seat.", "customer", deleted_at=NOW), "c") == []
