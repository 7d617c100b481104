"""A new value in the writing of the old one: in words or digits, hyphenated, in its language and case, with the sign where it stood."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from copilot.checks.calendar import Day
from copilot.checks.claims import Claim, claims, readings
from copilot.checks.normalise import fold
from copilot.checks.numerals import number_words, spelled
from copilot.checks.units import in_words, language_of
from copilot.checks.wording_tokens import Token, tokens

NEAR = 80
"""Characters in front of a value whose words it has to agree with."""
_DIGITS = re.compile(r"\d[\d., '’]*\d|\d")
_ARTICLE = re.compile(r"\b(an?)(\s+)$", re.IGNORECASE)
_VOWEL = re.compile(r"(?:[aeio]|8|11(?!\d)|18(?!\d)|u(?!n[ai]|s[aeu]))", re.IGNORECASE)
_MONTHS = re.compile(r"[^\W\d_]{3,}")


class Change(NamedTuple):
    """Code points of the text that go, and what stands there then."""

    start: int
    end: int
    text: str


def rewritten(text: str, run: Sequence[Token], old: str, wanted: Sequence[Token], new: str) -> Change | None:
    """How `new` is written where `run` holds `old`; None: not known. Words that both have in common stay as they are."""
    fresh = tokens(new)
    head = _common([t.key or t for t in wanted], [t.key or t for t in fresh])
    tail = _common([t.key or t for t in wanted[head:]][::-1], [t.key or t for t in fresh[head:]][::-1])
    last = len(run) - tail
    before, after = run[head:last], fresh[head : len(fresh) - tail]
    if len(before) == 1 and len(after) == 1 and before[0].claim is not None and after[0].claim is not None:
        told = new[after[0].start : after[0].end]
        value = _claim(
            text[before[0].start : before[0].end],
            before[0].claim,
            told,
            after[0].claim,
            text[max(0, before[0].start - NEAR) : before[0].start],
        )
        return None if value is None else _agreeing(text, before[0].start, before[0].end, value)
    start, end = run[0].start, run[-1].end
    return _agreeing(text, start, end, _cased(text[start:end], old, new))


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    """How many words both begin with; claims are never the same word."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if not isinstance(a, str) or a != b:
            break
        count += 1
    return min(count, len(one) - 1, len(other) - 1) if one and other else 0


def _claim(written: str, was: Claim, told: str, shall: Claim, before: str) -> str | None:
    if was.kind == "money" and shall.kind == "money":
        return _money(written, was, told, shall)
    if was.kind == "date" and shall.kind == "date":
        return _date(written, told, shall)
    if was.kind in ("number", "percent") and shall.kind == was.kind and bool(was.unit) == bool(shall.unit):
        return _measure(written, was, told, shall, before)
    return _cased(written, was.text, told)


def _measure(written: str, was: Claim, told: str, shall: Claim, before: str) -> str | None:
    """A number with its unit."""
    number = _number_of(told)
    if number is None:
        return None
    if written.rstrip().endswith("%") and told.rstrip().endswith("%"):
        point = "," if re.search(r"\d,\d", written) else "."
        return _DIGITS.sub(_plain(number).replace(".", point), written, count=1)
    language = language_of(written)
    figure = _figure(written, number, language or "en")
    if not was.unit:
        return _cased(written, written, figure)
    hyphen = re.search(r"-(?=[^\W\d_]+$)", written) is not None and language == "en"
    unit = in_words(told, number, written, before, language, single=hyphen)
    if unit is None:
        return None
    joint = "-" if hyphen else " "
    return _cased(written, written, f"{figure}{joint}{unit.replace(' ', '-') if hyphen else unit}")


def _figure(written: str, number: Decimal, language: str) -> str:
    """In words where it was in words and the language has one, else in digits."""
    if not re.search(r"\d", written) and number == number.to_integral_value():
        word = spelled(int(number), language)
        if word:
            return word
    return _plain(number)


def _money(written: str, was: Claim, told: str, shall: Claim) -> str | None:
    number = next((Decimal(value) for value in shall.values), None)
    if number is None or was.unit != shall.unit:
        return told
    if not re.search(r"\d", written):
        word = spelled(int(number), language_of(written) or "en") if number == number.to_integral_value() else ""
        words = list(number_words(written))
        return _cased(written, written, word + written[words[0][1] :]) if word and words else told
    return _DIGITS.sub(_like(written, number), written, count=1)


