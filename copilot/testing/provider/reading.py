"""What a prompt gives a model to work with: the entries of its data blocks, each under its handle, and the marks it must write."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_BLOCK = re.compile(r"^<<<(?P<name>[\w ]+) (?P<code>\w+)>>>\n(?P<inside>.*?)\n<<<end (?P=name) (?P=code)>>>$", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r"^(?:- )?\[(?P<handle>[A-Z]\d+)\] (?P<text>.*?)(?=\n(?:- )?\[[A-Z]\d+\] |\Z)", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"^- `(?P<field>\w+)`:.*?(?P<mark>\{[a-z ]+\}|“[^”\n]{1,200}”)", re.MULTILINE)
_PUBLIC = re.compile(r"^public, [^:\n]+: ")


@dataclass(frozen=True)
class Entry:
    """One piece of evidence under its handle (P1, L2 …)."""

    handle: str
    text: str


@dataclass(frozen=True)
class Prompt:
    """A request as an attentive model reads it."""

    quotable: tuple[Entry, ...]
    """What may be told to the customer: entries marked public, without their title."""
    choices: tuple[Entry, ...]
    """The entries of the last block that has any: what the prompt asks to word."""
    marks: Mapping[str, str]
    """Field → what must stand in it to the letter: `- `next_step`: end with “I am on it.”` in the system's rules."""


def read(messages: Sequence[Mapping[str, Any]]) -> Prompt:
    """The parts of a prompt; all empty when it holds no data blocks."""
    said = {role: "\n".join(str(m.get("content", "")) for m in messages if m.get("role") == role) for role in ("system", "user")}
    blocks = [[Entry(e["handle"], e["text"]) for e in _ENTRY.finditer(block["inside"])] for block in _BLOCK.finditer(said["user"])]
    public = [Entry(e.handle, _PUBLIC.sub("", e.text)) for block in blocks for e in block if _PUBLIC.match(e.text)]
    choices = next((block for block in reversed(blocks) if block), [])
    return Prompt(tuple(public), tuple(choices), {found["field"]: found["mark"].strip("“”") for found in _MARK.finditer(said["system"])})
