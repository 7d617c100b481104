"""Scorecards: the switch, rubrics, samples, and what people said."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.database.quality import FLAGGED_AND_TAKEN, SAID_WRONG
from copilot.adapters.database.tables.drafts import suggestions, turns
from copilot.adapters.database.tables.remembered import promises
from copilot.adapters.database.tables.scorecards import (
    scorecard_ratings,
    scorecard_rubrics,
    scorecard_samples,
    scorecard_switches,
    scorecards,
)
from copilot.adapters.database.tables.talk import conversations, messages
from copilot.adapters.database.tables.tenancy import users
from copilot.adapters.database.transaction import Group, Row, among, batches, fields, mine, same
from copilot.domain.scorecards import Closed, Rating, Risk, Sample, Scorecard, Scored, StoredRubric, Switch

_SWITCH = sa.select(
    scorecard_switches.c.id,
    scorecard_switches.c.switched_on.label("on"),
    scorecard_switches.c.reason,
    scorecard_switches.c.switched_by.label("by"),
    scorecard_switches.c.by_name,
    scorecard_switches.c.at,
).where(mine(scorecard_switches))
_RUBRIC = sa.select(
    scorecard_rubrics.c.version, scorecard_rubrics.c.body.label("rubric"), scorecard_rubrics.c.made_by, scorecard_rubrics.c.made_at
).where(mine(scorecard_rubrics))
_SAMPLE = sa.select(*fields(scorecard_samples, Sample)).where(mine(scorecard_samples))
_CARD = sa.select(*fields(scorecards, Scorecard)).where(mine(scorecards))
_RATINGS = (
    sa.select(*fields(scorecard_ratings, Rating))
    .where(mine(scorecard_ratings), among(scorecard_ratings.c.scorecard_id))
    .order_by(scorecard_ratings.c.rated_at, scorecard_ratings.c.id)
)
_PERIOD = (
    mine(conversations),
    conversations.c.status == "closed",
    conversations.c.last_at >= sa.bindparam("since", type_=conversations.c.last_at.type),
    conversations.c.last_at < sa.bindparam("until", type_=conversations.c.last_at.type),
)
_THEIR_TURNS = same(turns, "conversation_id", conversations)
_BROKEN = sa.exists().where(
    same(promises, "conversation_id", conversations),
    promises.c.state != "withdrawn",
    sa.or_(
        promises.c.state == "overdue",
        promises.c.settled_at > promises.c.due,
        sa.and_(promises.c.state == "open", promises.c.due < sa.bindparam("at", type_=promises.c.due.type)),
    ),
)


def _drafts(which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """How many of a conversation's drafts are so."""
    counted = sa.select(sa.func.count()).select_from(suggestions.join(turns, same(suggestions, "turn_id", turns)))
    return counted.where(_THEIR_TURNS, which).correlate(conversations).scalar_subquery()


_CLOSED = (
    sa.select(
        conversations.c.id,
        conversations.c.customer_id,
        conversations.c.team,
        sa.select(sa.func.max(turns.c.base)).where(_THEIR_TURNS).correlate(conversations).scalar_subquery().label("heat"),
        _BROKEN.label("broken"),
        _drafts(FLAGGED_AND_TAKEN).label("flagged"),
        _drafts(SAID_WRONG).label("said_wrong"),
    )
    .where(*_PERIOD)
    .order_by(conversations.c.id)
)
_ANSWERS = (
    sa.select(
        messages.c.conversation_id,
        messages.c.author_id,
        messages.c.author_name,
        sa.func.count().label("n"),
        sa.func.max(messages.c.sent_at).label("last"),
    )
    .select_from(messages.join(conversations, same(messages, "conversation_id", conversations)))
    .where(*_PERIOD, messages.c.author == "agent", messages.c.visibility == "public", messages.c.deleted_at.is_(None))
    .group_by(messages.c.conversation_id, messages.c.author_id, messages.c.author_name)
)
_PEOPLE = sa.select(users.c.id, users.c.external_id, users.c.name, users.c.team).where(mine(users))


