"""What scorecards come to: of groups, weighted by how each conversation came into the sample, with how sure it is; and of the rubric.

Nobody's figure can be read from these: a figure is of at least five people, and so is what is left when one is taken from another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.domain.base import Frozen
from copilot.domain.ports.records import Database
from copilot.domain.scorecards import Agreement, Estimate, Point, Rubric, Sample, Scored
from copilot.measures.agreement import agreement
from copilot.measures.estimating import estimate
from copilot.services.quality.figures import LEAST
from copilot.services.quality.scorecards import is_on, rubric_of


class PointFigures(Frozen):
    """One point over a period. None: nothing to count, or too few people to show. 1 is the best level throughout."""

    point: str
    title: str
    all: Estimate | None
    teams: dict[str, Estimate]


class SampleFigures(Frozen):
    """A period: how far its rating is, and what it came to. `disputed`: left out until somebody decided."""

    sample: Sample
    drawn: int
    rated: int
    disputed: int
    points: tuple[PointFigures, ...]


class Clarity(Frozen):
    """How well people agree by a version of the rubric, point by point."""

    version: int
    titles: dict[str, str]
    points: tuple[Agreement, ...]


class Scores(Frozen):
    """All of it; nothing while scorecards are off."""

    on: bool
    least: int = LEAST
    samples: tuple[SampleFigures, ...] = ()
    clarity: tuple[Clarity, ...] = ()


@dataclass(frozen=True)
class ScoreFiguring:
    """Sums up."""

    database: Database

    async def scores(self, tenant: str) -> Scores:
        """Periods and rubrics, the latest first."""
        async with self.database.read(tenant) as records:
            if not await is_on(records):
                return Scores(on=False)
            samples = await records.scorecards.samples()
            cards = {sample.id: await records.scorecards.cards(sample.id) for sample in samples}
            versions = sorted({sample.rubric_version for sample in samples}, reverse=True)
            rubrics = {version: (await rubric_of(records, version)).rubric for version in versions}
        return Scores(
            on=True,
            samples=tuple(_figures(sample, cards[sample.id], rubrics[sample.rubric_version]) for sample in samples),
            clarity=tuple(
                _clarity(version, rubrics[version], [one for s in samples if s.rubric_version == version for one in cards[s.id]])
                for version in versions
            ),
        )


def _figures(sample: Sample, cards: Sequence[Scored], rubric: Rubric) -> SampleFigures:
    return SampleFigures(
        sample=sample,
        drawn=len(cards),
        rated=sum(one.rating("first") is not None for one in cards),
        disputed=sum(one.open_dispute for one in cards),
        points=tuple(point_figures(point, cards) for point in rubric.points),
    )


def point_figures(point: Point, cards: Sequence[Scored]) -> PointFigures:
    """Of everybody and of teams. A total is held back where, less the teams shown, it would be of one to four people."""
    told = [(one, level) for one in cards if one.counts and (level := one.counts.level(point.point)) is not None]
    teams: dict[str, Estimate] = {}
    shown: set[str] = set()
    for team in sorted({one.card.team for one, _ in told if one.card.team}):
        theirs = [(one, level) for one, level in told if one.card.team == team]
        if (found := _estimate(point, theirs)) is not None:
            teams[team] = found
            shown.add(team)
    rest = _people(one for one, _ in told if one.card.team not in shown)
    total = _estimate(point, told) if not rest or rest >= LEAST else None
    return PointFigures(point=point.point, title=point.title, all=total, teams=teams)


def _estimate(point: Point, told: Sequence[tuple[Scored, int]]) -> Estimate | None:
    """None for fewer people than LEAST: not only of the group, but of those whom this point says anything about."""
    if _people(one for one, _ in told) < LEAST:
        return None
    return estimate([level / point.best for _, level in told], [one.card.chance for one, _ in told])


def _people(cards: Iterable[Scored]) -> int:
    return len({one.card.agent_id for one in cards})


def _clarity(version: int, rubric: Rubric, cards: Sequence[Scored]) -> Clarity:
    twice = [(first, second) for one in cards if (first := one.rating("first")) and (second := one.rating("second"))]
    found = []
    for point in rubric.points:
        pairs = [(first.level(point.point), second.level(point.point)) for first, second in twice]
        found.append(agreement(point.point, [(a, b) for a, b in pairs if a is not None and b is not None]))
    return Clarity(version=version, titles={point.point: point.title for point in rubric.points}, points=tuple(found))
