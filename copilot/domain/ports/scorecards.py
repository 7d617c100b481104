"""What the record keeps of scorecards: part of `Records`, see `copilot.domain.ports.records`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from copilot.domain.scorecards import Closed, Rating, Sample, Scorecard, Scored, StoredRubric, Switch


class Scorecards(Protocol):
    """Whether there are any, by which rubric, of which conversations, and what people said of them."""

    async def switch(self) -> Switch | None:
        """The latest; None: they were never switched on."""
        ...

    async def put_switch(self, switch: Switch) -> None: ...

    async def rubric(self, version: int | None = None) -> StoredRubric | None:
        """The latest, or a version; None: the tenant wrote none (or not that one)."""
        ...

    async def put_rubric(self, rubric: StoredRubric) -> None: ...

    async def closed(self, since: datetime, until: datetime) -> list[Closed]:
        """Closed conversations whose last message is in the period and that a known person answered, by id."""
        ...

    async def add_sample(self, sample: Sample, cards: Sequence[Scorecard]) -> None: ...

    async def samples(self) -> list[Sample]:
        """The latest period first."""
        ...

    async def card(self, card_id: str) -> Scored | None: ...

    async def cards(self, sample_id: str) -> list[Scored]:
        """In the order in which they are to be rated, which chance decided."""
        ...

    async def cards_of(self, agent_id: str) -> list[Scored]:
        """Of one person, the newest first."""
        ...

    async def rate(self, rating: Rating) -> bool:
        """False when there is a rating of that role."""
        ...

    async def answer(self, card: Scorecard) -> bool:
        """Store the agent's answer; False when there is one."""
        ...
