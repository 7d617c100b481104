"""Units as words: which language one is written in, and how another is written there (English, German, Spanish)."""

import re
from decimal import Decimal
from typing import NamedTuple

from copilot.checks.normalise import fold


class _Forms(NamedTuple):
    """One, several, and several in the German dative."""

    one: str
    several: str
    dative: str = ""


_UNITS: dict[str, dict[str, _Forms]] = {
    "en": {
        "minute": _Forms("minute", "minutes"),
        "hour": _Forms("hour", "hours"),
        "day": _Forms("day", "days"),
        "wday": _Forms("working day", "working days"),
        "week": _Forms("week", "weeks"),
        "month": _Forms("month", "months"),
        "year": _Forms("year", "years"),
        "night": _Forms("night", "nights"),
        "point": _Forms("point", "points"),
        "percent": _Forms("percent", "percent"),
        "bag": _Forms("bag", "bags"),
    },
    "de": {
        "minute": _Forms("Minute", "Minuten"),
        "hour": _Forms("Stunde", "Stunden"),
        "day": _Forms("Tag", "Tage", "Tagen"),
        "wday": _Forms("Werktag", "Werktage", "Werktagen"),
        "week": _Forms("Woche", "Wochen"),
        "month": _Forms("Monat", "Monate", "Monaten"),
        "year": _Forms("Jahr", "Jahre", "Jahren"),
        "night": _Forms("Nacht", "Nächte", "Nächten"),
        "point": _Forms("Punkt", "Punkte", "Punkten"),
        "percent": _Forms("Prozent", "Prozent"),
        "bag": _Forms("Koffer", "Koffer", "Koffern"),
    },
    "es": {
        "minute": _Forms("minuto", "minutos"),
        "hour": _Forms("hora", "horas"),
        "day": _Forms("día", "días"),
        "wday": _Forms("día laborable", "días laborables"),
        "week": _Forms("semana", "semanas"),
        "month": _Forms("mes", "meses"),
        "year": _Forms("año", "años"),
        "night": _Forms("noche", "noches"),
        "point": _Forms("punto", "puntos"),
        "percent": _Forms("por ciento", "por ciento"),
        "bag": _Forms("maleta", "maletas"),
    },
}
_GERMAN = frozenset(fold(word) for word in ("Arbeitstag", "Arbeitstage", "Arbeitstagen", "Bankarbeitstage", "Geschäftstage"))
_SPOKEN = dict.fromkeys((*_GERMAN, "workday", "workdays"), "wday") | {
    "hr": "hour",
    "hrs": "hour",
    "h": "hour",
    "min": "minute",
    "mins": "minute",
    "yr": "year",
    "yrs": "year",
}
_KEYS = {(language, fold(form)): key for language, units in _UNITS.items() for key, forms in units.items() for form in forms if form}
_WORKING = re.compile(r"\b(?:working|business|banking)\b|\bh[áa]bil|\blaborabl", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+")
_DATIVE = re.compile(r"\b(?:in|von|nach|vor|seit|binnen|mit|zu|ab|aus|bei|den)\s+(?:\w+\s+)?$", re.IGNORECASE)


def language_of(written: str) -> str:
    """`en`, `de`, `es`: the language of the unit's word; empty: none is known (a sign, an abbreviation)."""
    words = [fold(word) for word in _WORDS.findall(written)]
    if "ciento" in words:
        return "es"
    for language in ("de", "es", "en"):
        if any((language, word) in _KEYS for word in words):
            return language
    return "de" if not _GERMAN.isdisjoint(words) else "en" if words else ""


def in_words(told: str, number: Decimal, written: str, before: str, language: str, *, single: bool) -> str | None:
    """The unit of `told` as it is written where `written` stood. None: the language is known and has no word for it.

    `single`: as in `10-day`; `before`: the text in front, for the German dative.
    """
    given = " ".join(_WORDS.findall(told)[_spelled_words(told) :]) or told[-1:]
    key = _key(told)
    if language in ("", "en") and language_of(told) in ("", "en"):
        forms = _UNITS["en"].get(key)
        if forms is None or given == "%":
            return forms.several if forms is not None else given
        return _as_given(given, forms, single=single or number == 1)
    forms = _UNITS[language or "en"].get(key)
    if forms is None:
        return None
    if single or number == 1:
        return forms.one
    return forms.dative if forms.dative and language == "de" and _is_dative(written, before) else forms.several


def _as_given(given: str, forms: _Forms, *, single: bool) -> str:
    """The editor's own words (`business days`), in the number that is wanted."""
    wanted, other = (forms.one, forms.several) if single else (forms.several, forms.one)
    last, was = wanted.split()[-1], other.split()[-1]
    head, _, tail = given.rpartition(" ")
    return f"{head} {last}".strip() if tail.casefold() in (was, last) else given


def _key(told: str) -> str:
    if _WORKING.search(told):
        return "wday"
    if re.search(r"%|\bper\s?cent\b|\bpor\s?ciento\b", told):
        return "percent"
    words = [fold(word) for word in _WORDS.findall(told)]
    found = (_KEYS.get((language, word)) or _SPOKEN.get(word) for word in reversed(words) for language in ("en", "de", "es"))
    return next((key for key in found if key), "")


def _is_dative(written: str, before: str) -> bool:
    word = fold((_WORDS.findall(written) or [""])[-1])
    forms = next((forms for forms in _UNITS["de"].values() if word in (fold(forms.several), fold(forms.dative))), None)
    if forms is not None and forms.dative and forms.dative != forms.several:
        return word == fold(forms.dative)
    return bool(_DATIVE.search(before))


def _spelled_words(told: str) -> int:
    """How many words the number itself takes."""
    from copilot.checks.numerals import number_words

    if re.search(r"\d", told):
        return 0
    first = next(number_words(told), None)
    return len(_WORDS.findall(told[first[0] : first[1]])) if first else 0