class SqlScorecards(Group):
    """The `Scorecards` port."""

    async def switch(self) -> Switch | None:
        row = await self._db.row(_SWITCH.order_by(scorecard_switches.c.at.desc(), scorecard_switches.c.id.desc()).limit(1))
        return None if row is None else Switch(**row)

    async def put_switch(self, switch: Switch) -> None:
        row = switch.model_dump()
        await self._db.add(scorecard_switches, [row | {"switched_on": row.pop("on"), "switched_by": row.pop("by")}])

    async def rubric(self, version: int | None = None) -> StoredRubric | None:
        """The latest, or a version."""
        which = _RUBRIC if version is None else _RUBRIC.where(scorecard_rubrics.c.version == version)
        row = await self._db.row(which.order_by(scorecard_rubrics.c.version.desc()).limit(1))
        return None if row is None else StoredRubric.model_validate(row)

    async def put_rubric(self, rubric: StoredRubric) -> None:
        row = rubric.model_dump()
        await self._db.add(scorecard_rubrics, [row | {"body": row.pop("rubric")}])

    async def closed(self, since: datetime, until: datetime) -> list[Closed]:
        """Closed conversations whose last message is in the period and that a known person answered, by id."""
        people = _People(await self._db.rows(_PEOPLE))
        answers: dict[str, list[Row]] = {}
        for row in await self._db.rows(_ANSWERS, since=since, until=until):
            answers.setdefault(row["conversation_id"], []).append(row)
        found = []
        for row in await self._db.rows(_CLOSED, since=since, until=until, at=until):
            agent = people.most(answers.get(row["id"], ()))
            if agent is not None:
                found.append(_closed(row, agent))
        return found

    async def add_sample(self, sample: Sample, cards: Sequence[Scorecard]) -> None:
        await self._db.add(scorecard_samples, [sample.model_dump()])
        await self._db.add(scorecards, [card.model_dump() | {"turn": turn} for turn, card in enumerate(cards)])

    async def samples(self) -> list[Sample]:
        """The latest period first."""
        return [Sample(**row) for row in await self._db.rows(_SAMPLE.order_by(scorecard_samples.c.since.desc()))]

    async def card(self, card_id: str) -> Scored | None:
        found = await self._scored(_CARD.where(scorecards.c.id == card_id))
        return found[0] if found else None

    async def cards(self, sample_id: str) -> list[Scored]:
        """In the order in which they are to be rated."""
        return await self._scored(_CARD.where(scorecards.c.sample_id == sample_id).order_by(scorecards.c.turn))

    async def cards_of(self, agent_id: str) -> list[Scored]:
        """Of one person, the newest first."""
        newest = scorecards.c.made_at.desc(), scorecards.c.turn
        return await self._scored(_CARD.where(scorecards.c.agent_id == agent_id).order_by(*newest))

    async def rate(self, rating: Rating) -> bool:
        """False when there is a rating of that role."""
        return await self._db.add_new(scorecard_ratings, rating.model_dump())

    async def answer(self, card: Scorecard) -> bool:
        """Store the agent's answer; False when there is one."""
        which = mine(scorecards), scorecards.c.id == card.id, scorecards.c.answered_at.is_(None)
        values = {"answer": card.answer, "disputed": card.disputed, "answered_at": card.answered_at}
        return await self._db.run(sa.update(scorecards).where(*which).values(**values)) == 1

    async def _scored(self, statement: sa.Select[Any]) -> list[Scored]:
        cards = [Scorecard.model_validate(row) for row in await self._db.rows(statement)]
        ratings: dict[str, list[Rating]] = {}
        for some in batches([card.id for card in cards]):
            for row in await self._db.rows(_RATINGS, ids=list(some)):
                ratings.setdefault(row["scorecard_id"], []).append(Rating.model_validate(row))
        return [Scored(card=card, ratings=tuple(ratings.get(card.id, ()))) for card in cards]


class _People:
    """Who works here, by every name under which they answer."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._ids: dict[str, Row] = {}
        self._names: dict[str, list[Row]] = {}
        for row in rows:
            self._ids |= {ident: row for ident in (row["id"], row["external_id"]) if ident}
            self._names.setdefault(row["name"], []).append(row)

    def most(self, answers: Sequence[Row]) -> Row | None:
        """Whoever wrote most of the answers, the latest among equals; None: nobody known. Two of one name are not told apart."""
        counted: dict[str, tuple[int, datetime, Row]] = {}
        for answer in answers:
            person = self._who(answer)
            if person is not None:
                n, last, _ = counted.get(person["id"], (0, answer["last"], person))
                counted[person["id"]] = (n + answer["n"], max(last, answer["last"]), person)
        return max(counted.values(), key=lambda one: one[:2])[2] if counted else None

    def _who(self, answer: Row) -> Row | None:
        if answer["author_id"]:
            return self._ids.get(answer["author_id"])
        named = self._names.get(answer["author_name"], ())
        return named[0] if len(named) == 1 else None


def _closed(row: Mapping[str, Any], agent: Row) -> Closed:
    risk = Risk(heat=row["heat"] or 0.0, broken_promise=bool(row["broken"]), flagged=row["flagged"] or 0, said_wrong=row["said_wrong"] or 0)
    team = row["team"] or agent["team"]
    return Closed(conversation_id=row["id"], customer_id=row["customer_id"], agent_id=agent["id"], team=team, risk=risk)
