"""The supervisor's view: who waits and how hot it is, what waits for a decision, promises due today, and how groups are doing.

Nobody's own figures: a group of fewer than five is too small to show (DESIGN §6).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.case import Handover
from copilot.domain.errors import NotFound
from copilot.domain.grants import ColleagueQuestion, Grant
from copilot.domain.knowledge import Limit
from copilot.domain.ports.records import Records
from copilot.domain.staff import Caller, User
from copilot.services.conversations.owed import Owed
from copilot.services.conversations.queue import QueueFilter, QueueLine
from copilot.services.quality.figures import Period
from copilot.web.drawing import Line, line
from copilot.web.pages.promises import by_team, urgency
from copilot.web.render import page
from copilot.web.sessions import page_router
from copilot.web.times import money
from copilot.web.trends import Trend, trend

router = page_router()
By = Literal["heat", "wait"]
FIRST: Final = 12
"""Conversations shown before one asks for all."""
MOST: Final = 500


class Place(Frozen):
    """The conversation something waits in."""

    ref: str
    customer: str
    channel: str


class Ask(Frozen):
    """A grant that waits for a yes or no."""

    grant: Grant
    place: Place
    wanted: str
    """What was asked for, in words: "€40.00"; empty when the offer says it."""
    unit: str
    """What a counter is counted in: a currency, "%", "days", "months"; empty: it cannot be countered by a number."""
    number: str
    own: bool


class Passing(Frozen):
    """A handover that nobody has accepted."""

    handover: Handover
    place: Place
    giver: str
    to: str


class Question(Frozen):
    """A colleague's question without an answer."""

    question: ColleagueQuestion
    place: Place
    to: str


class Talk(Frozen):
    """A conversation's row. `level`: heat from 0 to 10, for its colour."""

    line: QueueLine
    level: int
    drawn: Line
    keeper: str


class Figure(Frozen):
    """One figure of a group. `drawn`: the last weeks, coarsely."""

    label: str
    value: str
    hint: str
    drawn: Trend


class Group(Frozen):
    """A team. Without figures it is too small to show."""

    team: str
    figures: tuple[Figure, ...] = ()


def limit_parts(limit: Limit | None) -> tuple[str, str, str]:
    """(in words, unit, number): ("€40.00", "EUR", "40")."""
    if limit is None:
        return "", "", ""
    if limit.amount is not None and limit.amount_minor is not None:
        currency = limit.currency or "EUR"
        return money(limit.amount_minor, currency), currency, f"{limit.amount.normalize():f}"
    if limit.percent is not None:
        return f"{limit.percent:g} %", "%", f"{limit.percent:g}"
    unit, count = ("days", limit.days) if limit.days is not None else ("months", limit.months)
    return f"{count} {unit if count != 1 else unit[:-1]}", unit, str(count)


async def decisions(request: Request, app: Application, me: Caller) -> dict[str, Any]:
    """Grants, handovers and questions that wait, the oldest first."""
    asked = sorted(await app.grants.in_state(me, "asked"), key=lambda one: one.asked_at)
    offered = await app.handovers.offered(me)
    questions = sorted(await app.questions.all(me, only_open=True), key=lambda one: one.asked_at)
    ids = {one.conversation_id for some in (asked, offered, questions) for one in some}
    async with app.database.read(me.tenant_id) as records:
        names = _names(await records.admin.users())
        places = await _places(records, ids)
    grants = [_ask(one, places[one.conversation_id], me) for one in asked if one.conversation_id in places]
    passing = [
        Passing(handover=one, place=places[one.conversation_id], giver=names.get(one.offered_by, "the chat tool"), to=_receiver(one, names))
        for one in offered
        if one.conversation_id in places
    ]
    open_ = [
        Question(question=one, place=places[one.conversation_id], to=_asked(one, names))
        for one in questions
        if one.conversation_id in places
    ]
    return {"grants": grants, "handovers": passing, "questions": open_}


def _ask(grant: Grant, place: Place, me: Caller) -> Ask:
    wanted, unit, number = limit_parts(grant.limit)
    return Ask(grant=grant, place=place, wanted=wanted, unit=unit, number=number, own=grant.asked_by == me.who)


def _receiver(handover: Handover, names: Mapping[str, str]) -> str:
    if handover.to_user:
        return names.get(handover.to_user, "a colleague")
    return handover.to_team or handover.to_channel or ""


def _asked(question: ColleagueQuestion, names: Mapping[str, str]) -> str:
    if question.to == "user":
        return names.get(question.to_name, "a colleague")
    return question.to_name if question.to == "team" else "everyone"


def _names(people: Sequence[User]) -> dict[str, str]:
    """Names of people by every id they are known under."""
    return {ident: one.name for one in people for ident in (one.id, one.external_id) if ident}


