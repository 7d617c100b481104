"""A settings model as fields of a form, and a form as settings. Works for whatever a chat tool's settings are made of."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel

from copilot.domain.base import Frozen
from copilot.domain.errors import Invalid

Widget = Literal["check", "number", "choice", "lines", "long", "json", "text"]
PREFIX: Final = "setting."
"""Before a setting's name in a form: settings and the form's own fields may be called the same."""
LONG: Final = "textarea"
"""`json_schema_extra={"format": LONG}`: the value has lines (a key in PEM)."""


class Field(Frozen):
    """One setting. `value` as the form shows it; of a `check` it is "on" or empty."""

    name: str
    label: str
    widget: Widget
    value: str = ""
    hint: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


def fields(model: type[BaseModel], values: Mapping[str, Any]) -> list[Field]:
    """In the model's order; `values` over its defaults. Required ones come first, boxes to tick last."""
    schema = model.model_json_schema()
    needed = schema.get("required", [])
    found = [_field(name, _plain(told, schema), values, required=name in needed) for name, told in schema.get("properties", {}).items()]
    return sorted(found, key=lambda one: (not one.required, one.widget == "check"))


def given(model: type[BaseModel], form: Mapping[str, str]) -> dict[str, Any]:
    """What the form says, by the model's own types; an empty field is left to its default. Raises Invalid for a field that cannot be read.

    Whether the values are allowed is for the model to say.
    """
    return dict(_values(fields(model, {}), form))


def whole(model: type[BaseModel], form: Mapping[str, str]) -> dict[str, Any]:
    """As `given`, with the default of what was emptied: it takes the place of what was set before. Raises Invalid."""
    plain = {name: told.get_default(call_default_factory=True) for name, told in model.model_fields.items() if not told.is_required()}
    return {**plain, **given(model, form)}


def _values(known: Iterable[Field], form: Mapping[str, str]) -> Iterable[tuple[str, Any]]:
    for one in known:
        text = form.get(PREFIX + one.name, "").strip()
        if one.widget == "check":
            yield one.name, bool(text)
        elif text:
            yield one.name, _value(one, text)


def _value(one: Field, text: str) -> Any:
    try:
        if one.widget == "number":
            return int(text) if text.lstrip("-").isdecimal() else float(text)
        if one.widget == "json":
            return json.loads(text)
    except ValueError:
        wanted = "a number" if one.widget == "number" else "JSON"
        raise Invalid(f"{one.label} is not {wanted}.", todo="Correct it.") from None
    return [line.strip() for line in text.splitlines() if line.strip()] if one.widget == "lines" else text


def _plain(told: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Without references, and without the "or nothing" of an optional one."""
    if "$ref" in told:
        told = {**schema["$defs"][told["$ref"].rpartition("/")[2]], **{name: value for name, value in told.items() if name != "$ref"}}
    kinds = [one for one in told.get("anyOf", []) if one.get("type") != "null"]
    return {**_plain(kinds[0], schema), **{name: value for name, value in told.items() if name != "anyOf"}} if kinds else told


def _field(name: str, told: dict[str, Any], values: Mapping[str, Any], *, required: bool) -> Field:
    widget = _widget(told)
    return Field(
        name=name,
        label=name.replace("_", " ").capitalize(),
        widget=widget,
        value=_shown(widget, values.get(name, told.get("default"))),
        hint=" ".join(str(told.get("description", "")).replace("`", "").split()),
        required=required,
        choices=tuple(map(str, told.get("enum", ()))),
        least=told.get("minimum", told.get("exclusiveMinimum")),
        most=told.get("maximum", told.get("exclusiveMaximum")),
    )


def _widget(told: dict[str, Any]) -> Widget:
    kind = told.get("type")
    if kind == "boolean":
        return "check"
    if kind in ("integer", "number"):
        return "number"
    if kind == "array":
        return "lines" if told.get("items", {}).get("type") == "string" else "json"
    if kind == "object":
        return "json"
    return "choice" if "enum" in told else "long" if told.get("format") == LONG else "text"


def _shown(widget: Widget, value: Any) -> str:
    if value is None:
        return ""
    if widget == "check":
        return "on" if value else ""
    if widget == "lines":
        return "\n".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if widget == "json" else str(value)
