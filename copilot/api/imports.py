"""For knowledge editors and programs: imports as jobs, their reports, and the sources articles come from."""

from typing import Annotated, Any, Final

from fastapi import Path, Query, Request
from pydantic import AwareDatetime, Field

from copilot.api import examples
from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.base import Frozen
from copilot.domain.errors import Invalid
from copilot.domain.formats import Strict
from copilot.domain.imports import FileState, ImportFile, ImportOptions, ImportState, Overlay, Source, SourceKind
from copilot.domain.knowledge import Audience
from copilot.services.conversations.reading import actor
from copilot.services.knowledge.articles import SourceFile
from copilot.services.knowledge.importing import MOST_FILES, MOST_URLS, Report, Wanted

router = audience("knowledge")
Ident = Annotated[str, Path(max_length=200)]
UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "minLength": 1},
                "examples": {"example": {"value": examples.IMPORT_FILE}},
            }
        },
    }
}
"""The body of a file, which no model describes."""


class ImportIn(Strict):
    """Articles to bring in. With `files` or `urls` it starts at once; else send the files one by one, then start it."""

    source: str = Field(min_length=1, max_length=200, description="Where they come from; the same name again updates the same articles.")
    kind: SourceKind = "auto"
    master: bool | None = Field(default=None, description="The source stays the master: its articles cannot be edited here.")
    audience: Audience | None = Field(default=None, description="internal: nothing of it may be quoted to customers.")
    owner: str = Field(default="", max_length=200, description="Of articles that name none.")
    tags: list[Annotated[str, Field(max_length=100)]] = Field(default=[], max_length=20)
    locale: str = Field(default="", max_length=35, description="Of articles that name none; recognised when left out.")
    archive_missing: bool = Field(default=False, description="Archive articles that the source does not hold any more.")
    urls: list[Annotated[str, Field(max_length=2000)]] = Field(default=[], max_length=MOST_URLS)
    start: bool = Field(default=True, description="False: more files follow by PUT, so it waits for its start.")
    files: list[SourceFile] = Field(default=[], max_length=1000, description="Small texts; anything else is sent by PUT.")


class SourceIn(Strict):
    """Whether the source is the master of its articles."""

    master: bool


class ImportView(Frozen):
    """An import. `counts`: lines of its report by what became of them; `done` of `total` have an end."""

    id: str
    source_id: str
    source: str
    master: bool
    kind: SourceKind
    state: ImportState
    reason: str = ""
    total: int
    done: int
    counts: dict[FileState, int] = {}
    made_by: str
    made_at: AwareDatetime
    ended_at: AwareDatetime | None = None


class ImportsView(Frozen):
    """Newest first."""

    imports: list[ImportView]


class FilesView(Frozen):
    """Lines of a report. `next`: the position to go on behind; null at the end."""

    files: list[ImportFile]
    next: int | None = None


class SourcesView(Frozen):
    """By name."""

    sources: list[Source]


def shown(report: Report) -> ImportView:
    """An import as it is shown outside."""
    started, source = report.started, report.source
    fields = started.model_dump(include={"id", "kind", "state", "reason", "total", "done", "made_by", "made_at", "ended_at"})
    return ImportView(source_id=source.id, source=source.name, master=source.master, counts=report.counts, **fields)


@router.post("/imports", status_code=202)
async def begin(app: App, me: Me, given: Annotated[ImportIn, example(examples.IMPORT)]) -> ImportView:
    """Begin an import. It runs as a job that survives restarts; ask for it, or follow `import.` events on the stream."""
    overlay = Overlay(audience=given.audience, owner=given.owner, tags=tuple(given.tags), locale=given.locale)
    options = ImportOptions(archive_missing=given.archive_missing, urls=tuple(given.urls))
    wanted = Wanted(kind=given.kind, source=given.source, master=given.master, overlay=overlay, options=options)
    started = await app.importing.begin(me.tenant_id, wanted, actor(me))
    for position, file in enumerate(given.files, len(given.urls)):
        await app.importing.receive(me.tenant_id, started.id, position, file.name, file.text.encode(errors="replace"))
    if given.start and (given.files or given.urls):
        await app.importing.start(me.tenant_id, started.id, actor(me))
    return shown(await app.importing.report(me.tenant_id, started.id))


@router.put("/imports/{import_id}/files/{position}", openapi_extra=UPLOAD)
async def receive(
    app: App,
    me: Me,
    request: Request,
    import_id: Ident,
    position: Annotated[int, Path(ge=0, lt=MOST_FILES)],
    name: Annotated[str, Query(min_length=1, max_length=1000, examples=["help-centre.json"])],
) -> ImportFile:
    """A file, as the body (application/octet-stream, up to 64 MB). The same position again replaces it."""
    content = await request.body()
    if not content:
        raise Invalid(f"{name[:200]} is empty.", todo="Leave it out.")
    return await app.importing.receive(me.tenant_id, import_id, position, name, content)


@router.post("/imports/{import_id}/start", status_code=202)
async def start(app: App, me: Me, import_id: Ident) -> ImportView:
    """All files are sent: read them."""
    await app.importing.start(me.tenant_id, import_id, actor(me))
    return shown(await app.importing.report(me.tenant_id, import_id))


@router.get("/imports")
async def imports(app: App, me: Me, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> ImportsView:
    """Imports, newest first."""
    return ImportsView(imports=[shown(one) for one in await app.importing.reports(me.tenant_id, limit)])


@router.get("/imports/{import_id}")
async def one_import(app: App, me: Me, import_id: Ident) -> ImportView:
    """An import and how far it is."""
    return shown(await app.importing.report(me.tenant_id, import_id))


@router.get("/imports/{import_id}/files")
async def files(
    app: App,
    me: Me,
    import_id: Ident,
    state: Annotated[list[FileState] | None, Query(description="Only lines of these states.")] = None,
    after: Annotated[int, Query(ge=-1, le=2**31)] = -1,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> FilesView:
    """What became of each file, and of each article of files that hold many."""
    found = await app.importing.files(me.tenant_id, import_id, tuple(state or ()), after, limit)
    return FilesView(files=found, next=found[-1].position if len(found) == limit else None)


@router.get("/knowledge-sources")
async def sources(app: App, me: Me) -> SourcesView:
    """Where articles come from."""
    return SourcesView(sources=await app.importing.sources(me.tenant_id))


@router.patch("/knowledge-sources/{source_id}")
async def change_source(app: App, me: Me, source_id: Ident, given: Annotated[SourceIn, example(examples.SOURCE)]) -> Source:
    """Whether its articles are edited there (read-only here) or here."""
    return await app.importing.change_source(me.tenant_id, source_id, actor(me), master=given.master)
