"""From files to cases. A file that is wrong is said with its name, the case and what to do; the others are read."""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from copilot.domain.errors import Invalid
from copilot.domain.formats import explain
from evals.casebook.format import Case
from evals.expectations import CATALOGUE


def shipped() -> Path:
    """The folder of the cases that come with the product."""
    return Path(str(files("evals"))) / "cases"


def read_cases(places: Sequence[Path] = ()) -> list[Case]:
    """All cases of these files and folders (default: those that ship). Raises Invalid, naming the file and the case that is wrong."""
    found: dict[str, tuple[Case, Path]] = {}
    for path in _files(places or [shipped()]):
        for case in _read(path):
            known = found.get(case.case)
            if known is not None:
                raise Invalid(
                    f"{path.name}: the case {case.case!r} stands in {known[1].name} too.", todo="Give each case a name of its own."
                )
            found[case.case] = (case, path)
    return [case for case, _ in found.values()]


def _files(places: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            found += sorted(path for pattern in ("*.yaml", "*.yml") for path in place.rglob(pattern))
        elif place.is_file():
            found.append(place)
        else:
            raise Invalid(f"There is no file or folder {place}.", todo="Name YAML files with cases, or folders of them.")
    if not found:
        raise Invalid(f"{', '.join(map(str, places))}: there is no YAML file.", todo="Cases are files that end in .yaml.")
    return found


def _read(path: Path) -> list[Case]:
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = getattr(error, "problem_mark", None)
        where = f", line {place.line + 1}" if place else ""
        raise Invalid(
            f"{path.name}{where}: this is not YAML: {getattr(error, 'problem', None) or error}.",
            todo="Correct it; text that holds : # { or ? goes in quotation marks.",
        ) from None
    if given is None:
        return []
    if not isinstance(given, list):
        raise Invalid(f"{path.name}: a file of cases is a list.", todo="Begin each case with `- case: <name>`.")
    return [_case(one, path, number) for number, one in enumerate(given, 1)]


def _case(given: Any, path: Path, number: int) -> Case:
    named = given.get("case") if isinstance(given, dict) else None
    where = f"{path.name}, case {named!r}" if named else f"{path.name}, case {number}"
    try:
        case = Case.model_validate(given)
    except ValidationError as error:
        raise explain(error, where) from None
    for side in ("must", "must_not"):
        for place, expected in enumerate(getattr(case, side), 1):
            expectation = CATALOGUE.get(expected.name)
            if expectation is None:
                raise Invalid(
                    f"{where}: {side} {place}: there is no expectation {expected.name!r}.", todo=f"Choose from {', '.join(CATALOGUE)}."
                )
            try:
                expectation.read(expected.value)
            except (ValidationError, ValueError) as error:
                raise Invalid(
                    f"{where}: {side} {place}: {expected.name} does not take {expected.value!r}.", todo=expectation.takes
                ) from error
    return case
