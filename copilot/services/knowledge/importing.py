"""Imports as people see them: begun, filled with files, started, followed. The job itself is `services.knowledge.bringing`.

An import is begun without files, then each file is sent by itself (so that one that is too large, or a line that breaks, costs one file),
then it is started: from there on it is a durable job. Its files are kept until they were read.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from copilot.domain.base import Frozen, new_id
from copilot.domain.errors import Conflict, Invalid, NotFound
from copilot.domain.imports import FileState, Import, ImportFile, ImportOptions, Overlay, Source, SourceKind
from copilot.domain.ports.records import Database, Records

IMPORT: Final = "import"
"""The durable job; its subject is the import's id."""
MOST_FILES: Final = 20_000
LARGEST_FILE: Final = 64 * 1024 * 1024
LARGEST_IMPORT: Final = 512 * 1024 * 1024
MOST_URLS: Final = 100
LONGEST_NAME: Final = 500


class Wanted(Frozen):
    """What somebody wants to bring in. `master` None: as the source is; an overlay with nothing in it: as the source has it."""

    kind: SourceKind = "auto"
    source: str
    master: bool | None = None
    overlay: Overlay = Overlay()
    options: ImportOptions = ImportOptions()


class Report(Frozen):
    """An import and how far it is. `counts`: its lines by what became of them."""

    started: Import
    source: Source
    counts: dict[FileState, int] = {}


@dataclass(frozen=True)
class Importing:
    """Imports of all tenants."""

    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def begin(self, tenant: str, wanted: Wanted, actor: str) -> Import:
        """A new import of that source, which is made or changed; it waits for files. Raises Conflict while another one of it is read."""
        name = " ".join(wanted.source.split())
        if not name:
            raise Invalid("The source has no name.", todo="Name where the articles come from, such as: Help centre.")
        for url in wanted.options.urls:
            _checked(url)
        if len(wanted.options.urls) > MOST_URLS:
            raise Invalid(f"At most {MOST_URLS} addresses at once.", todo="Start several imports.")
        async with self.database.write(tenant) as records:
            source = await self._source(records, name, wanted, actor)
            if any(one.source_id == source.id and one.state != "receiving" for one in await records.imports.unfinished(self.clock())):
                raise Conflict(f"An import of {name!r} is under way.", todo="Wait until it is done.")
            started = Import(
                id=new_id(),
                source_id=source.id,
                kind=wanted.kind,
                name=name,
                options=wanted.options,
                made_by=actor,
                made_at=self.clock(),
            )
            await records.imports.add(started)
            for position, url in enumerate(wanted.options.urls):
                await records.imports.put_file(ImportFile(import_id=started.id, position=position, name=url), None)
        return started

    async def _source(self, records: Records, name: str, wanted: Wanted, actor: str) -> Source:
        known = await records.imports.source_named(name)
        if known is None:
            known = Source(id=new_id(), kind=wanted.kind, name=name, made_by=actor, made_at=self.clock())
        update = {
            "kind": wanted.kind if wanted.kind != "auto" else known.kind,
            "master": known.master if wanted.master is None else wanted.master,
            "overlay": wanted.overlay if wanted.overlay != Overlay() else known.overlay,
        }
        source = known.model_copy(update=update)
        await records.imports.put_source(source)
        if source.master != known.master:
            await records.imports.mirror_all(source.id, on=source.master)
        return source

    async def receive(self, tenant: str, import_id: str, position: int, name: str, content: bytes) -> ImportFile:
        """A file of an import that waits for files; the same position again replaces it."""
        shown = re.sub(r"[\x00-\x1f\ud800-\udfff]", "", name).replace("\\", "/").strip("/ ")[-LONGEST_NAME:]
        if not shown:
            raise Invalid("The file has no name.", todo="Send its name.")
        if not 0 <= position < MOST_FILES:
            raise Invalid(f"At most {MOST_FILES:,} files at once.", todo="Pack them into a zip, or start several imports.")
        if len(content) > LARGEST_FILE:
            raise Invalid(f"The file has more than {LARGEST_FILE // 1024 // 1024} MB.", todo="Send it in parts.")
        async with self.database.write(tenant) as records:
            started = await _import(records, import_id)
            if started.state != "receiving":
                raise Conflict("This import has been started: no file can be added.", todo="Start a new import.")
            if await records.imports.size(import_id) + len(content) > LARGEST_IMPORT:
                raise Invalid(f"An import may have {LARGEST_IMPORT // 1024 // 1024} MB.", todo="Start several imports.")
            file = ImportFile(import_id=import_id, position=position, name=shown, size=len(content))
            await records.imports.put_file(file, content)
        return file

    async def start(self, tenant: str, import_id: str, actor: str) -> Import:
        """From here on it is a durable job; started twice it is one. Raises Invalid for an import without files."""
        async with self.database.write(tenant) as records:
            started = await _import(records, import_id)
            if started.state != "receiving":
                return started
            total = sum((await records.imports.counts(import_id)).values())
            if not total:
                raise Invalid("This import has no files.", todo="Send at least one file, or an address.")
            started = started.model_copy(update={"state": "waiting", "total": total})
            await records.imports.change(started)
            await records.log.event("import.started", subject_id=import_id, actor=actor, data={"total": total})
            await records.log.enqueue(IMPORT, import_id)
        self.wake(tenant)
        return started

    async def report(self, tenant: str, import_id: str) -> Report:
        """Raises NotFound."""
        async with self.database.read(tenant) as records:
            return await _report(records, await _import(records, import_id))

    async def reports(self, tenant: str, limit: int = 50) -> list[Report]:
        """Newest first."""
        async with self.database.read(tenant) as records:
            return [await _report(records, one) for one in await records.imports.all(limit)]

    async def files(
        self, tenant: str, import_id: str, states: Sequence[FileState] = (), after: int = -1, limit: int = 200
    ) -> list[ImportFile]:
        """Lines of the report by position. Raises NotFound."""
        async with self.database.read(tenant) as records:
            await _import(records, import_id)
            return await records.imports.files(import_id, states, after, limit)

    async def sources(self, tenant: str) -> list[Source]:
        """By name."""
        async with self.database.read(tenant) as records:
            return await records.imports.sources()

    async def change_source(self, tenant: str, source_id: str, actor: str, *, master: bool) -> Source:
        """Whether the source is the master of its articles from now on. Raises NotFound."""
        async with self.database.write(tenant) as records:
            source = await records.imports.source(source_id)
            if source is None:
                raise NotFound(f"There is no source {source_id!r}.", todo="List the sources.")
            source = source.model_copy(update={"master": master})
            await records.imports.put_source(source)
            await records.imports.mirror_all(source_id, on=master)
            await records.log.event("import.source_changed", subject_id=source_id, actor=actor, data={"master": master})
        return source


async def _import(records: Records, import_id: str) -> Import:
    found = await records.imports.get(import_id)
    if found is None:
        raise NotFound(f"There is no import {import_id!r}.", todo="List the imports.")
    return found


async def _report(records: Records, started: Import) -> Report:
    source = await records.imports.source(started.source_id)
    if source is None:
        raise NotFound(f"There is no source {started.source_id!r}.", todo="List the sources.")
    return Report(started=started, source=source, counts=await records.imports.counts(started.id))


def _checked(url: str) -> None:
    """What is plainly no public page is said at once; everything else the fetcher decides when it connects."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise Invalid(f"{url[:200]} is not the address of a page.", todo="Give an address that begins with https://.")
