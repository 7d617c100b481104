"""A PostgreSQL server for tests: the one that the package `pgserver` brings, in a folder of its own, on a local socket.

The data is thrown away at the end, so the server does not wait for the disk.
"""

import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_SAFE_BUT_SLOW = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
_KEEP = """
DO $$ DECLARE t text; filled boolean; BEGIN
  CREATE SCHEMA kept;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', t, t); END IF;
  END LOOP;
END $$
"""
_RESET = """
DO $$ DECLARE t text; BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE format('DELETE FROM public.%I', t); END LOOP;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' LOOP
    EXECUTE format('INSERT INTO public.%I SELECT * FROM kept.%I', t, t);
  END LOOP;
END $$
"""


class PostgresServer:
    """A running server. Raises whatever `pgserver` raises when it cannot start."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs warns when there is no session directory, as in most containers
            from pgserver import get_server  # type: ignore[attr-defined]  # it has no list of what it exports
        self._folder = Path(tempfile.mkdtemp(prefix="copilot-postgres-"))
        self._server: Any = get_server(self._folder / "data", cleanup_mode="stop")
        for setting in _SAFE_BUT_SLOW:
            self._run(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        self._run(sql.SQL("SELECT pg_reload_conf()"))

    def url(self, name: str) -> str:
        """The address of one of its databases, as COPILOT_DATABASE_URL takes it."""
        address: str = self._server.get_uri(name)
        return address.replace("postgresql://", "postgresql+psycopg://", 1)

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database as a copy of another; returns its address."""
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, name: str) -> None:
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def keep(self, name: str) -> None:
        """Remember what a database holds now, for `reset`."""
        self._run(sql.SQL(_KEEP), name)

    def reset(self, name: str) -> None:
        """Bring a database back to what it held at `keep`: much faster than making another. Whoever is connected is cut off."""
        self._run(sql.SQL(_RESET), name)

    def close(self) -> None:
        """Stop it and delete its folder."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, statement: sql.SQL | sql.Composed, name: str = "postgres") -> None:
        with psycopg.connect(self._server.get_uri(name), autocommit=True) as connection:
            connection.execute(statement)
