"""Our judgement of replies beside people's: each reply with the one text of knowledge that it was made from."""

import csv
from collections.abc import Iterator
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import Generate, Solver, TaskState, solver

from copilot.checks.base import Checked
from copilot.checks.unsupported import Unsupported
from copilot.domain.turn import Evidence, Turn
from copilot.retrieval.words import stem, telling, tokens
from copilot.testing.turns import found as coverage
from copilot.testing.turns import hit, mood, turn
from evals.grounding import grounding as grounded
from evals.tasks.outside import CASE, chosen, in_turn, keep, place, scorers

LABELS = {"Fully attributable": 1, "Not fully attributable": 0}
"""BEGIN's third label, `Generic`, says that a reply claims nothing: left out."""
RESPONDERS = ("dodeca", "memnet")
BEGIN, Q2 = ("cmu", "tc", "wow"), "q2"
SETS = (*BEGIN, Q2)


@task
def grounding(data: str = "", sets: str | list[str] = "") -> Task:
    """BEGIN's three dev sets and Q2's cross-annotated replies in `data`/grounding, one of each in turn. `sets`: some of SETS."""
    made = [
        list(q2(place(data, "grounding", "q2", "cross_annotation.csv")))
        if name == Q2
        else list(begin(place(data, "grounding", f"begin_dev_{name}.tsv")))
        for name in chosen(sets, SETS)
    ]
    samples = list(in_turn(made))
    return Task(dataset=MemoryDataset(samples, name="grounding"), solver=judges(), scorer=scorers("grounding"), version=1)


def begin(path: Path) -> Iterator[Sample]:
    """Rows with a reply, its knowledge, and one of LABELS."""
    with path.open(encoding="utf-8", newline="") as rows:
        for number, row in enumerate(csv.DictReader(rows, delimiter="\t")):
            if row["begin_label"] in LABELS:
                yield _sample(path.stem, str(number), row["response"], row["knowledge"], LABELS[row["begin_label"]])


def q2(path: Path) -> Iterator[Sample]:
    """Rows with two systems' replies; their label is 1 for a reply that contradicts its knowledge or goes beyond it."""
    with path.open(encoding="utf-8", newline="") as rows:
        for number, row in enumerate(csv.DictReader(rows)):
            for who in RESPONDERS:
                if row[f"{who}_label"] in ("0", "1"):
                    faithful = 1 - int(row[f"{who}_label"])
                    yield _sample("q2", f"{number}-{who}", row[f"{who}_response"], row["knowledge"], faithful)


def _sample(name: str, number: str, reply: str, knowledge: str, faithful: int) -> Sample:
    facts = {"set": name, "ability": "honesty", CASE: {"knowledge": knowledge}}
    return Sample(id=f"{name}-{number}", input=reply, target=str(faithful), metadata=facts)


@solver
def judges() -> Solver:
    """Three scores for each reply, higher for what is faithful."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        reply, knowledge = state.input_text, str(state.metadata[CASE]["knowledge"])
        known = knowing(knowledge)
        findings = Unsupported().run(known, Checked(kind="reply", text=reply))
        scores = {
            "graded": grounded(known, reply),
            "our check": -len(findings),
            "shared words": shared_words(reply, knowledge),
            "faithful": int(state.target.text),
        }
        return keep(state, scores, "\n".join(finding.detail for finding in findings) or "nothing was found")

    return solve


def knowing(knowledge: str) -> Turn:
    """A Turn whose only evidence is this text. Nothing was said in it: people were asked whether the knowledge holds the reply."""
    evidence = Evidence(passages=(hit("knowledge", "", knowledge),), emotion=mood("neutral", 0), coverage=coverage(""))
    return turn("grounding", {}, window=(), evidence=evidence)


def shared_words(reply: str, knowledge: str) -> float:
    """The share of the reply's telling words and figures that the knowledge holds; 1 without any."""
    said, held = _stems(reply), _stems(knowledge)
    return len(said & held) / len(said) if said else 1.0


def _stems(text: str) -> set[str]:
    return {stem(word) for word in tokens(text) if telling(word) or word.isdigit()}
