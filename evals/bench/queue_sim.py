"""Does mood make the calm wait? Simulated chats, two agents, our queue and first-come-first-served: `python -m evals.bench.queue_sim`."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from copilot.domain.base import Frozen
from copilot.domain.tenant import TenantSettings
from copilot.sensing.queue import QueueRow, order

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
AGENTS = 2
CUSTOMERS = 1500
SERVICE_MINUTES = 6.0
ALLOWED = 1.1
"""How much longer the calm may wait than first-come-first-served, at the 95th percentile."""
LOADS = (0.8, 0.9, 0.97)
UPSET_SHARES = (0.15, 0.35, 0.5)
SEEDS = (1, 2, 3)

Choose = Callable[[Sequence[QueueRow], datetime], QueueRow]


class Arrival(Frozen):
    """One simulated customer: when they come, how upset they are, how long they take."""

    row: QueueRow
    service: timedelta

    @property
    def calm(self) -> bool:
        return self.row.base <= 45


def arrivals(seed: int, load: float, upset_share: float) -> list[Arrival]:
    """Poisson arrivals, gamma service times (mean 6 minutes); the upset have a base between 50 and 98, the calm between 10 and 45."""
    dice = random.Random(seed)
    at, found = START, []
    for number in range(CUSTOMERS):
        at += timedelta(minutes=dice.expovariate(load * AGENTS / SERVICE_MINUTES))
        base = dice.uniform(50, 98) if dice.random() < upset_share else dice.uniform(10, 45)
        row = QueueRow(conversation_id=f"c{number:05}", channel="chat", since=at, base=base)
        found.append(Arrival(row=row, service=timedelta(minutes=dice.gammavariate(2, SERVICE_MINUTES / 2))))
    return found


def waits(coming: Sequence[Arrival], choose: Choose) -> dict[str, float]:
    """Minutes each customer waits until an agent, as soon as one is free, takes them."""
    free = [START] * AGENTS
    by_id = {one.row.conversation_id: one for one in coming}
    ahead, queue, waited = list(coming), list[QueueRow](), dict[str, float]()
    while ahead or queue:
        agent = min(range(AGENTS), key=lambda number: free[number])
        now = free[agent] if queue else max(free[agent], ahead[0].row.since)
        while ahead and ahead[0].row.since <= now:
            queue.append(ahead.pop(0).row)
        served = choose(queue, now)
        queue.remove(served)
        waited[served.conversation_id] = (now - served.since).total_seconds() / 60
        free[agent] = now + by_id[served.conversation_id].service
    return waited


def p95(values: Sequence[float]) -> float:
    """95th percentile, nearest rank."""
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def compare(seed: int, load: float, upset_share: float, settings: TenantSettings) -> dict[str, float]:
    """Waits of the calm and the upset under both rules, for the same arrivals."""
    coming = arrivals(seed, load, upset_share)
    ours = waits(coming, lambda queue, now: order(queue, now, settings)[0])
    first_come = waits(coming, lambda queue, now: min(queue, key=lambda row: row.since))

    def of(found: dict[str, float], *, calm: bool) -> float:
        return p95([found[one.row.conversation_id] for one in coming if one.calm is calm])

    return {
        "seed": seed,
        "load": load,
        "upset_share": upset_share,
        "calm_p95": of(ours, calm=True),
        "calm_p95_fcfs": of(first_come, calm=True),
        "upset_p95": of(ours, calm=False),
        "upset_p95_fcfs": of(first_come, calm=False),
        "ratio": of(ours, calm=True) / of(first_come, calm=True),
    }


def run() -> dict[str, Any]:
    """All simulations; `calm_ratio_worst` is the figure that must stay within `allowed`. Minutes."""
    settings = TenantSettings()
    cases = [compare(seed, load, share, settings) for seed in SEEDS for load in LOADS for share in UPSET_SHARES]
    ratios = [case["ratio"] for case in cases]
    return {
        "calm_ratio_worst": round(max(ratios), 3),
        "calm_ratio_mean": round(sum(ratios) / len(ratios), 3),
        "upset_gain_mean": round(sum(case["upset_p95_fcfs"] - case["upset_p95"] for case in cases) / len(cases), 2),
        "allowed": ALLOWED,
        "ok": max(ratios) <= ALLOWED,
        "cases": cases,
    }


def main() -> None:
    """Print each simulation and the worst ratio."""
    result = run()
    print("load  upset  seed   calm p95 (FCFS)     upset p95 (FCFS)   ratio")
    for case in result["cases"]:
        print(
            f"{case['load']:.2f}  {case['upset_share']:.2f}   {case['seed']:>3}   {case['calm_p95']:6.1f} ({case['calm_p95_fcfs']:6.1f})"
            f"     {case['upset_p95']:6.1f} ({case['upset_p95_fcfs']:6.1f})    {case['ratio']:.3f}"
        )
    print(
        f"calm p95 / first-come-first-served: worst {result['calm_ratio_worst']}, mean {result['calm_ratio_mean']} "
        f"(allowed {result['allowed']}); the upset wait {result['upset_gain_mean']} minutes less at p95"
    )


if __name__ == "__main__":
    main()
