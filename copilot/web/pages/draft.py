"""A draft: written with its preview beside it, read by a second person, published."""

import asyncio
import json
from typing import Annotated, Any, Final

from fastapi import Body, Path, Request
from fastapi.responses import Response
from pydantic import ValidationError

from copilot.api.auth import App, Me
from copilot.api.roles import EDITORS
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.editing import ArticleDraft, second_person
from copilot.domain.formats import Strict
from copilot.domain.knowledge import Article
from copilot.domain.staff import Caller
from copilot.retrieval.articles import bound
from copilot.retrieval.merging import Clash, Hunk, clashes, hunks
from copilot.retrieval.merging import merge as put_together
from copilot.services.knowledge.proofreading import Remark
from copilot.web.differences import LABELS, Piece, differences, in_words, within
from copilot.web.pages.article import names, reading, remarks
from copilot.web.pages.knowledge import wrote
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
DraftId = Annotated[str, Path(max_length=200)]
OPS: Final = ("=", "!=", "<", "<=", ">", ">=", "in", "exists")
AUTHORITIES: Final = (("agent", "an agent may give it"), ("supervisor", "a supervisor has to agree"))
LIMITS: Final = (("", "no limit"), ("amount", "money"), ("percent", "percent"), ("days", "days"), ("months", "months"))
ARTICLE: Final = Article(id="draft", title="", text="")


class Overtaking(Strict):
    """What somebody wrote, and what they began from."""

    base: dict[str, Any]
    mine: dict[str, Any]
    published: bool = False
    """Against the published article; else against the draft as it is now."""


class Choice(Frozen):
    """A field or entry that both changed: each in words, with what differs marked."""

    clash: Clash
    label: str
    mine: tuple[Piece, ...]
    theirs: tuple[Piece, ...]
    gone: str
    """"mine" or "theirs" where one of them took it away."""
    value: str
    """Theirs, as JSON."""


class Part(Frozen):
    """A piece of the text, put together or to choose. `pairs`: lines beside each other, where both changed."""

    hunk: Hunk
    mine: tuple[tuple[Piece, ...], ...] = ()
    theirs: tuple[tuple[Piece, ...], ...] = ()


async def shown(app: Application, me: Caller, draft: ArticleDraft) -> dict[str, Any]:
    """What `fragments/draft-state.html` shows, as its variable `view`."""
    ident = draft.article.id
    async with app.database.read(me.tenant_id) as records:
        published = await records.articles.get(ident)
        base = await records.editing.revision(ident, draft.base_revision) if draft.base_revision else None
        people = await records.admin.users()
        known = await names(records)
        kind, _, target_id = draft.origin.partition(":")
        target = await records.articles.get(target_id) if kind == "redirect" else None
    readers = [one.name for one in people if one.active and one.role in EDITORS and one.id not in (draft.author, *draft.editors)]
    return {
        "draft": draft,
        "published": published,
        "mine": wrote(draft, me),
        "why": second_person(draft.article, published),
        "readers": readers,
        "names": known,
        "target": target,
        "origin": (kind, target_id),
        "overtaken": draft.open and (published.revision if published else 0) != draft.base_revision,
        "barred": await app.editing.barred(me.tenant_id, published) if published else "",
        "reading": await asyncio.to_thread(reading, draft.article),
        "differences": await asyncio.to_thread(differences, published if draft.open else base.article if base else None, draft.article),
        "writing": False,
    }


@router.get("/knowledge/drafts/{draft_id}")
async def draft(request: Request, app: App, me: Me, draft_id: DraftId, view: str = "") -> Response:
    """The page: to be written, or (in review, approved, closed, or to take the article away) to be read. `view=write` writes anyway."""
    found = await app.editing.draft(me.tenant_id, draft_id)
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
        owners, locales = await records.editing.owners(), await records.editing.locales()
    state = await shown(app, me, found)
    writes = found.open and (view == "write" or (view != "read" and found.state == "draft" and found.article.status != "archived"))
    state["writing"] = writes
    state["base"] = json.dumps(found.article.model_dump(mode="json"))
    choices = {"owners": owners, "locales": locales, "ops": OPS, "authorities": AUTHORITIES, "limits": LIMITS}
    checked = await app.proofreading.remarks(me.tenant_id, found.article) if writes else []
    said = await remarks(app, me, found.article.id)
    return page(request, "knowledge/draft.html", after=after, view=state, choices=choices, checked=_checked(checked), remarks=said)


@router.get("/knowledge/drafts/{draft_id}/f/state")
async def state(request: Request, app: App, me: Me, draft_id: DraftId) -> Response:
    """What it is waiting for, and for whom."""
    view = await shown(app, me, await app.editing.draft(me.tenant_id, draft_id))
    view["writing"] = request.query_params.get("view") == "write"
    return page(request, "fragments/draft-state.html", view=view)


