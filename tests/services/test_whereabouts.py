"""Where were we: one line that says what they want and what was last said or promised, never longer than it may be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.conversation import Conversation, Message
from copilot.domain.memory import Promise
from copilot.domain.tenant import TenantSettings
from copilot.services.conversations.standing import bare, renewed
from copilot.services.conversations.whereabouts import LONGEST, Where, where

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SETTINGS = TenantSettings()
NAMES = {"agent-7": "Tom Berg"}


def said(author: str, text: str, minutes_ago: float, **values: Any) -> Message:
    plain = {"id": f"{author}-{minutes_ago}", "author": author, "text": text, "sent_at": NOW - timedelta(minutes=minutes_ago)}
    return Message.model_validate(plain | values)


def line(*messages: Message, language: str = "en", promises: tuple[Promise, ...] = ()) -> Where:
    talk = Conversation(id="c", external_id="chat-1", channel="chat", language=language, messages=messages)
    return where(renewed(bare(talk, SETTINGS, NOW), talk, NOW, SETTINGS, promises=promises), NAMES)


def promise(**values: Any) -> Promise:
    plain = {"id": "p", "customer_id": "x", "conversation_id": "c", "text": "I will call you back.", "owner": "Tom Berg", "state": "open"}
    return Promise.model_validate(plain | {"due": NOW + timedelta(hours=2), "source": "message:a", "made_at": NOW} | values)


ASKS = said("customer", "Hello! My flight was cancelled. Where is my refund?", 30)
ANSWERS = said("agent", "Hello Ines. I have asked the bank about it.", 20, author_id="agent-7")


def test_nobody_has_answered() -> None:
    assert line(ASKS).line == "Wants: “Where is my refund?” · nobody has answered yet, since 14:30"


def test_only_a_bot_has_answered() -> None:
    assert line(ASKS, said("bot", "See our app.", 29)).line == "Wants: “Where is my refund?” · only the assistant answered, 14:31"


def test_who_said_what_when() -> None:
    assert line(ASKS, ANSWERS).line == "Wants: “Where is my refund?” · Tom Berg, 14:40: “I have asked the bank about it”"


def test_an_answer_without_a_name_is_a_colleagues() -> None:
    assert line(ASKS, said("agent", "I have asked the bank.", 20)).line.endswith("A colleague, 14:40: “I have asked the bank”")


def test_what_was_promised_comes_before_what_was_said() -> None:
    assert line(ASKS, ANSWERS, promises=(promise(),)).line == (
        "Wants: “Where is my refund?” · Tom Berg promised by 17:00: “I will call you back”"
    )
    late = line(ASKS, ANSWERS, promises=(promise(due=NOW - timedelta(days=3)),)).line
    assert late.startswith("Wants: “Where is my refund?” · Tom Berg promised by 27 Feb, overdue: “I will call")
    assert "promised (15:00): “I will call" in line(ASKS, ANSWERS, promises=(promise(due=None),)).line


def test_a_promise_of_another_conversation_counts_when_it_is_overdue() -> None:
    other = promise(conversation_id="another")
    assert "promised" not in line(ASKS, ANSWERS, promises=(other,)).line
    assert "overdue" in line(ASKS, ANSWERS, promises=(other.model_copy(update={"due": NOW - timedelta(hours=1)}),)).line


def test_thanks_are_not_what_they_came_for() -> None:
    assert line(ASKS, ANSWERS, said("customer", "Thank you!", 1)).line.startswith("Wants: “Where is my refund?” · Tom Berg")


def test_an_answer_thrown_back_is_not_what_they_came_for() -> None:
    thrown_back = said("customer", "28 days?? It has been EIGHT MONTHS. Hello? Nobody ever calls.", 1)
    assert line(ASKS, ANSWERS, thrown_back).line.startswith("Wants: “Where is my refund?” · Tom Berg")
    asked_again = said("customer", "Hello? When do I get it?", 1)
    assert line(ASKS, ANSWERS, thrown_back, asked_again).line.startswith("Wants: “When do I get it?”")


def test_a_note_is_not_an_answer() -> None:
    assert "nobody has answered" in line(ASKS, said("agent", "Difficult one.", 5, visibility="private")).line


def test_before_anyone_wrote() -> None:
    assert line().line == "Nothing has been said yet."


@pytest.mark.parametrize(
    ("language", "text", "shown", "spoken"),
    [
        ("de", "Guten Tag. Wo bleibt meine Erstattung?", "Möchte: „Wo bleibt meine Erstattung?“ · noch keine Antwort, seit 14:30", "de"),
        ("es", "Hola. ¿Dónde está mi maleta?", "Quiere: «¿Dónde está mi maleta?» · nadie ha respondido todavía, desde 14:30", "es"),
        ("pt", "Onde está a minha mala?", "Wants: “Onde está a minha mala?” · nobody has answered yet, since 14:30", "en"),
    ],
)
def test_in_the_conversations_language_where_there_are_phrases(language: str, text: str, shown: str, spoken: str) -> None:
    assert line(said("customer", text, 30), language=language) == Where(line=shown, language=spoken)


WORDS = st.text(st.characters(codec="utf-8"), max_size=400)


@given(WORDS, WORDS, WORDS, st.sampled_from(["en", "de", "es", "xx"]), st.booleans())
def test_it_is_never_longer_than_a_line(asked: str, answered: str, owner: str, language: str, owed: bool) -> None:
    messages = (said("customer", asked, 30), said("agent", answered, 20, author_name=owner))
    made = line(*messages, language=language, promises=(promise(text=asked or "x", owner=owner),) if owed else ())
    assert 0 < len(made.line) <= LONGEST
    assert "\n" not in made.line
