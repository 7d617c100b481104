"""The cases that came from the desk: which wait, what one looks like, and what was approved. Nobody is named on these pages."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, Literal

from fastapi import Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.quality import ABILITIES, SEVERITIES, CaseState, Found, QualityCase
from copilot.domain.staff import Caller
from copilot.services.quality.case_format import as_yaml
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
_AGO: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*")
STATES: Final[tuple[tuple[CaseState, str], ...]] = (("candidate", "To decide"), ("approved", "Approved"), ("rejected", "Rejected"))
FOUND: Final[dict[Found, str]] = {
    "said_wrong": "said to be wrong",
    "flagged": "a check found something, and it was taken",
    "rewritten": "sent in other words",
    "agreed": "sent as it stood",
}
SEVERITY: Final = {"high": "stops a release", "medium": "is a fault", "low": "could be better"}
SIDES: Final[tuple[tuple[Literal["must", "must_not"], str], ...]] = (("must", "must"), ("must_not", "must not"))


class Expected(Frozen):
    """One thing that is expected, in words: "must not say", "tomorrow". `place`: which of its side, counted from 0."""

    side: Literal["must", "must_not"]
    place: int
    word: str
    value: str
    kind: str


class Said(Frozen):
    """One message, with invented names."""

    author: str
    name: str
    text: str
    ago: str


class Piece(Frozen):
    """Words of the draft. `side`: what is expected of them; empty: nothing."""

    text: str
    side: Literal["", "must", "must_not"] = ""


class Row(Frozen):
    """A case in the list."""

    case: QualityCase
    expected: tuple[Expected, ...]
    why: str


def expectations(case: QualityCase) -> tuple[Expected, ...]:
    """All of a case, in the order in which they are written."""
    found: list[Expected] = []
    for side, _ in SIDES:
        for place, one in enumerate(case.body.get(side, ())):
            word = next((name for name in one if name != "in"), "")
            found.append(Expected(side=side, place=place, word=word, value=_words(one.get(word)), kind=str(one.get("in", ""))))
    return tuple(found)


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", or ".join(map(_words, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(one)}" for name, one in value.items())
    return str(value)


def marked(text: str, expected: Sequence[Expected]) -> tuple[Piece, ...]:
    """The draft in pieces, cut where words begin or end that must or must not be said."""
    sides: list[Literal["", "must", "must_not"]] = [""] * len(text)
    for one in expected:
        at = text.find(one.value) if one.word == "say" and one.value else -1
        if at >= 0:
            sides[at : at + len(one.value)] = [one.side] * len(one.value)
    cuts = [0, *(n for n in range(1, len(text)) if sides[n] != sides[n - 1]), len(text)]
    return tuple(Piece(text=text[a:b], side=sides[a]) for a, b in pairwise(cuts) if a < b)


def before(ago: str) -> str:
    """`243.11d` as a person says it: "243 days before"; empty where nothing is said of it."""
    found = _AGO.fullmatch(ago)
    if found is None:
        return f"{ago} before" if ago else ""
    number, unit = max(1, round(float(found[1]))), {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}[found[2]]
    return f"{number} {unit}{'' if number == 1 else 's'} before"


def said(messages: Sequence[dict[str, Any]], person: str) -> tuple[Said, ...]:
    """Messages as a case writes them."""
    told = []
    for one in messages:
        author = next((name for name in ("customer", "agent", "bot", "system", "note") if name in one), "system")
        name = str(one.get("name") or (person if author == "customer" else ""))
        told.append(Said(author=author, name=name, text=str(one.get(author, "")), ago=before(str(one.get("ago", "")))))
    return tuple(told)


def _why(case: QualityCase) -> str:
    return "marked by a person" if case.found is None else FOUND[case.found]


async def shown(request: Request, app: Application, me: Caller) -> dict[str, Any]:
    """What `fragments/quality-cases.html` shows, as its variable `listed`."""
    asked = request.query_params.get("state", "")
    state: CaseState = next((name for name, _ in STATES if name == asked), "candidate")
    found = await app.quality.cases.cases(me.tenant_id, state)
    counts = await app.quality.cases.counts(me.tenant_id)
    rows = [Row(case=case, expected=expectations(case), why=_why(case)) for case in found]
    states = [(name, label, counts.get(name, 0)) for name, label in STATES]
    return {"state": state, "states": states, "rows": rows, "src": f"/quality/f/list?state={state}", "approved": counts.get("approved", 0)}


async def _case(app: Application, me: Caller, quality_id: str) -> dict[str, Any]:
    """What `fragments/quality-case.html` shows, as its variable `view`."""
    case = await app.quality.cases.case(me.tenant_id, quality_id)
    who = case.body.get("customer")
    person = str(who.get("name", "")) if isinstance(who, dict) else ""
    history = who.get("history", ()) if isinstance(who, dict) else ()
    basics = [(name, _words(value)) for name, value in who.items() if name not in ("name", "history")] if isinstance(who, dict) else []
    expected = expectations(case)
    return {
        "case": case,
        "why": _why(case),
        "person": person,
        "known": basics,
        "said": said(case.body.get("conversation", ()), person),
        "history": [(before(str(one.get("ago", ""))), one.get("channel", ""), said(one.get("said", ()), person)) for one in history],
        "draft": marked(case.draft.text, expected),
        "expected": expected,
        "abilities": ABILITIES,
        "severities": [(name, SEVERITY[name]) for name in SEVERITIES],
        "yaml": as_yaml([case.body]) if case.state == "approved" else "",
    }


@router.get("/quality")
async def cases(request: Request, app: App, me: Me) -> Response:
    """The list. `?state=` chooses."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "quality/cases.html", after=after, listed=await shown(request, app, me))


@router.get("/quality/f/list")
async def fragment(request: Request, app: App, me: Me) -> Response:
    """The list alone."""
    return page(request, "fragments/quality-cases.html", listed=await shown(request, app, me))


@router.get("/quality/f/approved.yaml")
async def approved(app: App, me: Me) -> Response:
    """All approved cases as a file to download."""
    text = as_yaml(case.body for case in await app.quality.cases.approved(me.tenant_id))
    headers = {"Content-Disposition": 'attachment; filename="approved.yaml"', "Cache-Control": "no-store"}
    return Response(text, media_type="application/yaml", headers=headers)


@router.get("/quality/cases/{quality_id}")
async def case(request: Request, app: App, me: Me, quality_id: str) -> Response:
    """One case."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "quality/case.html", after=after, view=await _case(app, me, quality_id))


@router.get("/quality/cases/{quality_id}/f/state")
async def state(request: Request, app: App, me: Me, quality_id: str) -> Response:
    """Its inside alone."""
    return page(request, "fragments/quality-case.html", view=await _case(app, me, quality_id))
