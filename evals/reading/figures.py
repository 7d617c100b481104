"""Figures: sums, numbers with their units, dates, times, references, addresses. Each as strings that are equal when they mean the same."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from copilot.checks.normalise import fold


class Figure(NamedTuple):
    """One figure as written, and what would support it (one of these on record is enough). `named`: how the record holds it."""

    text: str
    supported_by: frozenset[str]
    named: frozenset[str]


_MONTHS = {
    name: number
    for number, names in enumerate(
        ["jan ene", "feb", "mar", "apr abr", "may mai", "jun", "jul", "aug ago", "sep", "oct okt", "nov", "dec dez dic"], 1
    )
    for name in names.split()
}
_MONTH = r"(?P<{0}>jan|ene|feb|m[aä]r|apr|abr|ma[yi]|jun|jul|aug|ago|sep|o[ck]t|nov|de[cz]|dic)[a-zä]*\.?"
_DATES = (
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?[^\S\n]+(?:de\s+|of\s+)?{_MONTH.format('m')}(?:,?\s+(?:de\s+)?\d{{4}}\b)?", re.IGNORECASE
    ),
    re.compile(rf"\b{_MONTH.format('m')}[^\S\n]+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s+\d{{4}}\b)?", re.IGNORECASE),
    re.compile(r"\b\d{4}-(?P<m>\d{2})-(?P<d>\d{2})\b"),
    re.compile(r"\b(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?:\d{2,4}\b)?"),
)
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})[:.](?P<min>\d{2})(?!\d)(?:\s*(?P<half>[ap])\.?m\b)?|\b(?P<h2>\d{1,2})\s*(?P<half2>[ap])\.?m\b", re.IGNORECASE
)
_WEEKDAYS = {
    fold(name): number
    for number, names in enumerate(
        [
            "monday montag lunes",
            "tuesday dienstag martes",
            "wednesday mittwoch miércoles",
            "thursday donnerstag jueves",
            "friday freitag viernes",
            "saturday samstag sonnabend sábado",
            "sunday sonntag domingo",
        ]
    )
    for name in names.split()
}
_ADDRESS = re.compile(r"https?://\S+|[\w.+-]+@[\w-]+\.[\w.-]+\w")
_CODE = re.compile(r"\b(?=\w*\d)(?=\w*[A-Z])[A-Z0-9]{4,}(?:-\d+)?\b|\b[A-Z]{2,3}[- ]\d{4,}\b")
_NUMBER = re.compile(
    r"(?P<sign>[€£$¥])?\s?(?<![\w.,])(?P<n>\d{1,3}(?:[., '’]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)(?!\w*[A-Z]\w*\d)"
    r"(?:[\s-]{0,2}(?P<after>%|€|£|\$|[^\W\d_]+(?:[ -](?=[^\W\d_])[^\W\d_]+)?))?"
)
_LISTING = re.compile(r"^\s*\d{1,2}[.)]\s", re.MULTILINE)
_UNITS = {
    fold(word): unit
    for unit, names in {
        "EUR": "€ eur euro euros", "USD": "$ usd dollar dollars", "GBP": "£ gbp pound pounds", "JPY": "¥ jpy yen",
        "%": "% percent prozent",
        "min": "min mins minute minutes minuten minuto minutos", "hour": "h hour hours stunde stunden hora horas",
        "day": "day days tag tage tagen día días", "week": "week weeks woche wochen semana semanas",
        "wday": "werktag werktage werktagen arbeitstag arbeitstage arbeitstagen bankarbeitstage",
        "month": "month months monat monate monaten mes meses", "year": "year years jahr jahre jahren año años",
        "night": "night nights nacht nächte nächten noche noches", "kg": "kg kilo kilos", "km": "km kilometer kilometres",
        "point": "point points punkt punkte punkten punto puntos", "bag": "bag bags koffer maleta maletas",
    }.items()
    for word in names.split()
}  # fmt: skip
_BETWEEN = frozenset(
    {"working", "business", "full", "more", "further", "calendar", "award", "bonus", "free", "ternway", "volle", "weitere"}
)
_SPELLED = {
    fold(word): number
    for number, names in enumerate(
        ["two zwei dos", "three drei tres", "four vier cuatro", "five fünf cinco", "six sechs seis", "seven sieben siete",
         "eight acht ocho", "nine neun nueve", "ten zehn diez", "eleven elf once", "twelve zwölf doce", "thirteen dreizehn",
         "fourteen vierzehn", "fifteen fünfzehn", "sixteen", "seventeen", "eighteen", "nineteen", "twenty zwanzig veinte"],
        2,
    )
    for word in names.split()
}  # fmt: skip
_SPELLED_UNIT = re.compile(
    rf"\b(?P<n>{'|'.join(sorted(_SPELLED, key=len, reverse=True))}|fünf|zwölf)[\s-](?P<after>[^\W\d_]+(?:[ -][^\W\d_]+)?)", re.IGNORECASE
)


def figures(text: str) -> list[Figure]:
    """In the order of their sorts. What was read as a date or a reference is not read again as a number."""
    text = unlisted(text)
    found: list[Figure] = []
    for read in (_addresses, _dates, _clock, _codes, _numbers, _spelled, _weekdays):
        taken = list(read(text))
        found += [figure for figure, _ in taken]
        for _, (start, end) in taken:
            text = text[:start] + " " * (end - start) + text[end:]
    return found


def unlisted(text: str) -> str:
    """Without the numbers that only number a list. Places are kept."""
    return _LISTING.sub(lambda match: " " * len(match[0]), text)


def named(text: str) -> frozenset[str]:
    """Everything that a text of the record supports."""
    return frozenset(name for figure in figures(text) for name in figure.named)


def moments(at: datetime) -> frozenset[str]:
    """A moment as a text would say it: its day, its weekday, its time, its year."""
    return frozenset(
        {f"date {at.month}-{at.day}", f"weekday {at.weekday()}", f"clock {at.hour}:{at.minute:02}", f"{at.year} *", f"{at.year}"}
    )


Place = tuple[int, int]


def _figure(match: re.Match[str], *names: str) -> tuple[Figure, Place]:
    return Figure(match[0].strip(), frozenset(names), frozenset(names)), match.span()


def _addresses(text: str) -> Iterator[tuple[Figure, Place]]:
    for match in _ADDRESS.finditer(text):
        yield _figure(match, match[0].casefold().rstrip(".,;:!?)"))


def _dates(text: str) -> Iterator[tuple[Figure, Place]]:
    taken: list[Place] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            month = match["m"] if match["m"].isdigit() else _MONTHS.get(fold(match["m"])[:3], 0)
            if not (1 <= int(month) <= 12 and 1 <= int(match["d"]) <= 31) or any(a < match.end() and match.start() < b for a, b in taken):
                continue
            taken.append(match.span())
            yield _figure(match, f"date {int(month)}-{int(match['d'])}")


def _clock(text: str) -> Iterator[tuple[Figure, Place]]:
    for match in _CLOCK.finditer(text):
        hour, minute = int(match["h"] or match["h2"]), int(match["min"] or 0)
        if "." in match[0] and not match["half"]:
            continue
        half = (match["half"] or match["half2"] or "").lower()
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
        if hour <= 24 and minute < 60:
            yield _figure(match, f"clock {hour}:{minute:02}")


def _codes(text: str) -> Iterator[tuple[Figure, Place]]:
    for match in _CODE.finditer(text):
        yield _figure(match, f"code {re.sub(r'[^a-z0-9]', '', fold(match[0]))}")


def _numbers(text: str) -> Iterator[tuple[Figure, Place]]:
    for match in _NUMBER.finditer(text):
        unit, end = _unit(match)
        values = _values(match["n"])
        figure = Figure(text[match.start() : end].strip(), *_names(values, unit))
        yield figure, (match.start(), end)


def _spelled(text: str) -> Iterator[tuple[Figure, Place]]:
    """`ten working days`: a number in words is a figure when a unit follows."""
    for match in _SPELLED_UNIT.finditer(text):
        unit, end = _unit(match)
        if unit:
            yield Figure(text[match.start() : end], *_names([str(_SPELLED[fold(match["n"])])], unit)), (match.start(), end)


def _weekdays(text: str) -> Iterator[tuple[Figure, Place]]:
    for match in re.finditer(r"[^\W\d_]{5,}", text):
        day = _WEEKDAYS.get(fold(match[0]))
        if day is None and match[0].casefold().endswith("s"):
            day = _WEEKDAYS.get(fold(match[0])[:-1])
        if day is not None:
            yield _figure(match, f"weekday {day}")


def _unit(match: re.Match[str]) -> tuple[str, int]:
    """The unit before or after a number, and where the figure ends."""
    groups = match.groupdict()
    after = groups.get("after") or ""
    start = match.start("after") if after else match.end()
    first, _, second = after.replace("-", " ").partition(" ")
    if groups.get("sign"):
        return _UNITS[groups["sign"]], match.end("n")
    if fold(first) in _UNITS:
        return _UNITS[fold(first)], start + len(first)
    if fold(first) in _BETWEEN and fold(second) in _UNITS:
        unit = _UNITS[fold(second)]
        return ("wday" if unit == "day" and fold(first) in ("working", "business") else unit), match.end("after")
    return "", match.end("n")


def _values(number: str) -> list[str]:
    """Its readings: `1.500` is 1500 or 1.5."""
    plain = re.sub(r"[ '’]", "", number)
    readings = {plain.replace(",", "").replace(".", "")} if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain) else set()
    last = max(plain.rfind("."), plain.rfind(","))
    if last >= 0:
        whole, part = re.sub(r"[.,]", "", plain[:last]), plain[last + 1 :]
        readings.add(f"{float(f'{whole}.{part}'):g}" if len(whole) < 6 else f"{whole}.{part}".rstrip("0").rstrip("."))
    else:
        readings.add(plain.lstrip("0") or "0")
    return sorted(readings)


def _names(values: list[str], unit: str) -> tuple[frozenset[str], frozenset[str]]:
    """(what supports it, what it supports): with a unit, that unit or a bare number on record; without one, any."""
    if not unit:
        return frozenset(f"{value} *" for value in values), frozenset(name for value in values for name in (f"{value} *", value))
    wanted = frozenset(name for value in values for name in (f"{value} {unit}", value))
    return wanted, frozenset(name for value in values for name in (f"{value} {unit}", f"{value} *"))
