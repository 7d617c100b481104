"""Lexical search on Tantivy: an index per tenant, in a folder or in memory."""

import asyncio
import hashlib
import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from copilot.adapters.tantivy_index import TenantIndex
from copilot.domain.errors import Unavailable
from copilot.domain.knowledge import Passage
from copilot.domain.ports.search import LexicalBuild, WordMatch

SCHEMA_VERSION = 1
"""Part of the folder's name: an index of another shape is left alone and a new one filled from SQL."""

TRIED = ".tried-"
"""Folders of copies begin with it; those that a killed process left go at the next start."""

COURTESY = 15
"""Niceness of the thread that makes an index beside the one that answers."""


class TantivyLexical:
    """Lexical index per tenant under `path`; None: in memory.

    A folder that cannot be read is replaced by an empty index and its tenant listed in `recreated`: the service fills it from SQL.
    """

    def __init__(self, path: Path | str | None) -> None:
        self._root = Path(path) if path is not None else None
        for left in self._root.glob(f"{TRIED}*") if self._root is not None else ():
            shutil.rmtree(left, ignore_errors=True)
        self._indexes: dict[str, TenantIndex] = {}
        self._lock = threading.Lock()
        self._building: set[str] = set()
        self.recreated: list[str] = []

    async def replace(self, tenant: str, removed: Sequence[str], added: Sequence[Passage]) -> None:
        """Searchable when this returns. An id that is added again replaces the one before."""
        await asyncio.to_thread(self._replace, tenant, removed, added)

    async def query(self, tenant: str, terms: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        """The words are terms, never a query language: nothing in them is an operator."""
        return await asyncio.to_thread(self._read, tenant, "query", terms, limit)

    async def match(self, tenant: str, terms: Mapping[str, float], ids: Sequence[str]) -> dict[str, WordMatch]:
        """See LexicalIndex.match."""
        return await asyncio.to_thread(self._match, tenant, terms, ids)

    async def named(self, tenant: str, said: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        """See LexicalIndex.named."""
        return await asyncio.to_thread(self._read, tenant, "named", said, limit)

    async def count(self, tenant: str) -> int:
        """Passages in the tenant's index."""
        return await asyncio.to_thread(lambda: self._index(tenant).count())

    async def fork(self, tenant: str) -> "TantivyLexical":
        """A copy of the tenant's words to try something in: links to the files, which Tantivy never changes. Close it when done."""
        return await asyncio.to_thread(self._fork, tenant)

    async def beside(self, tenant: str) -> LexicalBuild:
        """In a folder beside; what an interrupted one left there goes."""
        return await asyncio.to_thread(self._beside, tenant)

    async def clear(self, tenant: str) -> None:
        """Remove the tenant's index, files included."""
        await asyncio.to_thread(self._clear, tenant)

    def close(self) -> None:
        """Let go of every index; they open again when used."""
        with self._lock:
            self._indexes.clear()

    def _replace(self, tenant: str, removed: Sequence[str], added: Sequence[Passage]) -> None:
        with _vendor_errors(tenant):
            self._index(tenant).replace(removed, added)

    def _read(self, tenant: str, what: str, words: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        if not words or limit <= 0:
            return []
        index = self._index(tenant)
        with _vendor_errors(tenant):
            return index.query(words, limit) if what == "query" else index.named(words, limit)

    def _fork(self, tenant: str) -> "TantivyLexical":
        folder, index = self._folder(tenant), self._index(tenant)
        if self._root is None or folder is None:
            raise Unavailable("Words that are kept in memory cannot be tried beside themselves.", todo="Keep them in a folder.")
        with _vendor_errors(tenant):
            root = Path(tempfile.mkdtemp(prefix=TRIED, dir=self._root))
            index.copy(folder, root / folder.name)
            return _Fork(root)

    def _beside(self, tenant: str) -> "_Build":
        self._index(tenant)
        folder = self._folder(tenant)
        with self._lock, _vendor_errors(tenant):
            self._building.add(tenant)
            if folder is not None:
                shutil.rmtree(_next(folder), ignore_errors=True)
            return _Build(self, tenant, TenantIndex(_next(folder) if folder is not None else None))

    def serve(self, tenant: str, made: TenantIndex) -> None:
        """Put an index that was made beside in the place of the one that answers."""
        folder = self._folder(tenant)
        with self._lock, _vendor_errors(tenant):
            self._building.discard(tenant)
            if folder is not None:
                shutil.rmtree(_last(folder), ignore_errors=True)
                folder.rename(_last(folder))
                _next(folder).rename(folder)
                made = TenantIndex(folder)
                shutil.rmtree(_last(folder), ignore_errors=True)
            self._indexes[tenant] = made

    def discard(self, tenant: str) -> None:
        """Remove what was being made beside."""
        folder = self._folder(tenant)
        with self._lock:
            self._building.discard(tenant)
            if folder is not None:
                shutil.rmtree(_next(folder), ignore_errors=True)

    def _match(self, tenant: str, words: Mapping[str, float], ids: Sequence[str]) -> dict[str, WordMatch]:
        if not words or not ids:
            return {}
        index = self._index(tenant)
        with _vendor_errors(tenant):
            return index.match(words, ids)

    def _clear(self, tenant: str) -> None:
        with self._lock, _vendor_errors(tenant):
            self._indexes.pop(tenant, None)
            folder = self._folder(tenant)
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, tenant: str) -> Path | None:
        if self._root is None:
            return None
        digest = hashlib.blake2b(tenant.encode(), digest_size=4).hexdigest()
        readable = re.sub(r"[^a-z0-9]+", "-", tenant.lower())[:40].strip("-")
        return self._root / f"{readable}-{digest}.v{SCHEMA_VERSION}"

    def _index(self, tenant: str) -> TenantIndex:
        with self._lock:
            if tenant not in self._indexes:
                self._indexes[tenant] = self._open(tenant)
            return self._indexes[tenant]

    def _open(self, tenant: str) -> TenantIndex:
        folder = self._folder(tenant)
        if folder is not None:
            _recover(folder, building=tenant in self._building)
        try:
            with _vendor_errors(tenant):
                return TenantIndex(folder)
        except Unavailable:
            if folder is None or not folder.exists():
                raise
            shutil.rmtree(folder)
            self.recreated.append(tenant)
            with _vendor_errors(tenant):
                return TenantIndex(folder)


class _Fork(TantivyLexical):
    """A copy in a folder that goes when it is closed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._copied = path

    def close(self) -> None:
        """Remove the copy."""
        super().close()
        shutil.rmtree(self._copied, ignore_errors=True)


class _Build:
    """LexicalBuild. Its thread, and those that Tantivy starts from it, come after everything that somebody waits for."""

    def __init__(self, owner: TantivyLexical, tenant: str, index: TenantIndex) -> None:
        self._owner, self._tenant, self._index = owner, tenant, index
        self._thread = ThreadPoolExecutor(1, "words", _give_way)

    async def replace(self, removed: Sequence[str], added: Sequence[Passage]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._replace, removed, added)

    async def count(self) -> int:
        return self._index.count()

    async def serve(self) -> None:
        await asyncio.to_thread(self._owner.serve, self._tenant, self._index)
        self._thread.shutdown(wait=False)

    async def discard(self) -> None:
        # Whatever it is doing is done first: it writes into the folder that goes.
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        await asyncio.to_thread(self._owner.discard, self._tenant)

    def _replace(self, removed: Sequence[str], added: Sequence[Passage]) -> None:
        with _vendor_errors(self._tenant):
            self._index.replace(removed, added)


def _give_way() -> None:
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), COURTESY)


def _next(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.next")


def _last(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.last")


def _recover(folder: Path, *, building: bool) -> None:
    """What a process left that was killed while it made an index or put it in its place: the one that answered answers again."""
    if not folder.exists() and _last(folder).exists():
        _last(folder).rename(folder)
    shutil.rmtree(_last(folder), ignore_errors=True)
    if not building:
        shutil.rmtree(_next(folder), ignore_errors=True)


@contextmanager
def _vendor_errors(tenant: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        raise Unavailable(f"The lexical index of {tenant} cannot be used: {error}.", todo="Run copilot knowledge reindex.") from error
    except BaseException as error:
        # A panic inside Tantivy arrives as pyo3's PanicException, a BaseException that cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise Unavailable(f"The lexical index of {tenant} is damaged.", todo="Run copilot knowledge reindex.") from error
