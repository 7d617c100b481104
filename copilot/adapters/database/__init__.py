"""The record (the `Database` port) on SQLAlchemy: SQLite by default, PostgreSQL when one machine is not enough."""

from copilot.adapters.database.engine import SqlDatabase, open_database

__all__ = ["SqlDatabase", "open_database"]
