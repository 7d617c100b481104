"""The command line in a folder of its own, and runs that take a moment: hashed words, two articles, a handful of cases."""

from pathlib import Path

import pytest

from tests.commands.fixtures import plain_environment
from tests.evals.house import House

__all__ = ["house", "plain_environment"]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> House:
    """An empty folder that one is in, with articles and cases to run."""
    monkeypatch.chdir(tmp_path)
    return House(tmp_path, capsys)
