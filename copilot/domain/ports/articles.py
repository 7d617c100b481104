"""What the record keeps of articles: part of `Records`, see `copilot.domain.ports.records`."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from copilot.domain.base import Frozen
from copilot.domain.knowledge import Article, Passage
from copilot.domain.ports.search import PassageFilter


class SavedArticle(Frozen):
    """What saving an article changed in its passages."""

    article: Article
    changed: bool
    removed: tuple[str, ...] = ()
    added: tuple[Passage, ...] = ()
    before: Article | None = None
    """As it was; None for a new one."""


class Articles(Protocol):
    """Articles, revisions, passages. Also a PassageSource."""

    async def save(self, article: Article, passages: Sequence[Passage], author: str = "") -> SavedArticle:
        """A new revision when anything changed. Raises the knowledge version."""
        ...

    async def get(self, article_id: str) -> Article | None: ...

    async def many(self, article_ids: Sequence[str]) -> dict[str, Article]: ...

    async def all(self, status: str = "", after: str = "", limit: int = 500) -> list[Article]: ...

    async def with_levers(self) -> list[Article]:
        """Published articles that carry levers."""
        ...

    async def remove(self, article_id: str) -> SavedArticle | None: ...

    async def fetch(self, ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]: ...

    async def pieces(self, article_ids: Sequence[str], allow: PassageFilter) -> dict[str, Passage]: ...

    def every(self, batch: int = 500, after: str = "") -> AsyncIterator[list[Passage]]:
        """Passages of published articles by id, from the one behind `after`, for re-indexing."""
        ...

    async def count(self) -> tuple[int, int]:
        """(published articles, their passages)."""
        ...

    async def version(self) -> int:
        """Rises with every change; a replica whose index is behind catches up with `changes`."""
        ...

    async def changes(self, since: int) -> tuple[list[str], list[Passage]]:
        """(passage ids to remove, passages to add) since a version."""
        ...
