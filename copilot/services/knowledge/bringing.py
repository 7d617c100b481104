"""The durable job of an import: file by file, in batches, each a transaction of its own; interrupted, it goes on where it stopped.

A line of the report is what is left to do: it is read outside of any transaction, and what it becomes, its article and the import's
progress are committed together. So nothing is published by half and nothing twice, whenever the process dies.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from copilot.domain.errors import Conflict, CopilotError, Unavailable
from copilot.domain.imports import LEFT, Found, Import, ImportFile, Source, SourceArticle, Unread, Waiting
from copilot.domain.ports.imports import Fetcher
from copilot.domain.ports.records import Database, Records
from copilot.retrieval import reading
from copilot.retrieval.reading import File
from copilot.services.knowledge.importing import IMPORT
from copilot.services.knowledge.landing import Landing
from copilot.services.searching.indexing import Indexes

log = structlog.get_logger()
BATCH: Final = 25
"""Lines of one transaction: few enough that others who write wait little."""
READ_S: Final = 120.0
"""How long one file may take to be read."""
ABANDONED: Final = timedelta(hours=24)
"""An import whose files were not all sent for this long is given up."""
MOST_MISSING: Final = 1000
"""Articles that are missing at the source and told one by one."""
NOTHING: Final = "There is no article in it. Check that the export is complete."
Read = Sequence[Found | Unread | File] | str
"""What a line holds, or why it cannot be read."""


@dataclass(frozen=True)
class Bringing:
    """Runs imports."""

    database: Database
    indexes: Indexes
    fetcher: Fetcher
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def unfinished(self, before: datetime) -> list[tuple[str, str, str]]:
        """(job, tenant, import) of what should be done by now, and of what nobody will finish."""
        left = []
        for tenant in await self.database.tenants():
            async with self.database.read(tenant) as records:
                found = await records.imports.unfinished(before)
            old = self.clock() - ABANDONED
            left += [(IMPORT, tenant, one.id) for one in found if one.state != "receiving" or one.made_at < old]
        return left

    async def run(self, tenant: str, import_id: str) -> None:
        """The durable job: safe to run again at any point."""
        started = await self._begin(tenant, import_id)
        while started is not None and (lines := await self._left(tenant, import_id)):
            read = [await self._read(started, line) for line in lines]
            async with self.database.write(tenant) as records:
                for line, held in zip(lines, read, strict=True):
                    await self._take(records, started, line, held)
                await _advance(records, started)
            self.wake(tenant)  # agents whose drafts quote an article do not wait for the indexes
            await self.indexes.catch_up(tenant)
            self.wake(tenant)
        if started is not None:
            await self._end(tenant, started)

    async def _begin(self, tenant: str, import_id: str) -> Import | None:
        """The import when there is something to do."""
        async with self.database.write(tenant) as records:
            started = await records.imports.get(import_id)
            if started is None or not started.open:
                return None
            if started.state == "receiving":
                reason = "Its files were never all sent. Start a new import."
                await records.imports.drop_content(import_id)
                await records.imports.change(started.model_copy(update={"state": "failed", "reason": reason, "ended_at": self.clock()}))
                return None
            started = started.model_copy(update={"state": "reading"})
            await records.imports.change(started)
        return started

    async def _left(self, tenant: str, import_id: str) -> list[Waiting]:
        async with self.database.read(tenant) as records:
            return await records.imports.waiting(import_id, BATCH)

    async def _read(self, started: Import, line: Waiting) -> Read:
        """What a line holds. Whatever is wrong with a file is its own line's end, never the import's."""
        if line.file.state == "found" and line.content is not None:
            return [Found.model_validate_json(line.content)]
        try:
            file = await self._file(line)
            return await asyncio.wait_for(asyncio.to_thread(_opened, file, started, self.clock()), READ_S)
        except TimeoutError:
            return f"It took longer than {READ_S:g} seconds to read. Make it smaller."
        except CopilotError as error:
            return _reason(str(error), line.file.name)
        except RecursionError:
            return "It is nested too deeply to be read. Flatten it."
        except Exception as error:  # strangers' files make libraries raise what nobody lists; the other files go on
            log.warning("import_file_unreadable", import_id=started.id, position=line.file.position, exc_info=True)
            return f"It cannot be read ({type(error).__name__}). Save it again in another form."

    async def _file(self, line: Waiting) -> File:
        if line.content is not None:
            return File(name=line.file.name, content=line.content)
        if not line.file.name.startswith(("http://", "https://")):
            raise Unavailable("Its content is gone.", todo="Send the file again.")
        page = await self.fetcher.fetch(line.file.name)
        return File(name=line.file.name, content=page.content, form=page.ending)

    async def _take(self, records: Records, started: Import, line: Waiting, held: Read) -> None:
        """Close a line: by its article, by the reason why there is none, or by the lines of its parts."""
        if isinstance(held, str):
            ended = line.file.model_copy(update={"state": "refused", "reason": held})
        elif not held:
            quiet = line.file.name.lower().endswith((".html", ".htm"))  # a list of pages, which exports carry beside them
            ended = line.file.model_copy(update={"state": "opened"} if quiet else {"state": "refused", "reason": NOTHING})
        elif len(held) == 1 and isinstance(held[0], Found):
            ended = await self._landed(records, started, line.file, held[0])
        else:
            after = await records.imports.last_position(started.id)
            await records.imports.put_files([_part(started.id, after + n, part) for n, part in enumerate(held, 1)])
            await _seen(records, started, [part.external_id for part in held if isinstance(part, Unread) and part.external_id])
            ended = line.file.model_copy(update={"state": "opened", "reason": f"{len(held):,} parts."})
        await records.imports.close_file(ended)

    async def _landed(self, records: Records, started: Import, line: ImportFile, found: Found) -> ImportFile:
        try:
            return await Landing(records, await _source(records, started), started).land(line, found)
        except Conflict as error:
            await _seen(records, started, [found.external_id])
            return line.model_copy(update={"state": "refused", "reason": str(error)})

    async def _end(self, tenant: str, started: Import) -> None:
        async with self.database.write(tenant) as records:
            counts = await records.imports.counts(started.id)
            whole = not counts.get("refused") and bool(counts.get("saved", 0) + counts.get("unchanged", 0))
            archive = started.options.archive_missing and whole
            gone = await records.imports.unseen(started.source_id, started.made_at, MOST_MISSING)
            missing = await self._missed(records, started, gone, archive=archive)
            reason = ""
            if missing and started.options.archive_missing and not archive:
                reason = "Nothing was archived: an import that was not read as a whole cannot say what the source does not hold."
            await _advance(records, started.model_copy(update={"state": "done", "reason": reason, "ended_at": self.clock()}))
        await self.indexes.catch_up(tenant)
        self.wake(tenant)

    async def _missed(self, records: Records, started: Import, gone: Sequence[SourceArticle], *, archive: bool) -> int:
        landing = Landing(records, await _source(records, started), started)
        position = await records.imports.last_position(started.id)
        lines: list[Waiting] = []
        for one in gone:
            line = ImportFile(import_id=started.id, position=position + len(lines) + 1, name=one.external_id)
            if (ended := await landing.missed(one, line, archive=archive)) is not None:
                lines.append(Waiting(file=ended))
        await records.imports.put_files(lines)
        return len(lines)


def _reason(said: str, name: str) -> str:
    """Without the file's name before it, which stands on the line already."""
    short = said.removeprefix(f"{name}: ").removeprefix(f"{name} ")
    return short[:1].upper() + short[1:] if short != said else said


