"""`copilot knowledge lint`: for CI, with nothing but the files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import copilot
from copilot.cli import run
from tests.commands.fixtures import KNOWLEDGE
from tests.commands.test_help import HEAVY
from tests.commands.test_imports import article

SCHEMA = Draft202012Validator(json.loads((Path(copilot.__file__).parent / "schemas" / "lint.schema.json").read_text()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One good article that links to a picture, one whose review is overdue, one without an owner."""
    made = tmp_path / "articles"
    (made / "deeper").mkdir(parents=True)
    (made / "map.png").write_bytes(b"png")
    (made / "lost.md").write_text(article("lost", "See ![the map](map.png) and [fees](deeper/fee.md)."))
    (made / "deeper" / "fee.md").write_text(article("fee", review_by="2026-01-01"))
    (made / "bad.md").write_text(article("bad", owner=None))
    return made


def lint(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout, stderr, on the last day of November 2026."""
    code = run(["knowledge", "lint", *map(str, arguments), "--on", "2026-11-30"])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_a_line_for_every_finding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = lint(capsys, folder)
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        f"{folder}/bad.md:1  owner  it has no owner. Add the team or person: `owner: name`.",
        f"{folder}/deeper/fee.md:10  expired (warning)  its review was due on 1 January 2026. "
        "Read it again, then set a later day, or archive it.",
        "3 files: 1 error, 1 warning.",
    ]


def test_warnings_pass_unless_strict(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.md").unlink()
    assert lint(capsys, folder)[0] == 0
    assert lint(capsys, folder, "--strict")[0] == 1
    (folder / "deeper" / "fee.md").write_text(article("fee"))
    assert lint(capsys, folder, "--strict")[:2] == (0, "2 files: 0 errors, 0 warnings.\n")


def test_json_and_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = lint(capsys, folder, "--json")
    report = json.loads(out)
    SCHEMA.validate(report)
    assert (code, err) == (1, "")
    assert (report["files"], report["errors"], report["warnings"]) == (3, 1, 1)
    assert [finding["rule"] for finding in report["findings"]] == ["owner", "expired"]


def test_what_cannot_be_read_is_an_error_of_its_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.md").write_bytes(b"caf\xe9")
    code, out, _ = lint(capsys, folder)
    assert code == 1
    assert f"{folder}/bad.md:1  front-matter  It cannot be read" in out


def test_one_file_knows_its_neighbours(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "lost.md").write_text(article("lost", "See ![the map](map.png), [bad](bad.md)."))
    assert lint(capsys, folder / "lost.md")[:2] == (0, "1 file: 0 errors, 0 warnings.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/nowhere/at/all"], "does not exist"),
        (["."], "nothing to lint"),
        ([str(KNOWLEDGE), "--on", "soon"], "--on"),
        ([], "--help"),
    ],
    ids=["missing", "empty", "day", "none"],
)
def test_a_bad_path_is_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["knowledge", "lint", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
    assert words in shown.err


def test_the_reading_ease_is_an_option(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hard = "The determination of eligibility for reimbursement necessitates comprehensive documentation of circumstances. " * 10
    (folder / "lost.md").write_text(article("lost", hard))
    assert "reading-level (warning)" in lint(capsys, folder)[1]
    assert "reading-level" not in lint(capsys, folder, "--reading-ease", "0")[1]


def test_it_loads_no_service_and_no_model() -> None:
    """In a process of its own: this one has loaded everything long ago."""
    code = (
        "import contextlib, io, sys\n"
        "from copilot.cli import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    code = run(['knowledge', 'lint', sys.argv[1], '--on', '2026-11-30'])\n"
        "print(code, [name for name in sys.argv[2:] if name in sys.modules])\n"
    )
    words = [sys.executable, "-c", code, str(KNOWLEDGE), *HEAVY, "httpx"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert done.stdout.strip() == "0 []"
