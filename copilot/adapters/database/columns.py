"""Column types that mean the same on SQLite and PostgreSQL, and the pieces every table is made of."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def storable(text: str) -> str:
    """`text` without what no database keeps: NUL characters and halves of surrogate pairs (joined where they meet, else U+FFFD)."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def encode_json(value: Any) -> str:
    """JSON of plain values, pydantic models and times; NUL characters left out."""
    encoded = to_json(value).decode()
    if "\\u0000" in encoded:
        return to_json(_without_nul(from_json(encoded))).decode()
    return encoded


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(item) for name, item in value.items()}
    return value


class Text(TypeDecorator[str]):
    """Text of any length, cleaned of what PostgreSQL refuses, so that both databases keep the same."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None else storable(value)


class OptionalText(TypeDecorator[str]):
    """Text where empty means absent: NULL in the database (outside unique and foreign keys), "" in Python."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return storable(value) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> str:
        return value or ""


class Moment(TypeDecorator[datetime]):
    """An aware time, returned in UTC. PostgreSQL: timestamptz. SQLite: whole microseconds since 1970, so order and equality are exact."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.TIMESTAMP(timezone=True) if dialect.name == "postgresql" else sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without offset cannot be stored")
        return value if dialect.name == "postgresql" else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else EPOCH + timedelta(microseconds=value)


JSON_TYPE = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
"""JSON as text on SQLite, jsonb on PostgreSQL."""


def json_column(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """JSON: jsonb on PostgreSQL, text on SQLite; None is NULL."""
    return sa.Column(name, JSON_TYPE, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Text that may be empty, or NULL where told."""
    return sa.Column(name, Text(), nullable=nullable)


def optional(name: str) -> sa.Column[str]:
    """Text where empty means absent (see OptionalText)."""
    return sa.Column(name, OptionalText(), nullable=True)


def moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """An aware time (see Moment)."""
    return sa.Column(name, Moment(), nullable=nullable)


def rising() -> sa.Column[int]:
    """A number given by the database that rises and is never used twice."""
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(always=True), primary_key=True)


def tenant(*, primary_key: bool = False) -> sa.Column[str]:
    """Whose row it is."""
    return sa.Column("tenant_id", Text(), sa.ForeignKey("tenants.tenant_id"), nullable=False, primary_key=primary_key)


def table(name: str, *parts: Any, key: tuple[str, ...] = ("id",)) -> sa.Table:
    """A tenant's table: the primary key is (tenant_id, *key), so that no foreign key can point into another tenant."""
    columns = [part for part in parts if isinstance(part, sa.Column)]
    if key == ("id",):
        columns.insert(0, sa.Column("id", Text(), nullable=False))
    rest = [part for part in parts if not isinstance(part, sa.Column)]
    return sa.Table(name, METADATA, tenant(), *columns, sa.PrimaryKeyConstraint("tenant_id", *key), *rest)


def refers(column: str, target: str, key: str = "id") -> sa.ForeignKeyConstraint:
    """`column` names a row of `target` of the same tenant; NULL names none."""
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{target}.tenant_id", f"{target}.{key}"])


def indexed(*columns: str) -> sa.Index:
    """An index within a tenant."""
    return sa.Index(None, "tenant_id", *columns)


def unique(*columns: str) -> sa.UniqueConstraint:
    """Unique within a tenant; rows with a NULL in it are free."""
    return sa.UniqueConstraint("tenant_id", *columns)
