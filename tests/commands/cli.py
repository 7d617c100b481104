"""The command line, run in this process: exit code, stdout and stderr, as a shell would see them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from copilot.cli import run


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout, which has to be one JSON document and nothing else."""
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """`cli("knowledge", "import", folder)` runs `copilot knowledge import FOLDER --data DATA`."""

    data: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object) -> Ran:
        self.capsys.readouterr()
        code = run([*map(str, arguments), "--data", str(self.data)])
        # Commands point the log at the captured stderr, which the next test does not have any more.
        structlog.reset_defaults()
        shown = self.capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    def ok(self, *arguments: object) -> Ran:
        """A command that has to succeed."""
        ran = self(*arguments)
        assert ran.code == 0, (arguments, ran)
        return ran
