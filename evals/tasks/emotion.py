"""Sensing on public sets: `emotion` message by message, `lead_time` over whole dialogues."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import Generate, Solver, TaskState, solver

from copilot.domain.emotion import LABELS
from copilot.sensing.cleaning import clean
from evals.emotion.baselines import vader_heat, words_heat, words_label
from evals.emotion.reading import Text, heats, sensed
from evals.emotion.sets import airline, complaints, goemotions, satisfaction
from evals.tasks.outside import KEPT, Absent, chosen, in_turn, keep, place, scorers

READ = "read"
ROWS = 6000
"""Rows of the airline and satisfaction sets: the first so many, so that figures compare."""
DIALOGUES = ("SGD", "MWOZ")
SETS = ("goemotions", "airline", "complaints", *DIALOGUES)
"""23,000 texts: the first run encodes them, which takes some minutes."""


@task
def emotion(data: str = "", cache: str = "", sets: str | list[str] = "", rows: int = ROWS) -> Task:
    """Messages of the sets in `data`/emotion, one of each in turn; `cache`: a folder where their vectors are kept between runs."""
    folder = place(data, "emotion")
    made = [list(_messages(folder, name, rows, Path(cache) if cache else KEPT)) for name in chosen(sets, SETS)]
    return Task(dataset=MemoryDataset(list(in_turn(made)), name="emotion"), solver=was_read(), scorer=scorers("emotion"), version=1)


@task
def lead_time(data: str = "", cache: str = "", sets: str | list[str] = "", rows: int = ROWS) -> Task:
    """The dialogues of USS, each as a whole."""
    folder = place(data, "emotion", "turn_satisfaction")
    made = [list(_dialogues(folder.parent, name, rows, Path(cache) if cache else KEPT)) for name in chosen(sets, DIALOGUES)]
    return Task(dataset=MemoryDataset(list(in_turn(made)), name="lead_time"), solver=was_read(), scorer=scorers("lead_time"), version=1)


@solver
def was_read() -> Solver:
    """What was read stands with the sample: vectors are made for all together, which takes a tenth of the time."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return keep(state, state.metadata[READ], str(state.metadata[READ].get("why", "")))

    return solve


def _messages(folder: Path, name: str, rows: int, cache: Path) -> Iterator[Sample]:
    texts, truths = _labelled(folder, name, rows)
    for number, (said, truth, read) in enumerate(zip(texts, truths, sensed(texts, cache), strict=True)):
        plain = clean(said.text, ())
        found: dict[str, Any] = {
            "heat": read.mood,
            "vader": vader_heat(plain),
            "words": words_heat(plain),
            "label": read.label or "neutral",
        }
        found |= {"words_label": words_label(plain), "why": read.why, **truth}
        yield Sample(id=f"{name}-{number}", input=said.text or " ", metadata={"set": name, "ability": "de-escalation", READ: found})


def _labelled(folder: Path, name: str, rows: int) -> tuple[list[Text], list[dict[str, Any]]]:
    """Texts of a set, and what people said of each: `wanted`, a label, or `low`, whether they are displeased. Raises Absent, Invalid."""
    try:
        if name == "goemotions":
            texts, labels = goemotions(folder, "test")
            return [Text(text) for text in texts], [{"wanted": str(LABELS[label])} for label in labels]
        if name in DIALOGUES:
            turns = satisfaction(folder, name, rows)
            return [Text(one.text, one.earlier, one.answered) for one in turns], [{"low": one.low} for one in turns]
        texts, low = airline(folder, rows) if name == "airline" else complaints(folder)
        return [Text(text) for text in texts], [{"low": one} for one in low]
    except FileNotFoundError as error:
        raise Absent(f"{error.filename} is not there. Name the sets there are with -T sets=…") from None


def _dialogues(folder: Path, name: str, rows: int, cache: Path) -> Iterator[Sample]:
    turns = satisfaction(folder, name, rows)
    read = sensed([Text(one.text, one.earlier, one.answered) for one in turns], cache)
    for number, pairs in groupby(zip(turns, read, strict=True), key=lambda pair: pair[0].dialogue):
        said, felt = zip(*pairs, strict=True)
        turned = next((at for at, one in enumerate(said) if one.low), None)
        found = {"heats": heats([one.text for one in said], felt), "turned": turned}
        text = "\n".join(one.text for one in said)
        yield Sample(id=f"{name}-{number}", input=text, metadata={"set": name, "ability": "de-escalation", READ: found})
