"""Values of fields in a text: what the table of fields reads, with phone numbers and dates left to the libraries that know them."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from copilot.memory.dates import read_date
from copilot.memory.field_row import DIGIT, FieldRow
from copilot.memory.fields import TABLE, money_value
from copilot.memory.sentences import unquoted, word_list

_DIGIT = re.compile(r"\d")
_SEVEN_DIGITS = re.compile(r"(?:\d[\s()./-]{0,3}){6}\d")
_CALLS = re.compile(r"phone|call|number|mobil|\btel|reach|ring|text me|ruf|nummer|handy|tel[ée]f|m[óo]vil|llam")
_OTHERS = re.compile(
    r"(?:called\s+(?:you|your)|rang\s+you|wrote\s+to|emailed|e-mailed|mailed\s+(?:to\s+)?|sent\s+(?:\w+\s+){0,4}to|"
    r"your\s+(?:hotline|number|e?-?mail|address|support)[\w\s]{0,20}?|hotline|customer\s+service|"
    r"geschrieben\s+an|angerufen\s+(?:unter|bei)|escrib[íi]\s+a)\s*:?\s*(?:is\s+|on\s+|under\s+|at\s+|the\s+)?$",
    re.IGNORECASE,
)
"""The company's own address or number, told back to it."""
_NOT_MINE = re.compile(
    r"\b(?:not|isn['’]t|nicht|kein\w*|wrong|falsch\w*|instead\s+of|statt|old|former|alte\w*)\s+(?:my\s+|meine\w*\s+|"
    r"the\s+)?(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_NO_REFERENCE = word_list(
    """
    PLEASE THANKS REFUND FLIGHT URGENT ANSWER RETURN CANCEL TICKET LISBON BERLIN MADRID LONDON DUBLIN NUMBER AGAIN
    """
)


class Reading(NamedTuple):
    """A value of a field, as it is kept, and its place in the text."""

    field: str
    value: str
    span: tuple[int, int]


def read_fields(
    text: str, said_at: datetime, *, region: str | None = None, asked: Sequence[str] = (), company: bool = False, days_ago: float = 0
) -> list[Reading]:
    """Every field whose value `text` gives, one each; for fields just `asked` for, a bare answer is enough.

    `region` (ISO country) reads national phone numbers. `company`: the text is the company's own, so only references count.
    `days_ago`: what was about a matter of that time, and no longer is, is left out.
    """
    text = unquoted(text)
    low = text.lower() + (DIGIT if _DIGIT.search(text) else "")
    found: dict[str, Reading] = {}
    taken: list[tuple[int, int]] = []
    for row in sorted(TABLE, key=lambda r: r.name not in asked) if asked else TABLE:
        if (company and not row.from_company) or (row.carries_days is not None and days_ago > row.carries_days):
            continue
        for reading in _row(row, text, low, said_at, region, row.name in asked):
            if row.shape in ("code", "digits") and any(reading.span[0] < end and start < reading.span[1] for start, end in taken):
                continue
            found[row.name] = reading
            taken.append(reading.span)
            break
    if "refund_amount" in found:
        found.pop("amount", None)
    return list(found.values())


def _row(row: FieldRow, text: str, low: str, said_at: datetime, region: str | None, asked: bool) -> Iterator[Reading]:
    if row.name == "phone":
        if "+" in text or asked or _CALLS.search(low):
            yield from _phones(text, region)
        return
    if not any(hint in low for hint in row.hints) and not (asked and row.bare):
        return
    patterns = (*row.reads, row.bare) if asked and row.bare else row.reads
    for pattern in patterns:
        for match in pattern.finditer(text):
            reading = _reading(row, match, text, said_at)
            if reading:
                yield reading


def _reading(row: FieldRow, match: re.Match[str], text: str, said_at: datetime) -> Reading | None:
    group = next((name for name, value in match.groupdict().items() if value and name.startswith(("v", "a"))), None)
    if group is None:
        return None
    span = match.span(group)
    if _NOT_MINE.search(text[max(0, span[0] - 40) : span[0]]) or (
        row.shape == "email" and _OTHERS.search(text[max(0, span[0] - 60) : span[0]])
    ):
        return None
    raw = match.group(group)
    if group.startswith("a"):
        end = "b" + group[1:]
        raw, span = f"{raw} – {match.group(end)}", (span[0], match.end(end))
    value = _kept(row, raw, said_at)
    return Reading(row.name, value, span) if value else None


def _kept(row: FieldRow, raw: str, said_at: datetime) -> str | None:
    """The value in the form it is kept in; None when it turns out to be none."""
    raw = " ".join(raw.split()).strip(" ,;:")
    if row.shape == "code":
        value = raw.upper().replace(" ", "")
        # Only booking references may be letters alone: "PERSON" is what a bot's victim shouts.
        spelled = value.isalpha() and (raw != value or row.name != "booking_reference")
        return None if value in _NO_REFERENCE or spelled else value
    if row.shape == "money":
        return money_value(raw)
    if row.shape == "last4":
        digits = re.sub(r"\W", "", raw)[-4:]
        return digits if digits.isdigit() else None
    if row.shape == "date":
        day = read_date(raw, said_at, future=row.name != "booking_date")
        return day.isoformat() if day else None
    if row.shape == "route":
        return re.sub(r"\s?(?:-|–|→|to)\s?", "-", raw) if re.fullmatch(r"[A-Z]{3}\s?(?:-|–|→|to)\s?[A-Z]{3}", raw) else raw
    return raw.rstrip(".") if row.shape != "email" else raw.lower()


def _phones(text: str, region: str | None) -> Iterator[Reading]:
    if not _SEVEN_DIGITS.search(text) or (region is None and "+" not in text):
        return
    import phonenumbers

    for match in phonenumbers.PhoneNumberMatcher(text, region):
        if _OTHERS.search(text[max(0, match.start - 60) : match.start]):
            continue
        value = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        yield Reading("phone", value, (match.start, match.end))


def region_of(locale: str) -> str | None:
    """The country of a locale ('de-AT' → AT; 'de' → DE by likelihood; 'en' → None, too many countries speak it)."""
    from babel import Locale, UnknownLocaleError

    try:
        parsed = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return None
    return parsed.territory or {"de": "DE", "es": "ES", "fr": "FR", "it": "IT", "pt": "PT", "nl": "NL", "pl": "PL", "sv": "SE"}.get(
        parsed.language
    )
