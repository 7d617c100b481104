"""The trained head: what it takes, what its words add, what it must not know."""

import numpy as np
import pytest

from copilot.domain.emotion import LABELS
from copilot.sensing.emotion import Senser
from copilot.sensing.head import DIMENSION, READ_WORDS, Head, Table, keys_of, pieces, terms, words_of
from tests.sensing.conversations import said

VECTOR = np.zeros(DIMENSION, dtype=np.float32)
FLAT = np.zeros((len(LABELS), DIMENSION), dtype=np.float32), np.zeros(len(LABELS), dtype=np.float32)
ANGRY = LABELS.index("angry")
DISAPPOINTED = LABELS.index("disappointed")


def head_that_knows(label: int, **weights: float) -> Head:
    """Knows these words; a name that begins with an underscore is a piece of one."""
    known = [f"\n{name[1:]}" if name.startswith("_") else name for name in weights]
    order = np.argsort(keys_of(known))
    rows = np.zeros((len(known), len(LABELS)), dtype=np.float32)
    rows[:, label] = list(weights.values())
    return Head(*FLAT, Table(keys_of(known)[order], rows[order]))


def test_a_word_that_was_learnt_counts_and_less_by_its_share() -> None:
    head = head_that_knows(ANGRY, grr=4.0)
    whole, half, none = (head.hear(VECTOR, "grr indeed").chances(share)["angry"] for share in (1.0, 0.5, 0.0))
    assert whole > half > none == pytest.approx(1 / len(LABELS))


def test_a_word_it_never_met_counts_by_its_pieces() -> None:
    head = head_that_knows(DISAPPOINTED, _egret=4.0)
    assert head.chances(VECTOR, "It is regrettable.")["disappointed"] > head.chances(VECTOR, "It is Monday.")["disappointed"]
    assert head.hear(VECTOR, "It is regrettable.").telling("disappointed") == ["regrettable"]


def test_a_long_message_is_not_louder_than_a_short_one() -> None:
    head = head_that_knows(ANGRY, grr=4.0, it=0.0, was=0.0, monday=0.0)
    assert head.chances(VECTOR, "grr")["angry"] > head.chances(VECTOR, "it was monday grr")["angry"]


def test_only_what_tells_about_as_much_as_the_strongest_is_named() -> None:
    heard = head_that_knows(ANGRY, grr=4.0, argh=3.0, well=1.5, then=0.5).hear(VECTOR, "well then grr argh")
    assert heard.telling("angry", most=4) == ["grr", "argh"]
    assert head_that_knows(ANGRY, then=0.5).hear(VECTOR, "then").telling("angry") == []


def test_no_piece_is_taken_for_a_word() -> None:
    assert not set(pieces(["late", "too"])) & set(terms(["lat", "late", "too", "to"]))


def test_a_name_is_not_cut_into_pieces() -> None:
    assert pieces(words_of("[NAME]")) == []


def test_nothing_to_read_says_nothing() -> None:
    assert head_that_knows(ANGRY, grr=4.0).chances(VECTOR, "   ")["angry"] == pytest.approx(1 / len(LABELS))
    assert Table(keys_of([]), np.zeros((0, len(LABELS)), dtype=np.float32)).known(["grr"]) == {}


def test_the_head_names_the_words_that_told_it() -> None:
    head = head_that_knows(DISAPPOINTED, alas=9.0)
    found = Senser(head).sense(said(1, "Alas, that is that then."), hint="en", vector=VECTOR)
    assert found.label == "disappointed"
    assert "“alas”" in found.why


@pytest.mark.parametrize(
    "who", ["man", "woman", "black", "white", "gay", "straight", "Muslim", "Jewish", "Christian", "Mexican", "German", "old", "disabled"]
)
def test_who_somebody_is_has_no_weight(who: str) -> None:
    """Words for who people are never reach the weights, in training or here."""
    assert words_of(f"I am a {who} and I wait") == words_of("I am a and I wait")


def test_half_a_page_is_read_and_no_more() -> None:
    assert len(words_of("word " * 2 * READ_WORDS)) == READ_WORDS


def test_the_shipped_weights_are_small_and_know_words() -> None:
    head = Head.load()
    assert head.chances(VECTOR, "Thank you")["grateful"] > head.chances(VECTOR)["grateful"]
    assert head.chances(VECTOR, "I am so disappointed")["disappointed"] > head.chances(VECTOR)["disappointed"]
    assert head.chances(VECTOR, "this is disgusting")["angry"] > head.chances(VECTOR)["angry"]


def test_what_does_not_fit_is_refused() -> None:
    row = np.zeros((1, len(LABELS)), dtype=np.float32)
    with pytest.raises(ValueError, match="ascending"):
        Table(np.array([7, 7], dtype=np.uint32), np.concatenate([row, row]))
    with pytest.raises(ValueError, match="shape"):
        Table(np.array([7, 8], dtype=np.uint32), row)
    with pytest.raises(ValueError, match="shape"):
        Head(FLAT[0], np.zeros(3, dtype=np.float32))
