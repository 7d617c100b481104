"""For knowledge editors: the list of articles, drafts and their review, revisions, comments, redirects."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import AwareDatetime, Field

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.base import Frozen
from copilot.domain.editing import ArticleDraft, ArticleRow, Comment, DraftState, Revision
from copilot.domain.formats import Strict
from copilot.domain.knowledge import Article, ArticleStatus, Audience
from copilot.domain.ports.editing import ArticleFilter
from copilot.services.knowledge.editing import Reconciled, Reviewed

router = audience("editing")
SAMPLE = {"id": "refund-times", "title": "How long refunds take", "text": "A refund takes 5 working days.", "owner": "refunds"}
LISTED = 100
LONG = 2_000


class DraftIn(Strict):
    """A new article."""

    article: Article
    origin: str = Field(default="", max_length=300, description="Where it came from, such as gap:<id>.")
    note: str = Field(default="", max_length=LONG)


class EditIn(Strict):
    """How to begin: from the present revision, from an earlier one (to restore it), or to archive the article."""

    revision: int | None = Field(default=None, ge=1, lt=2**31)
    archive: bool = False


class SaveIn(Strict):
    """What was written, and the version of the draft it was begun from."""

    version: int = Field(ge=1, lt=2**31)
    article: Article
    note: str | None = Field(default=None, max_length=LONG)


class ReconcileIn(Strict):
    """What one began from, and what one wrote."""

    base: Article
    mine: Article


class SeenIn(Strict):
    """The version of the draft that was seen."""

    version: int = Field(ge=1, lt=2**31)


class UpdateIn(SeenIn):
    """The published revision that was seen, too; a later one is a conflict."""

    revision: int | None = Field(default=None, ge=1, lt=2**31)


class SubmitIn(SeenIn):
    """A word to whoever reads it."""

    note: str = Field(default="", max_length=LONG)


class ReviewIn(SeenIn):
    """A second person's word."""

    approve: bool
    note: str = Field(default="", max_length=LONG)
    publish_at: AwareDatetime | None = None


class PublishIn(SeenIn):
    """When; at once without a time."""

    at: AwareDatetime | None = None


class RedirectIn(Strict):
    """The article that takes its place."""

    to: str = Field(min_length=1, max_length=200)


class CommentIn(Strict):
    """A remark; `quote`: the words it is about."""

    text: str = Field(min_length=1, max_length=LONG)
    quote: str = Field(default="", max_length=LONG)


class ListedView(Frozen):
    """Articles by title; `next`: where to go on, 0 at the end."""

    articles: list[ArticleRow]
    next: int = 0


class DraftsView(Frozen):
    """Drafts, the longest untouched first."""

    drafts: list[ArticleDraft]


class RevisionsView(Frozen):
    """Newest first."""

    revisions: list[Revision]


class CommentsView(Frozen):
    """Oldest first."""

    comments: list[Comment]


@router.get("/knowledge/articles")
async def listed(
    app: App,
    me: Me,
    state: Annotated[ArticleStatus | Literal["in_review", "approved"] | None, Query()] = None,
    of: Annotated[Audience | None, Query(alias="audience")] = None,
    owner: Annotated[str, Query(max_length=200)] = "",
    locale: Annotated[str, Query(max_length=20)] = "",
    text: Annotated[str, Query(max_length=200, description="Words of the title or the id.")] = "",
    stale: Annotated[bool, Query(description="Published, and the review is due.")] = False,
    flagged: Annotated[bool, Query(description="An agent said something is wrong.")] = False,
    used: Annotated[bool | None, Query(description="Shown in the last 30 days, or not.")] = None,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
) -> ListedView:
    """Articles with the state of their drafts, filtered."""
    wanted = ArticleFilter(
        at=app.clock(),
        state=state or "",
        audience=of or "",
        owner=owner,
        locale=locale,
        text=text,
        stale=stale,
        flagged=flagged,
        used=used,
    )
    async with app.database.read(me.tenant_id) as records:
        found = await records.editing.listed(wanted, offset, LISTED)
    return ListedView(articles=found, next=offset + LISTED if len(found) == LISTED else 0)


@router.post("/drafts", status_code=201)
async def begin(app: App, me: Me, given: Annotated[DraftIn, example({"article": SAMPLE})]) -> ArticleDraft:
    """Begin a new article. An id that is taken gets a number."""
    return await app.editing.begin(me, given.article, origin=given.origin, note=given.note)


