"""Scorecards of real conversations. Off until an administrator switches them on and says why, which everyone here can read.

Nobody is named: a reviewer sees one conversation's scorecard, never a person's; an agent sees their own, with the evidence, and answers;
figures are of at least five people.
"""

from typing import Annotated, Any

from pydantic import Field

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.base import Frozen, Instant
from copilot.domain.formats import Strict
from copilot.domain.scorecards import Mark, Measured, Rating, RatingRole, Rubric, Sample, Switch
from copilot.measures.rubric import LONGEST, written
from copilot.services.quality.scorecard_drawing import MOST, TWICE, USUAL, Period
from copilot.services.quality.scorecard_figures import Scores
from copilot.services.quality.scoring import Given, Listed, Shown, Todo

router = audience("scorecards")
SWITCH: dict[str, Any] = {"on": True, "reason": "We changed how refunds are promised and want to see whether customers get dates."}
SAMPLE: dict[str, Any] = {"since": "2026-02-01T00:00:00+01:00", "until": "2026-03-01T00:00:00+01:00", "wanted": 20}
RUBRIC: dict[str, Any] = {
    "yaml": "name: How we answer\n"
    "points:\n"
    "- point: promise\n"
    "  title: A promise is a date and an owner\n"
    "  question: Does each say by when, and by whom?\n"
    "  measure: promise dated\n"
    "  levels: [Only “soon”., Some have a date., Each has a date and somebody who keeps it.]\n"
}
RATING: dict[str, Any] = {
    "marks": [
        {"point": "concern", "level": 2},
        {"point": "promise", "level": 0, "comment": "No date.", "message_id": "0198c0de-0000-7000-8000-000000000001"},
        {"point": "handover", "level": None},
    ],
    "note": "Calm and clear to the end.",
}
ANSWER: dict[str, Any] = {"text": "The date stands in my second message.", "second_look": True}


class SwitchIn(Strict):
    """On or off, and why: everyone whose work it is about reads the reason."""

    on: bool
    reason: str = Field(max_length=1_000)


class RubricIn(Strict):
    """A rubric as YAML: a name and its points, each with a title, a question, levels from the worst to the best, and perhaps a measure."""

    yaml: str = Field(min_length=1, max_length=LONGEST)


class SampleIn(Strict):
    """A time that is over; `wanted` of its closed conversations are drawn on the average, and `twice` of them are rated by two people."""

    since: Instant
    until: Instant
    wanted: int = Field(default=USUAL, ge=1, le=MOST)
    twice: float = Field(default=TWICE, ge=0, le=1)


class RatingIn(Strict):
    """A level for every point (0 is the worst), or none where it does not apply. A comment quotes a message of the conversation."""

    marks: list[Mark] = Field(max_length=20)
    note: str = Field(default="", max_length=4_000)


class AnswerIn(Strict):
    """How the agent sees it. `second_look`: somebody else has to decide; until then the score counts nowhere."""

    text: str = Field(min_length=1, max_length=4_000)
    second_look: bool = False


class SwitchView(Frozen):
    """Whether scorecards are on; who switched them last, when, and why (empty: nobody ever did)."""

    on: bool
    reason: str = ""
    by: str = ""
    at: Instant | None = None

    @classmethod
    def of(cls, switch: Switch | None) -> "SwitchView":
        return cls(on=False) if switch is None else cls(on=switch.on, reason=switch.reason, by=switch.by_name, at=switch.at)


class SampleView(Frozen):
    """A period's sample."""

    id: str
    since: Instant
    until: Instant
    seed: str
    wanted: int
    population: int
    twice: float
    rubric_version: int
    drawn_at: Instant

    @classmethod
    def of(cls, sample: Sample) -> "SampleView":
        return cls.model_validate({name: getattr(sample, name) for name in cls.model_fields})


class ListView(Frozen):
    """Samples, the latest period first, and the scorecards of the one asked for, else of the latest. Empty while scorecards are off."""

    switch: SwitchView
    samples: list[SampleView] = []
    scorecards: list[Listed] = []


class RatingView(Frozen):
    """A rating. Who gave it stands nowhere."""

    role: RatingRole
    marks: tuple[Mark, ...]
    note: str
    rated_at: Instant

    @classmethod
    def of(cls, rating: Rating) -> "RatingView":
        return cls.model_validate({name: getattr(rating, name) for name in cls.model_fields})


