"""Templates to HTML. Whatever a person, an article or a model wrote is escaped, or goes through `safe_markdown`."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from copilot.domain.staff import Caller
from copilot.web import rooms
from copilot.web.assets import asset
from copilot.web.markup import safe_markdown
from copilot.web.sessions import word_of
from copilot.web.times import ago, exact, in_zone, money, since

TEMPLATES: Final = Path(__file__).parent / "templates"
THEME: Final = "copilot_theme"
"""A cookie that the browser's switch sets, so that the first paint has the right colours."""
THEMES: Final = ("light", "dark")


@cache
def environment() -> Environment:
    """Strict: a variable that a template names and nobody gave is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(ago=ago, exact=exact, in_zone=in_zone, since=since, money=money, safe_markdown=safe_markdown)
    made.globals["asset"] = asset
    return made


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, csrf: str | None = None, **context: Any
) -> HTMLResponse:
    """A page or a fragment. Templates know what `_around` says, and `csrf` and `asset()`."""
    word = word_of(request) if csrf is None else csrf
    text = environment().get_template(template).render(**_around(request), csrf=word, **context)
    return HTMLResponse(text, status, headers={"Cache-Control": "no-store", **(headers or {})})


def _around(request: Request) -> dict[str, Any]:
    state = request.state
    caller: Caller | None = getattr(state, "caller", None)
    settings = getattr(state, "settings", None)
    theme = request.cookies.get(THEME, "")
    now: datetime = request.app.state.application.clock()
    return {
        "me": caller,
        "now": now,
        "zone": settings.time_zone if settings else "UTC",
        "company": (settings.company if settings else "") or "Rapport",
        "places": rooms.places(caller),
        "knowledge_places": rooms.places(caller, rooms.KNOWLEDGE),
        "quality_places": rooms.places(caller, rooms.QUALITY),
        "path": request.url.path,
        "theme": theme if theme in THEMES else "",
    }
