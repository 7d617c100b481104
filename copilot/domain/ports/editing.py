"""What the record keeps of articles while they are written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from copilot.domain.base import Frozen
from copilot.domain.editing import ArticleDraft, ArticleRow, Comment, DraftState, Redirect, Revision
from copilot.domain.knowledge import ArticleStatus, Audience


class ArticleFilter(Frozen):
    """Which articles are listed; empty: all. `stale`: published, and their review is due at `at`.

    `state` "draft": not published yet, or with an open draft.
    """

    at: datetime
    state: ArticleStatus | Literal["in_review", "approved", ""] = ""
    audience: Audience | Literal[""] = ""
    owner: str = ""
    locale: str = ""
    text: str = ""
    """Words of the title or the id."""
    stale: bool = False
    flagged: bool = False
    used: bool | None = None
    """Whether it was shown in the last 30 days."""


class Editing(Protocol):
    """Drafts, revisions, comments, redirects, and the list of articles."""

    async def open_draft(self, draft: ArticleDraft) -> None:
        """Store a new draft. Raises Conflict when the article has an open one."""
        ...

    async def save_draft(self, draft: ArticleDraft, seen: int) -> bool:
        """Replace it if its version is still `seen`; whether it was."""
        ...

    async def draft(self, draft_id: str) -> ArticleDraft | None: ...

    async def draft_of(self, article_id: str) -> ArticleDraft | None:
        """The open one."""
        ...

    async def drafts(self, states: Sequence[DraftState], limit: int = 500) -> list[ArticleDraft]:
        """In these states, the longest untouched first."""
        ...

    async def drafts_of_change(self, change_id: str) -> list[ArticleDraft]: ...

    async def due(self, at: datetime) -> list[str]:
        """Ids of approved drafts whose time to be published has come."""
        ...

    async def listed(self, wanted: ArticleFilter, offset: int = 0, limit: int = 100) -> list[ArticleRow]:
        """By title. New articles that exist only as a draft come first."""
        ...

    async def owners(self) -> list[str]: ...

    async def locales(self) -> list[str]: ...

    async def revisions(self, article_id: str) -> list[Revision]:
        """Newest first."""
        ...

    async def revision(self, article_id: str, number: int) -> Revision | None: ...

    async def put_comment(self, comment: Comment) -> None:
        """Upsert by id."""
        ...

    async def comment(self, comment_id: str) -> Comment | None: ...

    async def comments(self, article_id: str) -> list[Comment]:
        """Oldest first."""
        ...

    async def put_redirect(self, redirect: Redirect) -> None:
        """Whatever led to `redirect.id` leads to its target from now on. Raises Conflict when that would lead in a circle."""
        ...

    async def drop_redirect(self, article_id: str) -> None: ...

    async def redirect(self, article_id: str) -> Redirect | None: ...
