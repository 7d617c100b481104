"""SQL that SQLAlchemy made of our statements, kept once for a process.

SQLAlchemy keeps what it compiled by engine. A SQLite record has two, the writer's and the readers', and evals and tests open one record
after the other: half of the time of an API test went into compiling the same statements again. What comes of a statement depends on the
kind of database alone.
"""

from typing import Final

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.util import LRUCache

SQLITE: Final = "sqlite+rapport"
"""The scheme of our dialect."""
KEPT: Final = 1500
"""Statements, about three times as many as all tests of the services need."""
COMPILED: Final[LRUCache[object, object]] = LRUCache(KEPT)


class SqliteDialect(SQLiteDialect_aiosqlite):
    """aiosqlite's, equal to every other of the kind in the eyes of the cache."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))


registry.register(SQLITE.replace("+", "."), __name__, SqliteDialect.__name__)
