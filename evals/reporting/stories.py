"""What happened in one sample, before and after: what was said, what was found, what was drafted, and where the two differ."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from copilot.domain.suggestion import Suggestion
from copilot.domain.tenant import KINDS
from copilot.domain.turn import Turn
from copilot.web.differences import Piece, within
from copilot.web.times import words
from evals.comparing import Moved
from evals.outcome import Outcome
from evals.runs import Row, Run, latest_logs

Mark = Literal["", "gone", "new"]
LATEST = 6
"""Messages that are shown; earlier ones are folded."""


class Message(NamedTuple):
    """One message of the conversation."""

    author: str
    name: str
    text: str
    when: str
    private: bool
    waits: bool


class Found(NamedTuple):
    """One piece of evidence. `mark`: only one of the two runs found it."""

    sort: str
    title: str
    text: str
    internal: bool = False
    mark: Mark = ""


class Drafted(NamedTuple):
    """One kind's draft in both runs, cut where they differ; `before` is None in a report on one run."""

    kind: str
    before: tuple[Piece, ...] | None
    after: tuple[Piece, ...]
    notes_before: tuple[str, ...]
    notes_after: tuple[str, ...]
    anew: bool = False
    """They share so little that no word of either is marked."""

    @property
    def same(self) -> bool:
        """Whether nothing of it changed."""
        whole = all(piece.kind == "same" for piece in (*(self.before or ()), *self.after))
        return self.before is not None and whole and not self.anew and self.notes_before == self.notes_after


class Broken(NamedTuple):
    """One line of what went wrong. `before`: it went wrong in the run before, too."""

    metric: str
    line: str
    before: bool


@dataclass(frozen=True)
class Story:
    """One sample."""

    sample: str
    name: str
    why: str
    facts: dict[str, Any]
    rows: tuple[Moved, ...]
    """How its values moved; empty in a report on one run."""
    broken: tuple[Broken, ...]
    mended: tuple[str, ...]
    messages: tuple[Message, ...]
    earlier: tuple[Message, ...]
    said: str
    """What a sample without a conversation is about."""
    found: tuple[Found, ...]
    drafts: tuple[Drafted, ...]


class Wanted(NamedTuple):
    """A sample to tell of: its rows after, and how they moved."""

    task: str
    sample: str
    rows: Sequence[Row]
    moved: Sequence[Moved] = ()


class Teller:
    """Reads the logs of both runs once."""

    def __init__(self, run: Run, baseline: Run | None) -> None:
        self._after, self._before = _samples(run), _samples(baseline) if baseline else {}
        self._kept = {row.key: row for row in baseline.rows} if baseline else {}

    def tell(self, wanted: Iterable[Wanted]) -> list[Story]:
        """The samples in the order given; those that the logs do not hold any more are left out."""
        known = ((one, (one.task, one.sample)) for one in wanted)
        return [_story(one, self._after[key], self._before.get(key), self._kept) for one, key in known if key in self._after]


def _samples(run: Run) -> dict[tuple[str, str], Any]:
    return {(task, str(sample.id)): sample for task, log in latest_logs(run.folder).items() for sample in log.samples or ()}


def _story(wanted: Wanted, after: Any, before: Any | None, kept: dict[tuple[str, str, str], Row]) -> Story:
    case = after.metadata.get("case") or {}
    now, was = _outcome(after), _outcome(before) if before is not None else None
    messages = list(_messages(now.turn)) if now else []
    return Story(
        sample=wanted.sample,
        name=str(case.get("case") or wanted.sample),
        why=str(case.get("why") or ""),
        facts=dict(wanted.rows[0].facts) if wanted.rows else {},
        rows=tuple(wanted.moved),
        broken=tuple(_broken(wanted.rows, kept)),
        mended=tuple(_mended(wanted.rows, kept)),
        messages=tuple(messages[-LATEST:]),
        earlier=tuple(messages[:-LATEST]),
        said="" if messages else str(after.input)[:4000],
        found=tuple(_evidence(was.turn if was else None, now.turn)) if now else (),
        drafts=tuple(_drafts(was, now)) if now else (),
    )


