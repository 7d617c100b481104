"""The record of an agent's day: part of `Records`, see `copilot.domain.ports.records`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from copilot.domain.day import Absence, OwedRow, PromiseMove, TeamFigures, WrapUp


class Day(Protocol):
    """What was read, who is absent, what is owed and by whom, how conversations ended."""

    async def read_until(self, user_id: str, conversation_id: str, message_id: str, at: datetime) -> None:
        """The person has read the conversation up to that message; never moves back. Raises NotFound for a message of another one."""
        ...

    async def connection_kind(self, conversation_id: str) -> str:
        """The kind of the chat tool account that the conversation belongs to."""
        ...

    async def open_of(self, assignees: Sequence[str]) -> list[str]:
        """Our ids of the conversations that are not closed and assigned to one of these names."""
        ...

    async def owed(self) -> list[OwedRow]:
        """Every promise neither kept nor withdrawn, the most urgent first, those without a date last."""
        ...

    async def move(self, move: PromiseMove) -> None:
        """Note that a promise changed hands."""
        ...

    async def absent(self, at: datetime) -> list[Absence]:
        """Who is away at that moment."""
        ...

    async def put_absence(self, absence: Absence) -> None:
        """Upsert by person."""
        ...

    async def end_absence(self, user_id: str) -> bool:
        """Whether there was one."""
        ...

    async def put_wrap_up(self, wrap_up: WrapUp) -> None: ...

    async def wrap_ups_of(self, conversation_id: str) -> list[WrapUp]:
        """Oldest first."""
        ...

    async def figures(self, since: datetime, until: datetime) -> list[TeamFigures]:
        """Per team that has an active person, by name. Small groups are included: whoever asks must not show them."""
        ...
