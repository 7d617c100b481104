"""What the figures say, in sentences that somebody who leads a support team understands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.measures.shares import POWER_Z
from evals.comparing import Compared, Comparison, Moved
from evals.figures import Figure, figure
from evals.gating import Held
from evals.metrics import CATALOGUE
from evals.reporting.groups import MAIN
from evals.runs import Run

Mood = Literal["good", "bad", "plain"]


@dataclass(frozen=True)
class Headline:
    """The first thing that is read."""

    mood: Mood
    says: str
    then: tuple[str, ...]


def headline(run: Run, comparison: Comparison | None) -> Headline:
    """Whether it got better or worse and by how much; of one run alone, how much of it is right."""
    if not run.of(MAIN):
        return _of_measures(run, comparison)
    return _of_change(comparison) if comparison and comparison.before.of(MAIN) else _of_one(run)


def _of_one(run: Run) -> Headline:
    rows = run.of(MAIN)
    wrong = [row for row in rows if row.value < 1]
    if not wrong:
        return Headline("good", f"All {cases(len(rows))} go as they should.", ())
    says = f"{len(rows) - len(wrong)} of {cases(len(rows))} go as they should, {len(wrong)} {_do(len(wrong))} not."
    return Headline("bad", says, _severe([row.facts.get("severity") for row in wrong]))


def _of_change(comparison: Comparison) -> Headline:
    moved = [one for one in comparison.moved if one.after.metric == MAIN]
    lost, won = [one for one in moved if one.worse], [one for one in moved if not one.worse]
    found = next(one for one in comparison.metrics if one.metric == MAIN)
    return Headline(
        *_verdict(len(lost), len(won), found), (*_severe([one.after.facts.get("severity") for one in lost]), *_sure(found, moved))
    )


def _verdict(lost: int, won: int, found: Compared) -> tuple[Mood, str]:
    gone, come = f"{cases(lost)} that went right {_go(lost)} wrong now", f"{cases(won)} that went wrong {_go(won)} right now"
    if not lost and not won:
        n = found.difference.n if found.difference else found.after.n
        return "plain", f"Nothing changed in what goes right and what goes wrong, in {cases(n)}."
    if not lost:
        return "good", f"It got better: {come}, and none got worse."
    if not won:
        return "bad", f"It got worse: {gone}."
    if won > lost:
        return "plain", f"It got better, but not everywhere: {come}, and {gone}."
    if won < lost:
        return "bad", f"It got worse on the whole: {gone}, and {come}."
    return "plain", f"It is neither better nor worse on the whole: {gone}, and {come}."


def _severe(severities: Sequence[object]) -> tuple[str, ...]:
    high = sum(one == "high" for one in severities)
    if not high:
        return ()
    whole = "All of those that go wrong are" if high > 1 else "The one that goes wrong is"
    which = f"{high} of those that go wrong {'is' if high == 1 else 'are'}" if high < len(severities) else whole
    return (f"{which} of high severity: it must not reach a customer.",)


def _sure(found: Compared, moved: Sequence[Moved]) -> tuple[str, ...]:
    """How many go right, and whether chance could explain the difference."""
    gap = found.difference
    counted = f"{_of(found.after)} go as they should; before, it was {_of(found.before)}."
    if gap is None or not moved:
        return (counted,)
    if gap.seen:
        return (
            counted,
            f"That is more than chance explains: {points(gap.value)}, surely between {points(gap.low)} and {points(gap.high)}.",
        )
    return (counted, f"In {cases(gap.n)} this can still be chance: {points(gap.value)} were measured, {_span(gap.low, gap.high)}.")


def _of_measures(run: Run, comparison: Comparison | None) -> Headline:
    """Of a run without cases."""
    if comparison is None or not comparison.metrics:
        return Headline("plain", f"{len(run.metrics())} figures over {len({row.sample for row in run.rows})} samples.", ())
    worse, better = ([one.metric for one in comparison.metrics if one.word == word] for word in ("worse", "better"))
    says = [f"{', '.join(worse)} got worse" if worse else "", f"{', '.join(better)} got better" if better else ""]
    told = ", and ".join(part for part in says if part)
    return Headline("bad" if worse else "good" if better else "plain", f"{told}." if told else "No figure differs more than by chance.", ())


def release(held: Sequence[Held], run: Run) -> tuple[Mood, str]:
    """What the gates say, in a line."""
    wrong = sum(not one.holds for one in held)
    if run.failed:
        return "bad", f"Not everything ran to its end ({len(run.failed)}): this run decides nothing."
    if wrong:
        return "bad", f"{wrong} of {len(held)} gates {_do(wrong, 'does')} not hold: this must not be released."
    return "good", "The gate holds." if len(held) == 1 else f"All {len(held)} gates hold: nothing here speaks against a release."


def uncertainty(run: Run, comparison: Comparison | None) -> list[tuple[str, list[str]]]:
    """For each metric, what its interval means and how small a change would be seen."""
    return [(name, list(_of_metric(name, run, comparison))) for name in run.metrics()]


def _of_metric(name: str, run: Run, comparison: Comparison | None) -> Sequence[str]:
    found = figure(run.of(name))
    unit = CATALOGUE[name].unit
    told = []
    if found.k is not None:
        told.append(
            f"{found.k} of {found.n}: {_share(found.value)}. With other cases of the same sort it would lie between {_range(found)}."
        )
    else:
        told.append(f"{number(found.value, unit)} over {found.n} samples; with others of the same sort, between {_range(found, unit)}.")
    compared = next((one for one in comparison.metrics if one.metric == name), None) if comparison else None
    gap = compared.difference if compared else None
    if gap is not None and gap.least_seen:
        told.append(f"Between the two runs, a difference from {number(gap.least_seen, unit, plus=True)} on is noticed four times of five.")
    elif gap is not None:
        told.append("Every sample has the same value in both runs.")
    elif found.k is not None:
        told.append(_smallest(found))
    return told


def _smallest(found: Figure) -> str:
    """For one run: how large a change another run of as many cases would have to show (Cohen's arcsine gap would say nearly the same)."""
    share = min(max(found.value, 1 / (2 * found.n)), 1 - 1 / (2 * found.n))
    least = POWER_Z * (2 * share * (1 - share) / found.n) ** 0.5
    return f"Another run of as many cases would have to differ by about {least * 100:.0f} points to be told from chance."


def cases(n: int) -> str:
    """`1 case`, `12 cases`."""
    return f"{n} case{'' if n == 1 else 's'}"


def number(value: float, unit: str, *, plus: bool = False) -> str:
    """As it is read aloud: `94 %`, `3.2 points`, `812 ms`."""
    if unit == "share":
        return f"{value * 100:.1f} points" if plus else _share(value)
    if unit == "score":
        return f"{value:.3f}"
    return f"${value:.4f}" if unit == "dollars" else f"{value:,.1f} {unit}" if unit in ("ms", "tokens", "points") else f"{value:,.2f}"


def points(value: float) -> str:
    """A difference of shares: `−2.1 points`."""
    return f"{value * 100:+.1f} points".replace("-", "−")


def _span(low: float, high: float) -> str:
    return f"anything from {low * 100:+.1f} to {high * 100:+.1f} is possible".replace("-", "−")


def _range(found: Figure, unit: str = "share") -> str:
    return f"{number(found.low, unit)} and {number(found.high, unit)}"


def _share(value: float) -> str:
    return f"{value * 100:.0f} %" if value in (0.0, 1.0) or 0.01 <= value <= 0.99 else f"{value * 100:.1f} %"


def _of(found: Figure) -> str:
    return f"{found.k} of {found.n}" if found.k is not None else f"{found.value:.3f}"


def _do(n: int, one: str = "does") -> str:
    return one if n == 1 else "do"


def _go(n: int) -> str:
    return "goes" if n == 1 else "go"
