"""Rewrites Chroma's SQLite file without what was deleted: a program of its own, started by `vectors`.

Chroma brings its own SQLite. Two copies of SQLite in one process undo each other's locks on a file (sqlite.org/howtocorrupt.html, 2.2.1):
with VACUUM in the process that Chroma runs in, "database disk image is malformed" was seen under load. Between processes locks hold.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

PATIENCE_S = 30


def vacuum(file: Path) -> None:
    """VACUUM, and empty the journal. Raises sqlite3.Error."""
    with closing(sqlite3.connect(file, timeout=PATIENCE_S, isolation_level=None)) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


if __name__ == "__main__":
    try:
        vacuum(Path(sys.argv[1]))
    except sqlite3.Error as error:
        sys.exit(str(error))
