"""Judging: points for one draft, the share of its sentences that stand, and which of two is better."""

import hashlib
from typing import Literal, NamedTuple

from copilot.domain.ports.models import Prompts
from evals.judge.material import Material, Setting
from evals.judge.model import Judge, NoVerdict
from evals.judge.rubrics import Rubric, entailment
from evals.judge.verdicts import FEWEST, MOST, Points, Preference, Stands

Choice = Literal["a", "b", "neither"]


class Judged(NamedTuple):
    """A value from 0 to 1, and why."""

    value: float
    why: str


async def judged(judge: Judge, rubric: Rubric, material: Material) -> Judged:
    """One draft. Raises Unavailable without a verdict."""
    return await (_stands(judge, material) if rubric.name == "entailment" else _points(judge, rubric, material))


async def _points(judge: Judge, rubric: Rubric, material: Material) -> Judged:
    found = await judge.ask(rubric.points(judge.prompts, material), Points)
    return Judged((found.score - FEWEST) / (MOST - FEWEST), f"{found.score} of {MOST}: {found.reason}")


async def _stands(judge: Judge, material: Material) -> Judged:
    prompt, sentences = entailment(judge.prompts, material)
    found = await judge.ask(prompt, Stands)
    if len(found.stands) != len(sentences) or not sentences:
        raise NoVerdict(f"The judge gave {len(found.stands)} verdicts for {len(sentences)} sentences.")
    loose = [sentence for sentence, stands in zip(sentences, found.stands, strict=True) if not stands]
    why = "\n".join([*(f"does not stand: {sentence}" for sentence in loose), found.reason]).strip()
    return Judged(1 - len(loose) / len(sentences), why)


class Preferred(NamedTuple):
    """Which of two, and why. `by_points`: what the points of each alone say."""

    choice: Choice
    why: str
    by_points: Choice


async def preferred(judge: Judge, rubric: Rubric, setting: Setting, a: str, b: str) -> Preferred:
    """Which of two drafts is better.

    Each gets its points alone; then both are put side by side, in an order that the sample's id decides (judges favour a place:
    Zheng et al. 2023, MT-Bench). Where that disagrees with the points, they are asked once more the other way round, and a verdict
    that turns with the order is none.
    """
    alone = [(await _points(judge, rubric, Material(setting=setting, text=text))).value for text in (a, b)]
    by_points: Choice = "neither" if alone[0] == alone[1] else "a" if alone[0] > alone[1] else "b"
    turned = swapped(setting.sample)
    choice, why = await _side_by_side(judge, rubric, setting, a, b, turned=turned)
    if choice != by_points:
        other, _ = await _side_by_side(judge, rubric, setting, a, b, turned=not turned)
        if other != choice:
            return Preferred("neither", f"the verdict turned with the order; {why}", by_points)
    return Preferred(choice, why, by_points)


def swapped(sample: str) -> bool:
    """Whether the second draft of this sample is shown first."""
    return hashlib.sha256(f"order {sample}".encode()).digest()[0] % 2 == 1


async def _side_by_side(judge: Judge, rubric: Rubric, setting: Setting, a: str, b: str, *, turned: bool) -> tuple[Choice, str]:
    first, second = (b, a) if turned else (a, b)
    found = await judge.ask(rubric.pair(judge.prompts, setting, first, second), Preference)
    if found.better == "neither":
        return "neither", found.reason
    return ("a" if (found.better == "first") != turned else "b"), found.reason


def prompt_id(prompts: Prompts, rubric: Rubric) -> str:
    """`name@version:hash` of a rubric's prompt."""
    nothing = Material(setting=Setting(sample="", conversation=()), text="")
    return entailment(prompts, nothing)[0].id if rubric.name == "entailment" else rubric.points(prompts, nothing).id


def identity(name: str, prompts: Prompts, rubric: Rubric) -> str:
    """Model and prompt: what a calibration holds for, and what a figure's version names."""
    return f"{name} {prompt_id(prompts, rubric)}"
