"""Fixtures that tests of commands and of the whole product share."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

import copilot
from copilot.cli import run
from tests.commands.cli import CommandLine
from tests.e2e.service import QUIET

SHIPPED = Path(copilot.__file__).parent / "sample"
KNOWLEDGE = Path(copilot.__file__).parent.parent / "knowledge"
CONVERSATIONS = SHIPPED / "conversations"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting of the machine reaches a test."""
    for name in [name for name in os.environ if name.startswith("COPILOT_")]:
        monkeypatch.delenv(name)
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample company's knowledge and customers, loaded once by the commands a user would run. Copy it."""
    folder = tmp_path_factory.getbasetemp() / "sample"
    if not folder.exists():
        with pytest.MonkeyPatch.context() as patch:
            for name, value in QUIET.items():
                patch.setenv(name, value)
            assert run(["knowledge", "import", str(KNOWLEDGE), "--data", str(folder)]) == 0
            assert run(["customers", "import", str(SHIPPED / "customers.jsonl"), "--data", str(folder)]) == 0
        structlog.reset_defaults()
    return folder


@pytest.fixture
def company(sample: Path, tmp_path: Path) -> Path:
    """The sample company in a folder of the test's own."""
    return Path(shutil.copytree(sample, tmp_path / "data"))


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line on the folder `data`: empty, or the sample company when the test takes `company` as well."""
    return CommandLine(tmp_path / "data", capsys)
