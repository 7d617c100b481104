"""Answers that are kept: the same question is asked once.

Neither LiteLLM's cache nor Inspect's does it: LiteLLM writes a streamed answer when the stream is read to its very end, which our adapter
does not wait for, and Inspect's holds pickles and only what Inspect itself asked.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals.runs import HOME

ANSWERS = HOME / "answers"
"""Where they are kept, unless another folder is named."""


def key_of(question: Mapping[str, Any]) -> str:
    """SHA-256 of a question; everything that could change its answer has to stand in it."""
    return _digest(question)


class Store:
    """One file for each answer. Several runs may use a folder at once; what is damaged is asked again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> dict[str, Any] | None:
        """What is kept under a key; None when nothing is, or what is there is not what was written."""
        try:
            entry = json.loads(self._place(key).read_bytes())
            value = entry["value"]
            whole = isinstance(value, dict) and entry["sha256"] == _digest(value)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return value if whole else None

    def put(self, key: str, value: Mapping[str, Any]) -> None:
        """Whole or not at all."""
        place = self._place(key)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"sha256": _digest(value), "value": value}, file)
            Path(name).replace(place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _place(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
