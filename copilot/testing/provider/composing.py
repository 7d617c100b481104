"""A sensible answer out of nothing but the request: what the prompt's own sentences say, in the form the schema asks for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from copilot.testing.provider.reading import Entry, Prompt, read
from copilot.testing.provider.schema import fill, schema_of

_SENTENCE = re.compile(r"[^.!?\n]{25,220}[.!?](?=\s|$)")
_REFERENCE = re.compile(r"\b(?:passage|memory|message|promise|detail|lever):[\w:.\-]+\w")
_ID_FIELD = re.compile(r"(?:^|[._])(?:ids?|sources?|citations?|refs?|article|lever_id)(?:$|[._\d])")
_PLACE = re.compile(r"\.(\d+)(?=\.|$)")
_WORDED = ("title", "question")
"""Fields of a list's item that hold the words of what was given."""
_SILENT = ("abstain",)
_NO_ANSWER = "I have read your message and I am looking into it."


def compose(request: Mapping[str, Any], addition: str = "") -> dict[str, Any] | str:
    """An object that fits the request's schema, its texts taken from the request; a sentence when there is no schema.

    `addition` stands at the end of every text, however short the text has to be for it: what a gullible model was told to write.
    """
    schema = schema_of(request)
    messages: Sequence[Mapping[str, Any]] = request.get("messages", [])
    source = _data(messages)
    if schema is None:
        return f"{_sentences(source)[0]} {addition}".strip()
    composed: dict[str, Any] = fill(schema, _Writer(read(messages), source, addition).write)
    return composed


class _Writer:
    """Writes one answer, field by field, in the order of the schema."""

    def __init__(self, prompt: Prompt, source: str, addition: str = "") -> None:
        self._prompt = prompt
        self._addition = addition
        told = [Entry(entry.handle, sentence) for entry in prompt.quotable for sentence in _found(entry.text)]
        self._sentences: Iterator[Entry] = cycle(told or [Entry("", s) for s in ([_NO_ANSWER] if prompt.choices else _sentences(source))])
        self._references: Iterator[str] = cycle(_REFERENCE.findall(source) or [""])
        self._written: list[Entry] = []

    def write(self, path: str, field: Mapping[str, Any]) -> str:
        """The text of one field."""
        name, place = path.rpartition(".")[2], _place(path)
        if name in _SILENT:
            return ""
        if path.startswith("citations."):
            return self._citation(name, place)
        if self._prompt.choices and place is not None and name in ("source", *_WORDED):
            chosen = self._prompt.choices[place % len(self._prompt.choices)]
            return chosen.handle if name == "source" else self._with_addition(chosen.text.partition(" (")[0].strip(), field)
        if _ID_FIELD.search(path):
            reference = next(self._references)
            return reference if not path.endswith("_id") else reference.partition(":")[2]
        if field.get("format") in ("date-time", "date"):
            return "2030-01-01T12:00:00Z" if field["format"] == "date-time" else "2030-01-01"
        sentence = next(self._sentences)
        self._written.append(sentence)
        return self._with_addition(f"{sentence.text} {self._prompt.marks.get(name, '')}".strip(), field)

    def _with_addition(self, text: str, field: Mapping[str, Any]) -> str:
        if not self._addition:
            return text
        room = int(field.get("maxLength", 10_000)) - len(self._addition) - 1
        return f"{text[: max(room, 0)]} {self._addition}".strip()

    def _citation(self, name: str, place: int | None) -> str:
        """A sentence that was written, or where it was read."""
        said = [entry for entry in self._written if entry.handle]
        if not said:
            return ""
        entry = said[(place or 0) % len(said)]
        return entry.handle if name == "source" else entry.text


def _place(path: str) -> int | None:
    """Which item of a list the field belongs to."""
    found = _PLACE.findall(path)
    return int(found[-1]) if found else None


def _data(messages: Sequence[Mapping[str, Any]]) -> str:
    """The prompt's own text without the system's rules: evidence and conversation."""
    return "\n".join(str(message.get("content", "")) for message in messages if message.get("role") == "user")


def _found(text: str) -> list[str]:
    return [match.group().strip() for match in _SENTENCE.finditer(text)]


def _sentences(text: str) -> list[str]:
    return _found(text) or [_NO_ANSWER]
