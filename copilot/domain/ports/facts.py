"""What the record keeps of facts that change, of saved replies, and of recalls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from copilot.domain.facts import ChangeState, FactChange, SavedReply
from copilot.domain.recalls import CaseRow, CaseState, Progress, Recall, RecallCase, SentWords


class Facts(Protocol):
    """Changes of facts, and saved replies."""

    async def add_change(self, change: FactChange) -> None: ...

    async def save_change(self, change: FactChange, seen: int) -> bool:
        """Replace it if its version is still `seen`; whether it was."""
        ...

    async def change(self, change_id: str) -> FactChange | None: ...

    async def changes(self, states: Sequence[ChangeState], limit: int = 200) -> list[FactChange]:
        """Newest first."""
        ...

    async def due(self, at: datetime) -> list[str]:
        """Ids of approved changes whose time has come."""
        ...

    async def replies(self) -> list[SavedReply]:
        """By shortcut."""
        ...

    async def reply(self, reply_id: str) -> SavedReply | None: ...

    async def add_reply(self, reply: SavedReply) -> None: ...

    async def save_reply(self, reply: SavedReply, seen: int) -> bool:
        """Replace it if its version is still `seen`; whether it was."""
        ...

    async def remove_reply(self, reply_id: str) -> bool: ...

    async def waiting_texts(self) -> list[str]:
        """Texts of open drafts of turns that wait."""
        ...


class Recalls(Protocol):
    """Recalls and their cases."""

    async def add(self, recall: Recall, cases: Sequence[RecallCase]) -> None: ...

    async def get(self, recall_id: str) -> Recall | None: ...

    async def all(self, limit: int = 200) -> list[Recall]:
        """Newest first."""
        ...

    async def close(self, recall_id: str, at: datetime) -> None: ...

    async def progress(self, recall_ids: Sequence[str]) -> dict[str, Progress]: ...

    async def cases(self, recall_id: str) -> list[CaseRow]:
        """Sure ones first, oldest first."""
        ...

    async def open_cases(self) -> list[CaseRow]:
        """Oldest first."""
        ...

    async def case(self, case_id: str) -> RecallCase | None: ...

    async def open_of(self, conversation_id: str) -> list[RecallCase]: ...

    async def settle(self, case_id: str, state: CaseState, note: str, at: datetime) -> bool:
        """Whether it was open."""
        ...

    async def sent_since(self, since: datetime, after: str = "", limit: int = 500) -> list[tuple[str, SentWords]]:
        """What was sent since then, by id, with that id to go on after."""
        ...
