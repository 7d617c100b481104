"""copilot knowledge sync: a folder of articles and the record, kept in step. What both changed is shown, never overwritten."""

import difflib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from copilot.commands.ancestry import earlier_texts
from copilot.commands.folders import as_text
from copilot.commands.output import progress
from copilot.commands.sync_folder import Filed, SyncFolder, read_folder
from copilot.commands.sync_report import show
from copilot.domain.base import now
from copilot.domain.errors import CopilotError, Invalid
from copilot.domain.formats import SyncOut
from copilot.domain.syncing import Action, Brought, Landed, ManifestLine, Past, SyncLine
from copilot.retrieval.articles import parse_article, write_article
from copilot.retrieval.syncing import Recorded, Verdict, decide, digest, earliest, moved_on

if TYPE_CHECKING:
    from copilot.commands.connection import Api

PAGE = 500
FILES, BYTES, MARKS = 200, 2_000_000, 10_000
"""Of one request."""
CHOICES = ("conflict", "older", "missing", "gone", "refused")
"""What waits for a person."""

T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """What the person asked for, beyond what is safe by itself. `take_file`, `take_record`: ids of which one side wins."""

    write: bool = True
    archive_missing: bool = False
    take_file: frozenset[str] = frozenset()
    take_record: frozenset[str] = frozenset()


@dataclass
class Step:
    """What is to be done about an article, and what became of it."""

    ident: str
    filed: Filed | None
    past: Past
    verdict: Verdict
    action: Action = "refused"
    done: bool = False
    reason: str = ""
    todo: str = ""
    drafted: bool = False

    @property
    def revision(self) -> int:
        return self.past.article.revision if self.past.article else 0


@dataclass
class Sync:
    """One run: what is in step, and what is to be done."""

    folder: SyncFolder
    wanted: Wanted
    in_step: list[ManifestLine] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)
    """Article id → the revision that the folder holds now, where the record does not know yet."""


async def sync_path(api: "Api", path: Path, wanted: Wanted, *, check: bool, as_json: bool) -> int:
    """Bring folder and record in step; returns 1 when something is left to decide (with `check`: or to do)."""
    run = Sync(read_folder(path), wanted)
    await _compare(api, run)
    _choose(run)
    if wanted.write:
        await _import(api, run)
        _export(run)
        _agree(run)
        for some in _pieces(list(run.marks.items()), MARKS):
            await api.post("/v1/knowledge/sync", {"agreed": [{"id": ident, "revision": revision} for ident, revision in some]})
        run.folder.note()
    report = _report(run)
    show(report, path, as_json=as_json)
    return 1 if report.open or (check and report.articles) else 0


async def _compare(api: "Api", run: Sync) -> None:
    """Find what differs; of that, everything the article ever was."""
    folder = run.folder
    record = {line.id: line async for line in _manifest(api)}
    differing = []
    for ident in sorted(record.keys() | folder.filed.keys()):
        filed, line = folder.filed.get(ident), record.get(ident)
        if filed and line and filed.digest == line.digest:
            run.in_step.append(line)
        elif filed or ident not in folder.claimed:
            differing.append(ident)
    with progress("Comparing", len(differing)) as bar:
        for some in _pieces(differing, PAGE):
            answer = await api.post("/v1/knowledge/revisions", {"ids": list(some)})
            pasts = [Past.model_validate(one) for one in answer["articles"]]
            run.steps += [Step(past.id, folder.filed.get(past.id), past, _verdict(folder, past)) for past in pasts]
            bar.advance(len(some))
    _ask_version_control(run)
    run.steps = [step for step in run.steps if step.verdict != "same"]


async def _manifest(api: "Api") -> AsyncIterator[ManifestLine]:
    after = ""
    while True:
        page = await api.get("/v1/knowledge/manifest", after=after, limit=PAGE)
        for line in page["articles"]:
            yield ManifestLine.model_validate(line)
        after = page["next"]
        if not after:
            return


def _recorded(past: Past) -> Recorded:
    history = tuple(revision.digest for revision in past.revisions)
    present = past.article
    return Recorded(history, archived=present is not None and present.status == "archived", gone=bool(history) and present is None)


def _verdict(folder: SyncFolder, past: Past, more: Sequence[str] = ()) -> Verdict:
    recorded, filed = _recorded(past), folder.filed.get(past.id)
    agreed = earliest(folder.agreed.get(past.id, ()), recorded)
    return decide(filed.digest if filed else None, recorded, {*agreed, *more})


def _ask_version_control(run: Sync) -> None:
    """Where a file may be newer or older than the folder's note tells: what did it come from?"""
    asked = [step for step in run.steps if step.verdict in ("conflict", "export") and step.filed and not _recorded(step.past).gone]
    texts = earlier_texts(run.folder.root, {step.filed.name for step in asked if step.filed})
    for step in asked:
        if step.filed and (before := _digests(step.filed.name, texts.get(step.filed.name, ()))):
            step.verdict = _verdict(run.folder, step.past, before)


def _digests(name: str, contents: Iterable[bytes]) -> list[str]:
    found = []
    for content in contents:
        try:
            found.append(digest(parse_article(as_text(content), name, now())))
        except Invalid:
            continue
    return found


def _choose(run: Sync) -> None:
    """From verdicts to actions: what is safe, and what the person asked for by name. Raises Invalid for names that wait for nothing."""
    waiting = {step.ident for step in run.steps if step.verdict in CHOICES}
    for option, named in (("--take-file", run.wanted.take_file), ("--take-record", run.wanted.take_record)):
        if unknown := sorted(named - waiting):
            raise Invalid(f"{option}: {unknown[0]!r} does not wait for a choice.", todo="Name an article that sync lists as one.")
    if both := sorted(run.wanted.take_file & run.wanted.take_record):
        raise Invalid(f"{both[0]!r} cannot be taken from both sides.", todo="Give it to one of --take-file and --take-record.")
    for step in run.steps:
        step.action = _action(run, step)
        step.reason, step.todo = _why(run, step)


