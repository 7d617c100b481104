"""The customer's language."""

from copilot.domain.suggestion import CuePayload
from tests.checks.cases import case, findings

ENGLISH = "Please block the card in the app first, and order a new one there today."
GERMAN = "Bitte sperren Sie die Karte zuerst in der App und bestellen Sie dort heute eine neue."


def test_another_language_is_flagged() -> None:
    assert [r.outcome for r in findings(case("german"), ENGLISH, "language")] == ["flag"]
    assert [r.outcome for r in findings(case("furious"), GERMAN, "language")] == ["flag"]


def test_the_same_language_and_short_words_pass() -> None:
    assert findings(case("german"), GERMAN, "language") == []
    assert findings(case("german"), "OK, Ternway App.", "language") == []


def test_a_cue_speaks_the_agents_language() -> None:
    payload = CuePayload(say=ENGLISH, avoid="", why="", need="goal", moment="open", action="go on")
    assert findings(case("german"), ENGLISH, "language", kind="cue", payload=payload) == []
