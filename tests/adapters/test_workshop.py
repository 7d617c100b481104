"""Drafts made in a process of their own: the same drafts, and nothing is lost or left when a process dies."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from copilot.adapters.workshop import Workshop
from copilot.domain.turn import Turn
from copilot.graph.aside import Aside
from copilot.graph.making import without_model
from copilot.testing.turns import CASES

KINDS = ("cue", "reply", "acknowledge", "questions", "options", "handover")


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    made = Workshop()
    yield made
    made.close()


def workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


@pytest.mark.parametrize("name", sorted(CASES)[:4])
async def test_it_makes_what_the_thread_makes(workshop: Workshop, name: str) -> None:
    turn, here = CASES[name](), Aside()
    for kind in KINDS:
        beside = await workshop.of_turn(without_model, turn, kind, "s-1")
        assert beside == await here.of_turn(without_model, turn, kind, "s-1")
    here.close()


async def test_a_process_that_died_is_replaced(workshop: Workshop) -> None:
    turn = next(iter(CASES.values()))()
    before = await workshop.of_turn(without_model, turn, "cue", "s-1")
    dead = workers()
    assert dead
    for process in dead:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert await workshop.of_turn(without_model, turn, "cue", "s-1") == before
    assert {p.pid for p in workers()}.isdisjoint(p.pid for p in dead)


async def test_errors_come_back(workshop: Workshop) -> None:
    turn = next(iter(CASES.values()))()
    with pytest.raises(Exception, match="no kind"):
        await workshop.of_turn(without_model, turn, "poem", "s-1")


def remembered(_: Turn) -> int:
    from copilot.adapters import workshop

    return len(workshop._turns)


async def test_it_forgets_what_it_was_shown(workshop: Workshop) -> None:
    turn = next(iter(CASES.values()))()
    assert await workshop.of_turn(remembered, turn) >= 1
    await workshop.forget()
    assert await workshop.of_turn(remembered, turn) == 1, "the one it was just shown"


ORPHAN = """
import asyncio, os, psutil
from copilot.adapters.workshop import Workshop
async def main():
    shop = Workshop()
    await shop.warm()
    print(*[child.pid for child in psutil.Process().children(recursive=True)], flush=True)
    os.kill(os.getpid(), 9)
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_it_goes_with_its_parent_however_that_goes(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(ORPHAN)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == -signal.SIGKILL, done.stderr
    children = [psutil.Process(int(pid)) for pid in done.stdout.split() if psutil.pid_exists(int(pid))]
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
