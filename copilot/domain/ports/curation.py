"""What the record keeps of what people and use say about articles."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from copilot.domain.base import Frozen
from copilot.domain.curation import ArticleUse, Flag, FlagState, RuleState, SearchRule


class Served(Frozen):
    """How an article served since a moment. `weeks`: how often it was shown in each of the last weeks, oldest first."""

    article_id: str
    shown: int = 0
    cited: int = 0
    used: int = 0
    edited: int = 0
    dismissed: int = 0
    sent: int = 0
    reasons: dict[str, int] = {}
    """Why drafts that cite it were dismissed."""
    disagreed: dict[str, int] = {}
    """Articles whose figures differed from its in conversations, and in how many turns."""
    weeks: tuple[int, ...] = ()


class Curation(Protocol):
    """Rules of search, flags, and uses of articles."""

    async def put_rule(self, rule: SearchRule) -> None:
        """Upsert by id."""
        ...

    async def rule(self, rule_id: str) -> SearchRule | None: ...

    async def rules(self, states: Sequence[RuleState]) -> list[SearchRule]:
        """Newest first."""
        ...

    async def put_flag(self, flag: Flag) -> None:
        """Upsert by id."""
        ...

    async def flag(self, flag_id: str) -> Flag | None: ...

    async def flags(self, states: Sequence[FlagState], *, article_id: str = "", author: str = "", limit: int = 200) -> list[Flag]:
        """Newest first."""
        ...

    async def put_uses(self, uses: Sequence[ArticleUse]) -> None:
        """Each once: the same use again changes nothing."""
        ...

    async def served(self, since: datetime, weeks: Sequence[datetime], article_id: str = "") -> dict[str, Served]:
        """By article. `weeks`: the moments between which uses are counted for `Served.weeks`."""
        ...
