"""The JSON Schema of a file of cases: for editors, which complete it, and for the desk, where cases are born.

pydantic's own schema shows an expectation as it is kept (`name`, `value`); it is written as its word with its value (`- say: 142`).
"""

from typing import Any

from pydantic import TypeAdapter

from copilot.domain.schemas import DRAFT
from copilot.domain.suggestion import KindName
from evals.casebook.format import Case
from evals.expectations import CATALOGUE


def schema() -> dict[str, Any]:
    """Of a list of cases."""
    made = TypeAdapter(list[Case]).json_schema()
    made["$defs"]["Expected"] = _expected(made["$defs"])
    return {"$schema": DRAFT, **made, "title": "A file of cases"}


def _expected(definitions: dict[str, Any]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for name, expectation in CATALOGUE.items():
        value = TypeAdapter(expectation.value).json_schema()
        definitions |= value.pop("$defs", {})
        lines = (type(expectation).__doc__ or "").strip().splitlines()
        words[name] = {**value, "description": f"{lines[0] if lines else name} {expectation.takes}"}
    place = {**TypeAdapter(KindName).json_schema(), "description": "The kind of suggestion that is looked at, where it is not plain."}
    return {
        "type": "object",
        "description": "One thing that must or must not happen, such as `say: 142`; only `in:` may stand beside it.",
        "properties": {**words, "in": place},
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in words],
    }
