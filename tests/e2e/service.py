"""`copilot serve` in a process of its own, that a test can ask, kill and start again."""

import json
import multiprocessing
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from copilot.adapters.owner import Owner, read_owner
from tests.patience import until

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.e2e.preload"])
QUIET = {
    "COPILOT_EMBEDDER": "hash",
    "COPILOT_MODEL": "",
    "COPILOT_FALLBACK_MODELS": "",
    "COPILOT_DATABASE_URL": "",
    "COPILOT_CHROMA_URL": "",
    "COPILOT_DRAFTING_PROCESS": "false",
}
"""The installation of a newcomer, but for the encoder (hashed words need no weights) and the process for drafts (which a test's own
forked process may not have; tests/adapters/test_workshop.py is about it)."""


def _serve(folder: str, settings: Mapping[str, str], output: Connection, stepping: bool) -> None:
    """In the child: what the command line does."""
    from copilot.cli import run

    os.setsid()
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    output.close()
    os.environ.update(settings)
    if stepping:
        from tests.e2e.stepping import arm

        arm(Path(folder))
    code = run(["serve", "--port", "0", "--data", folder])
    sys.stdout.flush()
    os._exit(code)


class Service:
    """A running service on a data folder. `with Service(folder) as service:` waits until it is ready and stops it in the end."""

    def __init__(self, folder: Path, *, stepping: bool = False, **settings: str) -> None:
        self.folder, self._stepping = folder, stepping
        self._settings = QUIET | settings
        self._said = bytearray()
        self._process: Any = None
        self._listening: threading.Thread | None = None
        self._client: httpx.Client | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def output(self) -> str:
        """Everything it said, on stdout and stderr."""
        return self._said.decode(errors="replace")

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    @property
    def alive(self) -> bool:
        return bool(self._process.is_alive())

    @property
    def owner(self) -> Owner:
        """Its address and the local token."""
        found = read_owner(self.folder)
        assert found is not None
        assert found.pid == self.pid
        return found

    def start(self) -> Self:
        """Start it and wait until it is ready."""
        self.begin()
        until(self._ready, "the service to be ready")
        return self

    def begin(self) -> None:
        """Start it, and do not wait."""
        self.folder.mkdir(parents=True, exist_ok=True)
        ours, theirs = multiprocessing.Pipe(duplex=False)
        self._process = _FORKS.Process(target=_serve, args=(str(self.folder), self._settings, theirs, self._stepping), daemon=True)
        self._process.start()
        theirs.close()
        self._listening = threading.Thread(target=self._listen, args=(ours,), daemon=True)
        self._listening.start()

    def kill(self) -> None:
        """As `kill -9`: no chance to tidy up."""
        self._process.kill()
        self._process.join()
        self._forget()

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        if self._process.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Wait until it has ended by itself; returns its exit code."""
        until(lambda: not self._process.is_alive(), "the service to end")
        self._process.join()
        self._forget()
        return int(self._process.exitcode)

    def client(self, key: str = "", tenant: str = "default") -> httpx.Client:
        """Somebody with a key; without one, the local owner."""
        headers = {"Authorization": f"Bearer {key or self.owner.token}"} | ({} if key else {"X-Copilot-Tenant": tenant})
        return httpx.Client(base_url=self.owner.address, headers=headers, timeout=60)

    @property
    def http(self) -> httpx.Client:
        """The local owner's connection."""
        if self._client is None:
            self._client = self.client()
        return self._client

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        """As the owner; the answer has to be a success."""
        return self.http.post(path, json=body, params=params).raise_for_status().json()

    def get(self, path: str, **params: Any) -> Any:
        """As `post`."""
        return self.http.get(path, params=params).raise_for_status().json()

    def turn(self, ref: str) -> dict[str, Any]:
        """A conversation's current turn."""
        found: dict[str, Any] = self.get(f"/v1/conversations/{ref}/suggestions")
        return found

    def drafted(self, ref: str) -> dict[str, Any]:
        """The current turn once it is done."""
        return until(lambda: (t := self.turn(ref))["state"] == "done" and t, f"the turn of {ref} to be done")

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database file says right now, running or not; the service's own writes are not disturbed."""
        return rows(self.folder / "rapport.db", statement, *values)

    def _listen(self, output: Connection) -> None:
        with output:
            while said := os.read(output.fileno(), 65_536):
                self._said += said

    def _ready(self) -> bool:
        assert self._process.is_alive(), f"the service ended: {self.output[-3000:]}"
        owner = read_owner(self.folder)
        if owner is None or owner.pid != self.pid or not owner.address:
            return False
        with suppress(httpx.TransportError):
            return httpx.get(f"{owner.address}/ready", timeout=10).is_success
        return False

    def _forget(self) -> None:
        if self._listening is not None:
            self._listening.join()
        if self._client is not None:
            self._client.close()
            self._client = None


def rows(path: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The answer of a SQLite file, opened for reading only; empty while there is no such table yet."""
    if not path.exists():
        return []
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute(statement, values).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error) or "unable to open" in str(error):
            return []
        raise


def keys(folder: Path) -> dict[str, str]:
    """The keys of a demo folder."""
    found: dict[str, str] = json.loads((folder / "demo.json").read_text())
    return found
