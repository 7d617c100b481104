"""Vectors in Chroma: embedded in a folder (one owner process), or a Chroma server."""

import asyncio
import json
import shutil
import struct
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import numpy as np
import structlog

from copilot.adapters import chroma_vacuum
from copilot.domain.base import now
from copilot.domain.errors import Unavailable
from copilot.domain.ports.search import Vectors

T = TypeVar("T")
log = structlog.get_logger()

HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 24}
"""Measured on 10,882 short snippets: the first hundred neighbours complete to .99, 3.5 ms a query."""

BATCH = 2000
"""Vectors per upsert: below what Chroma takes at once (5,461), and short enough that queries get their turn."""

TRIES = 5
"""Each vector that was stored is looked for, and stored again if it does not find itself. What differs from all that is there can be out of
reach in an HNSW graph in which closer ones have taken all places (measured: 1 of 3 such vectors among 600 that are alike; none after up to
3 more upserts); and Chroma links many at once on several threads, which on a busy machine now and then leaves one out (1,200 alike, 60
times: 7 in 4 of the graphs; none once they are looked for, which takes .25 ms each)."""

KEPT_VECTORS = 40_000
"""Vectors kept in memory after `get` (60 MB): Chroma gives them as Python lists, which costs more than finding them."""

ITSELF = 1e-3
"""Cosine distance up to which another vector is a twin that may be found instead."""

PROBE_SECONDS = 120
MARKER = "open.json"
SEAL = "closed.json"


