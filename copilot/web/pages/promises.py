"""My promises: what I, or a colleague who is away and whose promises moved to me, owe customers. The most urgent first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.api.roles import DESK
from copilot.domain.base import Frozen, Instant
from copilot.domain.staff import User
from copilot.services.conversations.owed import Owed
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
GROUPS: Final = (("overdue", "Overdue"), ("today", "Due today"), ("later", "Later"), ("undated", "Without a date"))
LANGUAGES: Final = {"en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch", "pt": "Portuguese"}


class Away(Frozen):
    """I am away; a colleague minds my promises."""

    until: Instant
    minds: str


class Group(Frozen):
    """Promises that are due at about the same time."""

    key: str
    title: str
    promises: tuple[Owed, ...]


def urgency(due: datetime | None, now: datetime, zone: str) -> str:
    """Which group a promise belongs to; today ends at midnight in the company's zone."""
    if due is None:
        return "undated"
    if due < now:
        return "overdue"
    here = ZoneInfo(zone)
    return "today" if due.astimezone(here).date() == now.astimezone(here).date() else "later"


def grouped(owed: Sequence[Owed], now: datetime, zone: str) -> list[Group]:
    """In the order of GROUPS; empty ones are left out."""
    by_key: dict[str, list[Owed]] = {}
    for one in owed:
        by_key.setdefault(urgency(one.promise.due, now, zone), []).append(one)
    return [Group(key=key, title=title, promises=tuple(by_key[key])) for key, title in GROUPS if key in by_key]


def by_team(people: Sequence[User], but: str | None = None) -> list[tuple[str, list[User]]]:
    """Who may take something over, by team and name; those without a team last."""
    there = sorted((one for one in people if one.active and one.role in DESK and one.id != but), key=lambda one: one.name)
    teams = sorted({one.team for one in there}, key=lambda team: (not team, team))
    return [(team or "No team", [one for one in there if one.team == team]) for team in teams]


async def shown(request: Request, app: App, me: Me) -> dict[str, Any]:
    """What `fragments/promises.html` shows, as its variable `promises`."""
    now = app.clock()
    owed = await app.day.owing.promises(me, "me")
    async with app.database.read(me.tenant_id) as records:
        absent = await records.day.absent(now)
        people = {user.id: user for user in await records.admin.users()}
    away = next((one for one in absent if one.user_id == me.user_id), None)
    minds = people.get(away.promises_to) if away else None
    groups = grouped(owed, now, request.state.settings.time_zone)
    counts = {group.key: len(group.promises) for group in groups}
    shown_away = Away(until=away.until, minds=minds.name) if away and minds else None
    return {"groups": groups, "counts": counts, "total": len(owed), "away": shown_away, "languages": LANGUAGES}


@router.get("/promises")
async def promises(request: Request, app: App, me: Me) -> Response:
    """The page."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
        people = await records.admin.users()
    return page(
        request,
        "promises.html",
        after=after,
        colleagues=by_team(people, me.user_id),
        promises=await shown(request, app, me),
        corrections=await app.correcting.mine(me),
    )


@router.get("/promises/f/list")
async def fragment(request: Request, app: App, me: Me) -> Response:
    """The list alone."""
    return page(request, "fragments/promises.html", promises=await shown(request, app, me))


@router.get("/promises/f/corrections")
async def corrections(request: Request, app: App, me: Me) -> Response:
    """Corrections that I owe, alone."""
    return page(request, "fragments/corrections.html", corrections=await app.correcting.mine(me))
