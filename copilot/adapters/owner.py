"""The owner lock: one process holds a data folder; who it is and how to reach it stands in owner.json (mode 0600)."""

import json
import os
import secrets
from pathlib import Path

from filelock import FileLock, Timeout

from copilot.domain.base import Frozen
from copilot.domain.errors import Unavailable


class Owner(Frozen):
    """The process that holds a data folder. `address` is empty for a command that serves nobody."""

    pid: int
    address: str = ""
    token: str = ""
    """Lets local commands in as admin; made anew at every start, readable by the same user only."""


class OwnerLock:
    """Hold with `take`, give back with `release`. The operating system releases it when the process dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._note = folder / "owner.json"
        self._lock = FileLock(folder / "owner.lock", mode=0o600)

    def take(self, address: str = "") -> Owner:
        """Raises Unavailable when another process holds the folder."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            other = read_owner(self._folder)
            who = f"process {other.pid}" if other else "another process"
            at = f" (a service at {other.address})" if other and other.address else ""
            raise Unavailable(
                f"The data folder {self._folder} is held by {who}{at}.",
                todo="Use that one, stop it first, or name another folder with --data.",
            ) from None
        except OSError as error:
            raise Unavailable(f"The data folder {self._folder} cannot be used: {error.strerror}.", todo="Check its permissions.") from error
        owner = Owner(pid=os.getpid(), address=address, token=secrets.token_urlsafe(32))
        self._write(owner)
        return owner

    def announce(self, owner: Owner, address: str) -> Owner:
        """Say at which address the service answers now."""
        told = owner.model_copy(update={"address": address})
        self._write(told)
        return told

    def release(self) -> None:
        self._note.unlink(missing_ok=True)
        self._lock.release()

    def _write(self, owner: Owner) -> None:
        fresh = self._note.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(owner.model_dump_json())
        fresh.replace(self._note)


def read_owner(folder: Path) -> Owner | None:
    """Who says that they hold the folder; None when nobody does. The note may be stale: only the lock tells the truth."""
    try:
        return Owner.model_validate(json.loads((folder / "owner.json").read_text()))
    except (OSError, ValueError):
        return None


def running_service(folder: Path) -> Owner | None:
    """The service that holds the folder now; None when nobody holds it or the holder serves nobody."""
    owner = read_owner(folder)
    if owner is None or not owner.address:
        return None
    lock = FileLock(folder / "owner.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return owner
    lock.release()
    return None
