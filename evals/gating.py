"""Gates: what a release has to hold, each with its reason, in YAML."""

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from copilot.domain.errors import Invalid
from copilot.domain.formats import explain
from evals.comparing import same_versions
from evals.figures import figure
from evals.metrics import CATALOGUE
from evals.runs import Row, Run

THRESHOLDS = Path(__file__).parent / "thresholds.yaml"
"""Those that ship."""


class Gate(BaseModel):
    """One thing that has to hold. `least` and `most` are of the figure itself; `no_worse_by`: than the baseline, where one is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    because: Annotated[str, Field(min_length=10)]
    least: float | None = None
    most: float | None = None
    no_worse_by: float | None = None
    only: dict[str, str] = {}
    """Samples with these facts only, such as {severity: high}."""

    @model_validator(mode="after")
    def _asks(self) -> "Gate":
        if self.least is None and self.most is None and self.no_worse_by is None:
            raise ValueError("it asks for nothing: write `least`, `most` or `no_worse_by`")
        if self.metric not in CATALOGUE:
            raise ValueError(f"there is no metric {self.metric!r}; choose from {', '.join(CATALOGUE)}")
        return self


class Held(BaseModel):
    """One gate and what was found."""

    gate: Gate
    holds: bool
    found: str
    samples: tuple[str, ...] = ()
    """Those that count against it."""


def read_gates(path: Path = THRESHOLDS) -> list[Gate]:
    """Raises Invalid, naming the gate that is wrong."""
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise Invalid(f"{path}: it cannot be read: {error}.", todo="Name a YAML file with a list of gates.") from None
    try:
        return TypeAdapter(list[Gate]).validate_python(given)
    except ValidationError as error:
        raise explain(error, path.name) from None


def hold(gates: list[Gate], run: Run, baseline: Run | None = None, *, complete: bool = True) -> list[Held]:
    """Every gate; one whose metric was not measured does not hold. Raises Refused when a metric was counted differently in the baseline.

    Not `complete`: of a run of some cases only what it measured is held, if that is anything.
    """
    if baseline is not None:
        same_versions(baseline, run)
    asked = [gate for gate in gates if gate.no_worse_by is None or baseline]
    measured = [gate for gate in asked if run.of(gate.metric, **gate.only)]
    return [_held(gate, run, baseline) for gate in (asked if complete or not measured else measured)]


def _held(gate: Gate, run: Run, baseline: Run | None) -> Held:
    rows = run.of(gate.metric, **gate.only)
    if not rows:
        return Held(gate=gate, holds=False, found="nothing was measured")
    found = figure(rows)
    said = f"{found.value:.3f} ({found.n} samples, 95 %: {found.low:.3f} to {found.high:.3f})"
    against = tuple(row.sample for row in rows if _counts_against(gate, row))
    if gate.least is not None and found.value < gate.least:
        return Held(gate=gate, holds=False, found=f"{said}, at least {gate.least:g} is wanted", samples=against)
    if gate.most is not None and found.value > gate.most:
        return Held(gate=gate, holds=False, found=f"{said}, at most {gate.most:g} is allowed", samples=against)
    if gate.no_worse_by is not None and baseline is not None:
        before = baseline.of(gate.metric, **gate.only)
        if before:
            was = figure(before).value
            loss = was - found.value if CATALOGUE[gate.metric].better == "higher" else found.value - was
            if loss > gate.no_worse_by:
                return Held(
                    gate=gate, holds=False, found=f"{said}, it was {was:.3f}: worse by more than {gate.no_worse_by:g}", samples=against
                )
    return Held(gate=gate, holds=True, found=said)


def _counts_against(gate: Gate, row: Row) -> bool:
    higher = CATALOGUE[gate.metric].better == "higher"
    bound = gate.least if higher else gate.most
    if bound is None:
        return False
    return row.value < bound if higher else row.value > bound
