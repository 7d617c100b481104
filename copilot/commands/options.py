"""Options that many commands have, and how their help is called."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

HELP: Final[dict[str, Any]] = {"help_option_names": ["-h", "--help"]}
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the data. Default: COPILOT_DATA_DIR or .data")]
Tenant = Annotated[str, typer.Option("--tenant", envvar="COPILOT_TENANT", help="Which company's records.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
