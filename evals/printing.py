"""Runs, comparisons and gates on a terminal, and as data for programs."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evals.comparing import Comparison, Moved, Word
from evals.figures import Figure, figure
from evals.gating import Held
from evals.judge.trust import doubts, standings
from evals.junit import title
from evals.metrics import CATALOGUE
from evals.runs import Row, Run, by_metric

SHOWN = 12
"""Samples that are printed of those that got worse, and of those that got better; the report has all of them."""
NAME = 26
"""Columns for a metric's name."""
ORDER: tuple[Word, ...] = ("worse", "better", "no difference seen", "the same")
"""In which what became of metrics is told."""
GOOD, BAD, QUIET = "green", "red", "dim"
APART = "set"
"""The fact by which a figure is also told apart: the data set, or the kind of thing, that a sample comes from."""


def print_run(run: Run, *, explain: bool = False) -> None:
    """A line for each metric, by ability; then what is not as expected. `explain`: with what each metric says."""
    console = Console()
    console.print(Text(f"\n{run.name}", style="bold"), Text(_about(run), style=QUIET))
    found = by_metric(run.rows)
    console.print(Text(f"{'':{NAME}}{'figure':>10}  {'95 %':<18}samples", style=QUIET))
    for ability, names in by_ability(found).items():
        console.print(Text(ability, style="bold"))
        for name in names:
            console.print(_line(name, figure(found[name])))
            for part, apart in _apart(found[name]).items():
                console.print(_line(name, apart, f"  {part}"))
            if explain:
                console.print(Padding(Text(CATALOGUE[name].says, style=QUIET), (0, 0, 0, 4)))
    for doubt in doubts(run):
        console.print(Text(f"⚠ {doubt}", style=f"bold {BAD}"))
    if not explain:
        console.print(Text("\nWhat each metric counts: copilot eval metrics, or --explain.", style=QUIET))
    _print_unexpected(console, run)


def print_metrics() -> None:
    """Every metric with its version, what is better, where it comes from and what it says."""
    console = Console()
    for ability, names in by_ability(CATALOGUE).items():
        console.print(Text(f"\n{ability}", style="bold"))
        for name in names:
            one = CATALOGUE[name]
            console.print(Text(name), Text(f"version {one.version}, {one.better} is better, {one.unit}", style=QUIET))
            console.print(Padding(Text(one.says), (0, 0, 0, 4)))
            console.print(Padding(Text(f"From: {one.source}", style=QUIET), (0, 0, 0, 4)))


def by_ability(names: Iterable[str]) -> dict[str, list[str]]:
    """Metrics under what they are about: what is over all first, what it costs last."""
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=list(CATALOGUE).index):
        found.setdefault(CATALOGUE[name].ability, []).append(name)
    order = ["all", *(ability for ability in found if ability not in ("all", "cost")), "cost"]
    return {ability: found[ability] for ability in order if ability in found}


def _print_unexpected(console: Console, run: Run) -> None:
    for row in run.of("as expected"):
        if row.value < 1:
            console.print(Text(f"✗ {row.sample}", style=BAD), Text(f"({row.facts.get('severity')})", style=QUIET))
            console.print(Text("\n".join(f"    {line}" for line in row.why.splitlines())))
    for reason in run.failed:
        console.print(Text(f"did not end well: {reason}", style=BAD))
    for reason in run.skipped:
        console.print(Text(f"skipped: {reason}", style=QUIET))


def _apart(rows: Sequence[Row]) -> dict[str, Figure]:
    """The figure for each set, where there are several."""
    sets: dict[str, list[Row]] = {}
    for row in rows:
        sets.setdefault(str(row.facts.get(APART, "")), []).append(row)
    return {name: figure(found) for name, found in sorted(sets.items())} if len(sets) > 1 else {}


def print_next(run: Run, against: str, html: Path | None) -> None:
    """Where it was written, and what to do with it."""
    console = Console(soft_wrap=True)
    console.print(Text(f"\nKept in {run.folder}." + (f" The report: {html}" if html else ""), style="bold"))
    lines = [
        (f"copilot eval view {run.name}", "look into every sample"),
        ("" if against else f"copilot eval run … --against {run.name}", "compare what you change with this run"),
        ("" if html else f"copilot eval gate {run.name} --html report.html", "hold it to the gates, and write the report"),
    ]
    for command, what in lines:
        if command:
            console.print(Text(f"  {command:<52}") + Text(what, style=QUIET))


def print_comparison(found: Comparison) -> None:
    """What got worse first."""
    console = Console()
    console.print(Text(f"\n{found.before.name} → {found.after.name}", style="bold"))
    table = _table("", found.before.name, found.after.name, "change", "95 %", "seen from", "")
    for one in sorted((one for one in found.metrics if one.word != "the same"), key=lambda one: ORDER.index(one.word)):
        style = {"better": GOOD, "worse": BAD}.get(one.word, QUIET)
        gap = one.difference
        cells = (f"{gap.value:+.3f}", f"{gap.low:+.3f} to {gap.high:+.3f}", f"{gap.least_seen:.3f}") if gap else ("", "", "")
        table.add_row(
            one.metric,
            _number(one.metric, one.before),
            _number(one.metric, one.after),
            *cells,
            Text("not seen" if one.word == ORDER[2] else one.word, style=style),
        )
    console.print(table)
    if same := [one.metric for one in found.metrics if one.word == "the same"]:
        console.print(Text(f"The same in every sample: {', '.join(same)}.", style=QUIET))
    told = [one for one in found.moved if CATALOGUE[one.after.metric].ability != "cost"]  # of tokens and times the table says enough
    for worse in (True, False):  # each has room of its own: what was mended is not hidden behind what broke
        moved = [one for one in told if one.worse == worse]
        for single in moved[:SHOWN]:
            _print_moved(console, single)
        if len(moved) > SHOWN:
            console.print(Text(f"… and {len(moved) - SHOWN} more samples that got {'worse' if worse else 'better'}.", style=QUIET))
    for name, samples in ((found.before.name, found.only_before), (found.after.name, found.only_after)):
        if samples:
            console.print(Text(f"Only in {name}: {len(samples)} samples, such as {samples[0]}.", style=QUIET))