@router.get("/drafts")
async def drafts(app: App, me: Me, state: Annotated[list[DraftState] | None, Query()] = None) -> DraftsView:
    """Drafts in some states; open ones when none is named."""
    async with app.database.read(me.tenant_id) as records:
        return DraftsView(drafts=await records.editing.drafts(state or ("draft", "in_review", "approved")))


@router.get("/drafts/{draft_id}")
async def draft(app: App, me: Me, draft_id: str) -> ArticleDraft:
    """A draft, closed ones too."""
    return await app.editing.draft(me.tenant_id, draft_id)


@router.put("/drafts/{draft_id}")
async def save(app: App, me: Me, draft_id: str, given: Annotated[SaveIn, example({"version": 1, "article": SAMPLE})]) -> ArticleDraft:
    """Store what was written. 409 when somebody saved after `version`: then `reconcile`, choose, and save again."""
    return await app.editing.save(me, draft_id, given.version, given.article, given.note)


@router.post("/drafts/{draft_id}/reconcile")
async def reconcile(
    app: App, me: Me, draft_id: str, given: Annotated[ReconcileIn, example({"base": SAMPLE, "mine": SAMPLE})]
) -> Reconciled:
    """What you wrote put together with the draft as it is now. Nothing is stored."""
    return await app.editing.reconcile(me, draft_id, given.base, given.mine)


@router.post("/drafts/{draft_id}/update")
async def update(app: App, me: Me, draft_id: str, given: Annotated[UpdateIn, example({"version": 1})]) -> Reconciled:
    """Bring the draft up to an article that was published meanwhile."""
    return await app.editing.update(me, draft_id, given.version, given.revision)


@router.post("/drafts/{draft_id}/submit")
async def submit(app: App, me: Me, draft_id: str, given: Annotated[SubmitIn, example({"version": 1})]) -> ArticleDraft:
    """Send it for review."""
    return await app.editing.submit(me, draft_id, given.version, given.note)


@router.post("/drafts/{draft_id}/review")
async def review(app: App, me: Me, draft_id: str, given: Annotated[ReviewIn, example({"version": 2, "approve": True})]) -> ArticleDraft:
    """Approve (published at once, or at a time), or send it back. Not by somebody who wrote in it."""
    word = Reviewed(approve=given.approve, note=given.note, publish_at=given.publish_at)
    return await app.editing.review(me, draft_id, given.version, word)


@router.post("/drafts/{draft_id}/publish")
async def publish(app: App, me: Me, draft_id: str, given: Annotated[PublishIn, example({"version": 1})]) -> ArticleDraft:
    """Publish, now or at a time. An article with levers, or marked as policy, needs a review first."""
    return await app.editing.publish(me, draft_id, given.version, given.at)


@router.post("/drafts/{draft_id}/discard")
async def discard(app: App, me: Me, draft_id: str, given: Annotated[SeenIn, example({"version": 1})]) -> ArticleDraft:
    """Close it without publishing."""
    return await app.editing.discard(me, draft_id, given.version)


@router.post("/articles/{article_id:path}/edit", status_code=201)
async def edit(app: App, me: Me, article_id: str, given: Annotated[EditIn, example({})]) -> ArticleDraft:
    """The article's open draft, or a new one."""
    return await app.editing.edit(me, article_id, revision=given.revision, archive=given.archive)


@router.post("/articles/{article_id:path}/redirect", status_code=201)
async def redirect(app: App, me: Me, article_id: str, given: Annotated[RedirectIn, example({"to": "refund-times"})]) -> ArticleDraft:
    """A draft that archives the article and leads its readers to another, once it is published."""
    return await app.editing.merge_into(me, article_id, given.to)


@router.get("/articles/{article_id:path}/revisions")
async def revisions(app: App, me: Me, article_id: str) -> RevisionsView:
    """Every revision, newest first."""
    return RevisionsView(revisions=await app.editing.revisions(me.tenant_id, article_id))


@router.get("/articles/{article_id:path}/comments")
async def comments(app: App, me: Me, article_id: str) -> CommentsView:
    """Comments on the article and its drafts."""
    return CommentsView(comments=await app.remarks.of_article(me.tenant_id, article_id))


@router.post("/articles/{article_id:path}/comments", status_code=201)
async def comment(app: App, me: Me, article_id: str, given: Annotated[CommentIn, example({"text": "Is this still so?"})]) -> Comment:
    """Say something about it."""
    return await app.remarks.say(me, article_id, given.text, given.quote)


@router.post("/comments/{comment_id}/resolve")
async def resolve(app: App, me: Me, comment_id: str) -> Comment:
    """It is settled."""
    return await app.remarks.resolve(me, comment_id)
