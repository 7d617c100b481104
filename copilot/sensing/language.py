"""Which language a text is in. A handful of letters is not judged: names, codes and emoji have no language."""

import re
from functools import cache
from typing import Any

from copilot.sensing.naming import MASK

ENOUGH_LETTERS = 16
"""Letters below which a text in Latin script is not judged (three or four words)."""
ENOUGH_WORDS = 3
SURE = 0.3
"""Probability a language needs to be believed at all."""
TIMES_LIKELIER_SHORT, TIMES_LIKELIER = 25.0, 3.0
"""How many times likelier than the hint's language another one must be, for a short text and for a longer one."""
SHORT = 60
"""Letters up to which a text is short."""
FALLBACK = "en"

_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|\b\w*\d\w*\b|[\d_]+")
_READ = 4000
"""Characters that are looked at: taking out addresses costs the square of the longest run without a space."""
_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)
"""Scripts that nearly name their language, in the order they are asked for (Japanese uses Chinese characters too)."""
_FEW = 3
_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def detect(text: str, hint: str = "") -> str:
    """ISO 639-1 code of the language of `text`; where it is too short to tell, the hint's (`en-GB` → `en`), else `en`.

    Give it cleaned text: names and quoted mail in another language must not decide.
    """
    expected = re.split(r"[-_]", hint.strip().lower())[0] or FALLBACK
    read = _NOISE.sub(" ", text[:_READ].replace(MASK, " "))[:2000]
    letters = _LETTERS.findall(read)
    for code, script in _SCRIPTS:
        own = len(script.findall(read))
        if own >= _FEW and own * 2 >= len(letters) - _latin(letters):
            return code if own * 4 >= len(letters) else expected
    latin = _latin(letters) * 2 >= len(letters)
    if len(letters) < (ENOUGH_LETTERS if latin else ENOUGH_LETTERS // 2) or (latin and len(_WORDS.findall(read)) < ENOUGH_WORDS):
        return expected
    chances = dict(_identifier().rank(" ".join(read.lower().split())))
    code, sure = next(iter(chances.items()))
    needed = TIMES_LIKELIER_SHORT if len(letters) < SHORT else TIMES_LIKELIER
    believed = sure >= max(SURE, needed * chances.get(expected, 0.0))
    return str(code) if believed else expected


def _latin(letters: list[str]) -> int:
    return sum(letter < "\u0250" for letter in letters)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Two letters are ISO 639-1; the others are small or close relatives (Pidgin, Scots) that would make a dialect another language.
    identifier.set_languages([code for code in identifier.labels if len(code) == 2])
    return identifier
