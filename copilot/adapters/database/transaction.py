"""One transaction of one tenant: every statement of the record's groups goes through here.

The statements asked most often are constants with named parameters: building one anew costs several times what running it does.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import Executable

from copilot.adapters.database.failures import translated
from copilot.domain.errors import NotFound

BATCH = 500
"""Ids in one IN list; far below what either database allows, and enough that round trips do not count."""

T = TypeVar("T")
Insert = sqlite.Insert | postgresql.Insert
Row = dict[str, Any]


@contextmanager
def failing_well() -> Iterator[None]:
    """Vendors' errors leave as ours. Integrity errors lose their cause, because PostgreSQL's names the values."""
    try:
        yield
    except SQLAlchemyError as error:
        ours = translated(error)
        raise ours from (None if isinstance(error, sa.exc.IntegrityError) else error)


def mine(table: sa.Table) -> sa.ColumnElement[bool]:
    """The condition every statement carries; `Transaction` binds it."""
    return table.c.tenant_id == sa.bindparam("tenant")


def same(left: sa.FromClause, column: str, right: sa.FromClause, key: str = "id") -> sa.ColumnElement[bool]:
    """`left.column` names the row of `right`, in the same tenant."""
    return sa.and_(left.c.tenant_id == right.c.tenant_id, left.c[column] == right.c[key])


def named(table: sa.Table) -> sa.ColumnElement[bool]:
    """The row whose id is `:ref`, else the one stored last under that external id: two index look-ups, never a scan."""
    ours = sa.select(table.c.id).where(mine(table), table.c.id == sa.bindparam("ref"))
    theirs = sa.select(table.c.id).where(mine(table), table.c.external_id == sa.bindparam("ref"))
    latest = theirs.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(1)
    return table.c.id == sa.func.coalesce(ours.scalar_subquery(), latest.scalar_subquery())


def equals(table: sa.Table, *columns: str) -> list[sa.ColumnElement[bool]]:
    """The tenant's rows with these columns equal to the parameters of the same names."""
    return [mine(table), *(table.c[column] == sa.bindparam(column) for column in columns)]


def among(column: sa.ColumnElement[Any], name: str = "ids") -> sa.ColumnElement[bool]:
    """The column holds one of the values of the list parameter `name`."""
    return column.in_(sa.bindparam(name, expanding=True))


def fields(table: sa.Table, model: type[BaseModel]) -> list[sa.Column[Any]]:
    """The columns that carry a domain type's fields under the same names."""
    return [table.c[name] for name in model.model_fields if name in table.c]


def _insert(table: sa.Table, dialect: str) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _insert_new(table: sa.Table, dialect: str) -> Executable:
    return _insert(table, dialect).on_conflict_do_nothing().returning(table.c.tenant_id)


@cache
def _upsert(table: sa.Table, dialect: str, replaced: tuple[str, ...]) -> Executable:
    statement = _insert(table, dialect)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in replaced if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


class Transaction:
    """A connection inside a transaction, and the tenant it works for."""

    def __init__(self, connection: AsyncConnection, tenant: str) -> None:
        self.connection = connection
        self.tenant = tenant

    async def rows(self, statement: Executable, **values: Any) -> list[Row]:
        """All rows, by column name."""
        with failing_well():
            result = await self.connection.execute(statement, {"tenant": self.tenant, **values})
            names = tuple(result.keys())
            return [dict(zip(names, row, strict=True)) for row in result.all()]

    async def row(self, statement: Executable, **values: Any) -> Row | None:
        """The first row, if there is one."""
        with failing_well():
            result = await self.connection.execute(statement, {"tenant": self.tenant, **values})
            row = result.first()
            return None if row is None else dict(zip(result.keys(), row, strict=True))

    async def value(self, statement: Executable, **values: Any) -> Any:
        """The first column of the first row; None without rows."""
        with failing_well():
            return (await self.connection.execute(statement, {"tenant": self.tenant, **values})).scalar()

    async def column(self, statement: Executable, **values: Any) -> list[Any]:
        """The first column of all rows."""
        with failing_well():
            return list((await self.connection.execute(statement, {"tenant": self.tenant, **values})).scalars())

    async def run(self, statement: Executable, **values: Any) -> int:
        """Execute; returns the number of rows changed."""
        with failing_well():
            return int((await self.connection.execute(statement, {"tenant": self.tenant, **values})).rowcount)

    async def add(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows of this tenant."""
        if rows:
            with failing_well():
                await self.connection.execute(sa.insert(table), [{"tenant_id": self.tenant, **row} for row in rows])

    async def add_new(self, table: sa.Table, row: Mapping[str, Any]) -> bool:
        """Insert unless a unique rule is in the way; returns whether it was inserted."""
        statement = _insert_new(table, self.connection.dialect.name)
        with failing_well():
            return (await self.connection.execute(statement, {"tenant_id": self.tenant, **row})).first() is not None

    def insert(self, table: sa.Table) -> Insert:
        """An insert that knows what to do on a conflict, as this database says it."""
        return _insert(table, self.connection.dialect.name)

    async def put(self, table: sa.Table, rows: Sequence[Mapping[str, Any]], keep: Sequence[str] = ()) -> None:
        """Insert, or replace by primary key; columns in `keep` stay as first stored."""
        if not rows:
            return
        statement = _upsert(table, self.connection.dialect.name, tuple(name for name in rows[0] if name not in keep))
        with failing_well():
            await self.connection.execute(statement, [{"tenant_id": self.tenant, **row} for row in rows])

    async def one(self, statement: Executable, missing: str, **values: Any) -> Row:
        """The row, or NotFound saying what is missing."""
        row = await self.row(statement, **values)
        if row is None:
            raise NotFound(missing)
        return row


class Group:
    """A group of questions and changes inside one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._db = transaction


def batches(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """`items` in pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
