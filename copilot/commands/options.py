"""Options that many commands have, and how their help is called."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from copilot.commands.connection import Api
    from copilot.settings import Settings

HELP: Final[dict[str, Any]] = {"help_option_names": ["-h", "--help"]}
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the data. Default: COPILOT_DATA_DIR or .data")]
Tenant = Annotated[str, typer.Option("--tenant", envvar="COPILOT_TENANT", help="Which company's records.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def with_api(data: Path | None, tenant: str, act: Callable[["Api"], Awaitable[int]], *, work: bool = False) -> int:
    """As `beginning.with_api`; what it needs is loaded when a command runs, not when help is shown."""
    from copilot.commands.beginning import with_api as run

    return run(data, tenant, act, work=work)


def settings_of(data: Path | None = None, **changed: Any) -> "Settings":
    """As `beginning.read_settings`, loaded as late."""
    from copilot.commands.beginning import read_settings

    return read_settings(data, **changed)


def address_of(data: Path | None) -> str:
    """Of the running service; else where one would listen."""
    from copilot.adapters.owner import running_service

    settings = settings_of(data)
    owner = running_service(Path(settings.data_dir))
    return owner.address if owner else f"http://{settings.host}:{settings.port}"