async def _places(records: Records, ids: set[str]) -> dict[str, Place]:
    """Where things wait, by our id of the conversation."""
    found = await records.conversations.several(list(ids)) if ids else {}
    places = {}
    for ident, talk in found.items():
        customer = await records.customers.find(talk.customer_id) if talk.customer_id else None
        written = next((m.author_name for m in talk.messages if m.author == "customer" and m.author_name), "")
        places[ident] = Place(
            ref=talk.external_id, customer=(customer.name if customer else "") or written or "A customer", channel=talk.channel
        )
    return places


async def conversations(request: Request, app: Application, me: Caller) -> dict[str, Any]:
    """Who waits, by heat (then wait) or by wait. `by` and `all` come from the address."""
    by: By = "wait" if request.query_params.get("by") == "wait" else "heat"
    everyone = request.query_params.get("all") == "1"
    found = await app.queue.page(me, QueueFilter(), 0, MOST)
    async with app.database.read(me.tenant_id) as records:
        names = _names(await records.admin.users())
    waiting = [one for one in found.lines if one.since]
    waiting.sort(key=lambda one: (-one.waiting_seconds, -one.heat) if by == "wait" else (-round(one.heat), -one.waiting_seconds))
    shown = waiting if everyone else waiting[:FIRST]
    talks = [
        Talk(
            line=one,
            level=round(one.heat / 10),
            drawn=line([point.heat for point in one.trajectory], one.heat),
            keeper=names.get(one.assignee, one.assignee),
        )
        for one in shown
    ]
    return {"by": by, "talks": talks, "total": len(waiting), "hot": sum(one.heat >= 65 for one in waiting), "all": everyone}


async def due(request: Request, app: Application, me: Caller) -> dict[str, Any]:
    """Promises that are overdue or fall due today, whoever's they are: somebody has to notice."""
    now, zone = app.clock(), request.state.settings.time_zone
    found: dict[str, list[Owed]] = {"overdue": [], "today": []}
    for one in await app.day.owing.promises(me):
        key = urgency(one.promise.due, now, zone)
        if key in found:
            found[key].append(one)
    return found


async def figures(request: Request, app: Application, me: Caller) -> dict[str, Any]:
    """How groups are doing over 30 days, with the last weeks as a line."""
    made = await app.day.figuring.of_teams(me.tenant_id)
    shown = {team.team: team.periods[-1] for team in made.teams}
    weeks = await app.day.figuring.weeks(me.tenant_id) if any(period.shown for period in shown.values()) else {}
    groups = [Group(team=team, figures=_figures(period, weeks.get(team, ())) if period.shown else ()) for team, period in shown.items()]
    return {"groups": groups, "least": made.least, "days": max((p.days for p in shown.values()), default=30)}


def _figures(period: Period, weeks: Sequence[Period]) -> tuple[Figure, ...]:
    mood = period.mood_change
    calmer = "" if mood is None else "calmer" if mood < 0 else "hotter" if mood > 0 else "the same"
    return (
        Figure(
            label="Promises kept",
            value=_percent(period.promises_kept),
            hint=f"of {period.promises_due} that fell due" if period.promises_due else "none fell due",
            drawn=trend([week.promises_kept for week in weeks], 0, 1),
        ),
        Figure(
            label="Asked again",
            value="–" if period.reasks is None else f"{period.reasks:.1f}",
            hint="questions for what was on record, per 100 answers",
            drawn=trend([week.reasks for week in weeks], 0, max([20.0, *(week.reasks or 0 for week in weeks)])),
        ),
        Figure(
            label="Mood",
            value="–" if mood is None else f"{abs(mood):.0f} {calmer}",
            hint="from their first message to their last, on the scale of heat",
            drawn=trend([week.mood_change for week in weeks], -40, 40),
        ),
        Figure(
            label="Came back",
            value=_percent(period.repeats),
            hint="had written before within 30 days",
            drawn=trend([week.repeats for week in weeks], 0, 1),
        ),
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


REGIONS: Final[dict[str, Callable[[Request, Application, Caller], Awaitable[dict[str, Any]]]]] = {
    "decisions": decisions,
    "conversations": conversations,
    "due": due,
    "figures": figures,
}


@router.get("/supervisor")
async def supervisor(request: Request, app: App, me: Me, by: Annotated[By, Query()] = "heat") -> Response:
    """The page."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
        people = await records.admin.users()
    regions: dict[str, Any] = {name: await shown(request, app, me) for name, shown in REGIONS.items()}
    return page(request, "supervisor.html", after=after, colleagues=by_team(people), by=by, **regions)


@router.get("/supervisor/f/{region}")
async def fragment(request: Request, app: App, me: Me, region: str) -> Response:
    """One region alone."""
    if region not in REGIONS:
        raise NotFound(f"There is no region {region!r}.", todo=f"Choose from {', '.join(REGIONS)}.")
    filled: dict[str, Any] = {region: await REGIONS[region](request, app, me)}
    return page(request, f"fragments/supervisor-{region}.html", **filled)
