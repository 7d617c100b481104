"""How far a judge agrees with people: Cohen's kappa (1960), chance taken off, with its interval. Kept beside the runs."""

import hashlib
import math
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from copilot.domain.base import now
from evals.judge.judging import Choice, identity, judged, preferred
from evals.judge.model import Judge, NoVerdict
from evals.judge.rubrics import CATALOGUE, Name, entailment
from evals.judge.verdicts import FEWEST, MOST, Stands
from evals.judge.votes import Label, Vote, by_sample, majority
from evals.runs import HOME

KEPT = HOME / "calibration"
ENOUGH = 0.6
"""Kappa from which agreement is called substantial (Landis & Koch 1977)."""
DRAWS = 1000
Way = Literal["labels", "points", "pairs"]
"""labels: points or sentences that people judged too. points: of two drafts, the one that got more points, and the one people chose.
pairs: the judge saw both."""


class Agreement(BaseModel):
    """Of one judge (model and prompt) with people, in one way of asking."""

    model_config = ConfigDict(frozen=True)

    rubric: Name
    identity: str
    way: Way
    kappa: float | None
    """None: it cannot be told, everything got the same label."""
    low: float | None
    high: float | None
    n: int
    same: float
    """Share of equal labels, chance not taken off."""
    made_at: datetime

    @property
    def enough(self) -> bool:
        """Whether the judge may be believed."""
        return self.kappa is not None and self.kappa >= ENOUGH


def agreement(rubric: Name, who: str, way: Way, people: Sequence[object], judge: Sequence[object]) -> Agreement:
    """Labels in pairs. Points are ordered, and a far miss weighs more: quadratic weights (Cohen 1968)."""
    ordered = all(isinstance(one, int) and not isinstance(one, bool) for one in [*people, *judge])
    names = sorted({str(one) for one in [*people, *judge]}) if not ordered else [str(n) for n in range(FEWEST, MOST + 1)]
    a, b = np.array([str(one) for one in people]), np.array([str(one) for one in judge])
    weights = "quadratic" if ordered else None
    drawn = [_kappa(a[pick], b[pick], names, weights) for pick in _picks(len(a))]
    known = [one for one in drawn if not math.isnan(one)]
    kappa = _kappa(a, b, names, weights)
    low, high = np.quantile(known, [0.025, 0.975]) if known and not math.isnan(kappa) else (None, None)
    return Agreement(
        rubric=rubric,
        identity=who,
        way=way,
        kappa=None if math.isnan(kappa) else kappa,
        low=None if low is None else float(low),
        high=None if high is None else float(high),
        n=len(a),
        same=float(np.mean(a == b)),
        made_at=now(),
    )


async def calibrate(judge: Judge, votes: Sequence[Vote], labels: Sequence[Label]) -> list[Agreement]:
    """Every rubric that people judged by, in every way they did. Raises Unavailable when the judge does not answer."""
    found: list[Agreement] = []
    for name, rubric in CATALOGUE.items():
        who = identity(judge.name, judge.prompts, rubric)
        mine = [label for label in labels if label.rubric == name]
        people, said = await (_sentences(judge, mine) if name == "entailment" else _points(judge, mine))
        if people:
            found.append(agreement(rubric.name, who, "labels", people, said))
        chosen = [vote for vote in votes if vote.rubric == name] if rubric.pairs else []
        if chosen:
            found += await _pairs(judge, rubric.name, who, chosen)
    return found


async def _points(judge: Judge, labels: Sequence[Label]) -> tuple[list[object], list[object]]:
    people: list[object] = []
    said: list[object] = []
    for label in labels:
        if label.score is None:
            continue
        try:
            value = (await judged(judge, CATALOGUE[label.rubric], label.material)).value
        except NoVerdict:
            continue
        people.append(label.score)
        said.append(round(FEWEST + value * (MOST - FEWEST)))
    return people, said


async def _sentences(judge: Judge, labels: Sequence[Label]) -> tuple[list[object], list[object]]:
    people: list[object] = []
    said: list[object] = []
    for label in labels:
        prompt, sentences = entailment(judge.prompts, label.material)
        try:
            verdict = await judge.ask(prompt, Stands)
        except NoVerdict:
            continue
        if len(verdict.stands) == len(sentences) == len(label.stands):
            people += label.stands
            said += verdict.stands
    return people, said


async def _pairs(judge: Judge, name: Name, who: str, votes: Sequence[Vote]) -> list[Agreement]:
    people: list[Choice] = []
    seen: list[Choice] = []
    alone: list[Choice] = []
    for theirs in by_sample(votes).values():
        vote = theirs[0]
        try:
            found = await preferred(judge, CATALOGUE[name], vote.setting, vote.a.text, vote.b.text)
        except NoVerdict:
            continue
        people.append(majority(theirs))
        seen.append(found.choice)
        alone.append(found.by_points)
    return [agreement(name, who, "points", people, alone), agreement(name, who, "pairs", people, seen)] if people else []


def keep(found: Sequence[Agreement], folder: Path = KEPT) -> None:
    """One file for each judge, rubric and way; a later calibration takes the place of an earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in found:
        _place(folder, one.identity, one.way).write_text(one.model_dump_json(indent=1), encoding="utf-8")


def kept(who: str, folder: Path = KEPT) -> Agreement | None:
    """How far this judge's points agree with people: by labels where there are some, else by votes. None: nobody knows."""
    ways: tuple[Way, ...] = ("labels", "points")
    for way in ways:
        try:
            return Agreement.model_validate_json(_place(folder, who, way).read_bytes())
        except (OSError, ValidationError):
            continue
    return None


def _place(folder: Path, who: str, way: Way) -> Path:
    return folder / f"{hashlib.sha256(who.encode()).hexdigest()[:16]}-{way}.json"


def _kappa(
    a: "np.ndarray[tuple[int], np.dtype[np.str_]]", b: "np.ndarray[tuple[int], np.dtype[np.str_]]", names: list[str], weights: str | None
) -> float:
    from sklearn.metrics import cohen_kappa_score

    if len(names) < 2:
        return math.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one label only: it says nan, and so do we
        return float(cohen_kappa_score(a, b, labels=names, weights=weights))


def _picks(n: int) -> list["np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    chance = np.random.default_rng(20260101)
    return [chance.integers(0, n, n) for _ in range(DRAWS)]
