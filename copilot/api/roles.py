"""Who may do what: one matrix, enforced for every route. A route that is not in it fails at start-up.

DESIGN §6 in this matrix, and what the routes themselves add to it:

- No route gives one person's figures to another. There is no route for counts, times or edit distances of people. `GET /queue` and
  `GET /promises` can be narrowed to oneself (`mine`, `owner=me`) and to nobody else.
- The audit (`GET /events`) names actors, so it is for administrators only; and what an agent did with drafts stays without a name there
  too (`copilot.api.shown`). Streams name nobody but the listener.
- Decisions and sent texts are shown to the person who made them.
- How far somebody has read, their shift and the updates drafted for their promises are shown to that person; figures are of teams of five
  or more, each of whom took part.
- What was sent to a provider holds a customer's words: QA, supervisors and administrators, and each look is noted.
- A panel framed in another page can do what an agent may, whoever opened it: its token lives in that page's frame.
- A flag on an article is shown to the person who raised it, and to editors.
- Editors write knowledge and see its gaps; they need no customer: of a recall they see how many were told, leads see who, and nobody sees
  which colleague said it.
- A case that was made of a draft names neither the customer nor a colleague; who made it is told nobody, and what an agent decided is told
  only as a trait of the draft ("a check found something in it, and it was taken"), never counted by person.
- Of an experiment the arms are compared, never the people who decided; which arm a draft was made in is told to nobody at the desk.
- Scorecards of real conversations are off until an administrator switches them on, with the reason before everyone. Then a reviewer sees
  one conversation's, without its agent's name; the agent sees theirs; everybody else sees figures of five people or more, and none that
  leaves fewer when another is taken from it. A second rating is blind until it is given.
- Erasing a person is for administrators.
"""

from collections.abc import Iterable
from typing import Final

from fastapi.routing import APIRoute

from copilot.domain.access import PANEL_KEY
from copilot.domain.errors import Refused
from copilot.domain.staff import ANSWERING, Caller, Role

OWNER = "owner"
"""Key id of the local owner token, which is an administrator of every tenant."""
AGENT: Final = "agent"
EDITOR: Final = "editor"
QA: Final = "qa"
SUPERVISOR: Final = "supervisor"
INTEGRATOR: Final = "integrator"
ADMIN: Final = "admin"

Roles = frozenset[Role]
ALL: Roles = frozenset({AGENT, EDITOR, QA, SUPERVISOR, INTEGRATOR, ADMIN})
ADMINS: Roles = frozenset({ADMIN})
PROGRAMS: Roles = frozenset({INTEGRATOR, ADMIN})
"""Chat tools and imports: they bring in what customers say and who they are."""
DESK: Roles = ANSWERING
"""People who answer customers. What they do there also needs a key that belongs to a person."""
LEADS: Roles = frozenset({SUPERVISOR, ADMIN})
"""Who may say yes to what goes beyond an agent's authority; nobody to what they asked for themselves."""
WORK: Roles = DESK | {INTEGRATOR}
"""The desk, and the chat tool that acts for it."""
READERS: Roles = WORK | {QA}
"""Who may read conversations and drafts."""
EDITORS: Roles = frozenset({EDITOR, ADMIN})
REVIEWERS: Roles = frozenset({QA, ADMIN})
"""Who looks after quality: approves cases, reads what a draft was made of."""
NOBODY: Roles = frozenset()
"""Only the local owner token."""

