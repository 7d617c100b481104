"""Scorecards of real conversations: what is looked at, how a conversation came into the sample, what was measured, what people decided."""

from typing import Literal, Self

from pydantic import Field, model_validator

from copilot.domain.base import Frozen, Instant

RatingRole = Literal["first", "second", "decision"]
"""`second`: by somebody who saw neither the first rating nor what was measured. `decision`: on a score that its agent disputed."""
FLOOR: float = 0.25
"""The least chance a conversation has, as a share of what a plain sample of the same size would give it: no weight is above four times
the mean one."""


ENOUGH: int = 10
"""Conversations rated twice below which nothing is said of a point."""
TENTATIVE: float = 0.667
"""Alpha below which not even tentative conclusions stand (Krippendorff 2004, p. 241)."""
Verdict = Literal["clear", "unclear", "too few", "no difference to tell"]


class Switch(Frozen):
    """Somebody switched scorecards on or off, and why. Shown to everyone whose work it is about."""

    id: str
    on: bool
    reason: str
    by: str
    by_name: str = ""
    at: Instant


class Point(Frozen):
    """One thing that is looked at. `levels`: anchors from the worst to the best. `measure`: by which it is filled in, if one can."""

    point: str = Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9-]*$")
    title: str = Field(min_length=1, max_length=120)
    question: str = Field(min_length=1, max_length=400)
    measure: str = Field(default="", max_length=60)
    levels: tuple[str, ...] = Field(min_length=2, max_length=5)

    @property
    def best(self) -> int:
        """The highest level; the lowest is 0."""
        return len(self.levels) - 1


class Rubric(Frozen):
    """What a tenant looks at. A change makes the next version; a scorecard keeps the one it was drawn with."""

    name: str = Field(min_length=1, max_length=120)
    points: tuple[Point, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [point.point for point in self.points]
        if len(set(names)) < len(names):
            raise ValueError(f"a point is named twice: {', '.join(sorted({name for name in names if names.count(name) > 1}))}")
        if any(not level.strip() for point in self.points for level in point.levels):
            raise ValueError("every level needs an anchor: what a conversation on it looks like")
        return self


class StoredRubric(Frozen):
    """A version of a tenant's rubric. Version 0 is what ships."""

    version: int
    rubric: Rubric
    made_by: str = ""
    made_at: Instant


class Risk(Frozen):
    """What of a closed conversation raises its chance to be looked at."""

    heat: float = 0.0
    """The highest that a turn of it had, 0–100."""
    broken_promise: bool = False
    flagged: int = 0
    """Drafts that went out although a check found something in them."""
    said_wrong: int = 0
    """Drafts that were dismissed as wrong."""


class Closed(Frozen):
    """A closed conversation that could be drawn, and the person who wrote most of its answers."""

    conversation_id: str
    customer_id: str | None
    agent_id: str
    team: str = ""
    risk: Risk


class Drawn(Frozen):
    """A conversation that was drawn. `chance`: how likely that was, known before. `twice`: two people rate it, the second one blindly."""

    closed: Closed
    chance: float = Field(gt=0, le=1)
    twice: bool


class Sample(Frozen):
    """A period's sample, drawn once. `seed` follows from tenant and period: nobody can draw again until they like it."""

    id: str
    since: Instant
    until: Instant
    seed: str
    wanted: int
    population: int
    """Closed conversations of the period, each with a chance."""
    twice: float
    rubric_version: int
    drawn_by: str = ""
    drawn_at: Instant


class Seen(Frozen):
    """Words of a message that a measure counted. Their place in code points; the words themselves stay in the message."""

    message_id: str
    start: int = 0
    end: int = 0
    what: str = ""
    good: bool = False


class Measured(Frozen):
    """What a measure made of a conversation: 1 is as it should be, 0 is not at all."""

    measure: str
    version: int
    value: float = Field(ge=0, le=1)
    seen: tuple[Seen, ...] = ()

    def level(self, best: int) -> int:
        """The level it fills in: only what is wholly so reaches the best one."""
        return int(self.value * best + 1e-9)


class Mark(Frozen):
    """A person's level on a point. None: it does not apply here. A comment quotes a message, by its id."""

    point: str
    level: int | None = Field(default=None, ge=0)
    comment: str = Field(default="", max_length=2_000)
    message_id: str | None = None


class Rating(Frozen):
    """What one person decided, on every point."""

    id: str
    scorecard_id: str
    rater_id: str
    role: RatingRole
    marks: tuple[Mark, ...]
    note: str = ""
    rated_at: Instant

    def level(self, point: str) -> int | None:
        """None: it does not apply, or the point did not exist."""
        return next((mark.level for mark in self.marks if mark.point == point), None)


class Scorecard(Frozen):
    """One drawn conversation: how it came in, what was measured, and what its agent answered."""

    id: str
    sample_id: str
    conversation_id: str
    customer_id: str | None = None
    agent_id: str
    team: str = ""
    chance: float = Field(gt=0, le=1)
    risk: Risk
    twice: bool = False
    measured: tuple[Measured, ...] = ()
    answer: str = ""
    disputed: bool = False
    """Its agent asked for a second look: it counts in no figure until somebody else decided."""
    answered_at: Instant | None = None
    made_at: Instant

    def of(self, measure: str) -> Measured | None:
        """What a measure made of it."""
        return next((one for one in self.measured if one.measure == measure), None)


class Scored(Frozen):
    """A scorecard with its ratings."""

    card: Scorecard
    ratings: tuple[Rating, ...] = ()

    def rating(self, role: RatingRole) -> Rating | None:
        """At most one of each role."""
        return next((one for one in self.ratings if one.role == role), None)

    @property
    def open_dispute(self) -> bool:
        """Disputed, and not decided on again."""
        return self.card.disputed and self.rating("decision") is None

    @property
    def counts(self) -> Rating | None:
        """The rating that stands: the decision on a dispute, else the first. None while it is disputed, or nobody rated."""
        return None if self.open_dispute else self.rating("decision") or self.rating("first")


class Estimate(Frozen):
    """A mean over a period's conversations, 0–1, with its 95 % interval. `n`: how many were rated."""

    value: float
    low: float
    high: float
    n: int
    effective: float
    """How many conversations of a plain sample would know as much (Kish 1965)."""


class Agreement(Frozen):
    """On one point. `alpha`: 1 is always the same, 0 is as by chance; None where every rating was the same, so that chance would do too."""

    point: str
    alpha: float | None
    low: float | None = None
    high: float | None = None
    n: int
    same: int
    """On how many of them both chose the same level."""

    @property
    def verdict(self) -> Verdict:
        """`unclear`: the rubric is, here."""
        if self.n < ENOUGH:
            return "too few"
        if self.alpha is None:
            return "no difference to tell"
        return "unclear" if self.alpha < TENTATIVE else "clear"
