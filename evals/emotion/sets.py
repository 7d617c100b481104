"""The public emotion data as texts with what people said of them."""

import csv
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from copilot.domain.emotion import LABELS

GOEMOTIONS_TO_OURS = {
    "anger": "angry",
    "disgust": "angry",
    "annoyance": "frustrated",
    "disapproval": "frustrated",
    "disappointment": "disappointed",
    "sadness": "disappointed",
    "grief": "disappointed",
    "remorse": "disappointed",
    "fear": "worried",
    "nervousness": "worried",
    "confusion": "confused",
    "gratitude": "grateful",
    "joy": "grateful",
    "admiration": "grateful",
    "relief": "grateful",
    "love": "grateful",
    "excitement": "grateful",
    "neutral": "neutral",
}
"""Which of our labels an emotion of GoEmotions speaks for; the others are ignored."""


def goemotions(folder: Path, split: str) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Texts and indexes into LABELS of the rows of `split` (train, dev, test) whose labels all speak for one of ours."""
    names = (folder / "goemotions" / "labels.txt").read_text().split()
    texts: list[str] = []
    labels: list[int] = []
    for line in (folder / "goemotions" / f"{split}.tsv").read_text().splitlines():
        text, numbers, _ = line.rsplit("\t", 2)
        ours = {GOEMOTIONS_TO_OURS[names[int(n)]] for n in numbers.split(",") if names[int(n)] in GOEMOTIONS_TO_OURS}
        if len(ours) == 1:
            texts.append(text)
            labels.append([str(label) for label in LABELS].index(ours.pop()))
    return texts, np.array(labels)


def airline(folder: Path, rows: int) -> tuple[list[str], list[bool]]:
    """Tweets to airlines, and whether each is negative."""
    with (folder / "airline_tweets.csv").open(newline="") as file:
        found = [(row["text"], row["airline_sentiment"] == "negative") for row, _ in zip(csv.DictReader(file), range(rows), strict=False)]
    return [text for text, _ in found], [negative for _, negative in found]


def complaints(folder: Path) -> tuple[list[str], list[bool]]:
    """Tweets to brands, and whether each is a complaint."""
    rows = [json.loads(line) for line in (folder / "complaints.jsonl").read_text().splitlines()]
    return [row["text"] for row in rows], [bool(row["complaint"]) for row in rows]


class Said(NamedTuple):
    """A user's turn in a dialogue with a system."""

    text: str
    earlier: tuple[str, ...]
    """What the user said before in this dialogue, oldest first."""
    answered: str
    """What the system said just before."""
    low: bool
    """Whether the raters' mean satisfaction is below 3."""
    dialogue: int


def satisfaction(folder: Path, name: str, rows: int | None = None) -> list[Said]:
    """The rated turns of USS (`name` SGD or MWOZ), in the file's order."""
    found: list[Said] = []
    earlier: list[str] = []
    answered, dialogue = "", 0
    for line in (folder / "turn_satisfaction" / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        who, _, rest = line.partition("\t")
        text, *told = rest.split("\t")
        if not line.strip():
            earlier, answered, dialogue = [], "", dialogue + 1
        elif who == "SYSTEM":
            answered = text
        elif who == "USER" and text != "OVERALL" and len(told) > 1 and told[1]:
            ratings = [int(number) for number in told[1].split(",")]
            found.append(Said(text, tuple(earlier), answered, sum(ratings) / len(ratings) < 3, dialogue))
            earlier.append(text)
            answered = ""
            if len(found) == rows:
                break
    return found