class ChromaVectors:
    """Ids and vectors, nothing else. `where` is a folder, or the URL of a Chroma server.

    A folder that was not closed, or was changed since, is tried in a process of its own first: a damaged HNSW index kills the process
    that reads it. A damaged folder is moved aside and an empty one takes its place; `rebuilt` is then true and `message` says what
    happened, so that the service fills it again from SQL.
    """

    def __init__(self, where: Path | str) -> None:
        self._url = str(where) if str(where).startswith(("http://", "https://")) else ""
        self._folder = None if self._url else Path(where)
        self._collections: dict[str, Any] = {}
        self._kept: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self._lock = threading.RLock()
        self._changing = threading.Lock()
        self.rebuilt = False
        self.message = ""
        self._client = self._open_folder(self._folder) if self._folder is not None else _server(self._url)

    def _open_folder(self, folder: Path) -> Any:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _doubtful(folder) and not _survives(folder):
            self._set_aside(folder)
        try:
            client = _embedded(folder)
        except Unavailable:
            self._set_aside(folder)
            client = _embedded(folder)
        (folder / SEAL).unlink(missing_ok=True)
        (folder / MARKER).write_text(json.dumps({"since": now().isoformat()}), encoding="utf-8")
        return client

    def _set_aside(self, folder: Path) -> None:
        aside = folder.with_name(f"{folder.name}.damaged-{now():%Y%m%dT%H%M%S%f}")
        shutil.move(folder, aside)
        folder.mkdir(mode=0o700)
        self.rebuilt = True
        self.message = f"The vector index was damaged. It was moved to {aside.name} and starts empty; it is filled again from the database."

    async def upsert(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace; the collection is made when it does not exist. `vectors` has shape (len(ids), dimension)."""
        if len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} ids for {len(vectors)} vectors")
        for start in range(0, len(ids), BATCH):
            part = slice(start, start + BATCH)
            await self._run(self._upsert, collection, list(ids[part]), vectors[part])

    async def query(self, collection: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """(id, cosine), best first; empty for a collection that does not exist."""
        if limit <= 0:
            return []
        return await self._run(self._query, collection, vector, limit)

    async def get(self, collection: str, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those ids that exist. Order is not kept by Chroma: they come by id."""
        return await self._run(self._get, collection, ids) if ids else {}

    async def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Ids that do not exist are no error."""
        for start in range(0, len(ids), BATCH):
            await self._run(self._delete, collection, list(ids[start : start + BATCH]))

    async def drop(self, collection: str) -> None:
        """Delete a collection; one that does not exist is no error."""
        await self._run(self._drop, collection)

    async def collections(self) -> list[str]:
        """All names, sorted."""
        return await self._run(lambda: sorted(c.name for c in self._client.list_collections()))

    async def count(self, collection: str) -> int:
        """Items in a collection; 0 when it does not exist."""
        return await self._run(lambda: c.count() if (c := self._collection(collection)) else 0)

    async def ids(self, collection: str) -> set[str]:
        """All ids in a collection; none when it does not exist."""
        return await self._run(self._ids, collection)

    async def compact(self) -> None:
        """VACUUM: what was dropped or deleted stays in the free pages of Chroma's SQLite file until then.

        Of a deleted item Chroma keeps id and vector (never a text: we give it none) in its write-ahead table until the collection is
        dropped. On a server `chroma vacuum` is its operator's.
        """
        if self._folder is not None:
            await self._run(self._vacuum, self._folder / "chroma.sqlite3")

    def close(self) -> None:
        """Close the folder and note how it was left."""
        with self._lock:
            self._collections.clear()
            self._kept.clear()
            if self._folder is not None:
                self._client.close()
                (self._folder / MARKER).unlink(missing_ok=True)
                (self._folder / SEAL).write_text(json.dumps(_inventory(self._folder)), encoding="utf-8")

    async def _run(self, work: Callable[..., T], *args: Any) -> T:
        def guarded() -> T:
            with _vendor_errors():
                return work(*args)

        return await asyncio.to_thread(guarded)

    def _collection(self, name: str) -> Any | None:
        """The collection, or None when it does not exist."""
        from chromadb.errors import NotFoundError

        with self._lock:
            if name not in self._collections:
                try:
                    self._collections[name] = self._client.get_collection(name, embedding_function=None)
                except NotFoundError:
                    return None
            return self._collections[name]

    def _make(self, name: str) -> Any:
        with self._lock:
            if name not in self._collections:
                self._collections[name] = self._client.get_or_create_collection(name, embedding_function=None, configuration={"hnsw": HNSW})
            return self._collections[name]

    def _upsert(self, collection: str, ids: list[str], vectors: Vectors) -> None:
        with self._changing, self._lock:
            found = self._make(collection)
            self._forget(collection, ids)
            rows: Vectors = np.ascontiguousarray(vectors, dtype=np.float32)
            found.upsert(ids=ids, embeddings=rows)
            _make_findable(found, ids, rows)
            self._forget(collection, ids)

    def _query(self, collection: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        found = self._collection(collection)
        if found is None:
            return []
        answer = found.query(query_embeddings=[np.asarray(vector, dtype=np.float32)], n_results=limit, include=["distances"])
        return [(key, 1.0 - float(distance)) for key, distance in zip(answer["ids"][0], answer["distances"][0], strict=True)]

    def _get(self, collection: str, ids: Sequence[str]) -> dict[str, Vectors]:
        with self._lock:
            vectors = {key: kept for key in ids if (kept := self._kept.get((collection, key))) is not None}
        missing = list(dict.fromkeys(key for key in ids if key not in vectors))
        found = self._collection(collection) if missing else None
        if found is None:
            return vectors
        fresh = dict(_read_vectors(found, missing))
        if not self._url:
            # Another replica may change what a server holds; a folder has one owner.
            self._keep(collection, fresh)
        return vectors | fresh

    def _ids(self, collection: str) -> set[str]:
        found = self._collection(collection)
        return set(found.get(include=[])["ids"]) if found is not None else set()

    def _keep(self, collection: str, vectors: dict[str, Vectors]) -> None:
        with self._lock:
            for key, vector in vectors.items():
                self._kept[(collection, key)] = vector
            while len(self._kept) > KEPT_VECTORS:
                self._kept.popitem(last=False)

    def _forget(self, collection: str, ids: Sequence[str]) -> None:
        for key in ids:
            self._kept.pop((collection, key), None)

    def _delete(self, collection: str, ids: list[str]) -> None:
        found = self._collection(collection)
        if found is None:
            return
        with self._changing, self._lock:
            found.delete(ids=ids)
            self._forget(collection, ids)

    def _vacuum(self, file: Path) -> None:
        with self._changing:  # what is written meanwhile would wait for SQLite's lock, and give up sooner than this takes
            _in_a_process(Path(chroma_vacuum.__file__), file)

    def _drop(self, collection: str) -> None:
        from chromadb.errors import NotFoundError

        with self._changing, self._lock:
            self._collections.pop(collection, None)
            for key in [key for key in self._kept if key[0] == collection]:
                del self._kept[key]
            try:
                self._client.delete_collection(collection)
            except NotFoundError:
                return


@contextmanager
def _vendor_errors() -> Iterator[None]:
    """Everything Chroma raises, its Rust part's panics included, as Unavailable."""
    try:
        yield
    except Unavailable:
        raise
    except BaseException as error:
        # pyo3's PanicException is a BaseException that cannot be imported; interrupts and exits go on.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise Unavailable(
            f"The vector index does not answer: {said}.", todo="Search goes on with words only; run copilot doctor."
        ) from error


