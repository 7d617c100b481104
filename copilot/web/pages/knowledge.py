"""The list of articles: what there is, in which state, who minds it, and what waits for me."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.editing import ArticleDraft
from copilot.domain.ports.editing import ArticleFilter
from copilot.domain.staff import Caller
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
ROWS: Final = 50
LONG: Final = 200
"""Characters of a filter's value that count."""
FURTHEST: Final = 1_000_000
STATES: Final = (
    ("published", "Published"),
    ("draft", "Being written"),
    ("in_review", "In review"),
    ("approved", "Approved"),
    ("archived", "Archived"),
)
AUDIENCES: Final = (("public", "Public"), ("internal", "Internal"))
NOTED: Final = (
    ("stale", "Review overdue"),
    ("flagged", "Flagged"),
    ("used", "Shown in 30 days"),
    ("unused", "Not shown in 30 days"),
)
"""What one filter of the page asks for, by its value."""
MINE: Final = 6
"""Drafts of mine, and of those that wait for me, that stand above the list."""


def asked(request: Request, at: datetime) -> tuple[ArticleFilter, dict[str, str]]:
    """The filter that an address asks for, and the part of the address that says so; what nobody can choose is left out."""
    given = {name: request.query_params.get(name, "").strip()[:LONG] for name in ("text", "state", "audience", "owner", "locale", "only")}
    for name, choices in (("state", STATES), ("audience", AUDIENCES), ("only", NOTED)):
        if given[name] not in dict(choices):
            given[name] = ""
    only = given["only"]
    wanted = ArticleFilter.model_validate(
        {name: given[name] for name in ("text", "state", "audience", "owner", "locale")}
        | {"at": at, "stale": only == "stale", "flagged": only == "flagged", "used": {"used": True, "unused": False}.get(only)}
    )
    return wanted, {name: value for name, value in given.items() if value}


def start(request: Request) -> int:
    """The first row that is shown, from 0."""
    given = request.query_params.get("offset", "")
    return min(int(given), FURTHEST) if given.isascii() and given.isdecimal() and len(given) < len(str(FURTHEST)) + 1 else 0


async def shown(request: Request, app: Application, me: Caller) -> dict[str, Any]:
    """What `fragments/articles.html` shows, as its variable `articles`."""
    wanted, given = asked(request, app.clock())
    offset = start(request)
    async with app.database.read(me.tenant_id) as records:
        rows = await records.editing.listed(wanted, offset, ROWS + 1)
        open_ = await records.editing.drafts(("draft", "in_review", "approved"))
        names = {user.id: user.name for user in await records.admin.users()}
    waiting = [one for one in open_ if one.state == "in_review" and not wrote(one, me)]
    mine = [one for one in reversed(open_) if wrote(one, me)]
    here = given | ({"offset": str(offset)} if offset else {})
    return {
        "rows": rows[:ROWS],
        "offset": offset,
        "more": _address(given, offset + ROWS) if len(rows) > ROWS else "",
        "before": _address(given, max(0, offset - ROWS)) if offset else "",
        "given": given,
        "src": f"/knowledge/f/list?{urlencode(here)}",
        "waiting": waiting,
        "mine": mine,
        "most": MINE,
        "names": names,
    }


def wrote(draft: ArticleDraft, me: Caller) -> bool:
    """Whether I wrote in a draft; then I cannot be the one who approves it."""
    return me.who in (draft.author, *draft.editors)


def _address(given: dict[str, str], offset: int) -> str:
    return "/knowledge?" + urlencode(given | ({"offset": str(offset)} if offset else {}))


@router.get("/knowledge")
async def knowledge(request: Request, app: App, me: Me) -> Response:
    """The page."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
        owners, locales = await records.editing.owners(), await records.editing.locales()
    choices = {"states": STATES, "audiences": AUDIENCES, "noted": NOTED, "owners": owners, "locales": locales}
    return page(request, "knowledge/articles.html", after=after, choices=choices, articles=await shown(request, app, me))


@router.get("/knowledge/f/list")
async def fragment(request: Request, app: App, me: Me) -> Response:
    """The list alone."""
    return page(request, "fragments/articles.html", articles=await shown(request, app, me))
