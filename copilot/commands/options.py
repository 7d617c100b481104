"""Options that many commands have, and how their help is called."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from copilot.commands.connection import Api

HELP: Final[dict[str, Any]] = {"help_option_names": ["-h", "--help"]}
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the data. Default: COPILOT_DATA_DIR or .data")]
Tenant = Annotated[str, typer.Option("--tenant", envvar="COPILOT_TENANT", help="Which company's records.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def with_api(data: Path | None, tenant: str, act: Callable[["Api"], Awaitable[int]]) -> int:
    """As `beginning.with_api`; what it needs is loaded when a command runs, not when help is shown."""
    from copilot.commands.beginning import with_api as run

    return run(data, tenant, act)
