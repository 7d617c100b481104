"""Scorecards: the switch, what there is to rate, one conversation's, what they come to, and everybody's own."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.api.roles import REVIEWERS
from copilot.domain.base import Frozen
from copilot.domain.conversation import Message
from copilot.domain.scorecards import Agreement, Estimate, Mark, Measured, Point, Rating, Sample
from copilot.measures import CATALOGUE
from copilot.measures.rubric import written
from copilot.services.quality.scorecard_drawing import USUAL
from copilot.services.quality.scorecard_figures import Clarity, PointFigures
from copilot.services.quality.scoring import Shown
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
TODO: Final = {
    "first": "to rate",
    "second": "to rate, a second time",
    "decision": "disputed: to decide",
    "waits": "waits for somebody else",
    "done": "rated",
    "own": "yours: somebody else rates it",
}
ROLE: Final = {"first": "First rating", "second": "Second rating, given blindly", "decision": "Decision after the second look"}
AUTHOR: Final = {"customer": "Customer", "agent": "Agent", "bot": "Bot", "system": "System"}
LONGEST_QUOTE: Final = 180


class Quote(Frozen):
    """Words of a message, by its number in the conversation."""

    number: int
    who: str
    text: str


class Evidence(Frozen):
    """What a measure saw, and where."""

    what: str
    good: bool
    quote: Quote | None


class Judged(Frozen):
    """A person's mark on a point: the level in words, and the comment with what it quotes."""

    role: str
    level: int | None
    anchor: str
    comment: str
    quote: Quote | None


class PointRow(Frozen):
    """A point of the form. `level`: what is filled in, by a person else by a measure."""

    point: Point
    measured: Measured | None
    says: str
    level: int | None
    filled: int | None
    evidence: tuple[Evidence, ...]
    judged: tuple[Judged, ...]


class Line(Frozen):
    """A message of the conversation; agents are not named, so that words are judged and not people."""

    number: int
    message: Message
    who: str
    note: bool


def lines(shown: Shown) -> tuple[Line, ...]:
    """Numbered from 1, without deleted ones."""
    there = [message for message in shown.conversation.messages if not message.deleted_at]
    return tuple(
        Line(number=n, message=message, who=AUTHOR[message.author], note=message.visibility == "private")
        for n, message in enumerate(there, 1)
    )


def rows(shown: Shown) -> tuple[PointRow, ...]:
    """Every point of the rubric, with what was measured and what people decided."""
    said = {line.message.id: line for line in lines(shown)}
    return tuple(_row(shown, point, said) for point in shown.rubric.points)


def _row(shown: Shown, point: Point, said: dict[str, Line]) -> PointRow:
    measured = next((one for one in shown.measured if one.measure == point.measure), None)
    filled = measured.level(point.best) if measured else None
    stands = shown.scored.rating("decision") or shown.scored.rating("first")
    seen = tuple(
        Evidence(what=one.what, good=one.good, quote=_quote(said.get(one.message_id), one.start, one.end))
        for one in (measured.seen if measured else ())
    )
    return PointRow(
        point=point,
        measured=measured,
        says=CATALOGUE[point.measure].says if point.measure in CATALOGUE else "",
        level=stands.level(point.point) if stands and shown.ratings else filled,
        filled=filled,
        evidence=seen,
        judged=tuple(_judged(point, rating, said) for rating in shown.ratings),
    )


def _judged(point: Point, rating: Rating, said: dict[str, Line]) -> Judged:
    mark = next((one for one in rating.marks if one.point == point.point), Mark(point=point.point))
    known = mark.level is not None and mark.level <= point.best
    anchor = point.levels[mark.level] if known and mark.level is not None else "does not apply here"
    quote = _quote(said.get(mark.message_id or ""), 0, 0)
    return Judged(role=ROLE[rating.role], level=mark.level, anchor=anchor, comment=mark.comment, quote=quote)


def _quote(line: Line | None, start: int, end: int) -> Quote | None:
    """The words at the place, else the beginning of the message; None when it has gone."""
    if line is None:
        return None
    text = line.message.text[start:end] if 0 <= start < end else line.message.text
    short = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
    return Quote(number=line.number, who=line.who, text=short)


def label(sample: Sample, zone: str) -> str:
    """A period as people write it; its last day is the one before `until`, where that is a midnight."""
    first, last = sample.since.astimezone(ZoneInfo(zone)), sample.until.astimezone(ZoneInfo(zone)) - timedelta(seconds=1)
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} – {last.day} {last:%b %Y}"


class Bar(Frozen):
    """A figure as it is drawn: value and interval in per cent of the way."""

    value: int
    low: int
    high: int
    n: int
    effective: int
    words: str


