"""The format of a case as the desk holds it: the JSON Schema that `copilot eval schema` makes of the types in `evals`."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from copilot.domain.errors import Invalid


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads((files("copilot") / "schemas" / "case.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def check(body: dict[str, Any]) -> None:
    """Raises Invalid, naming the place, when this is not a case that `copilot eval` reads."""
    wrong = best_match(_validator().iter_errors([body]))
    if wrong is not None:
        place = ".".join(str(part) for part in list(wrong.absolute_path)[1:]) or "the case"
        raise Invalid(f"{place}: {_short(wrong.message)}.", todo="Write it as `copilot eval schema` describes it.")
    if not body.get("must") and not body.get("must_not"):
        raise Invalid("The case expects nothing.", todo="Mark what must or must not be said.")


def as_yaml(bodies: Iterable[dict[str, Any]]) -> str:
    """A file of cases; each begins with `- case: <name>`."""
    found: Sequence[dict[str, Any]] = list(bodies)
    if not found:
        return "[]\n"
    text: str = yaml.safe_dump(list(found), allow_unicode=True, sort_keys=False, width=100)
    return text


def _short(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:200]}…"
