"""Sensing one message: label, intensity and mood from explainable signs, joined with a trained head where its encoder is in use."""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from copilot.domain.conversation import Message
from copilot.domain.emotion import LABELS, Label, Sensed
from copilot.sensing.cleaning import clean
from copilot.sensing.head import DIMENSION, Head, Heard
from copilot.sensing.language import detect
from copilot.sensing.reading import signs_of
from copilot.sensing.signs import Found

CALM = 30.0
"""Mood of a calm person who writes something plain."""
MEASURED = ("en",)
"""Languages in which emotion was measured; in the others only the wait counts."""

_RANGE: dict[Label, tuple[float, float]] = {
    "grateful": (3, 27),
    "neutral": (14, 45),
    "confused": (24, 45),
    "worried": (38, 58),
    "disappointed": (40, 62),
    "frustrated": (48, 78),
    "angry": (60, 98),
}
"""Mood each label may have: the anchors (≤ 45 calm with a question, ≥ 60 angry) hold by construction."""
_HEAT: dict[Label, float] = {
    "angry": 1.0,
    "frustrated": 1.0,
    "disappointed": 0.7,
    "worried": 0.5,
    "grateful": -1.0,
    "neutral": 0.0,
    "confused": 0.0,
}
"""What a probability of the head is worth as heat (the reference formula)."""
_HEAD_POINTS = 24.0
"""Points of mood between a head that is sure of calm and one that is sure of anger."""
_HEAD_WORDS = 0.25
"""How much the head's words count for the mood: forum words carry less to customers than the meaning of the whole."""
_HEAD_TRUST = 0.7
"""How much the head's log-probabilities count against the signs' evidence: it learnt from forum talk, not from customers."""
_HEAD_DOUBT = 0.04
"""The least chance that any label is taken to have, so that one plain sign (repeats, for example) outweighs a head that is sure."""
_THANKS_BEYOND_DOUBT = 2.0
"""Evidence of gratitude that a question beside it does not put in doubt."""
_KNEE = 0.25
"""Share of a label's range, at either end, in which the mood bends towards the limit."""
_SIGNS_PRIOR = 1.0
"""Log-odds of neutral before any sign, without the head."""
_BELIEVED = 0.42
"""Probability the head needs to call a message unpleasant when no sign says so …"""
_ANGRY_ALONE = 0.6
"""… and to call it angry: below, it is at most frustrated."""
_SCALE = 48.0
"""Points of mood that take a calm person two thirds of the way to 100."""
_LOOKS_BACK = 3
"""Earlier messages that are compared: a complaint repeated later than that comes with its own words for it."""
_QUOTED = 3
"""How many signs the explanation names."""
_UNPLEASANT: tuple[Label, ...] = ("worried", "disappointed", "frustrated", "angry")


class Senser:
    """Reads what one message shows. `head`: None, or the trained head where vectors come from all-MiniLM-L6-v2."""

    def __init__(self, head: Head | None = None) -> None:
        self._head = head

    def warm(self) -> None:
        """Load the language model now rather than on the first message (about a second)."""
        detect("What language is this written in?")

    def sense(
        self,
        message: Message,
        *,
        names: Sequence[str] = (),
        hint: str = "",
        vector: npt.NDArray[np.floating] | None = None,
        earlier: Sequence[str] = (),
        answered: str = "",
    ) -> Sensed:
        """What the customer's message shows by itself.

        `names`: names on record for this case. `hint`: the conversation's language. `vector`: the encoder's unit vector, shape (384,),
        of `clean(message.text, names)`; anything else is ignored. `earlier`: texts of the customer's messages before, oldest first.
        `answered`: what the customer was told since, by a person or a bot; read only for whether it held something back.
        """
        text = clean(message.text, names)
        language = detect(text, hint)
        if language not in MEASURED:
            why = f"Emotion is not measured in this language ({language}); only the wait counts."
            return Sensed(message_id=message.id, language=language, measured=False, label=None, intensity=0.0, mood=0.0, why=why)
        found = signs_of(text, [clean(one, names) for one in earlier[-_LOOKS_BACK:]], answered)
        heard = self._hear(text, vector)
        label = _label(found, _believable(heard, found, share=1.0), asks="?" in text)
        mood = _mood(label, found, _believable(heard, found, share=_HEAD_WORDS))
        return Sensed(
            message_id=message.id,
            language=language,
            measured=True,
            label=label,
            intensity=_intensity(label, mood),
            mood=mood,
            why=_why(label, found, text, heard.telling(label) if heard else ()),
            signs=tuple(dict.fromkeys(sign.name for sign in found if sign.name != "word")),
        )

    def _hear(self, text: str, vector: npt.NDArray[np.floating] | None) -> Heard | None:
        if self._head is None or vector is None or vector.shape != (DIMENSION,) or not text:
            return None
        return self._head.hear(vector, text)