def print_gates(run: Run, held: Sequence[Held]) -> None:
    """Every gate; of one that does not hold, why it is there and what counts against it."""
    console = Console()
    for one in held:
        console.print(Text("✓ " if one.holds else "✗ ", style=GOOD if one.holds else BAD) + Text(title(one)), Text(one.found, style=QUIET))
        if not one.holds:
            console.print(Text(f"    Why it is there: {one.gate.because}"))
            for sample in one.samples[:SHOWN]:
                console.print(Text(f"    – {sample}"))
    for reason in run.failed:
        console.print(Text(f"✗ {reason}", style=BAD))
    wrong = sum(not one.holds for one in held) + len(run.failed)
    console.print(
        Text(f"{len(held)} gates, {wrong} do not hold." if wrong else f"All {len(held)} gates hold.", style=BAD if wrong else GOOD)
    )


def print_suites() -> None:
    """Suites with their tasks."""
    from evals.suites import read_suites

    table = _table("", "tasks", "")
    table.columns[0].no_wrap, table.columns[0].min_width = True, 10
    for name, suite in read_suites().items():
        table.add_row(name, ", ".join(step.task for step in suite.steps), suite.says)
    Console().print(table)


def as_data(run: Run, comparison: Comparison | None) -> dict[str, Any]:
    """What `--json` prints."""
    data: dict[str, Any] = {
        "schema_version": 1,
        "run": run.name,
        "made_at": run.made_at.isoformat(),
        "tried": run.tried,
        "failed": list(run.failed),
        "judged": [standing.data() for standing in standings(run)],
        "skipped": list(run.skipped),
        "metrics": {
            name: _figure_data(name, figure(rows)) | {"sets": {part: found._asdict() for part, found in _apart(rows).items()}}
            for name, rows in by_metric(run.rows).items()
        },
        "against_expectation": {row.sample: row.why.splitlines() for row in run.of("as expected") if row.value < 1},
    }
    if comparison:
        data["against"] = comparison.before.name
        data["differences"] = {
            one.metric: {"word": one.word, **(one.difference._asdict() if one.difference else {})} for one in comparison.metrics
        }
        data["moved"] = [
            {
                "sample": one.after.sample,
                "metric": one.after.metric,
                "before": one.before.value,
                "after": one.after.value,
                "worse": one.worse,
            }
            for one in comparison.moved
        ]
    return data


def _figure_data(name: str, found: Figure) -> dict[str, Any]:
    return {**found._asdict(), "version": CATALOGUE[name].version, "better": CATALOGUE[name].better}


def _print_moved(console: Console, moved: Moved) -> None:
    style = BAD if moved.worse else GOOD
    console.print(
        Text("▼ " if moved.worse else "▲ ", style=style)
        + Text(f"{moved.after.metric}: {moved.after.sample} {moved.before.value:g} → {moved.after.value:g}")
    )
    for line in moved.after.why.splitlines()[:4]:
        console.print(Text(f"    {line}", style=QUIET))


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for place, column in enumerate(columns, 1):
        table.add_column(column, no_wrap=place < len(columns))
    return table


def _about(run: Run) -> str:
    tried = ", ".join(f"{name} {value}" for name, value in run.tried.items())
    return f"{run.made_at:%Y-%m-%d %H:%M}, {run.seconds:.0f} s" + (f", {tried}" if tried else "")


def _number(name: str, found: Figure) -> str:
    return _value(name, found.value)


def _line(name: str, found: Figure, called: str = "") -> Text:
    """Name (or what it is `called`), figure, interval and samples below each other within 80 columns; a perfect share is green."""
    metric, label = CATALOGUE[name], called or name
    perfect = 1.0 if metric.better == "higher" else 0.0
    style = GOOD if metric.unit == "share" and found.value == perfect else ""
    return Text.assemble(
        f"  {label:<{NAME - 2}}", (f"{_number(name, found):>10}", style), f"  {_interval(name, found):<18}", (_samples(found), QUIET)
    )


def _interval(name: str, found: Figure) -> str:
    return f"{_value(name, found.low)} to {_value(name, found.high)}"


def _value(name: str, value: float) -> str:
    """With as many places as its unit has sense for."""
    if math.isnan(value):
        return "–"
    places = {"ms": 0, "tokens": 0, "count": 0, "dollars": 4}.get(CATALOGUE[name].unit, 3)
    return f"{value:,.{places}f}"


def _samples(found: Figure) -> str:
    return str(found.n) if found.k is None else f"{found.k} of {found.n}"
