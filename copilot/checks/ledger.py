"""What a Turn's evidence holds: every source with its claims, so that a check can ask where a draft's words come from.

Built once per Turn and dropped with it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from copilot.checks.calendar import Day, Found
from copilot.checks.claims import Claim, claims, claims_in, plain
from copilot.checks.kept import kept_with
from copilot.checks.normalise import Normal
from copilot.checks.sources import MENTION, Origin, Source, sources_of
from copilot.domain.knowledge import Limit
from copilot.domain.memory import KnownDetail
from copilot.domain.turn import Turn
from copilot.memory.hours import WorkCalendar
from copilot.sensing.heat import boils_at
from copilot.sensing.hours import add_business_seconds

_LONGEST_PROMISE = 60
"""Days ahead for which `within n working days` is turned into a date."""


@dataclass(slots=True)
class _Index:
    """The claims of one origin, for look-up."""

    exact: set[tuple[str, str, str]] = field(default_factory=set)
    """(kind, unit, value)."""
    amounts: set[str] = field(default_factory=set)
    """Every value of whatever unit, parts of dates included."""
    bare: set[str] = field(default_factory=set)
    """Values whose unit the record does not say: they fit any unit."""
    days: list[Day] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    minutes: set[int] = field(default_factory=set)
    squeezed: str = ""


class Ledger:
    """The evidence of one Turn."""

    def __init__(self, turn: Turn) -> None:
        self.language = turn.language or "en"
        self.calendar = WorkCalendar(turn.settings)
        self.now = self.calendar.local(turn.as_of)
        self.sources: tuple[Source, ...] = tuple(sources_of(turn, self.language))
        emotion = turn.evidence.emotion
        self.boils_at = boils_at(emotion.base, emotion.since, turn.channel, turn.as_of, turn.settings)
        self._index: dict[Origin, _Index] = {}
        self.past: tuple[datetime, ...] = ()
        self.coming: tuple[datetime, ...] = ()
        for source in self.sources:
            if source.trusted:
                self._add(source.origin, source.claims, self.now.date(), source.text)
        self._add_record(turn)
        self._add_derived(turn)

    def texts(self, *origins: Origin) -> Iterator[Source]:
        """The trusted sources of these origins."""
        return (source for source in self.sources if source.origin in origins and source.trusted)

    def claims_of(self, normal: Normal) -> tuple[Claim, ...]:
        """The claims of a text, read in the conversation's language."""
        return claims_in(normal, self.language)

    def claims(self, text: str) -> tuple[Claim, ...]:
        """As claims_of, of a text as written."""
        return claims(text, self.language)

    def holds(self, plain: str, among: frozenset[Origin]) -> bool:
        """Whether a reference, letters and digits only and in lower case, stands in a source of these origins."""
        return any(plain in index.squeezed.replace(" ", "") for origin, index in self._index.items() if origin in among)

    def supports(self, claim: Claim, among: frozenset[Origin] = MENTION, *, context: str = "") -> bool:
        """Whether the claim stands in a source of these origins. `context`: the words before and after it, for `three days ago`."""
        indexes = [index for origin, index in self._index.items() if origin in among]
        if claim.kind == "date":
            return claim.found is not None and self._dated(claim.found, indexes)
        if claim.kind == "time":
            return any(claim.found is not None and claim.found.minutes in index.minutes for index in indexes)
        if claim.kind in ("link", "email", "phone", "code"):
            return any(_contact(claim, index) for index in indexes)
        if any(_measured(claim, index) for index in indexes):
            return True
        return "derived" in among and claim.unit in ("min", "day", "month") and self._elapsed(claim, context)

    def _dated(self, found: Found, indexes: list[_Index]) -> bool:
        today = self.now.date()
        days = [day for index in indexes for day in index.days]
        if found.days:
            return any(reading.fits(day) for reading in found.days for day in days)
        if found.offset is not None:
            return _day(today + timedelta(days=found.offset)) in days
        if found.week is not None:
            monday = today + timedelta(days=7 * found.week - today.weekday())
            return any(_day(monday + timedelta(days=n)) in days for n in range(7))
        near = (today + timedelta(days=n) for n in range(-13, 15))
        return any(found.weekday in index.weekdays for index in indexes) or any(
            d.weekday() == found.weekday and _day(d) in days for d in near
        )

    def _elapsed(self, claim: Claim, context: str) -> bool:
        """`three days ago`, `for ten years`, `in two hours`: counted from a moment on record to now."""
        before, _, after = context.partition("\0")
        past = _SINCE.search(before) or _AGO.match(after)
        future = _IN.search(before)
        moments = [*(self.past if past else ()), *(self.coming if future else ())]
        return any(value in _lengths(abs(self.now - moment), claim.unit) for moment in moments for value in claim.values)

    def _add(self, origin: Origin, found: Iterable[Claim], said_on: date, text: str = "") -> None:
        index = self._index.setdefault(origin, _Index())
        index.squeezed += " " + _codes(text)
        for claim in found:
            _enter(index, claim, said_on)

    def _add_moment(self, origin: Origin, moment: datetime) -> None:
        index = self._index.setdefault(origin, _Index())
        local = self.calendar.local(moment)
        for at in (local, moment):
            index.days.append(_day(at.date()))
            index.minutes.add(at.hour * 60 + at.minute)
            index.amounts.add(str(at.year))
        if local <= self.now:
            self.past += (local,)
        else:
            self.coming += (local,)

    def _add_record(self, turn: Turn) -> None:
        """Times that stand in fields, not in texts."""
        for origin, moment in _moments(turn):
            if moment:
                self._add_moment(origin, moment)
        for lever in turn.evidence.levers:
            self._add_lever(lever.limit, lever.until)
        for detail in turn.evidence.known_details:
            self._add_detail(detail)

    def _add_lever(self, limit: Limit | None, until: datetime | None) -> None:
        index = self._index.setdefault("lever", _Index())
        if limit:
            index.exact.add(of_limit(limit))
            index.amounts.add(of_limit(limit)[2])
        if until:
            self._add_moment("lever", until)

    def _add_detail(self, detail: KnownDetail) -> None:
        """A value is a claim by itself; a bare number takes its unit from the field's name (`delay_minutes`)."""
        index = self._index.setdefault("detail", _Index())
        words = detail.field.replace("_", " ")
        for text in (detail.value, f"{detail.value} {words.split()[-1] if words.split() else ''}"):
            self._add("detail", claims(text, self.language), detail.as_of.date(), text)
        if re.fullmatch(r"\d+(?:[.,]\d+)?", detail.value.strip()):
            value = detail.value.strip()
            index.amounts.add(value)
            if _PRICED.search(words):
                index.bare.add(value.replace(",", "."))

    def _add_derived(self, turn: Turn) -> None:
        """What follows from the record: today, the time by which an answer is due, ends of periods, counts and waits."""
        index = self._index.setdefault("derived", _Index())
        emotion, today = turn.evidence.emotion, self.now.date()
        index.days.extend((_day(today), Day(today.year, 0, 0)))
        index.amounts.update({str(today.year), str(today.year + 1)})
        index.amounts.update({plain_float(emotion.heat), f"{emotion.heat:.0f}", plain_float(emotion.base)})
        index.amounts.update(map(str, (emotion.contacts_7d, emotion.contacts_30d, len(turn.window), len(turn.evidence.memories))))
        index.exact.update(("number", "day", counted) for counted in ("7", "30"))
        for unit, seconds in (("min", 60), ("day", 86_400)):
            whole = int(emotion.waiting_seconds // seconds)
            index.exact.update(("number", unit, str(n)) for n in (whole, whole + 1) if n or unit == "min")
        hours = emotion.waiting_seconds / 3600
        index.exact.update(("number", "min", str(60 * n)) for n in (int(hours), round(hours)) if n)
        index.days.extend(_day(day) for day in self._period_ends(today))
        allowed = turn.settings.answer_minutes.get(turn.channel, 0)
        for unit, minutes in (("min", 1), ("day", 1440), ("wday", 1440)):
            if allowed % minutes == 0:
                index.exact.add(("number", unit, plain_float(allowed / minutes)))
        answer = self.calendar.local(add_business_seconds(turn.as_of, allowed * 60, turn.settings))
        self._allow_until(index, answer)

    def _allow_until(self, index: _Index, answer: datetime) -> None:
        """Any minute until an answer is due by the settings (rounded up to the next quarter of an hour) may be promised."""
        moment = self.now.replace(second=0, microsecond=0)
        last = answer + timedelta(minutes=15)
        while moment <= last and (moment - self.now) < timedelta(days=14):
            index.days.append(_day(moment.date()))
            if answer - self.now < timedelta(hours=24):
                index.minutes.add(moment.hour * 60 + moment.minute)
            moment += timedelta(minutes=1) if answer - self.now < timedelta(hours=24) else timedelta(hours=12)
        index.days.append(_day(answer.date()))
        minute = answer.hour * 60 + answer.minute
        if answer.second or answer.microsecond:  # due within this minute: rounded up, it is the next
            index.minutes.add(minute)
            minute = (minute + 1) % 1440
        index.minutes.update({minute, (minute + 4) // 5 * 5 % 1440, (minute + 14) // 15 * 15 % 1440})

    def _period_ends(self, today: date) -> Iterator[date]:
        for origin in ("public", "lever", "promise"):
            index = self._index.get(origin)
            for kind, unit, value in index.exact if index else ():
                if kind == "number" and unit in ("day", "wday") and value.isdigit() and int(value) <= _LONGEST_PROMISE:
                    yield self.calendar.add_days(today, int(value)) if unit == "wday" else today + timedelta(days=int(value))


_SINCE = re.compile(
    r"\b(?:for|since|für|seit|vor|hace|desde hace|durante|over|after|nach|über|almost|nearly|past|last|letzten|últimos|waiting|"
    r"waited|gewartet|lleva|fast|these|of)\b[^\d]{0,16}$",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\s*(?:ago|late|overdue|of waiting|long|old|with us|mit uns|con nosotros|a customer|already|überfällig|verspätet|de retraso|de "
    r"espera|lang|alt|esperando)\b",
    re.IGNORECASE,
)
_IN = re.compile(r"\b(?:in|en|dentro de|within|within the next|in the next)\s*(?:about |etwa |unos )?$", re.IGNORECASE)
_PRICED = re.compile(r"amount|price|fare|fee|total|paid|cost|sum|betrag|preis|importe|precio|limit|balance", re.IGNORECASE)


@kept_with
def ledger(turn: Turn) -> Ledger:
    """The Turn's ledger; the same one for every check, gone when the Turn is."""
    return Ledger(turn)


def _moments(turn: Turn) -> Iterator[tuple[Origin, datetime | None]]:
    """When messages were sent, memories made, promises due, passages valid; since when they are a customer."""
    yield from (("derived", message.sent_at) for message in turn.window)
    yield from (("derived", memory.at) for memory in turn.evidence.memories)
    yield from (("promise", promise.due) for promise in turn.evidence.promises)
    yield from (("promise", promise.made_at) for promise in turn.evidence.promises)
    yield from ((hit.audience, hit.valid_from) for hit in turn.evidence.passages)
    yield "derived", turn.person.since if turn.person else None


def of_limit(limit: Limit) -> tuple[str, str, str]:
    """A lever's limit as a claim: (kind, unit, value)."""
    if limit.amount is not None:
        return "money", limit.currency or "", plain(limit.amount)
    if limit.percent is not None:
        return "percent", "%", plain_float(limit.percent)
    return ("number", "day", str(limit.days)) if limit.days is not None else ("number", "month", str(limit.months))


def plain_float(value: float) -> str:
    """`50.0` → `50`."""
    return f"{value:g}"


def _enter(index: _Index, claim: Claim, said_on: date) -> None:
    index.amounts.update(claim.values)
    index.exact.update((claim.kind, claim.unit, value) for value in claim.values)
    if claim.kind == "code":
        index.amounts.update(re.findall(r"\d{2,}", claim.values[0]))
    if claim.kind == "phone":
        index.squeezed += f" tel{claim.values[0]}"
    found = claim.found
    if found is None:
        return
    index.days.extend(found.days)
    index.amounts.update(str(part) for day in found.days for part in day if part)
    if found.minutes is not None:
        index.minutes.add(found.minutes)
    if found.weekday is not None:
        index.weekdays.add(found.weekday)
    if found.offset is not None:
        index.days.append(_day(said_on + timedelta(days=found.offset)))
    if found.week is not None:
        index.days.append(_day(said_on + timedelta(days=7 * found.week - said_on.weekday())))


def _day(day: date) -> Day:
    return Day(day.year, day.month, day.day)


def _measured(claim: Claim, index: _Index) -> bool:
    if claim.kind == "money" and any(value in index.bare for value in claim.values):
        return True
    if not claim.unit:
        return any(value in index.amounts for value in claim.values) or any(f" {value} " in f"{index.squeezed} " for value in claim.values)
    return any((claim.kind, claim.unit, value) in index.exact for value in claim.values)


def _contact(claim: Claim, index: _Index) -> bool:
    if claim.kind == "code":
        return bool(claim.values) and claim.values[0] in index.squeezed.replace(" ", "")
    if claim.kind == "phone":
        tail = claim.values[0].lstrip("0")[-8:]
        return bool(re.search(rf"tel\d*{tail}(?!\d)", index.squeezed)) or tail in re.sub(r"\D", "", index.squeezed)
    return any((claim.kind, "", value) in index.exact for value in claim.values)


def _codes(text: str) -> str:
    """A text's words without punctuation: references are written `TW 481` and `TW481`."""
    return re.sub(r"[\W_]+", " ", text.casefold())


def _lengths(span: timedelta, unit: str) -> set[str]:
    """How a span may be told in a unit: rounded either way; weeks and hours are told in days and minutes by the claims."""
    seconds = span.total_seconds()
    if unit == "min":
        minutes, hours = seconds / 60, seconds / 3600
        return {str(n) for n in (int(minutes), round(minutes), int(minutes) + 1, 60 * int(hours), 60 * round(hours))}
    if unit == "day":
        days = seconds / 86_400
        return {str(n) for n in (int(days), round(days), int(days) + 1, 7 * int(days / 7), 7 * round(days / 7))}
    months, years = seconds / 86_400 / 30.44, seconds / 86_400 / 365.25
    return {str(n) for n in (int(months), round(months), 12 * int(years), 12 * round(years))}
