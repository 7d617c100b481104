"""`--help` answers at once: it imports nothing heavy."""

import json
import subprocess
import sys

import pytest

from tests.commands.cli import CommandLine

HEAVY = ("torch", "sentence_transformers", "litellm", "chromadb", "dbos", "langgraph", "sqlalchemy", "fastapi", "presidio_analyzer", "mcp")
COMMANDS = (
    ["demo"], ["serve"], ["mcp"], ["doctor"], ["migrate"], ["backup"], ["restore"], ["suggest"], ["knowledge"], ["knowledge", "import"],
    ["knowledge", "lint"], ["knowledge", "sync"], ["knowledge", "search"], ["knowledge", "reindex"], ["customers"],
    ["customers", "import"], ["customers", "card"], ["customers", "erase"], ["tenants"], ["tenants", "create"], ["tenants", "list"],
    ["keys"], ["keys", "create"], ["keys", "list"], ["keys", "revoke"], ["users"], ["users", "add"], ["users", "list"],
    ["users", "password"], ["users", "link"], ["extension"],
)  # fmt: skip


def test_help_loads_nothing_heavy() -> None:
    """In a process of its own: this one has loaded everything long ago."""
    code = (
        "import contextlib, io, json, sys\n"
        "from copilot.cli import run\n"
        "with contextlib.redirect_stdout(io.StringIO()) as shown:\n"
        "    code = run(['--help'])\n"
        "plain = [name for name in ('pydantic', *sys.argv[1:]) if name in sys.modules]\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    codes = [run([command, '--help']) for command in ('serve', 'suggest', 'knowledge', 'customers')]\n"
        "print(json.dumps([code, shown.getvalue(), plain, codes, [name for name in sys.argv[1:] if name in sys.modules]]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *HEAVY], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    code, shown, plain, codes, later = json.loads(done.stdout)
    assert (code, codes) == (0, [0, 0, 0, 0])
    assert plain == []
    assert later == []
    for command in ("demo", "serve", "suggest", "knowledge", "customers", "tenants", "keys"):
        assert command in shown


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(cli: CommandLine, command: list[str]) -> None:
    cli.capsys.readouterr()
    from copilot.cli import run

    assert run([*command, "--help"]) == 0
    shown = cli.capsys.readouterr()
    assert shown.out.startswith("Usage: copilot ")
    assert shown.err == ""
