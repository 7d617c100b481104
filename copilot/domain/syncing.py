"""A folder of articles and the record: what the record says of its articles, what it is sent, and the report of both."""

from typing import Literal

from pydantic import Field

from copilot.domain.base import Frozen, Instant
from copilot.domain.knowledge import Article, ArticleStatus

Landing = Literal["saved", "unchanged", "conflict", "refused"]
Action = Literal["import", "export", "archive", "conflict", "older", "missing", "gone", "refused"]


class ManifestLine(Frozen):
    """An article as the record has it at present. `synced_revision`: the last one that a folder had too; None: never."""

    id: str
    revision: int
    status: ArticleStatus
    digest: str
    synced_revision: int | None = None


class RevisionDigest(Frozen):
    """A revision, named by its digest."""

    revision: int
    digest: str
    author: str
    saved_at: Instant


class Past(Frozen):
    """An article and every revision of it, oldest first; `article` None: there is none at present."""

    id: str
    revisions: tuple[RevisionDigest, ...] = ()
    article: Article | None = None


class Brought(Frozen):
    """A folder's file that is to become the article's next revision. `revision`: the present one it follows; 0: the article is new."""

    id: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=1000)
    text: str
    revision: int = Field(default=0, ge=0, lt=2**31)


class Landed(Frozen):
    """What became of it. `revision` and `digest` are of the article as it is now; `drafted`: somebody has a draft of it open."""

    id: str
    outcome: Landing
    revision: int = 0
    digest: str = ""
    reason: str = ""
    drafted: bool = False


class SyncLine(Frozen):
    """One article or file that was not in step. `done`: it is now."""

    id: str
    file: str
    """Path from the folder; empty: it has none."""
    line: int = 0
    """In the file, from 1; 0: the whole of it."""
    action: Action
    done: bool = False
    reason: str = ""
    todo: str = ""
    revision: int = 0
    """The record's present one; 0: none."""
    diff: str = ""
    """From the record to the file, as unified diff; where a person has to choose."""
    drafted: bool = False
    """Somebody has a draft of it open, begun from an earlier revision."""
