"""python -m copilot.commands.schemas FOLDER: write the JSON Schemas."""

import sys
from pathlib import Path

from copilot.domain.schemas import schemas, written


def main(folder: Path) -> None:
    """One file a format."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / f"{name}.schema.json").write_text(written(schema), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
