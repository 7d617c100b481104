"""The schema's revisions: Alembic, run from the installed package inside our own transaction."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from copilot.domain.errors import Refused

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

_STAMPED = sa.text("SELECT version_num FROM alembic_version")


def _config() -> "Config":
    from alembic.config import Config

    import copilot.migrations

    config = Config()
    config.set_main_option("script_location", str(Path(copilot.migrations.__path__[0])))
    return config


@cache
def _scripts() -> "ScriptDirectory":
    """The revisions, each a module that is loaded once in a process."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


@cache
def head() -> str:
    """The newest revision this version knows."""
    return _scripts().get_current_head() or ""


def revision(connection: sa.Connection) -> str:
    """The database's revision; empty for an empty database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(_STAMPED).scalar() or "")


def upgrade(connection: sa.Connection) -> tuple[str, str]:
    """Bring the schema to head; returns (revision before, revision now). Raises Refused for one this version does not know."""
    from alembic import command

    config = _config()
    before, newest = revision(connection), head()
    known = {script.revision for script in _scripts().walk_revisions()}
    if before and before not in known:
        raise Refused(
            f"The database has revision {before}, which is newer than this version of the program (it knows {newest}).",
            todo="Install the version that made it, or restore an older backup.",
        )
    if before != newest:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, newest