@router.post("/knowledge/drafts/{draft_id}/f/preview")
async def preview(request: Request, app: App, me: Me, draft_id: DraftId, given: Annotated[dict[str, Any], Body()]) -> Response:
    """How what is being written reads, what is wrong with it, and what it changes. Nothing is stored."""
    stored = await app.editing.draft(me.tenant_id, draft_id)
    article, wrong = _leniently(given, stored.article)
    bound(article.text, "This article")
    async with app.database.read(me.tenant_id) as records:
        published = await records.articles.get(stored.article.id)
    found = [*wrong, *await app.proofreading.remarks(me.tenant_id, article)]
    # In a thread: a long text takes long to be compared and set.
    changes, read = await asyncio.to_thread(lambda: (differences(published, article), reading(article)))
    return page(request, "fragments/preview.html", reading=read, checked=_checked(found), differences=changes)


@router.post("/knowledge/drafts/{draft_id}/f/merge")
async def merge(request: Request, app: App, me: Me, draft_id: DraftId, given: Overtaking) -> Response:
    """Both versions, put together where they can be, to choose from where they cannot. Nothing is stored."""
    draft = await app.editing.draft(me.tenant_id, draft_id)
    base, mine = Article.model_validate(given.base), Article.model_validate(given.mine)
    async with app.database.read(me.tenant_id) as records:
        known = await names(records)
        published = await records.articles.get(draft.article.id) if given.published else None
        begun = await records.editing.revision(draft.article.id, draft.base_revision) if given.published else None
    theirs = draft.article
    if published is not None:
        theirs = published.model_copy(update={"status": mine.status})
        base = (begun.article if begun else draft.article).model_copy(update={"status": mine.status})
    for one in (base, mine):
        bound(one.text, "This article")
    merged, choices, parts = await asyncio.to_thread(_chosen, base, mine, theirs)
    filled = {
        "choices": choices,
        "parts": parts,
        "who": known.get(draft.editors[-1] if draft.editors else draft.author, "Somebody"),
        "published": published is not None,
        "version": draft.version,
        "revision": theirs.revision,
        "merged": merged.model_dump_json(),
        "theirs": theirs.model_dump_json(),
    }
    return page(request, "fragments/merge.html", merge=filled)


def _chosen(base: Article, mine: Article, theirs: Article) -> tuple[Article, list[Choice], list[Part]]:
    """In a thread: the merge, and what is left to choose."""
    merged = put_together(base, mine, theirs).article.model_copy(update={"revision": theirs.revision})
    parts = [_part(one) for one in hunks(base.text, mine.text, theirs.text)] if mine.text != theirs.text else []
    return merged, [_choice(one) for one in clashes(base, mine, theirs)], parts


def _choice(clash: Clash) -> Choice:
    label = LABELS[clash.field]
    if clash.key:
        label = f"Lever {clash.key}" if clash.field == "levers" else f"Question “{clash.key}”"
    theirs, mine = within(in_words(clash.theirs), in_words(clash.mine))
    gone = "mine" if clash.key and clash.mine is None else "theirs" if clash.key and clash.theirs is None else ""
    value = clash.theirs.model_dump(mode="json") if hasattr(clash.theirs, "model_dump") else clash.theirs
    return Choice(clash=clash, label=label, mine=mine, theirs=theirs, gone=gone, value=json.dumps(value, default=str))


def _part(hunk: Hunk) -> Part:
    if hunk.kind != "conflict" or len(hunk.mine) != len(hunk.theirs):
        whole = [tuple((Piece(kind="same", text=line),) for line in lines) for lines in (hunk.mine, hunk.theirs)]
        return Part(hunk=hunk, mine=whole[0], theirs=whole[1])
    pairs = [within(theirs, mine) for mine, theirs in zip(hunk.mine, hunk.theirs, strict=True)]
    return Part(hunk=hunk, mine=tuple(mine for _, mine in pairs), theirs=tuple(theirs for theirs, _ in pairs))


def _leniently(given: dict[str, Any], stored: Article) -> tuple[Article, list[Remark]]:
    """What is half written, as far as it can be read: fields that cannot be are left as they were stored, and told."""
    try:
        return Article.model_validate(given), []
    except ValidationError as error:
        wrong = {str(one["loc"][0]) if one["loc"] else "": one for one in error.errors(include_url=False, include_context=False)}
    plain = {name: value for name, value in given.items() if name in Article.model_fields and name not in wrong}
    told = [
        Remark(severity="error", rule="form", message=_cannot(one, given), todo="Correct it, or take it away.", field=name or "title")
        for name, one in wrong.items()
        if name in Article.model_fields
    ]
    try:
        return Article.model_validate(stored.model_dump() | plain), told
    except ValidationError:
        return stored, told


def _cannot(error: Any, given: dict[str, Any]) -> str:
    place = [str(part) for part in error["loc"]]
    said = str(error["msg"]).removeprefix("Value error, ")
    if place[:1] == ["levers"] and len(place) > 1 and place[1].isdecimal():
        number = int(place[1])
        return f"Lever {given['levers'][number].get('id') or number + 1}: {' '.join(place[2:])}: {said}".replace(": :", ":")
    return f"{LABELS.get(place[0], place[0]) if place else 'The article'}: {said}"


def _checked(found: list[Remark]) -> dict[str, Any]:
    """What `macros/checked.html` shows."""
    return {"remarks": found, "errors": sum(one.severity == "error" for one in found)}
