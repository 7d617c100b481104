"""The desk's phrases say the same in every language, and are said in the customer's form of address."""

from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest

from copilot.domain.conversation import Conversation, Message
from copilot.domain.day import OwedRow
from copilot.domain.memory import Promise
from copilot.domain.people import Assurance
from copilot.domain.tenant import TenantSettings
from copilot.kinds.wording import LANGUAGES, catalogue
from copilot.memory.promises import read_promises
from copilot.services.conversations.updates import Update, update_for

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SETTINGS = TenantSettings()


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", ["de", "es", "de_familiar", "es_familiar"])
def test_every_language_says_the_same(name: str) -> None:
    english, other = catalogue("day_en"), catalogue(f"day_{name}")
    assert set(other) == set(english)
    for key, text in english.items():
        allowed = places(text)
        assert places(other[key]) <= allowed, (name, key)
        assert allowed - places(other[key]) <= {"promise"} or not allowed, (name, key)


def update(language: str, text: str, *, assurance: Assurance = Assurance.PROVEN, late: bool = False, moved: str = "") -> Update:
    message = Message(id="m", author="customer", text=text, sent_at=NOW - timedelta(hours=3))
    talk = Conversation(id="c", external_id="c", channel="chat", language=language, assurance=assurance, messages=(message,))
    promise = Promise(
        id="p",
        customer_id="x",
        conversation_id="c",
        text="I will call you back",
        owner="Tom",
        due=NOW + timedelta(hours=-1 if late else 1),
        state="open",
        source="message:a",
        made_at=NOW - timedelta(days=1),
    )
    row = OwedRow(promise=promise, conversation_ref="c", channel="chat", customer_ref="x", customer_name="Ines Almeida")
    return update_for(row, moved, talk, SETTINGS, NOW)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("moved", ["", "Nils Falk"])
@pytest.mark.parametrize("assurance", list(Assurance))
def test_an_update_is_a_promise_with_a_time(language: str, late: bool, moved: str, assurance: Assurance) -> None:
    made = update(language, "?", late=late, moved=moved, assurance=assurance)
    assert made.language == language
    assert "{" not in made.text
    assert (moved in made.text) is True
    proven = assurance is Assurance.PROVEN
    assert ("I will call you back" in made.text) is proven
    assert ("Ines" in made.text) is proven, "a name she did not give here is on record only"
    answer = Message(id="a", author="agent", text=made.text, sent_at=NOW)
    (promised,) = [p for p in read_promises(answer, settings=SETTINGS, channel="chat") if p.due is not None and p.due > NOW]
    assert promised.due == made.by


@pytest.mark.parametrize(("text", "said"), [("Kannst du mir helfen?", " dir "), ("Können Sie mir helfen?", " Ihnen ")])
def test_german_keeps_the_form_of_address(text: str, said: str) -> None:
    assert said in update("de", text).text


def test_a_language_without_phrases_gets_english() -> None:
    assert update("fi", "Hei").language == "en"
