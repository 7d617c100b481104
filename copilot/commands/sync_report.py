"""What `copilot knowledge sync` says it did, and what is left to decide."""

from pathlib import Path

from copilot.commands.output import print_json, say
from copilot.domain.formats import SyncOut
from copilot.domain.syncing import SyncLine


def show(report: SyncOut, root: Path, *, as_json: bool) -> None:
    """A line for everything that was not in step, the differences where a person chooses, and the sum of it."""
    if as_json:
        print_json(report.model_dump(mode="json"))
        return
    for line in report.articles:
        _say(line, root)
    say(_sum(report))
    if report.left_out:
        said = f"{len(report.left_out)} HTML {'file is' if len(report.left_out) == 1 else 'files are'} left out"
        say(f"{said}: import them once, then sync writes them as Markdown.")


def _say(line: SyncLine, root: Path) -> None:
    place = (root / line.file).as_posix() if line.file else ""
    where = f"{place}:{line.line}" if line.line else place
    said = f"{line.reason} {line.todo}".strip()
    say(_plain(f"{line.action:<8}  {'  '.join(part for part in (line.id, where, said) if part)}"))
    for row in line.diff.splitlines():
        say(f"    {_plain(row)}")


def _sum(report: SyncOut) -> str:
    if report.wrote:
        did = ", ".join(f"{number} {what}" for number, what in _counts(report) if number)
        return f"{report.in_step} in step{', ' + did if did else ''}, {report.open} to decide."
    todo = len(report.articles) - report.open
    return f"{report.in_step} in step, {todo} to do, {report.open} to decide. Nothing was written."


def _counts(report: SyncOut) -> tuple[tuple[int, str], ...]:
    return (report.imported, "imported"), (report.exported, "exported"), (report.archived, "archived")


def _plain(text: str) -> str:
    """Without what would steer a terminal: ids and texts come from anybody."""
    return "".join(one if one.isprintable() or one == "\t" else "\ufffd" for one in text)
