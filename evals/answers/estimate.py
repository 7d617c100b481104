"""What a run would cost, before it is run: a few of its cases go through the copilot in a trial pass that asks nothing."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from copilot.domain.errors import Unavailable
from evals.answers.prices import price, ready
from evals.answers.purse import Asked
from evals.casebook.building import ident
from evals.casebook.format import Case
from evals.judge.judging import judged
from evals.judge.rubrics import CATALOGUE
from evals.metrics import BY_JUDGE
from evals.session import session
from evals.subject import Variant, subject

LOOKED_AT = 5
"""Cases of the trial pass, spread over all."""
WRITTEN = 300
"""Tokens that an answer is taken to have."""


@dataclass(frozen=True)
class Estimate:
    """Over all samples. Answers that are kept cost nothing and are not in it."""

    samples: int
    looked_at: int
    questions: float
    tokens: float
    """Of the questions."""
    dollars: float
    unpriced: tuple[str, ...]
    """Models whose price is not known."""
    left_out: tuple[str, ...] = ()
    """Tasks that ask a model too, and could not be looked at beforehand."""


async def estimate(cases: Sequence[Case], variant: Variant, judge: str, judge_base: str, left_out: Sequence[str] = ()) -> Estimate:
    """Raises Invalid as the run itself would."""
    await ready()
    picked = [cases[len(cases) * place // LOOKED_AT] for place in range(LOOKED_AT)] if len(cases) > LOOKED_AT else list(cases)
    asked: list[Asked] = []
    for case in picked:
        asked += await _trial(case, variant, judge, judge_base)
    share = len(cases) / len(picked) if picked else 0.0
    prices = [price(one.model, one.tokens, WRITTEN) for one in asked]
    models = dict.fromkeys([*(one.model for one in asked), *filter(None, (variant.model, judge))])
    return Estimate(
        samples=len(cases),
        looked_at=len(picked),
        questions=len(asked) * share,
        tokens=sum(one.tokens for one in asked) * share,
        dollars=sum(one or 0.0 for one in prices) * share,
        unpriced=tuple(name for name in models if price(name, 1000, WRITTEN) is None),
        left_out=tuple(left_out),
    )


async def _trial(case: Case, variant: Variant, judge: str, judge_base: str) -> list[Asked]:
    """What one case would ask."""
    purse = session().purse
    noted: list[Asked] = []
    purse.trial = noted
    try:
        outcome = await (await subject(variant)).run(case)
        for metric in BY_JUDGE if judge else ():
            material = metric.material(ident(case).removeprefix("case-"), outcome)
            with suppress(Unavailable):
                if material is not None:
                    await judged(session().judge(judge, judge_base), CATALOGUE[metric.rubric], material)
    finally:
        purse.trial = None
    return noted
