"""Change one fact: where a value stands, ticked place by place, and the one change that a second person reads."""

from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import Path, Query, Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.errors import Invalid
from copilot.domain.facts import FactPlace, FactSearch
from copilot.domain.staff import Caller
from copilot.web.differences import Piece, differences, within
from copilot.web.pages.article import names
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
ChangeId = Annotated[str, Path(max_length=200)]
Value = Annotated[str, Query(max_length=300)]
FIELDS: Final = {
    "title": "Title",
    "text": "",
    "offer": "Lever",
    "limit": "Limit of the lever",
    "condition": "Condition of the lever",
    "question": "Question",
    "reply": "",
}
HOLDERS: Final = {"article": "Articles", "draft": "Open drafts", "reply": "Saved replies"}


class Held(Frozen):
    """Everything in one article, draft or saved reply. `blocked`: why nothing of it can be changed here."""

    title: str
    holder: str
    href: str
    blocked: str
    places: tuple[FactPlace, ...]


def grouped(found: FactSearch) -> list[tuple[str, list[Held]]]:
    """By kind of holder, each with its places."""
    held: dict[str, list[Held]] = {}
    for (holder, ident), some in groupby(found.places, key=lambda place: (place.holder, place.holder_id)):
        places = tuple(some)
        href = {"article": f"/knowledge/articles/{ident}", "draft": f"/knowledge/drafts/{ident}", "reply": "/knowledge/replies"}[holder]
        held.setdefault(holder, []).append(Held(title=places[0].title, holder=holder, href=href, blocked=places[0].blocked, places=places))
    return [(label, held[kind]) for kind, label in HOLDERS.items() if kind in held]


async def shown(app: Application, me: Caller, change_id: str) -> dict[str, Any]:
    """What `fragments/fact-state.html` shows, as its variable `fact`."""
    whole = await app.facts.whole(me.tenant_id, change_id)
    change = whole.change
    async with app.database.read(me.tenant_id) as records:
        known = await names(records)
        before = {
            draft.id: await records.editing.revision(draft.article.id, draft.base_revision) for draft in whole.drafts if not draft.open
        }
    who = me.who
    articles: list[dict[str, Any]] = []
    for draft in whole.drafts:
        then = before.get(draft.id)
        was = whole.present.get(draft.article.id) if draft.open else then.article if then else None
        articles.append({"draft": draft, "differences": differences(was, draft.article)})
    replies = [(reply, _words(whole.replies.get(reply.id), reply.text, open_=change.open)) for reply in change.replies]
    changed = [one["draft"] for one in articles if change.open and one["draft"].state == "draft" and change.state != "draft"]
    wrote = who == change.author or any(who in (draft.author, *draft.editors) for draft in whole.drafts)
    return {"change": change, "articles": articles, "replies": replies, "names": known, "wrote": wrote, "changed": changed}


def _words(present: Any, text: str, *, open_: bool) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    return within(present.text if present is not None and open_ else text, text)


@router.get("/knowledge/facts")
async def facts(request: Request, app: App, me: Me, old: Value = "", new: Value = "") -> Response:
    """The page: a value and another for it, everything that holds it, and changes that wait."""
    found, wrong = None, ""
    if old.strip():
        try:
            found = await app.facts.search(me, old, new)
        except Invalid as error:
            wrong = str(error)
    waiting = await app.facts.listed(me.tenant_id, ("draft", "in_review", "approved"))
    async with app.database.read(me.tenant_id) as records:
        known = await names(records)
    filled = {
        "old": old,
        "new": new,
        "wrong": wrong,
        "found": found,
        "held": grouped(found) if found else [],
        "waiting": waiting,
        "names": known,
        "fields": FIELDS,
    }
    return page(request, "knowledge/facts.html", facts=filled)


@router.get("/knowledge/facts/{change_id}")
async def fact(request: Request, app: App, me: Me, change_id: ChangeId) -> Response:
    """One change, to be read as a whole."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "knowledge/fact.html", after=after, fact=await shown(app, me, change_id))


@router.get("/knowledge/facts/{change_id}/f/state")
async def state(request: Request, app: App, me: Me, change_id: ChangeId) -> Response:
    """The same, alone."""
    return page(request, "fragments/fact-state.html", fact=await shown(app, me, change_id))
