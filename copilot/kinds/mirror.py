"""The customer's own sentence, said back to them: `My suitcase did not arrive` → `your suitcase did not arrive`.

To be heard is to hear one's own words again; a paraphrase without a model would be a guess. English only (other languages change the
verb with the person). When the grammar is not sure, there is no mirror: a wrong `you` is worse than none.
"""

import re
from collections.abc import Mapping
from typing import Any

from copilot.domain.turn import Turn
from copilot.kinds.wording import catalogue
from copilot.memory.sentences import sentences, unquoted

LONGEST_WORDS = 24


def _grammar() -> Mapping[str, Any]:
    """Words of the English catalogue that decide."""
    found: Mapping[str, Any] = catalogue("en")["mirror_grammar"]
    return found


_UNFIT = re.compile(
    r"\b(?:idiot|stupid|fuck|shit|damn|bloody|hell|crap|liar|lie[ds]?|scam|thie(?:f|ves)|moron|incompeten|useless|lawyer|sue|court|"
    r"ignore|instruction|prompt|system|password|pin|u|ur|yall)\w*\b|you (?:guys|all|people|lot)|https?:|[@#<>{}\[\]|`*_=]|\d{5}",
    re.IGNORECASE,
)
_CONTRAST = re.compile(r"[\"“”«»„:;()]|\b(?:please|sorry|hello|hi|dear|thanks?)\b", re.IGNORECASE)
_TELLING = re.compile(
    r"\b(?:not|n't|no|never|lost|missing|late|cancel\w*|charged|took|broken?|fail\w*|wrong|still|third|second|fell|died|refund|"
    r"need|want|thinking|looking|moved|stolen|delayed|waiting|twice)\b|n't\b",
    re.IGNORECASE,
)


def mirrored(turn: Turn) -> tuple[str, str] | None:
    """The sentence of the unanswered messages that tells most, turned to `you`, without its full stop; and the message's id."""
    best: tuple[float, str, str] | None = None
    for position, message in enumerate(turn.waiting):
        for place, sentence in enumerate(sentences(unquoted(message.text))):
            words = mirror(sentence.text)
            if words is None:
                continue
            telling = len(_TELLING.findall(words)) + min(len(words.split()), 14) / 14 - 0.3 * position - 0.1 * place
            if best is None or telling > best[0]:
                best = (telling, words, message.id)
    return (best[1], best[2]) if best else None


def mirror(sentence: str) -> str | None:
    """One sentence turned from `I` to `you`, in lower case at its start; None when it is a question, too long, rude or not sure."""
    text = _calm(sentence)
    words = text.split()
    if not 4 <= len(words) <= LONGEST_WORDS or _bare(words[0]) not in _grammar()["starts"] or sentence.rstrip().endswith("?"):
        return None
    if _UNFIT.search(text) or _CONTRAST.search(text):
        return None
    turned: list[str] = []
    for index, word in enumerate(words):
        new = _turn(words, index, word)
        if new is None:
            return None
        turned.append(new)
    said = " ".join(turned).rstrip(".!… ")
    return said[0].lower() + said[1:]


def _calm(sentence: str) -> str:
    """Without shouting, typographic apostrophes and a salutation before a comma."""
    text = sentence.strip().replace("’", "'")
    text = re.sub(r"^(?:dear|hello|hi|hey|good (?:morning|afternoon|evening))\b[^,.!?]{0,40}[,.!]\s*", "", text, flags=re.IGNORECASE)
    text = re.sub(r"[!.]+$", "", text)
    return re.sub(r"\b[A-Z]{4,}\b", lambda m: m[0].lower(), text)


def _turn(words: list[str], index: int, word: str) -> str | None:
    """The word seen from the other side; None when that is not certain."""
    bare = _bare(word)
    if bare == "you":
        other = _company(words, index)
        return other and _keep(word, bare, other)
    if bare in ("am", "was") and (verb := _verb(words, index, bare)) != bare:
        return verb and _keep(word, bare, verb)
    if bare in _grammar()["swap"]:
        return _keep(word, bare, _grammar()["swap"][bare])
    return word if index else word[0].lower() + word[1:] if bare in _grammar()["starts"] else word


def _company(words: list[str], index: int) -> str | None:
    """`you` is the company: `we` where it acts, `us` where something is done to it."""
    before = _bare(words[index - 1]) if index else ""
    after = _bare(words[index + 1]) if index + 1 < len(words) else ""
    if not after or before in _grammar()["us_after"]:
        return None if after in _grammar()["we_before"] else "us"
    return "we" if after in _grammar()["we_before"] else None


def _verb(words: list[str], index: int, bare: str) -> str | None:
    """`I am` → `you are`; after an `and` it is not certain whose verb it is."""
    before = _bare(words[index - 1]) if index else ""
    skipped = _bare(words[index - 2]) if index > 1 else ""
    if before in ("i", "we") or (before in ("still", "now", "just", "really", "also") and skipped in ("i", "we")):
        return "are" if bare == "am" else "were"
    if before in ("and", "but", "then", "or"):
        return None
    return None if bare == "am" else bare


def _keep(word: str, bare: str, new: str) -> str:
    """The new word with the punctuation of the old one."""
    return re.sub(re.escape(bare), new, word, count=1, flags=re.IGNORECASE)


def _bare(word: str) -> str:
    return word.strip(",.!?…'\"-–").lower()


def telling_quote(turn: Turn) -> tuple[str, str] | None:
    """For languages without a mirror: the sentence of the unanswered messages to quote, short and fit to repeat, and the message's id."""
    best: tuple[int, str, str] | None = None
    for message in turn.waiting:
        for sentence in sentences(unquoted(message.text)):
            words = sentence.text.split()
            if (
                4 <= len(words) <= LONGEST_WORDS
                and not sentence.asks
                and not _UNFIT.search(sentence.text)
                and (best is None or len(words) > best[0])
            ):
                best = (len(words), sentence.text.rstrip(), message.id)
    return (best[1], best[2]) if best else None
