"""Rating drawn conversations: people decide, the second one blindly; and the agent's right of reply.

Who sees what:
- A reviewer sees one conversation's scorecard, never a person's. Until both ratings of a conversation that two people rate are there, only
  whoever gave the first sees it; the second sees neither it nor what was measured.
- The agent sees their own scorecards as soon as there is a rating, also after scorecards were switched off: it is about them.
- Nobody rates their own conversation, and nobody decides on a dispute about their own rating.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from copilot.domain.base import Frozen, new_id
from copilot.domain.conversation import Conversation, Message
from copilot.domain.errors import Conflict, Invalid, NotFound, Refused
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.scorecards import Mark, Measured, Rating, RatingRole, Rubric, Sample, Scorecard, Scored, Switch
from copilot.domain.staff import Caller
from copilot.services.conversations.reading import actor
from copilot.services.quality.scorecards import need_on, rubric_of

Todo = Literal["first", "second", "decision", "waits", "done", "own"]
"""What a reviewer can do with a scorecard: give a rating of that role; wait for somebody else; nothing more; it is about themselves."""


class Listed(Frozen):
    """A scorecard in a reviewer's list. Whose conversation it is stands nowhere."""

    id: str
    conversation_ref: str
    channel: str
    twice: bool
    disputed: bool
    todo: Todo


class Shown(Frozen):
    """A scorecard as somebody may see it. `measured` and `ratings` are empty for whoever rates blindly."""

    scored: Scored
    conversation: Conversation
    rubric: Rubric
    measured: tuple[Measured, ...]
    ratings: tuple[Rating, ...]
    todo: Todo
    blind: bool

    def message(self, message_id: str) -> Message | None:
        """None: it is no longer there."""
        return next((one for one in self.conversation.messages if one.id == message_id and not one.deleted_at), None)


class Own(Frozen):
    """What a person sees of themselves, and why there is anything."""

    switch: Switch | None
    cards: tuple[Shown, ...]


class Given(Frozen):
    """A rating as it is given: a level or None for every point, each at most once."""

    marks: tuple[Mark, ...]
    note: str = ""


