"""What an experiment came to: both arms figure by figure, how they differ, and whether the variant does harm."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np

from copilot.domain.base import Frozen
from copilot.domain.experiments import Arm, ArmFigures, Difference, Estimate, Experiment, Outcome, Results, Watched
from copilot.measures import clusters, harm, shares
from copilot.measures.clusters import Clustered, Sums

SEED: Final = 20260101
FEW: Final = 5
"""Conversations of an arm below which no difference of means is called seen."""
USUAL: Final[Mapping[Watched, float]] = {"used": 0.5, "withheld": 0.1}
"""What such a share is guessed to be before anything is known: only how tight the bound is depends on it, not whether it holds."""


class Drafted(Frozen):
    """One time that a kind was drafted for a turn: the model's draft and, where that was withheld, the one without a model."""

    conversation_id: str
    arm: Arm
    settled: bool
    used: bool
    changed: float | None
    flagged: bool
    withheld: bool
    abstained: bool
    input_tokens: int
    output_tokens: int
    cost_microusd: int
    latency_ms: float
    made_with: str


Shares = Mapping[str, tuple[Callable[[Drafted], bool], Callable[[Drafted], bool]]]
SHARES: Final[Shares] = {
    "used": (lambda one: one.settled, lambda one: one.used),
    "flagged": (lambda one: True, lambda one: one.flagged),
    "withheld": (lambda one: True, lambda one: one.withheld),
    "abstained": (lambda one: True, lambda one: one.abstained),
}
"""Of which drafts, and what counts. Also a turn for which nothing could be offered is one in which nothing was used: an arm must not look
better by drafting for the easy turns only."""
MEANS: Final[Mapping[str, Callable[[Drafted], float | None]]] = {
    "changed": lambda one: one.changed,
    "input_tokens": lambda one: one.input_tokens,
    "output_tokens": lambda one: one.output_tokens,
    "cost_microusd": lambda one: one.cost_microusd,
    "latency_ms": lambda one: one.latency_ms,
}


def results(experiment: Experiment, outcomes: Sequence[Outcome], now: datetime) -> Results:
    """All figures as of `now`. Takes some tens of milliseconds of processor time for thousands of drafts."""
    drafts = _drafted(outcomes)
    control = [one for one in drafts if one.arm == "control"]
    variant = [one for one in drafts if one.arm == "variant"]
    differences = [_of_shares(experiment, name, control, variant) for name in SHARES]
    differences += [_of_means(name, control, variant) for name in MEANS]
    return Results(
        as_of=now,
        conversations=len({one.conversation_id for one in drafts if one.settled}),
        control=_figures("control", control),
        variant=_figures("variant", variant),
        differences=tuple(one for one in differences if one is not None),
        harm=tuple(name for name in USUAL if _harms(experiment, name, control, variant)),
    )


def _drafted(outcomes: Sequence[Outcome]) -> list[Drafted]:
    """Stored drafts of the same turn and kind are one."""
    together: dict[tuple[str, str, Arm], list[Outcome]] = {}
    for one in outcomes:
        together.setdefault((one.turn_id, one.kind, one.arm), []).append(one)
    return [_one(some) for some in together.values()]


def _one(some: Sequence[Outcome]) -> Drafted:
    first, offered = some[0], [one for one in some if one.state == "proposed"]
    changed = [one.changed for one in some if one.changed is not None]
    return Drafted(
        conversation_id=first.conversation_id,
        arm=first.arm,
        settled=any(one.settled for one in some),
        used=any(one.used for one in some),
        changed=min(changed) if changed else None,
        flagged=any(one.flagged for one in offered),
        withheld=any(one.state == "withheld" for one in some),
        abstained=not offered and any(one.state == "abstained" for one in some),
        input_tokens=sum(one.input_tokens for one in some),
        output_tokens=sum(one.output_tokens for one in some),
        cost_microusd=sum(one.cost_microusd for one in some),
        latency_ms=max(one.latency_ms for one in some),
        made_with=", ".join(part for part in (first.model, first.prompt) if part) or "no model answered",
    )