def _believable(heard: Heard | None, found: Sequence[Found], *, share: float) -> Mapping[Label, float] | None:
    """What to keep of the head's word: nothing under sarcasm (it hears the praise, not the irony), no gratitude beside displeasure."""
    if heard is None:
        return None
    if any(sign.name == "sarcasm" for sign in found):
        return None
    chances = heard.chances(share)
    if _evidence(found, "grateful") < sum(_evidence(found, label) for label in _UNPLEASANT):
        rest = max(1.0 - chances["grateful"], 1e-6)
        return {label: 0.0 if label == "grateful" else chance / rest for label, chance in chances.items()}
    return chances


def _evidence(found: Iterable[Found], label: Label) -> float:
    return sum(sign.weight for sign in found if sign.label == label)


def _label(found: Sequence[Found], chances: Mapping[Label, float] | None, *, asks: bool) -> Label:
    """The likeliest label: the head's log-probabilities (or a prior for neutral) plus what each sign says."""
    evidence = {label: _evidence(found, label) for label in LABELS}
    if chances is None:
        scores = {label: evidence[label] + (_SIGNS_PRIOR if label == "neutral" else 0.0) for label in LABELS}
        return _angry_if_all(_best(scores), evidence)
    scores = {label: evidence[label] + _HEAD_TRUST * math.log(max(chances[label], _HEAD_DOUBT)) for label in LABELS}
    if asks and evidence["grateful"] < _THANKS_BEYOND_DOUBT:
        del scores["grateful"]  # a question that praises is a question
    best = _best(scores)
    if best in _UNPLEASANT and not any(evidence[label] > 0 for label in _UNPLEASANT):
        if chances[best] < _BELIEVED:
            return _best({label: score for label, score in scores.items() if label not in _UNPLEASANT})
        if best == "angry" and chances[best] < _ANGRY_ALONE:
            return "frustrated"
    return _angry_if_all(best, evidence)


def _best(scores: Mapping[Label, float]) -> Label:
    return max(scores, key=lambda label: scores[label])


def _angry_if_all(best: Label, evidence: Mapping[Label, float]) -> Label:
    """Frustration with much of everything is anger."""
    heavy = evidence["frustrated"] + evidence["angry"] + 0.5 * evidence["disappointed"]
    return "angry" if best in ("frustrated", "disappointed") and heavy >= 5 and evidence["angry"] > 0 else best


def _mood(label: Label, found: Iterable[Found], chances: Mapping[Label, float] | None) -> float:
    """0–100, within the label's range: signs add with diminishing effect; the head moves it up or down from calm."""
    points = sum(sign.mood for sign in found)
    if chances is not None:
        points += _HEAD_POINTS * sum(_HEAT[name] * chance for name, chance in chances.items())
    raw = CALM + (100 - CALM) * (1 - math.exp(-points / _SCALE)) if points > 0 else CALM + points
    return round(_within(raw, *_RANGE[label]), 1)


def _within(raw: float, low: float, high: float) -> float:
    """`raw` kept inside (low, high): untouched in the middle, bent smoothly near the ends, so that more is always more."""
    knee = (high - low) * _KNEE
    if raw > high - knee:
        return high - knee * math.exp((high - knee - raw) / knee)
    if raw < low + knee:
        return low + knee * math.exp((raw - low - knee) / knee)
    return raw


def _intensity(label: Label, mood: float) -> float:
    """0–1: how far the mood is from calm; a neutral message has none."""
    if label == "neutral":
        return 0.0
    if label == "grateful":
        return round(min(1.0, max(0.2, (CALM - mood) / 25)), 2)
    return round(min(1.0, max(0.2, (mood - CALM) / 60)), 2)


def _why(label: Label, found: Sequence[Found], text: str, words: Sequence[str]) -> str:
    """The signs that decided, each with the customer's words; without signs the `words` that told the head most."""
    if not text:
        return "Nothing but a greeting, a name or a quotation."
    telling = [sign for sign in found if sign.label == label and sign.weight > 0] + [
        sign for sign in found if sign.label != label and sign.mood > 0
    ]
    if not telling:
        return (
            "A plain message without signs of feeling." if label == "neutral" else f"The message as a whole reads as {label}{_by(words)}."
        )
    named = dict.fromkeys(f"{sign.says} (“{sign.words}”)" if sign.words else sign.says for sign in telling)
    said = "; ".join(list(named)[:_QUOTED])
    return said[0].upper() + said[1:] + "."


def _by(words: Sequence[str]) -> str:
    return f", most by {' and '.join(f'“{one}”' for one in words)}" if words else "; no single word decides"
