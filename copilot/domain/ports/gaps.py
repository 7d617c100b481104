"""What the record keeps of questions that knowledge did not cover."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from copilot.domain.base import Frozen
from copilot.domain.case import Gap, GapEnd


class Ending(Frozen):
    """How a gap ends."""

    as_: GapEnd
    by: str
    at: datetime
    article_id: str = ""
    note: str = ""


class Gaps(Protocol):
    """Gaps, their questions' vectors, and the conversations in which more may be found."""

    async def put(self, gap: Gap, vector: bytes | None = None, embedder_version: str = "") -> None:
        """Upsert by id; a vector that was there belongs to the question as it was and goes."""
        ...

    async def get(self, gap_id: str) -> Gap | None: ...

    async def of_conversation(self, conversation_id: str) -> list[Gap]:
        """Open and closed, oldest first."""
        ...

    async def all(self, limit: int = 200) -> list[Gap]:
        """Open ones first, then newest first."""
        ...

    async def open(self, embedder_version: str, limit: int) -> list[tuple[Gap, bytes]]:
        """Open ones whose question has a vector of that version, newest first."""
        ...

    async def set_aside(self, embedder_version: str, limit: int) -> list[tuple[Gap, bytes]]:
        """Those that an editor said are none, the latest first."""
        ...

    async def counts(self, embedder_version: str) -> tuple[int, int]:
        """(open ones, those of them without a vector of that version)."""
        ...

    async def without_vector(self, embedder_version: str, limit: int) -> list[Gap]:
        """Open ones, newest first."""
        ...

    async def put_vectors(self, vectors: Mapping[str, bytes], embedder_version: str) -> None:
        """By gap id; a gap that was erased meanwhile gets none."""
        ...

    async def close(self, ids: Sequence[str], ending: Ending) -> list[str]:
        """The ids of those that were open until now."""
        ...

    async def threads(self, after: str, limit: int) -> list[str]:
        """Ids of conversations, in the order they were stored, behind `after`."""
        ...

    async def known(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are on record, open or closed."""
        ...