def _share(name: str, drafts: Sequence[Drafted]) -> Clustered | None:
    among, counts = SHARES[name]
    values = [(one.conversation_id, float(counts(one))) for one in drafts if among(one)]
    return clusters.mean(clusters.sums(values)) if values else None


def _values(name: str, drafts: Sequence[Drafted]) -> Sums | None:
    values = [(one.conversation_id, value) for one in drafts if (value := MEANS[name](one)) is not None]
    return clusters.sums(values) if values else None


def _figures(arm: Arm, drafts: Sequence[Drafted]) -> ArmFigures:
    estimates = {name: _told_share(name, drafts) for name in SHARES} | {name: _told_mean(name, drafts) for name in MEANS}
    counted = {
        "conversations": len({one.conversation_id for one in drafts}),
        "drafts": len(drafts),
        "settled": sum(one.settled for one in drafts),
        "spent_microusd": sum(one.cost_microusd for one in drafts),
        "made_with": dict(Counter(one.made_with for one in drafts).most_common(20)),
    }
    return ArmFigures.model_validate({"arm": arm, **counted, **estimates})


def _told_share(name: str, drafts: Sequence[Drafted]) -> Estimate | None:
    share = _share(name, drafts)
    if share is None:
        return None
    low, high = shares.interval(share)
    return Estimate(value=share.value, low=low, high=high, n=share.n, k=round(share.value * share.n))


def _told_mean(name: str, drafts: Sequence[Drafted]) -> Estimate | None:
    values = _values(name, drafts)
    if values is None:
        return None
    low, high = clusters.between(clusters.resampled(values, SEED))
    return Estimate(value=clusters.mean(values).value, low=low, high=high, n=int(values.counts.sum()))


def _of_shares(experiment: Experiment, name: str, control: Sequence[Drafted], variant: Sequence[Drafted]) -> Difference | None:
    was, now = _share(name, control), _share(name, variant)
    if was is None or now is None:
        return None
    low, high = shares.newcombe(was, now)
    gap = harm.gap(was, now)
    steady = None
    if name in ("used", "withheld") and math.isfinite(gap.variance):
        lower, upper = harm.at_any_time(gap, _planned(experiment, name), harm.ALPHA)
        steady = (max(-1.0, lower), min(1.0, upper))
    least = min(1.0, shares.POWER_Z * math.sqrt(gap.variance))
    return Difference(figure=name, value=gap.value, low=low, high=high, least_seen=least, at_any_time=steady)


def _of_means(name: str, control: Sequence[Drafted], variant: Sequence[Drafted]) -> Difference | None:
    was, now = _values(name, control), _values(name, variant)
    if was is None or now is None:
        return None
    drawn = clusters.resampled(now, SEED + 1) - clusters.resampled(was, SEED)
    low, high = clusters.between(drawn)
    if min(len(was.counts), len(now.counts)) < FEW:
        low, high = min(low, 0.0), max(high, 0.0)
    value = clusters.mean(now).value - clusters.mean(was).value
    return Difference(figure=name, value=value, low=low, high=high, least_seen=shares.POWER_Z * float(np.std(drawn)))


def _harms(experiment: Experiment, name: Watched, control: Sequence[Drafted], variant: Sequence[Drafted]) -> bool:
    """Every watched share has its part of the chance of a false stop."""
    was, now = _share(name, control), _share(name, variant)
    if was is None or now is None or min(was.clusters, now.clusters) < harm.FEWEST:
        return False
    gap = harm.gap(was, now)
    worse = gap.value if name == "used" else -gap.value
    return worse < -harm.worse_by(gap.variance, _planned(experiment, name), harm.ALPHA / len(USUAL))


def _planned(experiment: Experiment, name: str) -> float:
    usual = USUAL["used"] if name == "used" else USUAL["withheld"]
    return harm.planned_information(experiment.conversations, usual)
