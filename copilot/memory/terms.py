"""Content words: what two texts have in common, with the rare words counting more.

Nothing is cached: an erasure would not reach a customer's words here.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from copilot.memory.sentences import word_list

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SHORTEST, _STEM = 3, 6
_MORE = 40
_STOP = word_list(
    """
    a about after again all also am an and any are as at be because been before being but by can cannot could customer did do
    does doing done down ended even ever every for from get give got had has have having he hello her here hi him his how i
    if in into is it its just like ll made make many may me might more most much must my need never no not now of off on once
    one only or other our out over please promised re really said same see send sent she should so some still such tell than
    thank thanks that the their them then there these they this those through time to today tomorrow too two up us ve very
    want was way we well were what when where which while who why will with would yes yet you your yours company wrote write
    writing written chat times
    euro euros eur usd gbp dollar dollars pounds minutes hours days weeks second third first chat
    mail phone letter sms social media der die das den dem des ein eine einen einem einer und oder aber ich du er sie es wir
    ihr mich mir dich dir ihm ihnen uns mein meine meinen dein ihre ihren ihrem ist sind war waren bin habe haben hat hatte
    wird werden wurde kann können nicht kein keine auch noch nur schon sehr von vom zu zum zur mit bei für auf aus an am im
    in um nach wie was wann wo warum bitte danke dass el la los las un una unos unas y o pero yo tú usted ellos nosotros mi
    mis su sus es son era soy he ha han hay que qué de del al en por para con sin no sí ya muy más como cuando donde favor
    gracias me te se lo le
    """
)


def terms(text: str) -> dict[str, str]:
    """Stem → the word as first written, for every content word and number of `text`."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text):
        low = word.lower()
        if low in _STOP or (len(low) < _SHORTEST and not low.isdigit()):
            continue
        found.setdefault(stem(low), word)
    return found


def stem(word: str) -> str:
    """A crude common stem of a lower-case word: its beginning, so that 'refunded' meets 'refunds'. Codes and numbers stay whole."""
    if not word.isalpha() and any(c.isdigit() for c in word):
        return word
    short = word[:_STEM]
    return short[:-1] if len(short) > _SHORTEST and short.endswith("s") else short


def found_in(stems: Iterable[str], lower_text: str) -> list[str]:
    """The stems with which a word of the lower-case text begins; numbers only whole."""
    return [stem for stem in stems if _begins_word(stem, lower_text)]


def _begins_word(stem: str, text: str) -> bool:
    at = text.find(stem)
    while at >= 0:
        end = at + len(stem)
        if (at == 0 or not text[at - 1].isalnum()) and not (stem.isdigit() and text[end : end + 1].isalnum()):
            return True
        at = text.find(stem, at + 1)
    return False


def rarity(stems: Iterable[str], found: Sequence[Iterable[str]]) -> dict[str, float]:
    """Stem → how much it tells, when these were found in so many texts (inverse document frequency).

    As if there were a few dozen texts more without it: that both of two contacts are about Lisbon does not make the word empty.
    """
    seen = Counter(stem for text in found for stem in text)
    return {stem: max(math.log((len(found) + _MORE) / (seen[stem] + 1.0)), 0.2) for stem in stems}


def overlap(common: Iterable[str], weights: Mapping[str, float]) -> float:
    """0–1: the share of the query's weight that a text has in `common`, saturating: two telling words are already much."""
    shared = sum(weights[stem] for stem in common)
    return shared / (shared + 0.35 * (sum(weights.values()) - shared) + 1.5) if shared else 0.0
