"""Articles while they are written: a draft beside what is published, its review, comments, redirects."""

from typing import Literal

from copilot.domain.base import Frozen, Instant
from copilot.domain.knowledge import Article, ArticleStatus, Audience

DraftState = Literal["draft", "in_review", "approved", "published", "discarded"]


class ArticleDraft(Frozen):
    """An article as it would be published, beside the published one. At most one is open per article.

    `version` rises with every change: who saves names the version they saw. `base_revision`: the revision it was begun from, 0 for a new
    article. `editors`: everybody who wrote in it; none of them counts as the second person. `reviewer`: who approved it, or sent it back.
    `publish_at`: when an approved draft is published by itself. `origin`: where it came from, "gap:<id>", "fact:<id>",
    "restore:<revision>", "question:<id>"; empty: an editor.
    """

    id: str
    article: Article
    state: DraftState = "draft"
    version: int = 1
    base_revision: int = 0
    change_id: str | None = None
    note: str = ""
    origin: str = ""
    author: str
    editors: tuple[str, ...] = ()
    reviewer: str = ""
    publish_at: Instant | None = None
    opened_at: Instant
    updated_at: Instant
    closed_at: Instant | None = None

    @property
    def open(self) -> bool:
        return self.closed_at is None


class Revision(Frozen):
    """An article as it once was."""

    article: Article
    author: str
    saved_at: Instant


class Comment(Frozen):
    """A remark on an article or its draft. `quote`: the words it is about."""

    id: str
    article_id: str
    draft_id: str = ""
    quote: str = ""
    text: str
    author: str
    at: Instant
    resolved_at: Instant | None = None
    resolved_by: str = ""


class Redirect(Frozen):
    """The article `id` was merged into `to_id`."""

    id: str
    to_id: str
    by: str
    at: Instant


class ArticleRow(Frozen):
    """An article in the list. `draft`: the state of its open draft; a new article has only that, and revision 0."""

    id: str
    title: str
    status: ArticleStatus
    audience: Audience = "public"
    owner: str = ""
    locale: str = ""
    revision: int = 0
    policy: bool = False
    has_levers: bool = False
    valid_from: Instant | None = None
    review_by: Instant | None = None
    saved_at: Instant
    source_id: str = ""
    draft: DraftState | None = None
    draft_id: str = ""
    flags: int = 0
    shown: int = 0
    """In how many turns of the last 30 days."""


def second_person(draft: Article, published: Article | None) -> str:
    """Why publishing `draft` needs a second person; empty when it does not. Taking a lever or a policy away counts like adding one."""
    for article in (draft, published):
        if article is not None and article.levers:
            return "it carries levers"
        if article is not None and article.policy:
            return "it is marked as policy"
    return ""
