"""What a database says went wrong → who must act. The only place that reads vendors' errors."""

import sqlite3
from typing import Any

from sqlalchemy import exc

from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Unavailable

_SQLITE = (
    ("is full", "The disk is full; nothing was stored.", "Free space on the disk of the data folder, then try again."),
    ("is locked", "The database is locked by another program.", "Close the program that has the data folder open, then try again."),
    ("unable to open", "The database file cannot be opened.", "Check that the data folder exists and may be written."),
    ("readonly", "The database may not be written.", "Check the owner and the rights of the data folder."),
    ("no such table", "The database has no schema of this version.", "Run copilot migrate."),
    ("no such column", "The database has no schema of this version.", "Run copilot migrate."),
    ("not a database", "The file is not a database of ours, or it is damaged.", "Restore a backup: copilot restore FILE."),
    ("malformed", "The database file is damaged.", "Restore a backup: copilot restore FILE."),
    ("disk i/o error", "The disk reports an error; nothing was stored.", "Check the disk of the data folder, then try again."),
)
_POSTGRES = {
    "53100": ("The database's disk is full; nothing was stored.", "Free space on the database server, then try again."),
    "53300": ("The database accepts no more connections.", "Raise max_connections, or run fewer replicas."),
    "55P03": ("Another change to this tenant takes very long.", "Try again in a moment."),
    "40P01": ("Two changes stood in each other's way.", "Try again."),
    "40001": ("Two changes stood in each other's way.", "Try again."),
    "42P01": ("The database has no schema of this version.", "Run copilot migrate."),
    "42703": ("The database has no schema of this version.", "Run copilot migrate."),
    "42501": (
        "The database refuses this to our role.",
        "Grant the role of COPILOT_DATABASE_URL its tables, or run copilot migrate as their owner.",
    ),
    "25006": ("The database may not be written.", "Connect to the primary server."),
}
_AGAIN = {"53300", "55P03", "40P01", "40001"}
_UNIQUE, _FOREIGN = "23505", "23503"


def translated(error: exc.SQLAlchemyError) -> CopilotError:
    """The error for the caller. Values never appear in it: they may be a person's."""
    if isinstance(error, exc.IntegrityError):
        return _integrity(error.orig)
    if isinstance(error, exc.TimeoutError):
        return Unavailable("The database is too busy.", todo="Try again in a moment.", retry_after=1.0)
    orig = getattr(error, "orig", None)
    if isinstance(orig, sqlite3.Error):
        return sqlite_failure(orig)
    if isinstance(error, exc.DataError):
        return Invalid("The database cannot store one of these values.", todo="Numbers may be too large, or times out of range.")
    return _postgres(orig, bool(getattr(error, "connection_invalidated", False)))


def sqlite_failure(orig: sqlite3.Error) -> CopilotError:
    """The same for an error of SQLite itself."""
    said = str(orig)
    for part, detail, todo in _SQLITE:
        if part in said.casefold():
            return Unavailable(detail, todo=todo, retry_after=1.0 if "locked" in part else None)
    return Unavailable(f"The database failed: {said}.", todo="Run copilot doctor.")


def _postgres(orig: Any, disconnected: bool) -> CopilotError:
    code = getattr(orig, "sqlstate", None)
    if code in _POSTGRES:
        detail, todo = _POSTGRES[code]
        return Unavailable(detail, todo=todo, retry_after=1.0 if code in _AGAIN else None)
    if disconnected or code is None or code[:2] in ("08", "57", "28", "3D"):
        reason = str(orig).strip().splitlines()[0] if orig and str(orig).strip() else "no answer"
        return Unavailable(f"The database cannot be reached: {reason}", todo="Check COPILOT_DATABASE_URL and the server.", retry_after=5.0)
    return Unavailable(f"The database failed ({code}).", todo="Run copilot doctor.")


def _integrity(orig: Any) -> CopilotError:
    name = getattr(getattr(orig, "diag", None), "constraint_name", None) or str(orig).partition(":")[2].strip()
    code = getattr(orig, "sqlstate", "")
    if code == _FOREIGN or "FOREIGN KEY" in str(orig):
        return NotFound("It refers to a record that does not exist for this tenant.", todo="Store what it belongs to first.")
    if code == _UNIQUE or "UNIQUE" in str(orig):
        return Conflict(f"There is such a record already ({name}).", todo="Read what is stored first.")
    return Invalid(f"A value that must be given is missing ({name}).")