class FigureRow(Frozen):
    """A point of a period: everybody's figure and each team's."""

    title: str
    all: Bar | None
    teams: tuple[tuple[str, Bar | None], ...]


def bar(found: Estimate | None) -> Bar | None:
    """Whole per cents: nobody's single score can be read from how a figure moved."""
    if found is None:
        return None
    value, low, high = (round(100 * one) for one in (found.value, found.low, found.high))
    words = f"{low} to {high} %, of {found.n} rated, worth {found.effective:.0f} of a plain sample"
    return Bar(value=value, low=low, high=high, n=found.n, effective=round(found.effective), words=words)


def figure_rows(points: Sequence[PointFigures]) -> tuple[tuple[str, ...], tuple[FigureRow, ...]]:
    """The teams that are shown anywhere, and a row for each point."""
    teams = tuple(sorted({team for point in points for team in point.teams}))
    found = (
        FigureRow(title=one.title, all=bar(one.all), teams=tuple((team, bar(one.teams.get(team))) for team in teams)) for one in points
    )
    return teams, tuple(found)


class ClarityRow(Frozen):
    """How well people agree on a point, in words."""

    title: str
    verdict: str
    alpha: str
    between: str
    same: str


def clarity_rows(clarity: Clarity) -> tuple[ClarityRow, ...]:
    """The unclear ones first: they are what can be mended."""
    ranked = sorted(clarity.points, key=lambda one: (one.verdict != "unclear", one.verdict != "clear"))
    return tuple(_clarity(one, clarity.titles[one.point]) for one in ranked)


def _clarity(one: Agreement, title: str) -> ClarityRow:
    known = one.verdict != "too few" and one.alpha is not None and one.low is not None and one.high is not None
    return ClarityRow(
        title=title,
        verdict=one.verdict,
        alpha=f"{one.alpha:.2f}" if known else "–",
        between=f"{one.low:.2f} to {one.high:.2f}" if known else "",
        same=f"{one.same} of {one.n}",
    )


@router.get("/quality/scorecards")
async def listed(request: Request, app: App, me: Me) -> Response:
    """The switch, samples, and what there is to rate."""
    switch = await app.scorecards.having.state(me.tenant_id)
    rubric = await app.scorecards.having.rubric(me.tenant_id)
    samples = await app.scorecards.drawing.samples(me.tenant_id) if switch and switch.on else []
    asked = request.query_params.get("sample", "")
    chosen = next((one for one in samples if one.id == asked), samples[0] if samples else None)
    cards = await app.scorecards.scoring.listed(me, chosen.id) if chosen else []
    zone = ZoneInfo(request.state.settings.time_zone)
    today = datetime.combine(app.clock().astimezone(zone).date(), time(), zone)
    return page(
        request,
        "quality/scorecards.html",
        switch=switch,
        may_switch=me.role == "admin",
        rubric=rubric,
        yaml=written(rubric.rubric),
        samples=samples,
        chosen=chosen,
        cards=cards,
        labels={one.id: label(one, zone.key) for one in samples},
        todo=TODO,
        usual=USUAL,
        since=(today - timedelta(days=28)).date(),
        until=today.date(),
        offset=zone.key,
    )


@router.get("/quality/scorecards/{scorecard_id}")
async def scorecard(request: Request, app: App, me: Me, scorecard_id: str) -> Response:
    """One conversation beside the form."""
    shown = await app.scorecards.scoring.shown(me, scorecard_id)
    context: dict[str, Any] = {"shown": shown, "rows": rows(shown), "lines": lines(shown), "todo": TODO, "roles": ROLE}
    return page(request, "quality/scorecard.html", **context)


@router.get("/quality/scores")
async def scores(request: Request, app: App, me: Me) -> Response:
    """What they come to, and how clear the rubric is."""
    found = await app.scorecards.figuring.scores(me.tenant_id)
    periods = [(one, *figure_rows(one.points)) for one in found.samples]
    clarity = [(one.version, clarity_rows(one)) for one in found.clarity]
    labels = {one.sample.id: label(one.sample, request.state.settings.time_zone) for one in found.samples}
    reviewer = me.role in REVIEWERS
    return page(request, "quality/scores.html", found=found, labels=labels, periods=periods, clarity=clarity, reviewer=reviewer)


@router.get("/scorecards")
async def own(request: Request, app: App, me: Me) -> Response:
    """One's own, with the evidence, and one's answer to it."""
    found = await app.scorecards.scoring.own(me)
    cards = [(one, rows(one), lines(one)) for one in found.cards]
    rubric = await app.scorecards.having.rubric(me.tenant_id)
    return page(request, "scorecards.html", switch=found.switch, cards=cards, rubric=rubric.rubric, roles=ROLE)
