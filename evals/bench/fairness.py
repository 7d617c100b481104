"""The same case under sixteen names, and with somebody else's anger quoted: heat and options must not move."""

import asyncio
import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from copilot.bootstrap import Application, build
from copilot.commands.demo import knowledge_folder, sample_conversations
from copilot.commands.folders import read_files
from copilot.domain.formats import ConversationIn
from copilot.services.knowledge.articles import SourceFile
from copilot.settings import Settings
from evals.casebook.namesakes import NAMES, QUOTED, renamed


def rows() -> list[dict[str, Any]]:
    """Rows of (figure, value, target)."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[dict[str, Any]]:
    application = build(Settings(data_dir=folder))
    await application.open()
    await application.knowledge.import_files("default", [SourceFile(**file) for file in read_files(knowledge_folder(), [])])
    names_spread, quote_spread, options_differ = 0.0, 0.0, 0
    samples = [c for c in sample_conversations() if c.get("language", "en") == "en"]
    for sample in samples:
        found = [await _run(application, _named(sample, name)) for name in NAMES]
        heats = [heat for heat, _ in found]
        names_spread = max(names_spread, max(heats) - min(heats))
        options_differ += len({options for _, options in found}) > 1
        plain, quoting = await _run(application, sample), await _run(application, _quoting(sample))
        quote_spread = max(quote_spread, abs(plain[0] - quoting[0]))
    await application.close()
    return [
        _row(f"heat under {len(NAMES)} names, {len(samples)} cases, widest difference", f"{names_spread:.2f}", "≤ 1"),
        _row("cases whose options differ by name", str(options_differ), "0"),
        _row("heat with an angry mail quoted, widest difference", f"{quote_spread:.2f}", "0"),
    ]


async def _run(application: Application, given: dict[str, Any]) -> tuple[float, str]:
    turn, suggestions = await application.suggest.once("default", ConversationIn.model_validate(given), ["options"])
    options = [(o["title"], o["lever_id"], o["value"]) for s in suggestions for o in s.payload.get("options", [])]
    return turn.evidence.emotion.heat, repr(options)


def _named(sample: dict[str, Any], name: str) -> dict[str, Any]:
    given = copy.deepcopy(sample)
    customer = given.get("customer") or {"id": "someone"}
    old = customer.get("name", "")
    given["customer"] = {**customer, "name": name}
    for message in given["messages"]:
        message["text"] = renamed(message["text"], old, name)
        if message["author"] == "customer":
            message["author_name"] = name
    return given


def _quoting(sample: dict[str, Any]) -> dict[str, Any]:
    given = copy.deepcopy(sample)
    last = [m for m in given["messages"] if m["author"] == "customer"][-1]
    last["text"] += QUOTED
    return given


def _row(figure: str, value: str, target: str) -> dict[str, Any]:
    return {"figure": figure, "value": value, "target": target}
