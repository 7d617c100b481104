"""Figures of teams, never of people: groups of at least five, each of whom took part (DESIGN §6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.domain.base import Frozen, Instant
from copilot.domain.day import TeamFigures
from copilot.domain.ports.records import Database

LEAST = 5
"""People in the smallest group that is shown, and of them how many must have answered in the time."""
DAYS = (7, 30)
WEEK = timedelta(days=7)
TOO_SMALL = "too small to show"


class Period(Frozen):
    """What a team's conversations came to in the last `days` days. Shares are 0–1; None: nothing to measure, or too small to show."""

    days: int
    shown: bool
    reason: str
    """Empty, or why nothing is shown."""
    conversations: int | None = None
    promises_due: int | None = None
    promises_kept: float | None = None
    """Share of the promises that fell due: kept, and in time."""
    reasks: float | None = None
    """Questions for what was on record, per 100 answers."""
    mood_change: float | None = None
    """Mean of heat at the last customer message less heat at the first: below zero they left calmer than they came."""
    repeats: float | None = None
    """Share of conversations with someone who had come before within 30 days."""


class Team(Frozen):
    """A team's periods, the shortest first."""

    team: str
    periods: tuple[Period, ...]


class Figures(Frozen):
    """Teams by name."""

    as_of: Instant
    least: int
    """How many people a group has at least."""
    teams: tuple[Team, ...]


@dataclass(frozen=True)
class Figuring:
    """Sums up what teams did."""

    database: Database
    clock: Callable[[], datetime]

    async def weeks(self, tenant: str, count: int = 8) -> dict[str, tuple[Period, ...]]:
        """Each team's last weeks, oldest first. A week in which fewer than LEAST people answered shows nothing."""
        now = self.clock()
        weeks: dict[str, list[Period]] = {}
        async with self.database.read(tenant) as records:
            for back in range(count, 0, -1):
                for found in await records.day.figures(now - WEEK * back, now - WEEK * (back - 1)):
                    weeks.setdefault(found.team, []).append(period(found, WEEK.days))
        return {team: tuple(some) for team, some in weeks.items()}

    async def of_teams(self, tenant: str) -> Figures:
        """Every team with an active person. There is no total over all of them: less the others, it would show a small one."""
        now = self.clock()
        periods: dict[str, list[Period]] = {}
        async with self.database.read(tenant) as records:
            for days in DAYS:
                for found in await records.day.figures(now - timedelta(days=days), now):
                    periods.setdefault(found.team, []).append(period(found, days))
        teams = tuple(Team(team=name, periods=tuple(some)) for name, some in sorted(periods.items()))
        return Figures(as_of=now, least=LEAST, teams=teams)


def period(found: TeamFigures, days: int) -> Period:
    """The figures, or that the group is too small: a team of five in which one answered would show that person."""
    if found.members < LEAST or found.contributors < LEAST:
        return Period(days=days, shown=False, reason=TOO_SMALL)
    return Period(
        days=days,
        shown=True,
        reason="",
        conversations=found.conversations,
        promises_due=found.promises_due,
        promises_kept=_share(found.promises_kept, found.promises_due),
        reasks=_share(100 * found.reasks, found.answers),
        mood_change=None if found.mood_change is None else round(found.mood_change, 1),
        repeats=_share(found.repeats, found.conversations),
    )


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
