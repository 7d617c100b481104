"""What tests of the evals core share: rows and runs made by hand, and `copilot eval` in a folder of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml

from copilot.cli import run as command
from evals.runs import Row, Run
from tests.commands.cli import Ran

ARTICLES = {
    "bags.md": "---\nid: bags\ntitle: Your suitcase did not arrive\naudience: public\nstatus: published\n---\n"
    "While your suitcase is missing you can buy clothes and toiletries. We reimburse up to 120 EUR for each person.\n",
    "seats.md": "---\nid: seats\ntitle: Choosing a seat\naudience: public\nstatus: published\n---\n"
    "You choose your seat in the app, free of charge, until two hours before departure.\n",
}
BAG = {
    "case": "a missing suitcase is answered with the sum",
    "why": "Who stands in Lisbon without clothes needs a figure.",
    "ability": "empathy",
    "severity": "high",
    "tags": ["waiting"],
    "customer": {"name": "Ines Duarte", "bag_tag": "TW-40718"},
    "conversation": [{"customer": "My suitcase did not arrive. What clothes may I buy while it is missing?"}],
    "must": [{"find": "bags"}],
}
SEAT = {
    "case": "a seat is free of charge",
    "ability": "retrieval",
    "severity": "medium",
    "conversation": [{"customer": "How do I choose my seat in the app?"}],
    "must": [{"find": "seats"}],
}
WRONG = SEAT | {"case": "what cannot be found", "must": [{"find": "no-such-article"}]}


def row(sample: str, value: float, metric: str = "as expected", **given: Any) -> Row:
    """One sample's value; `severity`, `tags` … become its facts."""
    own = {name: given.pop(name) for name in ("version", "truth", "why", "task") if name in given}
    return Row(**{"task": "cases", "version": 1, "sample": sample, "metric": metric, "value": value, "facts": given} | own)


def made(name: str, rows: Sequence[Row], **given: Any) -> Run:
    """A run of these rows."""
    return Run(name=name, folder=Path(".evals") / name, made_at=datetime(2026, 3, 2, tzinfo=UTC), rows=tuple(rows), **given)


def several(values: Sequence[float], metric: str = "as expected", **given: Any) -> list[Row]:
    """A row for each value, named s0, s1 and so on."""
    return [row(f"s{number}", value, metric, **given) for number, value in enumerate(values)]


@dataclass(frozen=True)
class House:
    """`house("run", …)` is `copilot eval run …`, here."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object) -> Ran:
        self.capsys.readouterr()
        code = command(["eval", *map(str, arguments)])
        structlog.reset_defaults()
        shown = self.capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    def cases(self, *cases: Mapping[str, Any], name: str = "cases.yaml") -> Path:
        """A file of these cases."""
        path = self.folder / name
        path.write_text(yaml.safe_dump(list(cases), allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

    @property
    def knowledge(self) -> Path:
        """A folder with two articles."""
        folder = self.folder / "articles"
        if not folder.exists():
            folder.mkdir()
            for name, text in ARTICLES.items():
                (folder / name).write_text(text, encoding="utf-8")
        return folder

    def run(self, name: str, *more: object, cases: str = "cases.yaml") -> Ran:
        """Run the cases of that file on those articles, with hashed words."""
        where = self.folder / cases
        return self("run", "cases", "--name", name, "--cases", where, "--knowledge", self.knowledge, "--embedder", "hash", *more)
