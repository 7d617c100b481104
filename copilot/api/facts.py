"""For knowledge editors: change one fact everywhere, and saved replies (which agents read)."""

from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, Field

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.base import Frozen
from copilot.domain.facts import ChangeState, FactChange, FactSearch, SavedReply
from copilot.domain.formats import Strict
from copilot.services.knowledge.editing import Reviewed
from copilot.services.knowledge.facts import Chosen, Whole
from copilot.services.knowledge.replies import Written

router = audience("facts")
LONG = 2_000
SAMPLE = {"old": "28 days", "new": "10 working days"}
REPLY = {"shortcut": "refund-times", "title": "How long refunds take", "text": "A refund takes 10 working days."}
OPEN: tuple[ChangeState, ...] = ("draft", "in_review", "approved")


class FactIn(Strict):
    """A value as it stands in articles, and another for it."""

    old: str = Field(min_length=2, max_length=300)
    new: str = Field(default="", max_length=300)


class FactChangeIn(Strict):
    """What shall change: ids of places that the search gave."""

    old: str = Field(min_length=2, max_length=300)
    new: str = Field(min_length=2, max_length=300)
    places: list[str] = Field(min_length=1, max_length=5_000)
    note: str = Field(default="", max_length=LONG)


class SeenIn(Strict):
    """The version that was seen."""

    version: int = Field(ge=1, lt=2**31)


class FactSubmitIn(SeenIn):
    """A word to whoever reads it."""

    note: str = Field(default="", max_length=LONG)


class FactReviewIn(SeenIn):
    """A second person's word on all of it."""

    approve: bool
    note: str = Field(default="", max_length=LONG)
    publish_at: AwareDatetime | None = None


class SavedReplyIn(Strict):
    """A text that agents insert as it is."""

    shortcut: str = Field(min_length=1, max_length=41, description="What they type after a slash.")
    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=10_000)
    locale: str = Field(default="", max_length=20)
    owner: str = Field(default="", max_length=200)
    tags: list[str] = Field(default=[], max_length=20)


class SavedReplyChangeIn(SavedReplyIn):
    """As it shall be, and the version it was begun from."""

    version: int = Field(ge=1, lt=2**31)


class FactChangesView(Frozen):
    """Newest first."""

    changes: list[FactChange]


class SavedRepliesView(Frozen):
    """By shortcut."""

    replies: list[SavedReply]


@router.post("/facts/search")
async def search(app: App, me: Me, given: Annotated[FactIn, example(SAMPLE)]) -> FactSearch:
    """Everything that holds a value, in every writing of it, and how `new` would be written there. Nothing is changed."""
    return await app.facts.search(me, given.old, given.new)


@router.post("/facts", status_code=201)
async def begin(
    app: App, me: Me, given: Annotated[FactChangeIn, example({**SAMPLE, "places": ["article:refund-times@3#text:41"]})]
) -> FactChange:
    """One change of the chosen places, in review. 409 when one of them was changed since the search."""
    return await app.facts.begin(me, Chosen(old=given.old, new=given.new, places=tuple(given.places), note=given.note))


@router.get("/facts")
async def listed(app: App, me: Me, state: Annotated[list[ChangeState] | None, Query()] = None) -> FactChangesView:
    """Changes in some states; open ones when none is named."""
    return FactChangesView(changes=await app.facts.listed(me.tenant_id, state or OPEN))


@router.get("/facts/{change_id}")
async def one(app: App, me: Me, change_id: str) -> Whole:
    """A change with its drafts and saved replies, and what stands there now."""
    return await app.facts.whole(me.tenant_id, change_id)


@router.post("/facts/{change_id}/submit")
async def submit(app: App, me: Me, change_id: str, given: Annotated[FactSubmitIn, example({"version": 2})]) -> FactChange:
    """Send it for review, again after a draft of it was changed."""
    return await app.facts.submit(me, change_id, given.version, given.note)


@router.post("/facts/{change_id}/review")
async def review(app: App, me: Me, change_id: str, given: Annotated[FactReviewIn, example({"version": 1, "approve": True})]) -> FactChange:
    """Approve all of it (published at once, or at a time; all or nothing), or send it back. Not by somebody who wrote in it."""
    return await app.facts.review(
        me, change_id, given.version, Reviewed(approve=given.approve, note=given.note, publish_at=given.publish_at)
    )


@router.post("/facts/{change_id}/discard")
async def discard(app: App, me: Me, change_id: str, given: Annotated[SeenIn, example({"version": 1})]) -> FactChange:
    """Close it, with its drafts, without publishing."""
    return await app.facts.discard(me, change_id, given.version)


@router.get("/saved-replies")
async def replies(app: App, me: Me) -> SavedRepliesView:
    """All of them."""
    return SavedRepliesView(replies=await app.replies.listed(me.tenant_id))


@router.post("/saved-replies", status_code=201)
async def add_reply(app: App, me: Me, given: Annotated[SavedReplyIn, example(REPLY)]) -> SavedReply:
    """A new one. 409 when its shortcut is taken."""
    return await app.replies.add(me, Written.model_validate(given.model_dump()))


@router.get("/saved-replies/{reply_id}")
async def reply(app: App, me: Me, reply_id: str) -> SavedReply:
    """One of them."""
    return await app.replies.get(me.tenant_id, reply_id)


@router.put("/saved-replies/{reply_id}")
async def save_reply(app: App, me: Me, reply_id: str, given: Annotated[SavedReplyChangeIn, example({**REPLY, "version": 1})]) -> SavedReply:
    """Change it. 409 when somebody saved after `version`."""
    return await app.replies.save(me, reply_id, given.version, Written.model_validate(given.model_dump(exclude={"version"})))


@router.delete("/saved-replies/{reply_id}", status_code=204)
async def remove_reply(app: App, me: Me, reply_id: str) -> None:
    """Take it away."""
    await app.replies.remove(me, reply_id)
