"""What passes between colleagues: part of `Records`, see `copilot.domain.ports.records`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from copilot.domain.case import Handover, HandoverState
from copilot.domain.grants import ColleagueQuestion, Grant, GrantState


class Handovers(Protocol):
    """Handovers and their states."""

    async def put(self, handover: Handover) -> None:
        """Upsert by id."""
        ...

    async def get(self, handover_id: str) -> Handover | None: ...

    async def of_conversation(self, conversation_id: str) -> list[Handover]: ...

    async def in_state(self, states: Sequence[HandoverState], limit: int = 500) -> list[Handover]:
        """Oldest first."""
        ...


class Grants(Protocol):
    """Supervisors' grants; each is decided once and used once, whoever comes at the same moment."""

    async def add(self, grant: Grant) -> None: ...

    async def get(self, grant_id: str) -> Grant | None: ...

    async def decide(self, grant: Grant) -> bool:
        """Store the decision; False when somebody decided before."""
        ...

    async def use(self, grant_id: str, message_id: str, at: datetime) -> bool:
        """Use it up; False when it was used before (or allows nothing)."""
        ...

    async def of_conversation(self, conversation_id: str) -> list[Grant]:
        """Oldest first."""
        ...

    async def in_state(self, states: Sequence[GrantState], limit: int = 200) -> list[Grant]:
        """Newest first."""
        ...


class ColleagueQuestions(Protocol):
    """Questions to colleagues; each is answered once."""

    async def add(self, question: ColleagueQuestion) -> None: ...

    async def get(self, question_id: str) -> ColleagueQuestion | None: ...

    async def answer(self, question: ColleagueQuestion) -> bool:
        """Store the answer; False when somebody answered before."""
        ...

    async def of_conversation(self, conversation_id: str) -> list[ColleagueQuestion]:
        """Oldest first."""
        ...

    async def all(self, *, only_open: bool, limit: int = 200) -> list[ColleagueQuestion]:
        """Newest first."""
        ...
