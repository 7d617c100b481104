"""A sensible answer out of nothing but the request: what the prompt's own sentences say, in the form the schema asks for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from copilot.testing.provider.schema import fill, schema_of

_SENTENCE = re.compile(r"[^.!?\n]{25,220}[.!?](?=\s|$)")
_REFERENCE = re.compile(r"\b(?:passage|memory|message|promise|detail|lever):[\w:.\-]+\w")
_ID_FIELD = re.compile(r"(?:^|[._])(?:ids?|sources?|citations?|refs?|article|lever_id)(?:$|[._\d])")
_NO_ANSWER = "I have read your message and I am looking into it."


def compose(request: Mapping[str, Any]) -> dict[str, Any] | str:
    """An object that fits the request's schema, its texts taken from the request; a sentence when there is no schema."""
    schema = schema_of(request)
    source = _data(request.get("messages", []))
    if schema is None:
        return _sentences(source)[0]
    sentences: Iterator[str] = cycle(_sentences(source))
    references: Iterator[str] = cycle(_REFERENCE.findall(source) or [""])

    def write(path: str, field: Mapping[str, Any]) -> str:
        if _ID_FIELD.search(path):
            reference = next(references)
            return reference if not path.endswith("_id") else reference.partition(":")[2]
        if field.get("format") in ("date-time", "date"):
            return "2030-01-01T12:00:00Z" if field["format"] == "date-time" else "2030-01-01"
        return next(sentences).strip()

    composed: dict[str, Any] = fill(schema, write)
    return composed


def _data(messages: Sequence[Mapping[str, Any]]) -> str:
    """The prompt's own text without the system's rules: evidence and conversation."""
    return "\n".join(str(message.get("content", "")) for message in messages if message.get("role") == "user")


def _sentences(text: str) -> list[str]:
    return [match.group().strip() for match in _SENTENCE.finditer(text)] or [_NO_ANSWER]
