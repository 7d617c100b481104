"""What a turn's record says: its sources by the names that citations use, its figures, and what may be told to whom."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from copilot.domain.knowledge import Limit
from copilot.domain.people import Assurance
from copilot.domain.suggestion import Suggestion
from copilot.domain.turn import Turn
from copilot.kinds.wording import back_by
from copilot.sensing.heat import boils_at
from evals.outcome import FOR_CUSTOMER, Outcome
from evals.reading.figures import Figure, figures, moments, named, unlisted
from evals.reading.words import sentences

_LASTING = re.compile(
    r"\b(?:ago|for|since|after|with us|waiting|waited|late|overdue|over|"
    r"vor|nach|seit|mit uns|lang|hace|desde|tras|después|con nosotros|lleva\w*|de retraso)\b",
    re.IGNORECASE,
)
"""Words beside which a figure says how long something lasts or lies back."""


def sources(turn: Turn) -> Iterator[tuple[str, str]]:
    """(as citations name it, its text): passages, levers, promises, memories, details, messages; dates written out."""
    seen = turn.evidence
    for hit in seen.passages:
        yield f"passage:{hit.passage_id}", "\n".join((hit.title, hit.heading or "", hit.text))
    for ask in seen.asks:
        yield f"ask:{ask.article_id}", f"{ask.ask.question}\n{ask.ask.why}\n{ask.ask.decides}"
    for lever in seen.levers:
        yield f"lever:{lever.id}", f"{lever.offer}\n{_limit(lever.limit)}\n{lever.when.text}\n{lever.reason}"
    for promise in seen.promises:
        yield f"promise:{promise.id}", f"{promise.text}\n{promise.owner}"
    for memory in seen.memories:
        yield f"memory:{memory.id}", memory.text
    for detail in seen.known_details:
        yield f"detail:{detail.field}", f"{detail.field.replace('_', ' ')}: {detail.value}"
    for message in turn.window:
        yield f"message:{message.id}", f"{message.author_name}\n{message.text}"
    if seen.fault:
        yield "fault", seen.fault.text
    person = turn.person
    yield "person", f"{person.name} {person.tier}" if person else ""
    yield "company", f"{turn.settings.company}\n{turn.agent.name}"


def record(turn: Turn) -> str:
    """Every word of it."""
    return "\n".join(text for _, text in sources(turn))


class Known(NamedTuple):
    """Every figure that the record supports; `elapsed`: how long ago its rows are, which only words such as `for` or `ago` may say."""

    names: frozenset[str]
    elapsed: frozenset[str]

    def supports(self, figure: Figure, around: str) -> bool:
        """Whether the record holds it; `around`: the sentence it stands in."""
        return bool(figure.supported_by & self.names) or (bool(figure.supported_by & self.elapsed) and bool(_LASTING.search(around)))

    def loose(self, text: str) -> list[str]:
        """The figures of a text that it does not support."""
        return [figure.text for part in sentences(unlisted(text)) for figure in figures(part.text) if not self.supports(figure, part.text)]


def known(turn: Turn) -> Known:
    """What stands on record, and what follows from it: times of its rows, how long ago, the answer time that is set."""
    return _known(turn.model_dump_json())


@lru_cache(maxsize=8)
def _known(as_json: str) -> Known:
    turn = Turn.model_validate_json(as_json)
    found, elapsed = set(named(record(turn))), set[str]()
    for at in _moments(turn):
        for seen in (at, at.astimezone(ZoneInfo(turn.settings.time_zone))):
            found |= moments(seen)
        elapsed |= _since(at, turn.as_of)
    found |= {f"weekday {_nearest(name, turn.as_of).weekday()}" for name in found if name.startswith("date ")}
    minutes = turn.settings.answer_minutes.get(turn.channel, 0)
    found |= {f"{minutes:g} min", f"{minutes / 60:g} hour", f"{minutes / 1440:g} day"}
    return Known(frozenset(found), frozenset(elapsed))


def _nearest(day: str, now: datetime) -> datetime:
    """The `date 11-20` that lies nearest to now; 29 February counts as 1 March."""
    month, number = map(int, day.removeprefix("date ").split("-"))
    first = now.replace(day=1, month=month)
    years = (first.replace(year=now.year + more) + timedelta(days=number - 1) for more in (-1, 0, 1))
    return min(years, key=lambda one: abs(one - now))


def _moments(turn: Turn) -> Iterator[datetime]:
    seen = turn.evidence
    yield turn.as_of
    yield back_by(turn)
    for message in turn.window:
        yield message.sent_at
    for promise in seen.promises:
        yield from (promise.made_at, *((promise.due,) if promise.due else ()))
    for memory in seen.memories:
        yield memory.at
    for detail in seen.known_details:
        yield detail.as_of
    for lever in seen.levers:
        yield from (lever.until,) if lever.until else ()
    if turn.person and turn.person.since:
        yield turn.person.since
    boils = boils_at(seen.emotion.base, seen.emotion.since, turn.channel, turn.as_of, turn.settings)
    if boils:
        yield boils


def _since(at: datetime, now: datetime) -> set[str]:
    """How long ago it was (or how long until then), in every unit that fits, give or take one: half a day makes a year of 364 days."""
    gap: timedelta = abs(now - at)
    spans = {"min": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0, "month": 2629800.0, "year": 31557600.0}
    counts = {unit: gap.total_seconds() / length for unit, length in spans.items()}
    return {f"{int(count) + more} {unit}" for unit, count in counts.items() if count < 1000 for more in (-1, 0, 1) if int(count) + more > 0}


def _limit(limit: Limit | None) -> str:
    if limit is None:
        return ""
    if limit.amount is not None:
        return f"{limit.amount.normalize():f} {limit.currency}"
    return next(f"{value:g} {unit}" for value, unit in ((limit.days, "days"), (limit.months, "months"), (limit.percent, "%")) if value)


def spoken(outcome: Outcome) -> Iterator[tuple[Suggestion, str]]:
    """What the customer may read or hear: texts of replies, acknowledgements and questions, a handover's introduction, what a cue says."""
    for suggestion in outcome.shown():
        if suggestion.kind in FOR_CUSTOMER:
            yield suggestion, _asked(suggestion) or suggestion.text
        for part in ("introduction", "say"):
            said = suggestion.payload.get(part)
            if isinstance(said, str) and said:
                yield suggestion, said
        for option in suggestion.payload.get("options") or ():
            yield suggestion, f"{option['title']}\n{option['gain']}"


def _asked(suggestion: Suggestion) -> str:
    """Of questions only the questions themselves are said; why, and what they decide, is for the agent."""
    return "\n".join(str(one["question"]) for one in suggestion.payload.get("questions") or ())


def may_be_told(turn: Turn) -> bool:
    """Whether the record may be spoken of: to a proven person, and not in public."""
    return turn.assurance == Assurance.PROVEN and turn.channel != "social"
