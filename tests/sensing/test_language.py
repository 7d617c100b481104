"""A handful of letters is not judged."""

import pytest

from copilot.sensing.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order? I have been waiting for two weeks.", "en"),
        ("Ich warte seit drei Wochen auf meine Rückerstattung und niemand antwortet.", "de"),
        ("Wo ist meine Bestellung?", "de"),
        ("Je voudrais annuler mon vol", "fr"),
        ("Hola, necesito ayuda con mi reserva", "es"),
        ("返金はいつですか", "ja"),
        ("我的退款在哪里", "zh"),
        ("Где мои деньги, я жду уже три недели", "ru"),
        ("yo wassup my order aint here yet fr", "en"),
    ],
)
def test_a_sentence_is_recognised(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    "text", ["", "ok", "🙂🙂", "hi", "BA123 LX456", "refund pls", "https://example.com/wo/ist/meine/bestellung", "[NAME]"]
)
def test_a_handful_of_letters_is_not_judged(text: str) -> None:
    assert detect(text) == "en"
    assert detect(text, "de") == "de"
    assert detect(text, "de-AT") == "de"


def test_a_clear_sentence_overrules_the_hint() -> None:
    assert detect("I lost my card in Madrid and need a new one", "de") == "en"


def test_a_doubtful_one_does_not() -> None:
    assert detect("Dubai to Doha ticket change", "en") == "en"


def test_a_megabyte_without_a_space_is_read_at_its_beginning_only() -> None:
    assert detect("a" * 1_000_000, "de") in ("de", "en")
