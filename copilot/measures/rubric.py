"""The rubric: what a tenant looks at, as YAML; and the one that ships, from CRAFT, in three languages."""

from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import ValidationError

from copilot.domain.errors import Invalid
from copilot.domain.scorecards import Rubric
from copilot.measures import CATALOGUE

LANGUAGES: Final = ("en", "de", "es")
LONGEST: Final = 60_000
"""Characters of a rubric's file."""


@cache
def shipped(language: str) -> Rubric:
    """The rubric for a tenant that wrote none, in its first language, else in English."""
    here = language.split("-", maxsplit=1)[0].lower()
    name = here if here in LANGUAGES else LANGUAGES[0]
    return read((files("copilot.measures") / "rubrics" / f"{name}.yaml").read_text(encoding="utf-8"))


def read(text: str) -> Rubric:
    """Raises Invalid, naming the place, for what is no rubric."""
    if len(text) > LONGEST:
        raise Invalid(f"The rubric has more than {LONGEST} characters.", todo="Shorten its anchors: they are read at every conversation.")
    try:
        rubric = Rubric.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise Invalid(f"This is not YAML{where}.", todo="Mend the indentation or the quotes there.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the rubric"
        raise Invalid(f"{place}: {first['msg']}.", todo="Write it like the rubric that ships.") from error
    for point in rubric.points:
        if point.measure and point.measure not in CATALOGUE:
            known = ", ".join(CATALOGUE)
            raise Invalid(f"{point.point}: there is no measure {point.measure!r}.", todo=f"Leave it out, or name one of: {known}.")
    return rubric


def written(rubric: Rubric) -> str:
    """As a person changes it."""
    text: str = yaml.safe_dump(
        rubric.model_dump(mode="json", exclude_defaults=True), allow_unicode=True, sort_keys=False, width=100, default_flow_style=False
    )
    return text