def _embedded(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    with _vendor_errors():
        client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        client.list_collections()
        return client


def _server(url: str) -> Any:
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 8000)
    with _vendor_errors():
        return chromadb.HttpClient(
            host=parts.hostname or "localhost", port=port, ssl=parts.scheme == "https", settings=Settings(anonymized_telemetry=False)
        )


def _read_vectors(collection: Any, ids: list[str]) -> Iterator[tuple[str, Vectors]]:
    # The public `get` turns each vector into a float64 array, which takes twice as long as reading it; a test holds this call to it.
    answer = collection._client._get(  # noqa: SLF001 – see above
        collection_id=collection.id, ids=ids, include=["embeddings"], tenant=collection.tenant, database=collection.database
    )
    rows = answer["embeddings"]
    if not len(answer["ids"]):
        return
    size = len(rows[0])
    pack = struct.Struct(f"{size}f").pack
    matrix = np.frombuffer(b"".join(pack(*row) for row in rows), dtype=np.float32).reshape(-1, size)
    yield from zip(answer["ids"], matrix, strict=True)


def _make_findable(collection: Any, ids: Sequence[str], vectors: Vectors) -> None:
    """Upsert again, which links them anew, what does not find itself."""
    asked = list(range(len(ids)))
    for _ in range(TRIES):
        answer = collection.query(query_embeddings=vectors[asked], n_results=3, include=["distances"])
        found = zip(asked, answer["ids"], answer["distances"], strict=True)
        asked = [row for row, near, distances in found if ids[row] not in near and min(distances, default=2.0) > ITSELF]
        if not asked:
            return
        collection.upsert(ids=[ids[row] for row in asked], embeddings=vectors[asked])
    log.warning("vectors_hard_to_find", count=len(asked))


def _in_a_process(program: Path, *arguments: Path) -> None:
    """Run a program of ours to its end. Raises RuntimeError with what it says."""
    command = [sys.executable, "-I", str(program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 – our own file, arguments are paths
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"{program.name} ended with {done.returncode}")


def _inventory(folder: Path) -> dict[str, list[int]]:
    """Size and time of change (nanoseconds) of each of Chroma's files."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.name not in (MARKER, SEAL))
    return {str(file.relative_to(folder)): [file.stat().st_size, file.stat().st_mtime_ns] for file in sorted(files)}


def _doubtful(folder: Path) -> bool:
    """Whether the folder holds an index that was not closed in order, or was changed since."""
    left = _inventory(folder)
    if not left:
        return False
    try:
        sealed = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    return bool(sealed != left)


def _survives(folder: Path) -> bool:
    """Whether a process that opens, counts and searches every collection lives to say so."""
    try:
        done = subprocess.run(  # noqa: S603 – our own module, the folder is an argument and not a shell's
            [sys.executable, "-m", "copilot.adapters.vectors", str(folder)], timeout=PROBE_SECONDS, capture_output=True, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def probe(folder: Path) -> int:
    """Open a folder and let every collection find its own first item. Returns 0 when all do; may be killed by a damaged index."""
    with _vendor_errors():
        client = _embedded(folder)
        for collection in client.list_collections():
            some = collection.get(limit=1, include=["embeddings"])
            if collection.count() != 0:
                found = collection.query(query_embeddings=some["embeddings"], n_results=3, include=["distances"])
                if some["ids"][0] not in found["ids"][0] and min(found["distances"][0], default=1.0) > 1e-4:
                    return 1
        client.close()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(probe(Path(sys.argv[1])))
    except Unavailable:
        sys.exit(1)
