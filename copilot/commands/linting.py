"""copilot knowledge lint: what is wrong with a folder of articles, without a service, a database or a model."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from copilot.commands.folders import ENDINGS, read_files
from copilot.commands.output import print_json, say
from copilot.domain.base import now
from copilot.domain.errors import Invalid
from copilot.domain.formats import LintOut
from copilot.domain.linting import Finding
from copilot.domain.times import parse_day


def lint_path(path: Path, *, day: str, reading_ease: float, strict: bool, as_json: bool) -> int:
    """Print a line a finding; returns 1 when there are errors (with `strict`: or warnings)."""
    on = _day(day) if day else now()
    files, found = _linted(path, on, reading_ease)
    errors = sum(finding.severity == "error" for finding in found)
    report = LintOut(files=files, errors=errors, warnings=len(found) - errors, findings=found)
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        for finding in found:
            say(_line(finding))
        say(f"{_counted(files, 'file')}: {_counted(errors, 'error')}, {_counted(report.warnings, 'warning')}.")
    return 1 if errors or (strict and found) else 0


def _linted(path: Path, on: datetime, reading_ease: float) -> tuple[int, list[Finding]]:
    """How many files were read, and what is wrong with them; names as a person in this folder would type them."""
    from copilot.retrieval.linting import lint

    refused: list[dict[str, str]] = []
    texts = {file["name"].replace("\\", "/"): file["text"] for file in read_files(path, refused)}
    if not texts and not refused:
        raise Invalid(f"There is nothing to lint in {path}.", todo=f"Give a file or folder with {', '.join(ENDINGS)}.")
    unread = [Finding(file=one["name"], line=1, rule="front-matter", severity="error", message=one["reason"], todo="") for one in refused]
    found = [*unread, *lint(texts, on, others=_files(path), reading_ease=reading_ease)]
    return len(texts) + len(refused), [_shown(finding, path) for finding in sorted(found, key=lambda f: (f.file, f.line))]


def _files(path: Path) -> Iterable[str]:
    """Every file beside the articles: a link may lead to a picture, and from a single file to its neighbours."""
    folder = path if path.is_dir() else path.parent
    found = folder.rglob("*") if path.is_dir() else folder.iterdir()
    return (file.relative_to(folder).as_posix() for file in found if file.is_file())


def _shown(finding: Finding, path: Path) -> Finding:
    folder = path if path.is_dir() else path.parent
    return finding.model_copy(update={"file": (folder / finding.file).as_posix()})


def _line(finding: Finding) -> str:
    grade = "" if finding.severity == "error" else " (warning)"
    return f"{finding.file}:{finding.line}  {finding.rule}{grade}  {finding.message} {finding.todo}".rstrip()


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _day(text: str) -> datetime:
    try:
        return parse_day(text, now())
    except Invalid as error:
        raise Invalid(f"--on: {error.detail}", todo="Write a day such as 2027-01-31.") from None
