"""Import: files and addresses in, imports with their progress, and what became of each file."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import Path, Query, Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.imports import FileState, ImportFile, Source
from copilot.domain.staff import Caller
from copilot.retrieval.reading import CATALOGUE
from copilot.services.knowledge.importing import Report
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
Ident = Annotated[str, Path(max_length=200)]
Shown = Annotated[str, Query(max_length=20)]
After = Annotated[int, Query(ge=-1, le=2**31)]
ACCEPTED: Final = ".json,.zip,.md,.markdown,.txt,.html,.htm,.xhtml,.xml,.docx,.pdf,.jsonl"
"""What the browser offers to choose."""
FIRST: Final = 30
"""Imports in the list."""
LINES: Final = 100
"""Lines of a report at a time."""
TABS: Final[tuple[tuple[str, str, tuple[FileState, ...]], ...]] = (
    ("refused", "Refused", ("refused",)),
    ("missing", "Gone at the source", ("missing", "archived")),
    ("saved", "Saved", ("saved",)),
    ("unchanged", "Unchanged", ("unchanged",)),
    ("waiting", "To be read", ("waiting", "found")),
    ("all", "All", ()),
)
"""Filters of a report, the one that needs somebody first."""
STATES: Final[dict[FileState, str]] = {
    "waiting": "to be read",
    "found": "to be saved",
    "opened": "opened",
    "saved": "saved",
    "unchanged": "unchanged",
    "refused": "refused",
    "missing": "gone at the source",
    "archived": "archived",
}


class Line(Frozen):
    """An import in the list. `share`: how much has been read, 0 to 100."""

    report: Report
    by: str
    share: int

    @property
    def brought(self) -> int:
        counts = self.report.counts
        return counts.get("saved", 0) + counts.get("unchanged", 0)


class Tab(Frozen):
    """A filter of a report."""

    key: str
    label: str
    count: int
    here: bool


async def listed(request: Request, app: Application, me: Caller) -> list[Line]:
    """What `fragments/imports.html` shows, as its variable `imports`; newest first."""
    reports = await app.importing.reports(me.tenant_id, FIRST)
    names = await _names(app, me)
    return [_line(report, names) for report in reports]


async def reported(app: Application, me: Caller, import_id: str, shown: str, after: int) -> dict[str, Any]:
    """What `fragments/import-report.html` shows, as its variable `report`. Without a filter: what was refused, else all."""
    report = await app.importing.report(me.tenant_id, import_id)
    counts = report.counts
    key = shown if any(shown == tab[0] for tab in TABS) else "refused" if counts.get("refused") else "all"
    tabs = [Tab(key=tab, label=label, count=_count(counts, states), here=tab == key) for tab, label, states in TABS]
    states = next(states for tab, _, states in TABS if tab == key)
    lines: Sequence[ImportFile] = await app.importing.files(me.tenant_id, import_id, states, after, LINES)
    return {
        "line": _line(report, await _names(app, me)),
        "tabs": [tab for tab in tabs if tab.count or tab.here or tab.key == "all"],
        "key": key,
        "lines": lines,
        "after": after,
        "next": lines[-1].position if len(lines) == LINES else None,
        "states": STATES,
    }


def _count(counts: dict[FileState, int], states: Sequence[FileState]) -> int:
    return sum(counts.get(state, 0) for state in states) if states else sum(counts.values())


def _line(report: Report, names: dict[str, str]) -> Line:
    started = report.started
    share = 100 * started.done // started.total if started.total else 0
    return Line(report=report, by=names.get(started.made_by.removeprefix("user:"), "a program"), share=share)


async def _names(app: Application, me: Caller) -> dict[str, str]:
    async with app.database.read(me.tenant_id) as records:
        return {user.id: user.name for user in await records.admin.users()}


@router.get("/knowledge/imports")
async def imports(request: Request, app: App, me: Me) -> Response:
    """The page."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    sources: list[Source] = await app.importing.sources(me.tenant_id)
    shown = await listed(request, app, me)
    kinds = [(reader.kind, reader.label) for reader in CATALOGUE]
    return page(request, "knowledge/imports.html", after=after, imports=shown, sources=sources, kinds=kinds, accepted=ACCEPTED)


@router.get("/knowledge/imports/f/list")
async def list_fragment(request: Request, app: App, me: Me) -> Response:
    """The list alone."""
    return page(request, "fragments/imports.html", imports=await listed(request, app, me))


@router.get("/knowledge/imports/{import_id}")
async def one_import(request: Request, app: App, me: Me, import_id: Ident, show: Shown = "", behind: After = -1) -> Response:
    """The report of one import."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "knowledge/import.html", after=after, report=await reported(app, me, import_id, show, behind))


@router.get("/knowledge/imports/{import_id}/f/report")
async def report_fragment(request: Request, app: App, me: Me, import_id: Ident, show: Shown = "", behind: After = -1) -> Response:
    """The report alone."""
    return page(request, "fragments/import-report.html", report=await reported(app, me, import_id, show, behind))
