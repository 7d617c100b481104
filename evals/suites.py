"""Suites: which tasks are run together, in YAML."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, field_validator

from copilot.domain.errors import Invalid, NotFound
from copilot.domain.formats import explain
from evals.tasks import CATALOGUE

SUITES = Path(__file__).parent / "suites.yaml"


class Step(BaseModel):
    """One task, with what it is given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: str
    given: dict[str, Any] = {}

    @field_validator("task")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in CATALOGUE:
            raise ValueError(f"there is no task {name!r}; choose from {', '.join(CATALOGUE)}")
        return name


class Suite(BaseModel):
    """What is run by one name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str
    steps: tuple[Step, ...]


def read_suites(path: Path = SUITES) -> dict[str, Suite]:
    """Raises Invalid, naming what is wrong."""
    try:
        return TypeAdapter(dict[str, Suite]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise explain(error, path.name) from None
    except (OSError, yaml.YAMLError) as error:
        raise Invalid(f"{path}: it cannot be read: {error}.", todo="Suites are a YAML file.") from None


def suite(name: str) -> Suite:
    """By name; a task's name is a suite of that task alone. Raises NotFound, naming those there are."""
    known = read_suites()
    if name in known:
        return known[name]
    if name in CATALOGUE:
        return Suite(says=f"The task {name} alone.", steps=(Step(task=name),))
    raise NotFound(f"There is no suite {name!r}.", todo=f"Choose from {', '.join([*known, *CATALOGUE])}.")
