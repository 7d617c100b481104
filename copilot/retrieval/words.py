"""Words as search sees them: split, folded, stemmed; and which of them say nothing about the subject."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:-[^\W_]+)*")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]{2,}")
"""Scripts that write no spaces: such a run is cut into pairs of characters, so that a part of it can be found."""

STOPWORDS = frozenset(
    """
    a about above after again all also although always am an and any anything are as at be because been before being below both but by
    ca can cannot could did do does doing down during each either else ever every few for from further get gets getting give given go
    goes going gone got had has have having he her here hers him his how however i if in into is it its itself just keep kind know let
    like likely lot make makes many may maybe me might mine more most much must my myself need needs neither no nor not now of off often
    ok okay on once one only or other our ours out over own per perhaps please put quite rather really say see seem seems several shall
    she should since so some someone something soon still such sure take tell than that the their theirs them themselves then there
    these they thing things this those though through to too under until up upon us use used using very want wants was way we well were
    what when where whether which while who whom whose why will with within without wo would yes yet you your yours
    """.split()  # noqa: SIM905 – two hundred quoted literals would be harder to read and to keep sorted
)
"""English words that carry no subject. Other languages' lists come with the lexical index, which knows the language of what it holds."""

FILLER = frozenset(
    """
    anyway appreciate assistance awesome bye cheers concerning dear excellent excuse glad good goodbye great greetings hallo hello help
    hey hi hope hopefully kindly lovely madam nice perfect pleasure regarding regards sincerely sir sorry sounds super thank thanks
    thanx thx tks wonderful wondering yeah yep guten danke bitte grüße gruß freundlichen liebe lieber bonjour merci cordialement hola
    gracias saludos
    """.split()  # noqa: SIM905 – as above
)
"""Greetings, thanks and manners: true of every conversation, so they tell passages apart by accident only."""

CONTRACTION = re.compile(r"(?<=\w)(?:n['’]t|['’](?:s|ll|re|ve|d|m))$", re.IGNORECASE)


def fold(text: str) -> str:
    """Lower case, without accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def tokens(text: str) -> list[str]:
    """Words in their order, case kept. `wi-fi` gives wi, fi and wifi; `Rosa's` Rosa; `don't` do; scripts without spaces give pairs."""
    found: list[str] = []
    for match in WORD.finditer(text):
        word = match.group()
        if CJK.search(word):
            found.extend(word[i : i + 2] for i in range(len(word) - 1))
        elif word.isalnum():
            found.append(word)
        else:
            found.extend(_parts(word))
    return found


def _parts(word: str) -> list[str]:
    """A word with apostrophes or hyphens."""
    pieces = [re.sub(r"['’]", "", CONTRACTION.sub("", piece)) for piece in word.split("-")]
    whole = "".join(pieces)
    return pieces if len(pieces) == 1 or len(whole) > 20 else [*pieces, whole]


def telling(word: str) -> bool:
    """Whether the word can say what a text is about."""
    low = word.lower()
    return low not in STOPWORDS and low not in FILLER and (len(low) > 1 or low.isdigit() or not low.isascii())


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The Snowball English stem of the folded word."""
    return str(_stemmer().stemWord(fold(word)))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def stems(text: str) -> list[str]:
    """The stems of the telling words of a text, in their order."""
    return [stem(word) for word in tokens(text) if telling(word)]
