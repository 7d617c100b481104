"""The pairs of a duel: what two runs drafted for the same samples, or one run and the human who really answered."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from copilot.domain.errors import Invalid
from evals.judge.material import TEXTS, Setting, setting
from evals.judge.rubrics import CATALOGUE, Name
from evals.judge.votes import Side
from evals.outcome import OUTCOME, Outcome
from evals.runs import folder_of, latest_logs

HUMAN = "human"
"""Instead of a run: what a person really sent, where a sample's metadata has it under this name."""
FIFTY = 50
RUBRIC: dict[str, Name] = {"handover": "handover", "questions": "questions", "options": "options"}
"""By ability; every other ability is seen in the reply."""


@dataclass(frozen=True)
class Line:
    """One message of the conversation."""

    author: str
    text: str


@dataclass(frozen=True)
class Pair:
    """One sample with both versions."""

    sample: str
    ability: str
    rubric: Name
    said: tuple[Line, ...]
    setting: Setting
    a: Side
    b: Side


@dataclass(frozen=True)
class Drawn:
    """The pairs, and how many samples could not be one."""

    pairs: tuple[Pair, ...]
    alike: int
    """Samples for which both versions have the same words."""
    one_sided: int
    """Samples for which only one of them shows something."""


def draw(a: str, b: str, count: int = FIFTY) -> Drawn:
    """The same for everybody: spread over the abilities. Raises NotFound for a run that there is not, Invalid without a single pair."""
    if a == b:
        raise Invalid("A duel needs two different versions.", todo="Name two runs, or a run and `human`.")
    run = b if a == HUMAN else a
    found, alike, one_sided = [], 0, 0
    others = {} if HUMAN in (a, b) else {key: outcome for key, _, outcome in _samples(b)}
    for key, facts, outcome in _samples(run):
        rubric = RUBRIC.get(str(facts.get("ability")), "empathy")
        texts = {run: _text(rubric, outcome), **_other(key, facts, rubric, others, b, run)}
        if len(texts) < 2 or not all(texts.values()):
            one_sided += 1
        elif " ".join(texts[a].split()) == " ".join(texts[b].split()):
            alike += 1
        else:
            found.append(_pair(key[1], facts, rubric, outcome, Side(run=a, text=texts[a]), Side(run=b, text=texts[b])))
    if not found:
        raise Invalid(
            f"{a} and {b} have no sample with two different drafts ({alike} alike, {one_sided} on one side only).",
            todo="Choose two runs of the same suite that tried something different.",
        )
    return Drawn(tuple(_spread(found, count)), alike, one_sided)


def _samples(name: str) -> Iterator[tuple[tuple[str, str], dict[str, Any], Outcome]]:
    for task, log in latest_logs(folder_of(name)).items():
        for sample in log.samples or ():
            if OUTCOME in sample.store:
                yield (task, str(sample.id)), dict(sample.metadata), Outcome.model_validate(sample.store[OUTCOME])


def _other(
    key: tuple[str, str], facts: dict[str, Any], rubric: Name, others: dict[tuple[str, str], Outcome], b: str, run: str
) -> dict[str, str]:
    if key in others:
        return {b: _text(rubric, others[key])}
    # A person answers the customer: only a reply can be put beside it.
    sent = str(facts.get(HUMAN) or "").strip()
    return {HUMAN: sent} if sent and rubric == "empathy" else {}


def _text(rubric: Name, outcome: Outcome) -> str:
    return TEXTS[CATALOGUE[rubric].kind](outcome)


def _pair(sample: str, facts: dict[str, Any], rubric: Name, outcome: Outcome, a: Side, b: Side) -> Pair:
    said = tuple(
        Line("note" if message.visibility == "private" else message.author, message.text.strip()) for message in outcome.turn.window
    )
    return Pair(sample, str(facts.get("ability", "")), rubric, said, setting(sample, outcome.turn), a, b)


def _spread(found: list[Pair], count: int) -> list[Pair]:
    """One of each ability in turn, each ability's in an order by chance that is always the same."""
    waiting: dict[str, list[Pair]] = {}
    for pair in sorted(found, key=lambda one: hashlib.sha256(one.sample.encode()).digest()):
        waiting.setdefault(pair.ability, []).append(pair)
    taken: list[Pair] = []
    while len(taken) < count and any(waiting.values()):
        taken += [queue.pop(0) for queue in waiting.values() if queue]
    return taken[:count]
