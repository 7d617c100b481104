"""Whose a record is: the person behind it, and all records of that person."""

import sqlalchemy as sa

from copilot.adapters.database.tables.people import customers
from copilot.adapters.database.transaction import mine

_THIS = customers.alias("this")
_ALIKE = customers.alias("alike")


def of_person(column: sa.ColumnElement[str], name: str = "customer_id") -> sa.ColumnElement[bool]:
    """The column names a record of the person to whom the record `name` (a parameter) belongs."""
    person = sa.select(_THIS.c.person_id).where(_THIS.c.tenant_id == sa.bindparam("tenant"), _THIS.c.id == sa.bindparam(name))
    return column.in_(
        sa.select(_ALIKE.c.id).where(_ALIKE.c.tenant_id == sa.bindparam("tenant"), _ALIKE.c.person_id == person.scalar_subquery())
    )


RECORDS = sa.select(customers.c.id).where(mine(customers), of_person(customers.c.id))
"""Ids of all records of the person of `:customer_id`."""