def _opened(file: File, started: Import, now: datetime) -> list[Found | Unread | File]:
    """In a thread: what a file holds."""
    if reading.is_zip(file):
        return [*reading.members(file)]
    return [*reading.read(file, started.kind, now)]


def _part(import_id: str, position: int, part: Found | Unread | File) -> Waiting:
    """A line of its own for what was found in a file."""
    if isinstance(part, File):
        line = ImportFile(import_id=import_id, position=position, name=part.name, size=len(part.content))
        return Waiting(file=line, content=part.content)
    if isinstance(part, Unread):
        return Waiting(file=ImportFile(import_id=import_id, position=position, name=part.name, state="refused", reason=part.reason))
    content = part.model_dump_json().encode()
    line = ImportFile(import_id=import_id, position=position, name=part.article.title, state="found", size=len(content))
    return Waiting(file=line, content=content)


async def _seen(records: Records, started: Import, external_ids: Sequence[str]) -> None:
    """What was refused is not missing: the source holds it."""
    known = await records.imports.known(started.source_id, external_ids)
    await records.imports.put_known([one.model_copy(update={"seen_at": started.made_at}) for one in known.values()])


async def _source(records: Records, started: Import) -> Source:
    source = await records.imports.source(started.source_id)
    assert source is not None, "a foreign key holds it"  # noqa: S101
    return source


async def _advance(records: Records, started: Import) -> None:
    """How far it is, in the record and on the stream."""
    counts = await records.imports.counts(started.id)
    total = sum(counts.values())
    done = total - sum(counts.get(state, 0) for state in LEFT)
    await records.imports.change(started.model_copy(update={"total": total, "done": done}))
    type_ = "import.done" if started.state == "done" else "import.progress"
    await records.log.event(type_, subject_id=started.id, data={"total": total, "done": done})
