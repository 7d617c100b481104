"""The trained head: what it takes, what its words add, what it must not know."""

import numpy as np
import pytest

from copilot.domain.emotion import LABELS
from copilot.sensing.emotion import Senser
from copilot.sensing.head import BUCKETS, DIMENSION, READ_WORDS, Head, terms
from tests.sensing.conversations import said

VECTOR = np.zeros(DIMENSION, dtype=np.float32)
FLAT = np.zeros((len(LABELS), DIMENSION), dtype=np.float32), np.zeros(len(LABELS), dtype=np.float32)
ANGRY = LABELS.index("angry")
DISAPPOINTED = LABELS.index("disappointed")


def head_that_knows(label: int, **weights: float) -> Head:
    words = np.zeros((BUCKETS, len(LABELS)), dtype=np.float32)
    for word, weight in weights.items():
        words[terms(word)[word], label] = weight
    return Head(*FLAT, words)


def test_a_word_that_was_learnt_counts_and_less_by_its_share() -> None:
    head = head_that_knows(ANGRY, grr=4.0)
    whole, half, none = (head.hear(VECTOR, "grr indeed").chances(share)["angry"] for share in (1.0, 0.5, 0.0))
    assert whole > half > none == pytest.approx(1 / len(LABELS))


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
    assert terms(f"I am a {who} and I wait") == terms("I am a and I wait")


def test_half_a_page_is_read_and_no_more() -> None:
    assert len(terms(" ".join("x" * (n + 1) for n in range(2 * READ_WORDS)))) == 2 * READ_WORDS - 1


def test_the_shipped_weights_are_small_and_know_words() -> None:
    head = Head.load()
    assert head.chances(VECTOR, "Thank you")["grateful"] > head.chances(VECTOR)["grateful"]
    assert head.chances(VECTOR, "I am so disappointed")["disappointed"] > head.chances(VECTOR)["disappointed"]
    assert head.chances(VECTOR, "this is disgusting")["angry"] > head.chances(VECTOR)["angry"]


def test_words_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        Head(*FLAT, np.zeros((10, len(LABELS)), dtype=np.float32))
