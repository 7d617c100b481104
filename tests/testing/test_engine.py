"""The durable engine's double keeps the port's promises: once per id, to the end, over failures and restarts."""

import asyncio

import pytest

from copilot.domain.errors import Unavailable
from copilot.testing.engine import InlineEngine, Work


class Desk:
    """A job that notes its runs and fails as often as it is told."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.runs: list[tuple[str, str]] = []
        self.given_up: list[tuple[str, str]] = []

    async def job(self, tenant: str, subject: str) -> None:
        self.runs.append((tenant, subject))
        if len(self.runs) <= self.fails:
            raise ValueError("not yet")

    async def gave_up(self, tenant: str, subject: str) -> None:
        self.given_up.append((tenant, subject))


def engine(desk: Desk, work: Work | None = None) -> InlineEngine:
    made = InlineEngine(work)
    made.register("turn", desk.job)
    made.on_failure(desk.gave_up)
    return made


async def test_a_run_happens_once_per_id() -> None:
    desk = Desk()
    running = engine(desk)
    await running.launch()
    for _ in range(3):
        await running.start("turn", "default", "t1")
    await running.start("turn", "other", "t1")
    await running.idle()
    await running.start("turn", "default", "t1")
    await running.idle()
    assert desk.runs == [("default", "t1"), ("other", "t1")]


async def test_a_failed_run_is_tried_again_and_given_up_in_the_end() -> None:
    patient, hopeless = Desk(fails=2), Desk(fails=99)
    for desk in (patient, hopeless):
        running = engine(desk)
        await running.launch()
        await running.start("turn", "default", "t1")
        await running.idle()
    assert (len(patient.runs), patient.given_up) == (3, [])
    assert (len(hopeless.runs), hopeless.given_up) == (3, [("default", "t1")])


async def test_what_was_interrupted_is_taken_up_by_the_next_engine() -> None:
    work, gate, runs = Work(), asyncio.Event(), list[str]()

    async def slow(_: str, subject: str) -> None:
        runs.append(subject)
        await gate.wait()

    first = InlineEngine(work)
    first.register("turn", slow)
    await first.launch()
    await first.start("turn", "default", "t1")
    await asyncio.sleep(0)
    await first.close()
    gate.set()
    second = InlineEngine(work)
    second.register("turn", slow)
    await second.launch()
    await second.idle()
    await second.start("turn", "default", "t1")
    await second.idle()
    assert runs == ["t1", "t1"]
    assert (work.pending, work.done) == ({}, {("turn", "default", "t1")})


async def test_a_forgotten_run_leaves_nothing_behind() -> None:
    desk, work = Desk(), Work()
    running = engine(desk, work)
    await running.launch()
    for subject in ("t1", "t1:reply", "t2"):
        await running.start("turn", "default", subject)
    await running.idle()
    await running.forget("default", ["t1"])
    assert work.done == {("turn", "default", "t2")}


async def test_nothing_starts_before_launch() -> None:
    with pytest.raises(Unavailable):
        await engine(Desk()).start("turn", "default", "t1")