MATRIX: dict[str, Roles] = {
    "GET /v1/connections": ADMINS,
    "POST /v1/connections": ADMINS,
    "GET /v1/connections/{connection_id}": ADMINS,
    "PATCH /v1/connections/{connection_id}": ADMINS,
    "POST /v1/connections/{connection_id}/poll": ADMINS,
    "POST /v1/connections/{connection_id}/writes/{write_id}": ADMINS,
    "POST /v1/connections/{connection_id}/secret": ADMINS,
    "PUT /v1/connections/{connection_id}/token": ADMINS,
    "PUT /v1/connections/{connection_id}/own-token": DESK,
    "POST /v1/conversations/{ref}/send": DESK,
    "GET /v1/connections/{connection_id}/problems": ADMINS,
    "POST /v1/connections/{connection_id}/install": ADMINS,
    "POST /v1/conversations": PROGRAMS,
    "POST /v1/conversations/{ref}/messages": PROGRAMS,
    "GET /v1/conversations/{ref}": READERS,
    "GET /v1/conversations/{ref}/card": READERS,
    "PATCH /v1/conversations/{ref}": WORK,
    "GET /v1/conversations/{ref}/suggestions": READERS,
    "POST /v1/conversations/{ref}/suggestions": WORK,
    "POST /v1/conversations/{ref}/review": WORK,
    "POST /v1/conversations/{ref}/grants": DESK,
    "GET /v1/conversations/{ref}/grants": READERS,
    "GET /v1/grants": LEADS,
    "POST /v1/grants/{grant_id}/decide": LEADS,
    "POST /v1/conversations/{ref}/ask": WORK,
    "POST /v1/conversations/{ref}/questions": DESK,
    "GET /v1/conversations/{ref}/questions": READERS,
    "GET /v1/questions": DESK | {EDITOR},
    "POST /v1/questions/{question_id}/answer": DESK | {EDITOR},
    "POST /v1/conversations/{ref}/handovers": WORK,
    "GET /v1/conversations/{ref}/handovers": READERS,
    "POST /v1/conversations/{ref}/answers": DESK,
    "POST /v1/conversations/{ref}/seen-until": DESK,
    "GET /v1/conversations/{ref}/where": READERS,
    "GET /v1/conversations/{ref}/wrap-up": DESK,
    "POST /v1/conversations/{ref}/wrap-up": DESK,
    "GET /v1/shift": DESK,
    "POST /v1/shift/handover": DESK,
    "GET /v1/teams/figures": LEADS,
    "GET /v1/turns/{turn_id}": READERS,
    "GET /v1/suggestions/{suggestion_id}": READERS,
    "GET /v1/suggestions/{suggestion_id}/provider-call": frozenset({QA, SUPERVISOR, ADMIN}),
    "POST /v1/suggestions/{suggestion_id}/decisions": DESK,
    "POST /v1/suggestions/{suggestion_id}/seen": DESK,
    "POST /v1/suggestions/{suggestion_id}/sent": DESK,
    "GET /v1/handovers": DESK,
    "GET /v1/handovers/{handover_id}": READERS,
    "PATCH /v1/handovers/{handover_id}": WORK,
    "POST /v1/handovers/{handover_id}/accept": DESK,
    "POST /v1/handovers/{handover_id}/introduced": WORK,
    "POST /v1/handovers/{handover_id}/decline": DESK,
    "POST /v1/handovers/{handover_id}/return": WORK,
    "GET /v1/stream": ALL,
    "GET /v1/queue": READERS,
    "POST /v1/customers/import": PROGRAMS,
    "GET /v1/customers/{ref}/card": READERS,
    "GET /v1/customers/{ref}/memories": READERS,
    "PATCH /v1/memories/{memory_id}": DESK,
    "GET /v1/promises": WORK,
    "PATCH /v1/promises/{promise_id}": DESK,
    "POST /v1/users/{user_ref}/absence": DESK,
    "GET /v1/customers/{ref}/matches": READERS,
    "POST /v1/matches/{match_id}": DESK,
    "GET /v1/customers/{ref}/export": LEADS,
    "DELETE /v1/customers/{ref}": ADMINS,
    "GET /v1/erasures/{erasure_id}": ADMINS,
    "POST /v1/knowledge/import": EDITORS | PROGRAMS,
    "POST /v1/imports": EDITORS | PROGRAMS,
    "PUT /v1/imports/{import_id}/files/{position}": EDITORS | PROGRAMS,
    "POST /v1/imports/{import_id}/start": EDITORS | PROGRAMS,
    "GET /v1/imports": EDITORS | PROGRAMS,
    "GET /v1/imports/{import_id}": EDITORS | PROGRAMS,
    "GET /v1/imports/{import_id}/files": EDITORS | PROGRAMS,
    "GET /v1/knowledge-sources": EDITORS | PROGRAMS,
    "PATCH /v1/knowledge-sources/{source_id}": EDITORS,
    "GET /v1/knowledge/search": ALL,
    "POST /v1/knowledge/reindex": EDITORS,
    "GET /v1/knowledge/reindex": EDITORS,
    "GET /v1/knowledge/manifest": EDITORS | PROGRAMS,
    "POST /v1/knowledge/revisions": EDITORS | PROGRAMS,
    "POST /v1/knowledge/sync": EDITORS | PROGRAMS,
    "GET /v1/articles": ALL,
    "GET /v1/articles/{article_id}": ALL,
    "GET /v1/knowledge/articles": EDITORS,
    "POST /v1/drafts": EDITORS,
    "GET /v1/drafts": EDITORS,
    "GET /v1/drafts/{draft_id}": EDITORS,
    "PUT /v1/drafts/{draft_id}": EDITORS,
    "POST /v1/drafts/{draft_id}/reconcile": EDITORS,
    "POST /v1/drafts/{draft_id}/update": EDITORS,
    "POST /v1/drafts/{draft_id}/submit": EDITORS,
    "POST /v1/drafts/{draft_id}/review": EDITORS,
    "POST /v1/drafts/{draft_id}/publish": EDITORS,
    "POST /v1/drafts/{draft_id}/discard": EDITORS,
    "POST /v1/articles/{article_id}/edit": EDITORS,
    "POST /v1/articles/{article_id}/redirect": EDITORS,
    "GET /v1/articles/{article_id}/revisions": EDITORS,
    "GET /v1/articles/{article_id}/comments": EDITORS,
    "POST /v1/articles/{article_id}/comments": EDITORS,
    "POST /v1/comments/{comment_id}/resolve": EDITORS,
    "POST /v1/facts/search": EDITORS,
    "POST /v1/facts": EDITORS,
    "GET /v1/facts": EDITORS,
    "GET /v1/facts/{change_id}": EDITORS,
    "POST /v1/facts/{change_id}/submit": EDITORS,
    "POST /v1/facts/{change_id}/review": EDITORS,
    "POST /v1/facts/{change_id}/discard": EDITORS,
    "GET /v1/saved-replies": DESK | EDITORS,
    "POST /v1/saved-replies": EDITORS,
    "GET /v1/saved-replies/{reply_id}": DESK | EDITORS,
    "PUT /v1/saved-replies/{reply_id}": EDITORS,
    "DELETE /v1/saved-replies/{reply_id}": EDITORS,
    "POST /v1/recalls/preview": EDITORS | LEADS,
    "POST /v1/recalls": EDITORS | LEADS,
    "GET /v1/recalls": EDITORS | LEADS,
    "GET /v1/recalls/{recall_id}": EDITORS | LEADS,
    "GET /v1/recalls/{recall_id}/cases": LEADS,
    "GET /v1/corrections": DESK,
    "PATCH /v1/corrections/{case_id}": DESK,
    "POST /v1/flags": DESK,
    "GET /v1/flags": DESK | {EDITOR},
    "POST /v1/flags/{flag_id}/answer": EDITORS,
    "GET /v1/knowledge/health": EDITORS,
    "POST /v1/knowledge/explain": EDITORS,
    "POST /v1/search-rules": EDITORS,
    "GET /v1/search-rules": EDITORS,
    "POST /v1/search-rules/{rule_id}/activate": EDITORS,
    "POST /v1/search-rules/{rule_id}/retire": EDITORS,
    "GET /v1/gaps": frozenset({EDITOR, QA, SUPERVISOR, ADMIN}),
    "GET /v1/gaps/topics": frozenset({EDITOR, QA, SUPERVISOR, ADMIN}),
    "POST /v1/gaps/history": EDITORS,
    "POST /v1/gaps/{gap_id}/draft": EDITORS,
    "POST /v1/gaps/{gap_id}/dismiss": EDITORS,
    "POST /v1/drafts/{draft_id}/try": EDITORS,
    "POST /v1/quality/cases": DESK | {QA},
    "GET /v1/quality/cases": REVIEWERS,
    "GET /v1/quality/approved": REVIEWERS,
    "GET /v1/quality/cases/{quality_id}": REVIEWERS,
    "PATCH /v1/quality/cases/{quality_id}": REVIEWERS,
    "POST /v1/quality/cases/{quality_id}/decide": REVIEWERS,
    "POST /v1/quality/harvest": REVIEWERS,
    "POST /v1/quality/runs": REVIEWERS,
    "GET /v1/quality/runs": REVIEWERS,
    "POST /v1/quality/experiments": REVIEWERS,
    "GET /v1/quality/experiments": REVIEWERS,
    "GET /v1/quality/experiments/{experiment_id}": REVIEWERS,
    "PATCH /v1/quality/experiments/{experiment_id}": REVIEWERS,
    "POST /v1/quality/experiments/{experiment_id}/stop": REVIEWERS,
    "GET /v1/scorecards": DESK,
    "POST /v1/scorecards/{scorecard_id}/answer": DESK,
    "PUT /v1/quality/scorecards/switch": ADMINS,
    "GET /v1/quality/rubric": REVIEWERS | DESK,
    "PUT /v1/quality/rubric": REVIEWERS,
    "POST /v1/quality/samples": REVIEWERS,
    "GET /v1/quality/scorecards": REVIEWERS,
    "GET /v1/quality/scorecards/{scorecard_id}": REVIEWERS,
    "POST /v1/quality/scorecards/{scorecard_id}/ratings": REVIEWERS,
    "GET /v1/quality/scores": REVIEWERS | LEADS,
    "POST /v1/suggest": READERS,
    "GET /v1/tenants": NOBODY,
    "POST /v1/tenants": NOBODY,
    "GET /v1/keys": ADMINS,
    "POST /v1/keys": ADMINS,
    "DELETE /v1/keys/{key_id}": ADMINS,
    "GET /v1/users": DESK,
    "POST /v1/users": ADMINS,
    "POST /v1/users/{user_ref}/password": ADMINS,
    "POST /v1/users/{user_ref}/links": ADMINS,
    "GET /v1/me": ALL,
    "POST /v1/panel-tokens": DESK,
    "GET /v1/settings": ADMINS,
    "PUT /v1/settings": ADMINS,
    "GET /v1/events": ADMINS,
}


def name_of(route: APIRoute) -> str:
    """How the matrix names a route: method and address."""
    return f"{min(route.methods or {'GET'})} {route.path_format}"


def allow(caller: Caller, route: str) -> None:
    """Raises Refused unless the caller's role may use the route."""
    allowed = MATRIX[route]
    if caller.key_id.startswith(PANEL_KEY) and AGENT not in allowed:
        raise Refused("A panel in another page may not do this.", todo="Open the desk itself.")
    if caller.key_id == OWNER or caller.role in allowed:
        return
    who = f"one of {', '.join(sorted(allowed))}" if allowed else "the local owner of the data folder"
    raise Refused(f"The role {caller.role} may not do this.", todo=f"It needs {who}.")


def check(routes: Iterable[APIRoute]) -> None:
    """Routes and matrix name the same. Raises RuntimeError at start-up: such a build must not serve."""
    there = {name_of(route) for route in routes}
    if missing := there - MATRIX.keys():
        raise RuntimeError(f"The role matrix does not name {', '.join(sorted(missing))}")
    if dead := MATRIX.keys() - there:
        raise RuntimeError(f"The role matrix names routes that do not exist: {', '.join(sorted(dead))}")
