"""Which pages there are, who may see them, and what stands in the navigation. A page that is not named here fails at start-up."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter

from copilot.api.roles import ADMINS, AGENT, ALL, DESK, EDITORS, LEADS, REVIEWERS, Roles, name_of
from copilot.domain.access import PANEL_KEY
from copilot.domain.base import Frozen
from copilot.domain.errors import Refused
from copilot.domain.staff import Caller

PAGES: dict[str, Roles] = {
    "GET /": ALL,
    "GET /desk": DESK,
    "GET /c/{ref}": DESK,
    "GET /desk/f/queue": DESK,
    "GET /desk/f/conversation": DESK,
    "GET /desk/f/earlier": DESK,
    "GET /desk/f/panel": DESK,
    "GET /desk/f/source": DESK,
    "GET /panel/sign-in": DESK,
    "GET /desk/f/handover": DESK,
    "GET /desk/f/offers": DESK,
    "GET /handovers/{handover_id}": DESK,
    "GET /wrap-up/{ref}": DESK,
    "GET /shift": DESK,
    "GET /shift/f/list": DESK,
    "GET /promises": DESK,
    "GET /promises/f/list": DESK,
    "GET /supervisor": LEADS,
    "GET /supervisor/f/{region}": LEADS,
    "GET /customers/{ref}/memory": DESK,
    "GET /knowledge/imports": EDITORS,
    "GET /knowledge/imports/f/list": EDITORS,
    "GET /knowledge/imports/{import_id}": EDITORS,
    "GET /knowledge/imports/{import_id}/f/report": EDITORS,
    "GET /customers/{ref}/f/memory": DESK,
    "GET /knowledge": EDITORS,
    "GET /knowledge/f/list": EDITORS,
    "GET /knowledge/f/article": EDITORS,
    "GET /knowledge/f/remarks": EDITORS,
    "GET /knowledge/health": EDITORS,
    "GET /knowledge/health/f/list": EDITORS,
    "GET /knowledge/articles/{article_id}": EDITORS,
    "GET /knowledge/drafts/{draft_id}": EDITORS,
    "GET /knowledge/drafts/{draft_id}/f/state": EDITORS,
    "POST /knowledge/drafts/{draft_id}/f/preview": EDITORS,
    "POST /knowledge/drafts/{draft_id}/f/merge": EDITORS,
    "GET /knowledge/lab": EDITORS,
    "POST /knowledge/lab/f/result": EDITORS,
    "GET /knowledge/lab/f/rules": EDITORS,
    "GET /knowledge/gaps": EDITORS,
    "GET /knowledge/gaps/f/list": EDITORS,
    "GET /knowledge/drafts/{draft_id}/try": EDITORS,
    "GET /knowledge/drafts/{draft_id}/f/try": EDITORS,
    "GET /knowledge/facts": EDITORS,
    "GET /knowledge/facts/{change_id}": EDITORS,
    "GET /knowledge/facts/{change_id}/f/state": EDITORS,
    "GET /knowledge/recalls": EDITORS | LEADS,
    "GET /knowledge/recalls/{recall_id}": EDITORS | LEADS,
    "GET /knowledge/recalls/{recall_id}/f/state": EDITORS | LEADS,
    "GET /knowledge/replies": EDITORS,
    "GET /knowledge/replies/f/list": EDITORS,
    "GET /promises/f/corrections": DESK,
    "GET /quality": REVIEWERS,
    "GET /quality/f/list": REVIEWERS,
    "GET /quality/f/approved.yaml": REVIEWERS,
    "GET /quality/cases/{quality_id}": REVIEWERS,
    "GET /quality/cases/{quality_id}/f/state": REVIEWERS,
    "GET /quality/runs": REVIEWERS,
    "GET /quality/experiments": REVIEWERS,
    "GET /quality/experiments/f/list": REVIEWERS,
    "GET /quality/experiments/{experiment_id}": REVIEWERS,
    "GET /quality/experiments/{experiment_id}/f/state": REVIEWERS,
    "GET /quality/scorecards": REVIEWERS,
    "GET /quality/scorecards/{scorecard_id}": REVIEWERS,
    "GET /quality/scores": REVIEWERS | LEADS,
    "GET /scorecards": DESK,
    "GET /my-tools": DESK,
    "POST /my-tools": DESK,
    "GET /connections": ADMINS,
    "GET /connections/f/list": ADMINS,
    "GET /connections/add/{kind}": ADMINS,
    "POST /connections/add/{kind}": ADMINS,
    "GET /connections/{connection_id}": ADMINS,
    "POST /connections/{connection_id}": ADMINS,
    "GET /connections/{connection_id}/f/state": ADMINS,
    "GET /quality/drafts/{suggestion_id}": REVIEWERS,
    "GET /quality/drafts/{suggestion_id}/f/sent": REVIEWERS,
}
"""Pages of people who are signed in (`page_router`). Their data is shown under the same rules as over the API."""


class Place(Frozen):
    """An entry of the navigation."""

    path: str
    label: str
    roles: Roles


NAVIGATION: Final[tuple[Place, ...]] = (
    Place(path="/desk", label="Desk", roles=DESK),
    Place(path="/promises", label="My promises", roles=DESK),
    Place(path="/supervisor", label="Supervisor", roles=LEADS),
    Place(path="/knowledge", label="Knowledge", roles=EDITORS),
    Place(path="/quality", label="Quality", roles=REVIEWERS),
    Place(path="/scorecards", label="My scorecards", roles=DESK),
    Place(path="/connections", label="Connections", roles=ADMINS),
)
QUALITY: Final[tuple[Place, ...]] = (
    Place(path="/quality", label="Cases", roles=REVIEWERS),
    Place(path="/quality/runs", label="Runs", roles=REVIEWERS),
    Place(path="/quality/experiments", label="Experiments", roles=REVIEWERS),
    Place(path="/quality/scorecards", label="Scorecards", roles=REVIEWERS),
    Place(path="/quality/scores", label="Scores", roles=REVIEWERS | LEADS),
)
"""The navigation within the quality pages (`templates/quality/base.html`)."""
KNOWLEDGE: Final[tuple[Place, ...]] = (
    Place(path="/knowledge", label="Articles", roles=EDITORS),
    Place(path="/knowledge/gaps", label="Gaps", roles=EDITORS),
    Place(path="/knowledge/health", label="Health", roles=EDITORS),
    Place(path="/knowledge/lab", label="Search lab", roles=EDITORS),
    Place(path="/knowledge/imports", label="Imports", roles=EDITORS),
    Place(path="/knowledge/facts", label="Facts", roles=EDITORS),
    Place(path="/knowledge/replies", label="Saved replies", roles=EDITORS),
    Place(path="/knowledge/recalls", label="Recalls", roles=EDITORS | LEADS),
)
"""The navigation within the knowledge pages (`templates/knowledge/base.html`)."""


def places(caller: Caller | None, among: Sequence[Place] = NAVIGATION) -> list[Place]:
    """The navigation of somebody; pages that do not exist yet are left out."""
    there = [place for place in among if f"GET {place.path}" in PAGES]
    return [place for place in there if caller is not None and caller.role in place.roles]


def allow(caller: Caller, route: str) -> None:
    """Raises Refused unless the caller's role may see the page."""
    if caller.key_id.startswith(PANEL_KEY) and AGENT not in PAGES[route]:
        raise Refused("A panel in another page may not show this.", todo="Open the desk itself.")
    if caller.role not in PAGES[route]:
        raise Refused("This page is not for your role.", todo=f"It is for: {', '.join(sorted(PAGES[route]))}.")


def check(routers: Sequence[APIRouter]) -> None:
    """Pages and their list name the same. Raises RuntimeError at start-up."""
    from copilot.web.sessions import PageRoute

    there = {name_of(route) for router in routers for route in router.routes if isinstance(route, PageRoute)}
    if missing := there - PAGES.keys():
        raise RuntimeError(f"The list of pages does not name {', '.join(sorted(missing))}")
    if dead := PAGES.keys() - there:
        raise RuntimeError(f"The list of pages names some that do not exist: {', '.join(sorted(dead))}")