def _action(run: Sync, step: Step) -> Action:
    chosen: Verdict = step.verdict
    if step.ident in run.wanted.take_file:
        return "import" if step.filed else "archive"
    if step.ident in run.wanted.take_record:
        return "export" if step.past.article else "gone"
    if chosen == "missing" and run.wanted.archive_missing and not run.folder.refused and not _moved(run, step):
        return "archive"
    return "refused" if chosen == "same" else chosen


def _moved(run: Sync, step: Step) -> bool:
    return moved_on(_recorded(step.past), run.folder.agreed.get(step.ident, ()))


def _why(run: Sync, step: Step) -> tuple[str, str]:
    either = f"take the file's with --take-file {step.ident}, or the record's with --take-record {step.ident}."
    if step.action == "conflict":
        return "it was changed in the folder and in the record.", f"Bring both together in the file and {either}"
    if step.action == "older":
        return "the file is what the article once was; the folder has seen a newer one.", f"Pull the folder again, or {either}"
    if step.action == "gone":
        return "the article was removed from the record.", f"Delete the file, or bring it back with --take-file {step.ident}."
    if step.action == "missing":
        changed = ", and the record has changed since" if _moved(run, step) else ""
        again = f"Archive it with --take-file {step.ident}, or write the file again with --take-record {step.ident}."
        if run.wanted.archive_missing and run.folder.refused and not changed:
            again = "Mend the files that are refused first: one of them may be the one that is missing."
        return f"its file was taken away{changed}.", again
    return "", ""


async def _import(api: "Api", run: Sync) -> None:
    steps = [step for step in run.steps if step.action in ("import", "archive")]
    with progress("Importing", len(steps)) as bar:
        for some in _batches(steps):
            answer = await api.post("/v1/knowledge/sync", {"files": [file.model_dump() for _, file in some]})
            for (step, _), landed in zip(some, answer["files"], strict=True):
                _landed(run, step, Landed.model_validate(landed))
            bar.advance(len(some))


def _batches(steps: Iterable[Step]) -> Iterator[list[tuple[Step, Brought]]]:
    batch: list[tuple[Step, Brought]] = []
    size = 0
    for step in steps:
        file = _brought(step)
        more = len(file.text.encode())
        if batch and (size + more > BYTES or len(batch) >= FILES):
            yield batch
            batch, size = [], 0
        batch.append((step, file))
        size += more
    if batch:
        yield batch


def _brought(step: Step) -> Brought:
    if step.filed is not None:
        return Brought(id=step.ident, name=step.filed.name, text=as_text(step.filed.content), revision=step.revision)
    article = step.past.article
    if article is None:
        raise AssertionError("only what the record has can be archived")
    text = write_article(article.model_copy(update={"status": "archived"}))
    return Brought(id=step.ident, name=f"{step.ident}.md", text=text, revision=step.revision)


def _landed(run: Sync, step: Step, landed: Landed) -> None:
    step.drafted = landed.drafted
    if landed.outcome in ("conflict", "refused"):
        step.action, step.reason = landed.outcome, landed.reason
        return
    step.done = True
    run.folder.agreed[step.ident] = (landed.digest,)
    if step.drafted:
        step.todo = "Somebody has a draft of it open and will be asked to bring both together."


def _export(run: Sync) -> None:
    for step in run.steps:
        article = step.past.article
        if step.action != "export" or article is None:
            continue
        name = step.filed.name if step.filed else run.folder.new_name(article)
        try:
            step.filed = run.folder.write(article, name, step.filed.content if step.filed else None)
        except (CopilotError, OSError) as error:
            step.action, step.reason, step.todo = "refused", str(error), ""
            continue
        step.done = True
        run.folder.agreed[step.ident] = (step.filed.digest,)
        run.marks[step.ident] = article.revision


def _agree(run: Sync) -> None:
    """What was in step before."""
    for line in run.in_step:
        run.folder.agreed[line.id] = (line.digest,)
        if line.synced_revision != line.revision:
            run.marks[line.id] = line.revision


def _report(run: Sync) -> SyncOut:
    lines = sorted((*run.folder.refused, *map(_line, run.steps)), key=lambda line: (line.file, line.id))
    done = [line.action for line in lines if line.done]
    waiting = sum(not line.done for line in lines) if run.wanted.write else sum(line.action in CHOICES for line in lines)
    return SyncOut(
        wrote=run.wanted.write,
        in_step=len(run.in_step),
        imported=done.count("import"),
        exported=done.count("export"),
        archived=done.count("archive"),
        open=waiting,
        left_out=run.folder.left_out,
        articles=lines,
    )


def _line(step: Step) -> SyncLine:
    return SyncLine(
        id=step.ident,
        file=step.filed.name if step.filed else "",
        action=step.action,
        done=step.done,
        reason=step.reason,
        todo=step.todo,
        revision=step.revision,
        diff=_diff(step) if step.action in ("conflict", "older") else "",
        drafted=step.drafted,
    )


def _diff(step: Step) -> str:
    """From the record to the file. Both as sync would write them: how a file is laid out is no difference."""
    ours = write_article(step.past.article).splitlines() if step.past.article else []
    theirs = write_article(step.filed.article).splitlines() if step.filed else []
    named = f"record (revision {step.revision})", step.filed.name if step.filed else ""
    return "\n".join(difflib.unified_diff(ours, theirs, *named, lineterm=""))


def _pieces(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