def _like(written: str, number: Decimal) -> str:
    """The number with the separators and the decimals of the one that was written."""
    found = _DIGITS.search(written)
    digits = found[0] if found else ""
    cents = re.search(r"([.,])(\d{1,2})$", digits)
    comma = (cents[1] == ",") if cents else bool(re.search(r"\d\.\d{3}", digits))
    whole = number == number.to_integral_value()
    places = len(cents[2]) if cents else 0 if whole else 2
    thousands = re.search(r"\d([., '’])\d{3}", digits)
    text = f"{number:,.{places}f}" if thousands or (number >= 10_000 and not digits.isdigit()) else f"{number:.{places}f}"
    group = thousands[1] if thousands else ("." if comma else ",")
    point = "," if comma or group == "." else "."
    return text.replace(",", "\0").replace(".", point).replace("\0", group)


def _date(written: str, told: str, shall: Claim) -> str:
    """In the order and the language it was written in; where that is not known, as it was given."""
    day = next(iter(shall.found.days), None) if shall.found else None
    if day is None or not (day.month and day.day):
        return told
    if re.fullmatch(r"\d{4}-\d\d-\d\d", written) and day.year:
        return f"{day.year:04}-{day.month:02}-{day.day:02}"
    if match := re.fullmatch(r"(\d{1,2})([./])(\d{1,2})(?:([./])(\d{2,4})?)?", written):
        return _numeric(match, day) or told
    return _named(written, day) or told


def _numeric(match: re.Match[str], day: Day) -> str:
    wide = 2 if match[1].startswith("0") or match[3].startswith("0") or len(match[1]) == len(match[3]) == 2 else 1
    first = f"{day.day:0{wide}}{match[2]}{day.month:0{wide}}"
    if match[2] == "/":
        return ""  # day and month may stand either way round
    if match[5] and not day.year:
        return ""
    year = "" if not match[5] else f"{day.year:04}"[-len(match[5]) :]
    return f"{first}{match[4] or ''}{year}"


def _named(written: str, day: Day) -> str:
    """`31 March 2025`, `March 31, 2025`, `31. März`, `31 de marzo de 2025`."""
    from babel import Locale

    for code in ("en", "de", "es"):
        names = Locale.parse(code).months["format"]
        for style in ("wide", "abbreviated"):
            known = {fold(str(name).rstrip(".")): number for number, name in names[style].items()}
            month = next((word for word in _MONTHS.finditer(written) if fold(word[0]) in known), None)
            if month is None:
                continue
            name = str(names[style][day.month]).rstrip(".")
            text = written[: month.start()] + (name.capitalize() if month[0][0].isupper() else name) + written[month.end() :]
            return _with_numbers(text, day)
    return ""


def _with_numbers(text: str, day: Day) -> str:
    if re.search(r"\b\d{4}\b", text) and not day.year:
        return ""
    text = re.sub(r"\b\d{4}\b", f"{day.year:04}", text)
    return re.sub(
        r"(?<!\d)\d{1,2}(?!\d)(?:st|nd|rd|th)?", lambda m: f"{day.day}{_ordinal(day.day) if m[0][-1].isalpha() else ''}", text, count=1
    )


def _ordinal(day: int) -> str:
    return "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _number_of(told: str) -> Decimal | None:
    """The number as it was given, before its unit multiplies it."""
    digits = _DIGITS.search(told)
    if digits:
        return readings(digits[0])[0]
    return next((Decimal(value) for _, _, value in number_words(told)), None)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _cased(written: str, old: str, new: str) -> str:
    """Begins with a capital where the old one did because a sentence began."""
    if written[:1].isupper() and new[:1].islower() and (old[:1].islower() or written is old):
        return new[:1].upper() + new[1:]
    return new


def _agreeing(text: str, start: int, end: int, value: str) -> Change:
    """`an 8-day stay` becomes `a 10-day stay`."""
    low = max(0, start - NEAR)
    article = _ARTICLE.search(text[low:start])
    if article is None or claims(article[0]):
        return Change(start, end, value)
    word = article[1][0] + ("n" if _VOWEL.match(value) else "")
    if word.lower() == article[1].lower():
        return Change(start, end, value)
    return Change(low + article.start(), end, f"{word}{article[2]}{value}")
