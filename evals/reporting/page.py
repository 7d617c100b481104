"""The page: what it is made of, and how it is written. One file, no script, nothing fetched; its policy says so to the browser."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from copilot.web.markup import plain
from evals.casebook.format import Ability
from evals.comparing import Comparison, Moved, compare
from evals.gating import Held, hold, read_gates
from evals.judge.trust import doubts
from evals.junit import title
from evals.metrics import CATALOGUE
from evals.metrics.judged import JudgedMetric
from evals.reporting import pictures, words
from evals.reporting.groups import MAIN, Measure, groups, measures
from evals.reporting.stories import Teller, Wanted
from evals.runs import Row, Run

TOLD = 25
"""Samples that are told whole; the others are named."""


def write_report(path: Path, run: Run, baseline: Run | None = None, held: Sequence[Held] | None = None) -> None:
    """Write the report on a run, or on what changed since `baseline`, as one HTML file.

    `held`: what the gates found; by default those that ship are asked. Raises Refused when a metric was counted differently in the two.
    """
    comparison = compare(baseline, run) if baseline else None
    gates = hold(read_gates(), run, baseline, complete=False) if held is None else list(held)
    style = (files("evals.reporting") / "report.css").read_text(encoding="utf-8")
    text = _environment().get_template("report.html").render(style=_Style(style), **_content(run, baseline, comparison, gates))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class _Style:
    """The style sheet, and the digest by which the page's policy allows it and no other."""

    def __init__(self, text: str) -> None:
        from markupsafe import Markup

        self.text = Markup(f"\n{text}")  # noqa: S704 - our own file
        self.digest = base64.b64encode(hashlib.sha256(self.text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    """Strict; every text is escaped and cannot turn what stands after it around."""
    made = Environment(
        loader=PackageLoader("evals.reporting", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    made.filters.update(number=words.number, cases=words.cases)
    return made


def _content(run: Run, baseline: Run | None, comparison: Comparison | None, held: list[Held]) -> dict[str, Any]:
    worse, better = _told(run, comparison, held)
    found = pictures.fates(run, comparison)
    teller = Teller(run, baseline)
    return {
        "doubts": doubts(run),
        "run": run,
        "baseline": baseline,
        "headline": words.headline(run, comparison),
        "release": words.release(held, run),
        "strip": pictures.strip(found) if found else None,
        "legend": [(pictures.mark(fate), pictures.FATES[fate][2], count) for fate, count in found.items()],
        "worse": teller.tell(worse[:TOLD]),
        "worse_left": [one.sample for one in worse[TOLD:]],
        "better": teller.tell(better[:TOLD]),
        "still": _still(run, comparison),
        "measures": _measures(run, baseline, comparison),
        "groups": [(one, pictures.intervals(one.title, one.lines)) for one in groups(run, baseline)],
        "gates": [(title(one), one) for one in held],
        "uncertainty": words.uncertainty(run, comparison),
        "tried": _tried(run, baseline),
        "missing": list(_missing(run, comparison)),
    }


def _told(run: Run, comparison: Comparison | None, held: Iterable[Held]) -> tuple[list[Wanted], list[Wanted]]:
    """Samples that got worse and those that got better; in a report on one run, those that go wrong."""
    if comparison:
        return _grouped(one for one in comparison.moved if one.worse), _grouped(one for one in comparison.moved if not one.worse)
    against = {(one.gate.metric, sample) for one in held for sample in one.samples}
    wrong = [row for row in run.rows if (row.metric == MAIN and row.value < 1) or (row.metric, row.sample) in against]
    rank = {"high": 0, "medium": 1, "low": 2}
    wrong.sort(key=lambda row: rank.get(str(row.facts.get("severity")), 1))
    samples: dict[tuple[str, str], list[Row]] = {}
    for row in wrong:
        samples.setdefault((row.task, row.sample), []).append(row)
    return [Wanted(task, sample, rows) for (task, sample), rows in samples.items()], []


def _grouped(moved: Iterable[Moved]) -> list[Wanted]:
    """A sample once, with all that moved of it."""
    samples: dict[tuple[str, str], list[Moved]] = {}
    for one in moved:
        samples.setdefault((one.after.task, one.after.sample), []).append(one)
    return [Wanted(task, sample, [one.after for one in some], some) for (task, sample), some in samples.items()]


def _still(run: Run, comparison: Comparison | None) -> list[Row]:
    """Cases that go wrong as they did before."""
    if comparison is None:
        return []
    moved = {one.after.key for one in comparison.moved}
    return [row for row in run.of(MAIN) if row.value < 1 and row.key not in moved]


def _measures(run: Run, baseline: Run | None, comparison: Comparison | None) -> list[tuple[Measure, str]]:
    said = {one.metric: one.word for one in comparison.metrics} if comparison else {}
    order = {"worse": 0, "better": 1}
    return sorted(((one, said.get(one.name, "")) for one in measures(run, baseline)), key=lambda pair: order.get(pair[1], 2))


def _tried(run: Run, baseline: Run | None) -> list[tuple[str, str, str]]:
    """(what, before, now): what ships is said as such."""
    old = baseline.tried if baseline else {}
    names = dict.fromkeys(["model", "prompts", "knowledge", *old, *run.tried])
    usual = {"model": "none: drafts are made without a language model", "prompts": "those that ship", "knowledge": "the sample company's"}
    rows = [(name, str(old.get(name) or usual.get(name, "–")), str(run.tried.get(name) or usual.get(name, "–"))) for name in names]
    return [*rows, ("prompt versions", _versions(baseline), _versions(run))]


def _versions(run: Run | None) -> str:
    return ", ".join(sorted({str(one) for row in run.rows for one in row.facts.get("prompt", ())})) or "none was used" if run else ""


def _missing(run: Run, comparison: Comparison | None) -> Iterable[str]:
    """What this page cannot say."""
    yield from (f"{one} – nothing of it is in the figures." for one in run.failed)
    yield from (f"{one} (skipped)" for one in run.skipped)
    measured = set(run.metrics())
    if not measured:
        yield "Nothing was counted in this run."
    if comparison:
        for name, samples in ((comparison.before.name, comparison.only_before), (comparison.after.name, comparison.only_after)):
            if samples:
                yield f"{len(samples)} samples are only in {name}, so nothing is compared there: {_some(samples)}."
        lost = [name for name in comparison.before.metrics() if name not in measured]
        if lost:
            yield f"Measured before, and not in this run: {', '.join(lost)}."
    judged = bool(run.tried.get("judge"))
    idle = [name for name, metric in CATALOGUE.items() if name not in measured and (judged or not isinstance(metric, JudgedMetric))]
    if idle:
        yield f"These measures found nothing to count here: {', '.join(idle)}."
    there = {row.facts.get("ability") for row in run.of(MAIN)}
    without = [ability for ability in Ability.__args__ if ability not in there]  # type: ignore[attr-defined]
    if there and without:
        yield f"No case in this run is about: {', '.join(without)}."
    yield "How real customers take it. A case is what we thought of; the desk's own figures say what agents did with the drafts."


def _some(samples: Sequence[str]) -> str:
    return ", ".join(samples[:3]) + (f" and {len(samples) - 3} more" if len(samples) > 3 else "")
