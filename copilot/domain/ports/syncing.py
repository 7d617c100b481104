"""What a folder of files asks of the record's articles."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from copilot.domain.base import Frozen
from copilot.domain.editing import Revision
from copilot.domain.knowledge import Article


class Present(Frozen):
    """An article's present revision, and the last one that a folder had too."""

    article: Article
    synced_revision: int | None = None


class Syncing(Protocol):
    """Articles as folders compare them."""

    async def present(self, after: str, limit: int) -> list[Present]:
        """By id, from the one behind `after`."""
        ...

    async def some(self, article_ids: Collection[str]) -> dict[str, Present]:
        """Those of the ids that exist."""
        ...

    async def pasts(self, article_ids: Sequence[str]) -> dict[str, list[Revision]]:
        """Every revision of each, oldest first; of removed articles too."""
        ...

    async def synced(self, revisions: Mapping[str, int]) -> None:
        """Folder and record had these revisions in common. One that the article never had is passed over."""
        ...

    async def drafted(self, article_ids: Collection[str]) -> set[str]:
        """Those of which somebody has a draft open."""
        ...
