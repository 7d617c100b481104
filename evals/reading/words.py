"""Words and sentences: what they are about, who speaks in them, whether they commit to something."""

import re
from collections.abc import Iterator

from copilot.checks.normalise import fold
from copilot.memory.sentences import Sentence, word_list
from copilot.memory.sentences import sentences as split

_WORD = re.compile(r"[^\W_]+")
_STEM = 5
"""Letters that decide: `cancelled` and `cancellation`, `Erstattung` and `erstatten` are the same matter."""
_COMMON = frozenset(
    map(
        fold,
        word_list(
            """
            the and you for are was not but our has had can any who why how one two get got let now see did too all out may its his her him
            she about after again also another around because been before being could does doing done during each else even ever every from
            have having here into just like made make many more most much must need only other over please really same says shall should
            since some still such tell than thank thanks that their them then there these they thing this those through under until very
            want wanted wants were what when where which while will with would write wrote your yours yourself hello dear good been know
            message said took take der die das und ist sie ihr ich mir ein mit den dem des von auf aus bei für wie was nur hat bin war wir
            uns man nun los las del una uno por con que más sus les aber alle auch beim bitte danke dann dass denn diese dieser dieses doch
            eine einem einen einer eines haben hallo hatte hier ihnen ihre ihrem ihren ihrer jetzt kann keine können mehr meine meinem
            meinen meiner nach nicht noch oder ohne schon sehr sein sich sind über unser unsere viel vielen vom wann warum wenn werde werden
            wieder wird wurde zum zur algo ante como cual cuando desde donde ella entre esta este esto gracias hace hasta hola para pero
            porque puede quiero sobre también tengo todo usted favor
            """
        ),
    )
)
"""What every text has, whatever it is about."""

COMMITS = re.compile(
    r"\b(?:(?:I|we)(?:['’]ll| will| shall)(?! not\b)|(?:I am|I['’]m|we are|we['’]re) going to|"
    r"you(?:['’]ll| will) (?:have|hear|get|receive)|(?:meine|unsere) Antwort|noticias (?:mías|nuestras)|"
    r"(?:ich|wir) (?:werden?|melden?|schreiben?|rufen?|antworten?|schicken?|senden?|geben?|bin|sind)\b(?=[^.!?]*\b(?:bis|innerhalb|heute|"
    r"morgen|binnen|wieder|Ihnen|Sie)\b)|Sie (?:hören|bekommen|erhalten|haben)\b(?=[^.!?]*\bvon (?:mir|uns)\b)|"
    r"voy a|vamos a|le (?:escribir[ée]|llamar[ée]|enviar[ée]|dar[ée]|responder[ée])|(?:tendr[áa]|recibir[áa]) (?:mi|nuestra|su))",
    re.IGNORECASE,
)
"""Someone of the company says what they will do."""
TIME = re.compile(
    r"\b\d{1,2}:\d{2}\b|\b\d{1,2} ?[ap]m\b|\b(?:today|tonight|tomorrow|this (?:morning|afternoon|evening)|at once|right away|now|heute|"
    r"morgen|übermorgen|sofort|hoy|mañana|ahora)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|"
    r"\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lunes|martes|miércoles|jueves|viernes|sábado|domingo)\b|"
    r"\b(?:within|in|innerhalb(?: von)?|binnen|dentro de|en) (?:the |an? |next |una? |den nächsten )?(?:\S+ ){0,3}?"
    r"(?:minute|hour|day|week|month|minuten|stunde|tag|woche|minuto|hora|d[íi]a|semana)\w*|"
    r"\b\d{1,2}\.? (?:de )?(?:jan|feb|mar|mär|apr|ma[yi]|jun|jul|aug|ago|sep|o[ck]t|nov|de[czi]|ene|abr)\w*|"
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december) \d{1,2}\b|\b\d{4}-\d{2}-\d{2}\b",
    re.IGNORECASE,
)
"""A day or a time by which something is done."""
_I = re.compile(r"\bI(?:['’]ll| will| shall|['’]m| am)\b|\bfrom me\b|\bmy answer\b|\b(?:ich|yo|voy|estoy)\b|\bvon mir\b", re.IGNORECASE)
_WE = re.compile(
    r"\bwe(?:['’]ll| will| shall|['’]re| are)\b|\bfrom us\b|\bour answer\b|\b(?:wir|nosotr[oa]s|vamos|estamos)\b|\bvon uns\b", re.IGNORECASE
)
_QUOTED = re.compile(r"[“„«\"][^“”„«»\"]{3,500}[”“»\"]")
_GOES_ON = re.compile(r"\b(?:(?:I am|I['’]m|we are|we['’]re) (?:now )?\w+ing|estoy \w+ndo|estamos \w+ndo)\b", re.IGNORECASE)


def sentences(text: str) -> list[Sentence]:
    """With their places: code points, end exclusive."""
    return split(text)


def words(text: str) -> list[str]:
    """Every word and number, folded."""
    return [fold(match[0]) for match in _WORD.finditer(text)]


def stems(text: str, least: int = 4) -> frozenset[str]:
    """What a text is about: the beginnings of its words of so many letters, and its numbers, without what every text has."""
    return frozenset(word if word.isdigit() else word[:_STEM] for word in words(text) if _carries(word, least))


def shared(part: str, whole: str) -> float:
    """The share (0–1) of what `part` is about that `whole` speaks of too; 1 where `part` is about nothing."""
    wanted = stems(part)
    return len(wanted & stems(whole)) / len(wanted) if wanted else 1.0


def likeness(one: str, other: str) -> float:
    """How much two texts are about the same, 0–1 (Jaccard)."""
    first, second = stems(one), stems(other)
    return len(first & second) / len(first | second) if first | second else 1.0


def squeezed(text: str) -> str:
    """Letters and digits only, folded: `TP 448 201 963` is `tp448201963`."""
    return "".join(words(text))


def runs(text: str, size: int) -> Iterator[tuple[str, ...]]:
    """Every `size` words in a row."""
    found = words(text)
    return (tuple(found[at : at + size]) for at in range(len(found) - size + 1))


def unquoted(text: str) -> str:
    """Without what stands in quotation marks: it was said before, by somebody else or to somebody else. Places are kept."""
    return _QUOTED.sub(lambda match: " " * (len(match[0]) - 1) + ("." if match[0][-2] in ".!?" else " "), text)


def next_steps(text: str) -> list[str]:
    """Sentences that tell what somebody of the company does now or next."""
    return [one.text for one in sentences(unquoted(text)) if COMMITS.search(one.text) or _GOES_ON.search(one.text)]


def speakers(text: str) -> tuple[int, int]:
    """How often `I` speaks, and how often `we`."""
    return len(_I.findall(text)), len(_WE.findall(text))


def _carries(word: str, least: int) -> bool:
    return word.isdigit() or (len(word) >= least and word not in _COMMON)
