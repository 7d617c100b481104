"""copilot knowledge import, as a job: what is no folder of Markdown or HTML, and everything with options."""

import asyncio
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from copilot.commands.folders import ENDINGS
from copilot.commands.output import print_json, progress, say, warn
from copilot.domain.base import Frozen
from copilot.domain.errors import Invalid

if TYPE_CHECKING:
    from copilot.commands.connection import Api

JOB_ENDINGS: Final = (".zip", ".json", ".docx", ".pdf", ".xml")
"""Kinds that only a job reads."""
READ_ENDINGS: Final = (*ENDINGS, ".txt", ".xhtml", ".jsonl", *JOB_ENDINGS)
PACKED_BYTES: Final = 32_000_000
"""Of a folder's files that are sent as one archive."""
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a file; the service takes no larger one."""
GLANCE_S: Final = 0.25
TOLD: Final = ("refused", "missing", "archived")
"""Lines that are printed; the others are counted."""


class Wish(Frozen):
    """The command's options."""

    kind: str = ""
    source: str = ""
    master: bool = False
    audience: str = ""
    owner: str = ""
    archive_missing: bool = False
    urls: tuple[str, ...] = ()

    def body(self, path: Path | None) -> dict[str, Any]:
        """The request that begins the import. Without a name, the source is called like its file, folder or host."""
        named = path.resolve().name if path is not None and path.is_dir() else path.stem if path is not None else ""
        host = (urlsplit(self.urls[0]).hostname if self.urls else "") or ""
        wanted = {"source": self.source or named or host or "import", "kind": self.kind or "auto", "urls": list(self.urls)}
        wanted |= {name: value for name, value in (("audience", self.audience), ("owner", self.owner)) if value}
        return wanted | ({"master": True} if self.master else {}) | ({"archive_missing": True} if self.archive_missing else {})


def needs_job(path: Path | None, wish: Wish) -> bool:
    """Whether the small way (one request, no report kept) is not enough."""
    if path is None or wish != Wish():
        return True
    if path.is_dir():
        found = {one.suffix.lower() for one in path.rglob("*") if one.is_file()}
        return not found & {*ENDINGS, ".jsonl"} and bool(found & {*JOB_ENDINGS})
    return path.suffix.lower() in JOB_ENDINGS


async def import_as_job(api: "Api", path: Path | None, wish: Wish, *, as_json: bool) -> int:
    """Send the files, wait until they are read, say what became of them; returns the exit code: 1 when something was refused."""
    if path is None and not wish.urls:
        raise Invalid("There is nothing to import.", todo="Give a file, a folder, or an address with --url.")
    parts = list(_parts(path)) if path is not None else []
    if path is not None and not parts:
        raise Invalid(f"There is nothing to import in {path}.", todo=f"Give a file or folder with {', '.join(READ_ENDINGS)}.")
    started = await api.post("/v1/imports", wish.body(path) | {"start": False})
    at = f"/v1/imports/{started['id']}"
    for position, (name, content) in enumerate(parts, len(wish.urls)):
        await api.put(f"{at}/files/{position}", content, name=name)
    await api.post(f"{at}/start")
    done = await _followed(api, at)
    lines = await _lines(api, at)
    if as_json:
        print_json({**done, "files": lines})
    else:
        _tell(done, lines)
    return 1 if done["counts"].get("refused") or done["state"] != "done" else 0


async def _followed(api: "Api", at: str) -> Any:
    """Wait for the job, with a bar."""
    with progress("Importing", 0) as bar:
        while True:
            now = await api.get(at)
            bar.reach(now["done"], now["total"])
            if now["state"] in ("done", "failed"):
                return now
            await asyncio.sleep(GLANCE_S)


async def _lines(api: "Api", at: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: int | None = -1
    while after is not None:
        page = await api.get(f"{at}/files", state=list(TOLD), after=after, limit=500)
        found += page["files"]
        after = page["next"]
    return found


def _tell(done: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    counts = done["counts"]
    more = [f"{counts[state]} {state}" for state in ("missing", "archived") if counts.get(state)]
    said = [f"{counts.get('saved', 0)} articles saved", *(f"{counts.get(state, 0)} {state}" for state in ("unchanged", "refused")), *more]
    say(", ".join(said) + ".")
    if done["reason"]:
        say(done["reason"])
    for line in lines:
        (warn if line["state"] == "refused" else say)(f"  {line['name']}: {line['reason']}")


def _parts(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, content) of what is sent: a file as it is, the files of a folder packed into archives."""
    if not path.exists():
        raise Invalid(f"{path} does not exist.", todo="Check the path.")
    if not path.is_dir():
        yield path.name, _content(path)
        return
    corpus = path / "corpus.jsonl"
    files = [corpus] if corpus.is_file() else sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in READ_ENDINGS)
    batch: dict[str, bytes] = {}
    for file in files:
        name, content = file.relative_to(path).as_posix(), _content(file)
        if file.suffix.lower() == ".zip":
            yield name, content
            continue
        if batch and sum(map(len, batch.values())) + len(content) > PACKED_BYTES:
            yield _packed(path, batch)
            batch = {}
        batch[name] = content
    if batch:
        yield _packed(path, batch)


def _packed(folder: Path, files: dict[str, bytes]) -> tuple[str, bytes]:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return f"{folder.resolve().name}.zip", made.getvalue()


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise Invalid(f"{file} has more than {LARGEST // 1024 // 1024} MB.", todo="Send it in parts.")
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read ({error.strerror}).", todo="Check who may read it.") from None