class ScorecardView(Frozen):
    """One conversation's scorecard. `chance`: how likely it was to be drawn. `blind`: you rate it without seeing what others made of it."""

    id: str
    conversation: str
    rubric: Rubric
    measured: tuple[Measured, ...]
    ratings: tuple[RatingView, ...]
    answer: str
    disputed: bool
    chance: float
    todo: Todo
    blind: bool

    @classmethod
    def of(cls, shown: Shown) -> "ScorecardView":
        card = shown.scored.card
        return cls(
            id=card.id,
            conversation=shown.conversation.external_id,
            rubric=shown.rubric,
            measured=shown.measured,
            ratings=tuple(RatingView.of(one) for one in shown.ratings),
            answer=card.answer,
            disputed=shown.scored.open_dispute and not shown.blind,
            chance=card.chance,
            todo=shown.todo,
            blind=shown.blind,
        )


class OwnView(Frozen):
    """Your own scorecards, and whether and why there are any."""

    switch: SwitchView
    scorecards: list[ScorecardView]


class RubricView(Frozen):
    """The rubric that the next sample is rated by. Version 0 is what ships."""

    version: int
    rubric: Rubric
    yaml: str


class AnsweredCard(Frozen):
    """Your answer, as it stands beside the score."""

    id: str
    answer: str
    second_look: bool


@router.get("/scorecards")
async def own(app: App, me: Me) -> OwnView:
    """Yours: as soon as there is a rating, with its evidence; also after scorecards were switched off."""
    found = await app.scorecards.scoring.own(me)
    return OwnView(switch=SwitchView.of(found.switch), scorecards=[ScorecardView.of(one) for one in found.cards])


@router.post("/scorecards/{scorecard_id}/answer", status_code=201)
async def answer(app: App, me: Me, scorecard_id: str, given: Annotated[AnswerIn, example(ANSWER)]) -> AnsweredCard:
    """Your word on your scorecard, once. It stands beside the score wherever that is shown."""
    card = await app.scorecards.scoring.answer(me, scorecard_id, given.text, given.second_look)
    return AnsweredCard(id=card.id, answer=card.answer, second_look=card.disputed)


@router.put("/quality/scorecards/switch")
async def switch(app: App, me: Me, given: Annotated[SwitchIn, example(SWITCH)]) -> SwitchView:
    """Switch scorecards on or off, with the reason. Both are in the audit, and before everyone whose work it is about."""
    return SwitchView.of(await app.scorecards.having.switch(me, given.on, given.reason))


@router.get("/quality/rubric")
async def rubric(app: App, me: Me) -> RubricView:
    """What is looked at; agents read it too."""
    stored = await app.scorecards.having.rubric(me.tenant_id)
    return RubricView(version=stored.version, rubric=stored.rubric, yaml=written(stored.rubric))


@router.put("/quality/rubric")
async def change_rubric(app: App, me: Me, given: Annotated[RubricIn, example(RUBRIC)]) -> RubricView:
    """A new version, for samples drawn from now on."""
    stored = await app.scorecards.having.change_rubric(me, given.yaml)
    return RubricView(version=stored.version, rubric=stored.rubric, yaml=written(stored.rubric))


@router.post("/quality/samples", status_code=201)
async def draw(app: App, me: Me, given: Annotated[SampleIn, example(SAMPLE)]) -> SampleView:
    """Draw a period's sample, once: risky conversations rather, each with a chance that is known."""
    return SampleView.of(await app.scorecards.drawing.draw(me, Period.model_validate(given.model_dump())))


@router.get("/quality/scorecards")
async def listed(app: App, me: Me, sample: str = "") -> ListView:
    """What there is to rate."""
    state = SwitchView.of(await app.scorecards.having.state(me.tenant_id))
    if not state.on:
        return ListView(switch=state)
    samples = await app.scorecards.drawing.samples(me.tenant_id)
    chosen = sample or (samples[0].id if samples else "")
    cards = await app.scorecards.scoring.listed(me, chosen) if chosen else []
    return ListView(switch=state, samples=[SampleView.of(one) for one in samples], scorecards=cards)


@router.get("/quality/scorecards/{scorecard_id}")
async def scorecard(app: App, me: Me, scorecard_id: str) -> ScorecardView:
    """One conversation's."""
    return ScorecardView.of(await app.scorecards.scoring.shown(me, scorecard_id))


@router.post("/quality/scorecards/{scorecard_id}/ratings", status_code=201)
async def rate(app: App, me: Me, scorecard_id: str, given: Annotated[RatingIn, example(RATING)]) -> ScorecardView:
    """The rating that is due from you: the first, the blind second, or the decision on a dispute."""
    return ScorecardView.of(await app.scorecards.scoring.rate(me, scorecard_id, Given(marks=tuple(given.marks), note=given.note)))


@router.get("/quality/scores")
async def scores(app: App, me: Me) -> Scores:
    """Figures of groups of at least five, each weighted by the chances of its conversations, and how clear the rubric is."""
    return await app.scorecards.figuring.scores(me.tenant_id)
