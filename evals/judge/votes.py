"""What people said of drafts: which of two they would rather use, or points by a rubric. One JSON object a line."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.domain.errors import Invalid
from copilot.domain.formats import explain
from evals.judge.judging import Choice
from evals.judge.material import Material, Setting
from evals.judge.rubrics import Name


class Side(BaseModel):
    """One of the two versions."""

    model_config = ConfigDict(frozen=True)

    run: str
    """Whose draft it is: a run, or `human`."""
    text: str


class Vote(BaseModel):
    """A person's choice between two drafts of one sample."""

    model_config = ConfigDict(frozen=True)

    schema_version: int = 1
    sample: str
    rubric: Name
    """By which a judge would choose."""
    ability: str
    voter: str
    at: datetime
    choice: Choice
    why: tuple[str, ...] = ()
    a: Side
    b: Side
    shown_first: Literal["a", "b"]
    setting: Setting


class Label(BaseModel):
    """A person's points for one draft, 1 to 5 (for entailment: which sentences stand)."""

    model_config = ConfigDict(frozen=True)

    schema_version: int = 1
    rubric: Name
    voter: str = ""
    material: Material
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    stands: tuple[bool, ...] = ()


def read_votes(path: Path) -> tuple[list[Vote], list[Label]]:
    """Of the votes only the last of each person on each sample. Raises Invalid, naming the line that is wrong."""
    votes: dict[tuple[str, str], Vote] = {}
    labels: list[Label] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", todo="Name a file of votes: copilot eval duel makes one.") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            if "choice" in given:
                vote = Vote.model_validate(given)
                votes[vote.voter, vote.sample] = vote
            else:
                labels.append(Label.model_validate(given))
        except ValidationError as error:
            raise explain(error, f"{path.name}, line {number}") from None
        except (ValueError, TypeError):
            raise Invalid(f"{path.name}, line {number}: it is not a JSON object.", todo="Remove the line.") from None
    return list(votes.values()), labels


def majority(votes: Iterable[Vote]) -> Choice:
    """What most said of one sample; neither when the two are level."""
    counted: list[Choice] = [vote.choice for vote in votes]
    a, b = counted.count("a"), counted.count("b")
    return "neither" if a == b else "a" if a > b else "b"


def by_sample(votes: Sequence[Vote]) -> dict[str, list[Vote]]:
    """Votes under the sample they are about."""
    found: dict[str, list[Vote]] = {}
    for vote in votes:
        found.setdefault(vote.sample, []).append(vote)
    return found
