"""When something said is due: 'by Friday', 'within 10 working days', 'bis 14:20', 'antes del viernes' → a moment.

English, German and Spanish. Only a deadline counts: 'as soon as possible' and 'shortly' are none, and the date of the flight that is
talked about is not the date of the promise.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from copilot.domain.tenant import TenantSettings
from copilot.memory.dates import DATE, read_date
from copilot.memory.hours import WorkCalendar

_NOON, _SIX, _LAST = 720, 1080, 1439


class Due(NamedTuple):
    """A deadline in UTC and the place of its words in the text."""

    at: datetime
    span: tuple[int, int]


class _Day(NamedTuple):
    day: date
    minute: int | None = None
    """Of the day; None: when the day ends."""


class _Base(NamedTuple):
    local: datetime
    calendar: WorkCalendar
    month_first: bool


class _Found(NamedTuple):
    day: _Day
    span: tuple[int, int]
    strong: bool
    """Said as a deadline ('by', 'bis'), not only as a day."""


_Reader = Callable[[re.Match[str], _Base], "_Day | None"]

_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "",
            "one a an ein eine einem einer einen un una uno",
            "two couple zwei dos",
            "three drei tres",
            "four vier cuatro",
            "five fünf cinco",
            "six sechs seis",
            "seven sieben siete",
            "eight acht ocho",
            "nine neun nueve",
            "ten zehn diez",
            "eleven elf once",
            "twelve zwölf doce",
            "",
            "fourteen vierzehn catorce",
            "fifteen fünfzehn quince",
        )
    )
    for word in words.split()
} | {"twenty": 20, "zwanzig": 20, "veinte": 20, "thirty": 30, "dreißig": 30, "treinta": 30}
_NUMBER = r"(?:\d{1,3}|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")"
_UNITS = {
    "minute": r"min(?:ute|uten|utos?|s)?\.?|minutes?",
    "hour": r"hours?|hrs?|h|stunden?|std|horas?",
    "day": r"days?|tage?n?|d[ií]as?",
    "week": r"weeks?|wochen?|semanas?",
    "month": r"months?|monate?n?|mes(?:es)?",
}
_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())
_WORKING = r"(?:working|business|office|bank|week)[\s-]*|werk|arbeits|geschäfts|bank"
_WORKING_ES = r"\s+(?:h[áa]biles|laborables|laborales)"
_LEAD = (
    r"(?:within|inside|in(?:side)?(?:\s+under)?|(?:over|during|in)\s+the\s+next|takes?|no\s+(?:more|later)\s+than|"
    r"at\s+most|less\s+than|under|"
    r"up\s+to|max(?:imum)?\.?|binnen|innerhalb(?:\s+(?:von|der\s+nächsten))?|in(?:\s+den\s+nächsten)?|spätestens\s+in|"
    r"en(?:\s+(?:un\s+plazo\s+(?:m[áa]ximo\s+)?de|los\s+pr[óo]xim[oa]s|las\s+pr[óo]xim[oa]s|menos\s+de|un\s+m[áa]ximo\s+de))?|dentro\s+de)"
)
_DURATION = re.compile(
    rf"\b{_LEAD}\s+(?:the\s+next\s+|about\s+|around\s+|at\s+most\s+|maximal\s+|ca\.\s*|etwa\s+|"
    r"unos\s+)?(?:a\s+couple\s+of\s+|a\s+maximum\s+of\s+)?"
    rf"(?:(?P<from>{_NUMBER})\s*(?:-|–|to|or|bis|oder|a|o)\s*)?(?P<n>{_NUMBER}|couple\s+of)?[\s-]*"
    rf"(?P<working>{_WORKING})?(?:{_UNIT})\b(?P<working_es>{_WORKING_ES})?",
    re.IGNORECASE,
)
_WITHIN_THE_HOUR = re.compile(
    r"\b(?:with)?in\s+(?:the\s+(?:next\s+)?hour|(?P<half>(?:the\s+next\s+)?half(?:\s+an)?[\s-]+hour|"
    r"einer\s+halben\s+stunde|media\s+hora))\b",
    re.IGNORECASE,
)
_ANCHORED = re.compile(
    r"\s*,?\s*(?:(?:of|after|following|from|once|when|nach|ab|después|desde|tras|a\s+partir)\b"
    r"(?!\s+(?:now|today|this|jetzt|heute|hoy|ahora|la\s+fecha)))",
    re.IGNORECASE,
)
"""'within 7 days after we receive it' hangs on an event: no date can be computed."""

_WEEKDAYS = {
    name: index
    for index, names in enumerate(
        (
            "monday montag lunes",
            "tuesday dienstag martes",
            "wednesday mittwoch miércoles miercoles",
            "thursday donnerstag jueves",
            "friday freitag viernes",
            "saturday samstag sonnabend sábado sabado",
            "sunday sonntag domingo",
        )
    )
    for name in names.split()
}
_SHORT_DAYS = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
_PART = (
    r"(?:\s*(?P<part>morning|mornings|afternoon|evening|night|lunchtime|vormittag|früh|mittag|nachmittag|abend|"
    r"por\s+la\s+mañana|por\s+la\s+tarde|por\s+la\s+noche))?"
)
_PARTS = {
    "morning": _NOON,
    "lunchtime": 840,
    "afternoon": _SIX,
    "evening": _LAST,
    "night": _LAST,
    "vormittag": _NOON,
    "früh": _NOON,
    "mittag": 840,
    "nachmittag": _SIX,
    "abend": _LAST,
    "mañana": _NOON,
    "tarde": 1260,
    "noche": _LAST,
}
_BY = (
    r"(?:(?P<by>by|before|until|till?|no\s+later\s+than|not\s+later\s+than|latest(?:\s+by)?|bis(?:\s+spätestens)?|"
    r"spätestens|vor|antes\s+de(?:l)?|hasta|"
    r"a\s+m[áa]s\s+tardar|como\s+muy\s+tarde)\s+(?:the\s+|(?:latest\s+)?on\s+|latest\s+|zum\s+|am\s+|el\s+|la\s+)*)?"
)


_LONGEST = 2000
"""Characters that are read for a deadline: a clause, or a few sentences."""


def find_due(text: str, made_at: datetime, settings: TenantSettings) -> Due | None:
    """The deadline that `text`, said at `made_at`, names; None when it names none. Never before `made_at`."""
    text, calendar = text[:_LONGEST], WorkCalendar(settings)
    base = _Base(calendar.local(made_at), calendar, settings.currency == "USD")
    length = _duration(text, made_at, base)
    day, clock = _best(_days(text, base)), _clock(text)
    if length and not (day and day.strong and day.span[0] < length.span[0]):
        return length
    if day is None and clock is None:
        return None
    at = _moment(day.day if day else None, clock[0] if clock else None, base)
    spans = [part.span if isinstance(part, _Found) else part[1] for part in (day, clock) if part]
    return Due(max(at, made_at.astimezone(UTC)), (min(s[0] for s in spans), max(s[1] for s in spans)))


def _moment(day: _Day | None, minute: int | None, base: _Base) -> datetime:
    """Day and time together; a time alone is the next time the clock shows it."""
    calendar, today = base.calendar, base.local.date()
    if day is None:
        assert minute is not None  # noqa: S101 -- find_due calls with at least one of the two
        at = calendar.at(today, minute)
        return at if at >= base.local.astimezone(UTC) else calendar.at(today + timedelta(days=1), minute)
    wanted = minute if minute is not None else day.minute
    at = calendar.at(day.day, calendar.day_end(day.day) if wanted is None else wanted)
    if at < base.local.astimezone(UTC):
        return calendar.at(day.day, _LAST)
    return at


def _duration(text: str, made_at: datetime, base: _Base) -> Due | None:
    spoken = _WITHIN_THE_HOUR.search(text)
    if spoken:
        return Due(made_at.astimezone(UTC) + timedelta(minutes=30 if spoken.group("half") else 60), spoken.span())
    for match in _DURATION.finditer(text):
        unit = next(name for name in _UNITS if match.group(name))
        word = (match.group("n") or "").lower()
        if not word and "couple of" not in match.group().lower():
            continue
        if _ANCHORED.match(text, match.end()):
            continue
        count = int(word) if word.isdigit() else _WORDS.get(word.split()[0] if word else "couple", 2)
        working = bool(match.group("working") or match.group("working_es"))
        return Due(_after(count, unit, working, made_at, base), match.span())
    return None


def _after(count: int, unit: str, working: bool, made_at: datetime, base: _Base) -> datetime:
    calendar, today = base.calendar, base.local.date()
    if unit in ("minute", "hour"):
        minutes = count * (60 if unit == "hour" else 1)
        return calendar.add_minutes(made_at, minutes) if working else made_at.astimezone(UTC) + timedelta(minutes=minutes)
    if working and unit == "day":
        day = calendar.add_days(today, count)
    else:
        day = today + timedelta(days=count * {"day": 1, "week": 7, "month": 30}[unit])
    return max(calendar.at(day, calendar.day_end(day)), made_at.astimezone(UTC))


def _weekday(match: re.Match[str], base: _Base) -> _Day | None:
    name = match.group("weekday").lower()
    index = _WEEKDAYS.get(name, _SHORT_DAYS.get(name))
    if index is None:
        return None
    today = base.local.date()
    ahead = (index - today.weekday()) % 7
    if (match.group("next") or "").lower().startswith(("next", "nächst")):
        ahead = 7 - today.weekday() + index
    minute = _part(match)
    passed = base.calendar.at(today, minute if minute is not None else base.calendar.day_end(today)) < base.local.astimezone(UTC)
    if ahead == 0 and passed:
        ahead = 7
    return _Day(today + timedelta(days=ahead), minute)


def _relative(match: re.Match[str], base: _Base) -> _Day | None:
    word = " ".join(match.group("rel").lower().split())
    after = word in ("day after tomorrow", "übermorgen", "pasado mañana")
    ahead = 2 if after else int(word in ("tomorrow", "morgen", "mañana"))
    minute = {"this morning": _NOON, "this afternoon": _SIX, "esta tarde": 1260, "heute mittag": 840}.get(word)
    if word in ("tonight", "this evening", "esta noche"):
        minute = _LAST
    return _Day(base.local.date() + timedelta(days=ahead), minute if minute is not None else _part(match))


def _part(match: re.Match[str]) -> int | None:
    part = match.group("part")
    return _PARTS.get(part.lower().split()[-1].removesuffix("s")) if part else None


def _period(match: re.Match[str], base: _Base) -> _Day | None:
    """End of the day, week, month or year; 'this week', 'next week'."""
    words = match.group().lower()
    today = base.local.date()
    following = bool(re.search(r"next|nächst|kommend|pr[óo]xim|que\s+viene", words))
    if re.search(r"week|woche|semana", words):
        return _Day(base.calendar.last_of_week(today + timedelta(days=7 * following)))
    if re.search(r"month|monat|mes\b", words):
        return _Day(_month_end(_month_end(today) + timedelta(days=1) if following else today))
    if re.search(r"year|jahr|año", words):
        return _Day(date(today.year + following, 12, 31))
    return _Day(today)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _calendar_date(match: re.Match[str], base: _Base) -> _Day | None:
    day = read_date(match.group("date"), base.local, month_first=base.month_first)
    return _Day(day) if day and day >= base.local.date() else None


_NAMES = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (
        re.compile(
            rf"\b{_BY}(?:(?P<next>next|this|coming|nächsten?|kommenden?|diesen?|(?:el\s+)?pr[óo]ximo|"
            rf"el)\s+)?(?P<weekday>{_NAMES}){_PART}\b",
            re.IGNORECASE,
        ),
        _weekday,
    ),
    (
        re.compile(
            r"\b(?P<by>by|on|until)\s+(?P<next>next\s+)?(?P<weekday>mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b(?P<part>)", re.IGNORECASE
        ),
        _weekday,
    ),
    (
        re.compile(
            rf"(?<!guten )(?<!heute )(?<!la )(?<!a )(?<!\w){_BY}(?P<rel>the\s+day\s+after\s+tomorrow|"
            r"day\s+after\s+tomorrow|übermorgen|pasado\s+mañana|tomorrow|today|tonight|"
            rf"this\s+(?:morning|afternoon|evening)|heute|morgen|hoy(?:\s+mismo)?|mañana|esta\s+(?:tarde|noche)){_PART}\b",
            re.IGNORECASE,
        ),
        _relative,
    ),
    (
        re.compile(
            rf"\b{_BY}(?:(?:the\s+)?end\s+of\s+(?:the\s+|this\s+|next\s+|my\s+|our\s+)?(?:business\s+|working\s+)?(?:day|"
            r"shift|week|month|year)|close\s+of\s+business|"
            r"eod|cob|ende?\s+(?:des|der|dieses|dieser|nächster|nächsten)\s+(?:tages|woche|monats|jahres)|monatsende|"
            r"wochenende\b|feierabend|jahresende|"
            r"(?:a\s+)?fin(?:al(?:es)?)?\s+de(?:l)?\s+(?:este\s+|esta\s+)?(?:d[ií]a|mes|semana|la\s+semana|año)|"
            r"(?:this|next)\s+(?:week|month)|later\s+this\s+week|diese[rn]?\s+(?:woche|monat)|(?:in\s+der\s+)?(?:nächste|"
            r"kommende)[rn]?\s+(?:woche|monat)|"
            r"esta\s+(?:misma\s+)?semana|este\s+mes|la\s+(?:pr[óo]xima\s+semana|semana\s+que\s+viene)|"
            r"el\s+(?:mes\s+que\s+viene|pr[óo]ximo\s+mes))\b",
            re.IGNORECASE,
        ),
        _period,
    ),
    (re.compile(rf"(?<![\w.,/€$£-]){_BY}(?P<date>{DATE})(?![\w%€])", re.IGNORECASE), _calendar_date),
)
_ABOUT = re.compile(
    r"(?:flights?|trip|journey|stay|booking|reservation|departure|appointment|letter|e?-?mail|message|note|invoice|"
    r"statement|conversation|order|ticket|"
    r"request|complaint|purchase|form|flug|buchung|reise|schreiben|nachricht|anfrage|rechnung|aufenthalt|vuelo|reserva|viaje|carta|mensaje|"
    r"leaves?|departs?|flies|fly|travel|travelling|staying|arrived?|booked|bought|sent|wrote|since|dated|valid|seit|vom|desde)"
    r"\s*(?:of|on|from|for|at|that\s+\w+|am|vom|für|del|el|de|until|till|bis|hasta|after)?\s*(?:the\s+|el\s+)?$",
    re.IGNORECASE,
)
"""Words after which a day belongs to the matter, not to the promise ('your flight on Sunday')."""


def _days(text: str, base: _Base) -> Iterator[_Found]:
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            strong = bool(match.groupdict().get("by")) and match.group("by").lower() != "on"
            if not strong and _ABOUT.search(text[: match.start()]):
                continue
            day = read(match, base)
            if day:
                yield _Found(day, match.span(), strong)


def _best(found: Iterator[_Found]) -> _Found | None:
    """A deadline before a mere day; then the one said first, and of one place the longest."""
    return min(found, key=lambda f: (not f.strong, f.span[0], -f.span[1]), default=None)


_CLOCKS: tuple[re.Pattern[str], ...] = (
    re.compile(r"(?<![\d.,:])(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?:\s*(?P<half>[ap])\.?m\b\.?)?(?![\d:])", re.IGNORECASE),
    re.compile(r"(?<![\d.,:])(?P<h>1[0-2]|0?[1-9])(?:\.(?P<m>[0-5]\d))?\s*(?P<half>[ap])\.?m\b\.?", re.IGNORECASE),
    re.compile(r"(?<![\d.,:])(?P<h>[01]?\d|2[0-3])(?:[.:](?P<m>[0-5]\d))?\s*(?:uhr|h\b|o['’]clock)(?P<half>)", re.IGNORECASE),
    re.compile(
        r"\b(?:at|by|before|until|till|around|a\s+las|antes\s+de\s+las)\s+(?P<h>1?\d|2[0-4])(?P<m>)(?P<half>)"
        r"(?=\s*(?:$|[.,;!?)]|\s(?:today|tomorrow|tonight|on|this|and|sharp|at\s+the|latest|hoy|mañana|y|de\s+la)\b))",
        re.IGNORECASE,
    ),
)
_SPOKEN = re.compile(r"\b(?P<noon>noon|midday|mediod[ií]a|12\s+uhr\s+mittags)\b|\b(?:midnight|mitternacht|medianoche)\b", re.IGNORECASE)
_MATTER_TIME = re.compile(
    r"(?:flight|train|departure|departs?|leaves?|leaving|arrives?|landing|lands?|check-?in|check-?out|opens?|closes?|flug|"
    r"abflug|vuelo|sale|llega|the|since|"
    r"after|from|between|nach|ab|seit|desde)\s*(?:is\s+|was\s+)?(?:at\s+|of\s+|um\s+|on\s+)?$",
    re.IGNORECASE,
)


def _clock(text: str) -> tuple[int, tuple[int, int]] | None:
    """The first time of day that is not the matter's own ('the 14:20 flight'): minutes from midnight, and its place."""
    for pattern in _CLOCKS:
        for match in pattern.finditer(text):
            if _MATTER_TIME.search(text[: match.start()]) and not re.search(
                r"\b(?:by|before|until|bis)\s+$", text[: match.start()], re.IGNORECASE
            ):
                continue
            if re.match(r"\s*(?:flight|train|departure|flug|vuelo)\b", text[match.end() :], re.IGNORECASE):
                continue
            return _minutes(match), match.span()
    spoken = _SPOKEN.search(text)
    return ((_NOON if spoken.group("noon") else _LAST), spoken.span()) if spoken else None


def _minutes(match: re.Match[str]) -> int:
    """Minutes from midnight. A bare hour below eight is meant in the afternoon."""
    hour, minute, half = int(match.group("h")), int(match.group("m") or 0), (match.group("half") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif not match.group("m") and 1 <= hour < 8:  # office hours: "by 5" is 17:00
        hour += 12
    return min(hour * 60 + minute, _LAST)