@dataclass(frozen=True)
class Scoring:
    """Rates, answers, decides."""

    database: Database
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def listed(self, caller: Caller, sample_id: str) -> list[Listed]:
        """In the order in which they are to be rated. Raises Refused while scorecards are off."""
        async with self.database.read(caller.tenant_id) as records:
            await need_on(records)
            cards = await records.scorecards.cards(sample_id)
            talks = await records.conversations.several([one.card.conversation_id for one in cards])
        return [_listed(one, talks[one.card.conversation_id], caller) for one in cards if one.card.conversation_id in talks]

    async def shown(self, caller: Caller, card_id: str) -> Shown:
        """To a reviewer. Raises NotFound; Refused while scorecards are off, and to the agent, who has a page of their own."""
        async with self.database.read(caller.tenant_id) as records:
            return await self._shown(records, caller, card_id)

    async def rate(self, caller: Caller, card_id: str, given: Given) -> Shown:
        """The rating that is due. Raises Refused, Conflict when none is due from this person, Invalid for one that does not fit."""
        if caller.user_id is None:
            raise Refused("A rating is a person's.", todo="Use a key that belongs to a person.")
        async with self.database.write(caller.tenant_id) as records:
            shown = await self._shown(records, caller, card_id)
            if shown.todo not in ("first", "second", "decision"):
                raise Conflict("No rating of yours is due here.", todo=_WHY[shown.todo])
            role: RatingRole = shown.todo
            marks = self._fitting(shown, given.marks)
            note = self.privacy.cut(given.note.strip())
            at = self.clock()
            rating = Rating(id=new_id(), scorecard_id=card_id, rater_id=caller.who, role=role, marks=marks, note=note, rated_at=at)
            if not await records.scorecards.rate(rating):
                raise Conflict("Somebody rated it at the same moment.", todo="Reload the page.")
            await records.log.event("quality.rated", subject_id=card_id, actor=actor(caller), data={"role": role})
            stored = await self._shown(records, caller, card_id)
        self.wake(caller.tenant_id)
        return stored

    async def own(self, caller: Caller) -> Own:
        """One's own scorecards with a rating, the newest first. Never refused."""
        async with self.database.read(caller.tenant_id) as records:
            switch = await records.scorecards.switch()
            found = await records.scorecards.cards_of(caller.user_id) if caller.user_id else []
            rated = [one for one in found if one.rating("first") is not None]
            versions = {sample.id: sample.rubric_version for sample in await records.scorecards.samples()}
            talks = await records.conversations.several([one.card.conversation_id for one in rated])
            cards = [await _own(records, one, talks.get(one.card.conversation_id), versions) for one in rated]
        return Own(switch=switch, cards=tuple(card for card in cards if card is not None))

    async def answer(self, caller: Caller, card_id: str, text: str, second_look: bool) -> Scorecard:
        """The agent's word on their scorecard, once. Raises NotFound for somebody else's: it is not told whether there is one."""
        said = self.privacy.cut(text.strip())
        if not said:
            raise Invalid("The answer is empty.", todo="Write how you see it.")
        async with self.database.write(caller.tenant_id) as records:
            found = await records.scorecards.card(card_id)
            if found is None or caller.user_id is None or found.card.agent_id != caller.user_id or found.rating("first") is None:
                raise _missing(card_id)
            changed = found.card.model_copy(update={"answer": said, "disputed": second_look, "answered_at": self.clock()})
            if not await records.scorecards.answer(changed):
                raise Conflict("You answered already.", todo="What you wrote stands beside the score.")
            await records.log.event("quality.answered", subject_id=card_id, actor=actor(caller), data={"second_look": second_look})
        self.wake(caller.tenant_id)
        return changed

    async def _shown(self, records: Records, caller: Caller, card_id: str) -> Shown:
        found = await records.scorecards.card(card_id)
        talk = await records.conversations.find(found.card.conversation_id) if found else None
        if found is None or talk is None:
            raise _missing(card_id)
        await need_on(records)
        todo = todo_of(found, caller)
        if todo == "own":
            raise Refused("This is a conversation of yours.", todo="Your scorecards are on a page of their own; somebody else rates them.")
        sample = await _sample(records, found)
        rubric = (await rubric_of(records, sample.rubric_version)).rubric
        blind = is_blind(found, caller)
        seen = () if blind else found.ratings
        measured = () if blind else found.card.measured
        hidden = found.model_copy(update={"card": found.card.model_copy(update={"answer": "", "measured": ()}), "ratings": ()})
        scored = hidden if blind else found
        return Shown(scored=scored, conversation=talk, rubric=rubric, measured=measured, ratings=seen, todo=todo, blind=blind)

    def _fitting(self, shown: Shown, marks: Sequence[Mark]) -> tuple[Mark, ...]:
        """Raises Invalid: every point once, levels that exist, comments that quote a message of this conversation."""
        given = {mark.point: mark for mark in marks}
        points = {point.point: point for point in shown.rubric.points}
        if given.keys() != points.keys() or len(given) != len(marks):
            raise Invalid("Each point needs a level, or that it does not apply.", todo=f"The points are: {', '.join(points)}.")
        for name, mark in given.items():
            if mark.level is not None and mark.level > points[name].best:
                raise Invalid(f"{name}: there is no level {mark.level}.", todo=f"Levels go from 0 to {points[name].best}.")
            if mark.comment.strip() and (mark.message_id is None or shown.message(mark.message_id) is None):
                raise Invalid(f"{name}: a comment quotes a message.", todo="Choose the message of this conversation that it is about.")
        return tuple(given[name].model_copy(update={"comment": self.privacy.cut(given[name].comment.strip())}) for name in points)


_WHY = {
    "waits": "Somebody else has to rate it now: the second person, or one who decides on the dispute.",
    "done": "It is rated; its agent may ask for a second look.",
    "own": "It is a conversation of yours.",
}


def todo_of(scored: Scored, caller: Caller) -> Todo:
    """What this reviewer can do with it. The second rating comes before a decision on a dispute: it is blind to both."""
    first = scored.rating("first")
    if caller.user_id is not None and scored.card.agent_id == caller.user_id:
        return "own"
    if first is None:
        return "first"
    if scored.card.twice and scored.rating("second") is None:
        return "waits" if first.rater_id == caller.who else "second"
    if scored.open_dispute:
        return "waits" if first.rater_id == caller.who else "decision"
    return "done"


def is_blind(scored: Scored, caller: Caller) -> bool:
    """Whether nothing that others made of it may be shown: they may be the one who rates it a second time."""
    return todo_of(scored, caller) == "second"


def _listed(scored: Scored, talk: Conversation, caller: Caller) -> Listed:
    todo = todo_of(scored, caller)
    told = todo != "second" and scored.card.disputed
    return Listed(
        id=scored.card.id, conversation_ref=talk.external_id, channel=talk.channel, twice=scored.card.twice, disputed=told, todo=todo
    )


async def _own(records: Records, scored: Scored, talk: Conversation | None, versions: dict[str, int]) -> Shown | None:
    if talk is None:
        return None
    rubric = (await rubric_of(records, versions[scored.card.sample_id])).rubric
    measured = scored.card.measured
    return Shown(scored=scored, conversation=talk, rubric=rubric, measured=measured, ratings=scored.ratings, todo="own", blind=False)


async def _sample(records: Records, scored: Scored) -> Sample:
    return next(one for one in await records.scorecards.samples() if one.id == scored.card.sample_id)


def _missing(card_id: str) -> NotFound:
    return NotFound(f"There is no scorecard {card_id!r}.", todo="Reload the list: it may have gone with its conversation.")