def _outcome(sample: Any) -> Outcome | None:
    stored = sample.store.get("outcome")
    return Outcome.model_validate(stored) if stored else None


def _broken(rows: Iterable[Row], kept: dict[tuple[str, str, str], Row]) -> Iterator[Broken]:
    """Lines of the reasons; of expectations, those that did not hold before either are told apart."""
    for row in rows:
        before = kept.get(row.key)
        known = {_expectation(line) for line in before.why.splitlines()} if before else set()
        for line in row.why.splitlines():
            yield Broken(row.metric, line, _expectation(line) in known)


def _mended(rows: Iterable[Row], kept: dict[tuple[str, str, str], Row]) -> Iterator[str]:
    for row in rows:
        before = kept.get(row.key)
        still = {_expectation(line) for line in row.why.splitlines()}
        yield from (line for line in (before.why.splitlines() if before else ()) if _expectation(line) not in still)


def _expectation(line: str) -> str:
    """What was expected, without what was seen."""
    return line.split(" – ", 1)[0]


def _messages(turn: Turn) -> Iterator[Message]:
    for one in turn.window:
        when = words(one.sent_at, turn.as_of)
        yield Message(one.author, one.author_name, one.text, when, one.visibility == "private", one.id in turn.unanswered)


def _evidence(before: Turn | None, after: Turn) -> Iterator[Found]:
    """What both found, then what only one of them found."""
    old, new = (list(_found(turn)) if turn else [] for turn in (before, after))
    if before is None:
        yield from new
        return
    known, there = {(one.sort, one.title) for one in old}, {(one.sort, one.title) for one in new}
    yield from (one._replace(mark="" if (one.sort, one.title) in known else "new") for one in new)
    yield from (one._replace(mark="gone") for one in old if (one.sort, one.title) not in there)


def _found(turn: Turn) -> Iterator[Found]:
    evidence = turn.evidence
    for hit in evidence.passages:
        title = f"{hit.title} › {hit.heading}" if hit.heading else hit.title
        yield Found("article", title, hit.text, internal=hit.audience == "internal")
    for promise in evidence.promises:
        due = f", due {_day(promise.due)}" if promise.due else ""
        yield Found("promise", promise.text, f"{promise.state}{due}" + (f" · {promise.owner}" if promise.owner else ""))
    for memory in evidence.memories:
        yield Found("memory", memory.text, memory.why)
    known = [f"{one.field.replace('_', ' ')}: {one.value}" for one in evidence.known_details if one.state == "fresh"]
    if known:
        yield Found("on record", "Known, and not to be asked", " · ".join(known))
    yield Found("mood", "How the customer feels", f"heat {evidence.emotion.heat:.0f} of 100. {evidence.emotion.why}")


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _drafts(before: Outcome | None, after: Outcome) -> Iterator[Drafted]:
    for kind in KINDS:
        was, now = before.of(kind) if before else None, after.of(kind)
        if was is None and now is None:
            continue
        old, new = _text(was), _text(now)
        cut, becomes = within(old, new) if before else (None, _whole(new))
        anew = cut is not None and all(piece.kind != "same" for piece in (*cut, *becomes))
        if anew:
            cut, becomes = _whole(old), _whole(new)
        yield Drafted(kind, cut, becomes, _notes(was), _notes(now), anew)


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(kind="same", text=text),)


def _text(made: Suggestion | None) -> str:
    if made is None:
        return "Nothing was drafted."
    return made.text if made.state == "proposed" else f"Silent ({made.state}): {made.reason}"


def _notes(made: Suggestion | None) -> tuple[str, ...]:
    """Who made it, and what the checks said."""
    if made is None:
        return ()
    by = {"model": f"by {made.model}", "fallback": "without a model", "rules": "by rules"}[made.producer]
    said = [f"{one.name.replace('_', ' ')}: {one.detail or one.outcome}" for one in made.checks if one.outcome != "pass"]
    return (f"{by}, {made.prompt}" if made.prompt else by, *said)
