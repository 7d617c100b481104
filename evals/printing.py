"""Runs, comparisons and gates on a terminal, and as data for programs."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.comparing import Comparison, Moved
from evals.figures import Figure, figure
from evals.gating import Held
from evals.junit import title
from evals.metrics import CATALOGUE
from evals.runs import Row, Run, by_metric

SHOWN = 12
"""Regressions that are printed; the report has all of them."""
GOOD, BAD, QUIET = "green", "red", "dim"
APART = "set"
"""The fact by which a figure is also told apart: the data set, or the kind of thing, that a sample comes from."""


def print_run(run: Run) -> None:
    """A line for each metric; then what is not as expected."""
    console = Console()
    console.print(Text(f"\n{run.name}", style="bold"), Text(_about(run), style=QUIET))
    table = _table("", "figure", "95 %", "samples", "")
    for name, rows in by_metric(run.rows).items():
        found = figure(rows)
        table.add_row(name, _number(found), _interval(found), _samples(found), Text(CATALOGUE[name].says, style=QUIET))
        for part, found in _apart(rows).items():
            table.add_row(f"  {part}", _number(found), _interval(found), _samples(found), "")
    console.print(table)
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


def print_comparison(found: Comparison) -> None:
    """What got worse first."""
    console = Console()
    console.print(Text(f"\n{found.before.name} → {found.after.name}", style="bold"))
    table = _table("", found.before.name, found.after.name, "difference", "95 %", "would be seen from")
    for one in sorted(found.metrics, key=lambda one: one.word != "worse"):
        style = {"better": GOOD, "worse": BAD}.get(one.word, QUIET)
        gap = one.difference
        cells = (f"{gap.value:+.3f}", f"{gap.low:+.3f} to {gap.high:+.3f}", f"{gap.least_seen:.3f}") if gap else ("", "", "")
        table.add_row(one.metric, _number(one.before), _number(one.after), *cells, Text(one.word, style=style))
    console.print(table)
    for moved in found.moved[:SHOWN]:
        _print_moved(console, moved)
    left = len(found.moved) - SHOWN
    if left > 0:
        console.print(Text(f"… and {left} more samples that moved.", style=QUIET))
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
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for column in columns:
        table.add_column(column)
    return table


def _about(run: Run) -> str:
    tried = ", ".join(f"{name} {value}" for name, value in run.tried.items())
    return f"{run.made_at:%Y-%m-%d %H:%M}, {run.seconds:.0f} s" + (f", {tried}" if tried else "")


def _number(found: Figure) -> str:
    return f"{found.value:.3f}"


def _interval(found: Figure) -> str:
    return f"{found.low:.3f} to {found.high:.3f}"


def _samples(found: Figure) -> str:
    return str(found.n) if found.k is None else f"{found.k} of {found.n}"
