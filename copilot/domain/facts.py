"""One fact that changes everywhere it is written, and texts that agents insert as they are."""

from typing import Literal

from copilot.domain.base import Frozen, Instant

ChangeState = Literal["draft", "in_review", "approved", "published", "discarded"]
PlaceKind = Literal["text", "title", "offer", "limit", "condition", "question", "reply"]
HolderKind = Literal["article", "draft", "reply"]


class SavedReply(Frozen):
    """A text that agents insert by `/shortcut`, as it is. `version` rises with every change: who saves names the one they saw."""

    id: str
    shortcut: str
    title: str
    text: str
    locale: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    version: int = 1
    saved_by: str = ""
    saved_at: Instant


class FactPlace(Frozen):
    """Where a fact stands. `id` names it as long as nothing there changed: it holds the revision or version that was read.

    `holder`: what holds it – a published article, the open draft of one, a saved reply – and `holder_id` names it (a draft by its own id).
    `instead`: how the new value is written there; empty: by hand, and `why` says why. `blocked`: why it cannot be changed here at all.
    """

    id: str
    holder: HolderKind
    holder_id: str
    article_id: str = ""
    title: str
    kind: PlaceKind
    label: str = ""
    """Which lever, condition or question."""
    sentence: str
    """One line around it; `written` stands at `span` in it (code points, end exclusive)."""
    span: tuple[int, int]
    written: str
    instead: str = ""
    sure: bool = True
    why: str = ""
    blocked: str = ""

    @property
    def by_rule(self) -> bool:
        """Whether it can be changed by ticking it."""
        return bool(self.instead) and not self.blocked


class FactSearch(Frozen):
    """Everything that holds a value. `waiting`: open drafts for customers that say it, which nobody can edit here."""

    old: str
    new: str
    places: tuple[FactPlace, ...]
    waiting: int = 0


class FactChange(Frozen):
    """One change over many articles and saved replies, reviewed and published as one.

    Its articles are drafts that carry its id; `replies`: saved replies as they would be, each with the version it was made from.
    """

    id: str
    state: ChangeState = "in_review"
    old: str
    new: str
    note: str = ""
    author: str
    reviewer: str = ""
    version: int = 1
    replies: tuple[SavedReply, ...] = ()
    publish_at: Instant | None = None
    opened_at: Instant
    closed_at: Instant | None = None

    @property
    def open(self) -> bool:
        return self.closed_at is None
