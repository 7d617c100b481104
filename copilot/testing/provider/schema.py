"""The JSON schema a request asks for, wherever it stands, and a value that fits it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Text = Callable[[str, Mapping[str, Any]], str]
"""(path of the field, its schema) → the text to write there."""


def schema_of(request: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """From `response_format`, or the last object in the messages that looks like an object schema; None when there is none."""
    form = request.get("response_format") or {}
    if form.get("type") == "json_schema":
        schema: Mapping[str, Any] = form["json_schema"]["schema"]
        return schema
    found = None
    for message in request.get("messages", []):
        for candidate in _objects(str(message.get("content", ""))):
            if candidate.get("type") == "object" and isinstance(candidate.get("properties"), dict):
                found = candidate
    return found


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    decoder = json.JSONDecoder()
    position = text.find("{")
    while position >= 0:
        try:
            value, end = decoder.raw_decode(text, position)
        except ValueError:
            end = position + 1
        else:
            if isinstance(value, dict):
                yield value
        position = text.find("{", end)


def fill(schema: Mapping[str, Any], write: Text) -> Any:
    """A value that fits the schema; strings are written by `write`."""
    return _Filler(schema, write).value(schema, "")


class _Filler:
    def __init__(self, root: Mapping[str, Any], write: Text) -> None:
        self._definitions: Mapping[str, Any] = root.get("$defs") or root.get("definitions") or {}
        self._write = write

    def value(self, schema: Mapping[str, Any], path: str) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        by_type = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._number,
            "number": self._number,
            "boolean": lambda *_: False,
        }
        make = by_type.get(_type(schema))
        return make(schema, path) if make else None

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" in schema:
            return self._resolved(self._definitions[str(schema["$ref"]).rsplit("/", 1)[-1]])
        for name in ("anyOf", "oneOf", "allOf"):
            if name in schema:
                options = [self._resolved(option) for option in schema[name]]
                real = [option for option in options if option.get("type") != "null"]
                # What may be absent stays absent, except text: an empty answer would not be one.
                nullable = len(real) < len(options) and _type(real[0] if real else {}) != "string"
                return {"type": "null"} if nullable or not real else {**real[0], "nullable": len(real) < len(options)}
        return schema

    def _object(self, schema: Mapping[str, Any], path: str) -> dict[str, Any]:
        properties: Mapping[str, Any] = schema.get("properties", {})
        return {name: self.value(part, f"{path}.{name}".lstrip(".")) for name, part in properties.items()}

    def _array(self, schema: Mapping[str, Any], path: str) -> list[Any]:
        fixed: Sequence[Mapping[str, Any]] = schema.get("prefixItems", ())
        if fixed:
            return [self.value(item, f"{path}.{place}") for place, item in enumerate(fixed)]
        count = max(int(schema.get("minItems", 0)), min(2, int(schema.get("maxItems", 2))))
        return [self.value(schema.get("items", {}), f"{path}.{place}") for place in range(count)]

    def _string(self, schema: Mapping[str, Any], path: str) -> str | None:
        text = self._write(path, schema)
        if not text and schema.get("nullable"):
            return None
        text = text[: int(schema.get("maxLength", len(text)))]
        return text.ljust(int(schema.get("minLength", 0)), ".")

    def _number(self, schema: Mapping[str, Any], path: str) -> float | int:
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        return int(low) + (1 if "exclusiveMinimum" in schema else 0)


def _type(schema: Mapping[str, Any]) -> str:
    named = schema.get("type", "object" if "properties" in schema else "string")
    return str(next((t for t in named if t != "null"), "null") if isinstance(named, list) else named)
