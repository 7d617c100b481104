"""Conversations as people paste them."""

import json
from datetime import UTC, datetime

import pytest

from copilot.domain.errors import Invalid
from copilot.domain.transcripts import is_conversation, read

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASKED, ANSWERED, AGAIN = ("customer", "Where is my refund?"), ("agent", "I am looking."), ("customer", "And when?")
THREE = [ASKED, ANSWERED, AGAIN]
OURS = {
    "conversation_id": "c",
    "channel": "chat",
    "messages": [
        {"id": "2", "author": "agent", "text": ANSWERED[1], "sent_at": "-PT2M"},
        {"id": "1", "author": "customer", "text": ASKED[1], "sent_at": "-PT3M"},
        {"id": "3", "author": "customer", "text": AGAIN[1], "sent_at": "-PT1M"},
    ],
}


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("Customer: Where is my refund?\nAgent: I am looking.\nCustomer: And when?", THREE),
        ("\n\nCUSTOMER:   Where is my refund?\nsupport: I am looking.\n\ncustomer: And when?\n", THREE),
        ("Kundin: Where is my refund?\nMitarbeiter: I am looking.\nKundin: And when?", THREE),
        ("**Customer:** Where is my refund?\n**Agent:** I am looking.\n**Customer:** And when?", THREE),
        ("Ines: Where is my refund?\nTom: I am looking.\nInes: And when?", THREE),
        ("Tom (Agent): I am looking.\nInes (Customer): And when?", [ANSWERED, AGAIN]),
        ("Agent: I am looking.\nInes: And when?", [ANSWERED, AGAIN]),
        ("[14:05] ines: Where is my refund?\n[14:06] tom: I am looking.\n[14:07] ines: And when?", THREE),
        ("12/03/2024, 14:05 - Ines Almeida: Where is my refund?\n12/03/2024, 14:06 - Tom B.: I am looking.", THREE[:2]),
        ("2024-03-12T14:05:00Z Ines: Where is my refund?\n2024-03-12T14:06:00+01:00 Tom: I am looking.", THREE[:2]),
        ("2:05 PM Ines: Where is my refund?\n2:06 PM Agent: I am looking.", THREE[:2]),
        ("Customer (14:05):\nWhere is my refund?\nAgent (14:06):\nI am looking.", THREE[:2]),
        ("Ines [14:05]: Where is my refund?\nTom [14:06]: I am looking.", THREE[:2]),
        (json.dumps(OURS), THREE),
        (json.dumps(OURS["messages"]), THREE),
    ],
)
def test_who_wrote_what(pasted: str, said: list[tuple[str, str]]) -> None:
    assert is_conversation(pasted)
    found = read(pasted, AT)
    assert [(message.author, message.text) for message in found] == said
    assert [message.sent_at for message in found] == sorted(message.sent_at for message in found)
    assert found[-1].sent_at <= AT


def test_lines_without_a_name_go_on_with_the_message_and_a_colon_alone_makes_no_writer() -> None:
    said = "Customer: I have two things:\nFirst: the refund.\n\nit says: not found\nSee https://example.com: nothing\nAgent: Right."
    first, second = read(said, AT)
    assert first.text == "I have two things:\nFirst: the refund.\n\nit says: not found\nSee https://example.com: nothing"
    assert second.author == "agent"


def test_people_are_named_and_roles_are_not_names() -> None:
    assert [m.author_name for m in read("Ines: One.\nTom: Two.\nInes: Three.", AT)] == ["Ines", "Tom", "Ines"]
    assert [m.author_name for m in read("Customer: One.\nAgent: Two.", AT)] == ["", ""]


@pytest.mark.parametrize(
    "question",
    [
        "How long does a refund take?",
        "Problem: my card is blocked.\nWhat now?",
        "Can I cancel? Booking: TW7K2P",
        "Name: Ines\nOrder: 12\nProblem: broken",
        "{not json} how do I use braces?",
        "[urgent] where is it?",
        "Note: my card is lost",
        "System: will it be down tonight?",
        "",
    ],
)
def test_a_question_is_no_conversation(question: str) -> None:
    assert not is_conversation(question)


@pytest.mark.parametrize(
    ("pasted", "word"),
    [
        ("Where is my refund?\nI am looking.", "who wrote"),
        ("", "who wrote"),
        ("Agent: I am looking.", "customer says nothing"),
        ("Customer:\nAgent: Hello?", "customer says nothing"),
        ('{"conversation_id": "c", "messages"', "complete JSON"),
        ('{"conversation_id": "c", "channel": "chat", "messages": [{"id": "1"}]}', "messages.0.author"),
        ('{"conversation_id": "c", "channel": "chat", "messages": [], "more": 1}', "more"),
        ("[" * 100_000, "who wrote"),
        ("a: " * 50_000, "who wrote"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(pasted: str, word: str) -> None:
    with pytest.raises(Invalid, match=word) as refused:
        read(pasted, AT)
    assert refused.value.todo or "conversation" in str(refused.value).lower()
