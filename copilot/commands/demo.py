"""copilot demo: the sample company, loaded once, and the service."""

import asyncio
import json
import os
import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from copilot.adapters.owner import OwnerLock
from copilot.commands.output import progress, say, warn
from copilot.domain.errors import Refused
from copilot.settings import Settings

LOADED = "demo.json"
"""In the data folder: the demo's keys. Its presence says that the sample is loaded."""
AGENTS = {
    "agent-lea": "Lea Brandt",
    "agent-jonas": "Jonas Weber",
    "agent-priya": "Priya Nair",
    "agent-tom": "Tom Okafor",
    "agent-sofia": "Sofia Marin",
}
HERO = "live-marta-refund"
BATCH = 10


def demo(settings: Settings, *, reset: bool, load_only: bool = False) -> int:
    """Load the sample where it is not loaded yet, then serve."""
    folder = Path(settings.data_dir)
    lock = OwnerLock(folder)
    lock.take()
    try:
        if reset:
            _clear(folder)
        if not (folder / LOADED).exists():
            if (folder / "rapport.db").exists():
                raise Refused(f"{folder} holds other data.", todo="Name another folder with --data, or start over with --reset.")
            say("Loading the sample company (about a minute, once) …")
            asyncio.run(_load(settings))
    finally:
        lock.release()
    if load_only:
        return 0
    from copilot.commands.serving import serve

    return serve(settings, lambda address: _welcome(address, folder))


def sample_conversations() -> list[dict[str, Any]]:
    """The live conversations that ship with the product."""
    with as_file(files("copilot") / "sample" / "conversations") as folder:
        return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def sample_customers() -> list[str]:
    """The lines of the sample's customers file."""
    return (files("copilot") / "sample" / "customers.jsonl").read_text(encoding="utf-8").strip().split("\n")


def knowledge_folder() -> Path:
    """The sample's articles: the repository's folder, or the copy inside the wheel."""
    package = Path(str(files("copilot")))
    shipped = package / "shipped" / "knowledge"
    return shipped if shipped.is_dir() else package.parent / "knowledge"


def _clear(folder: Path) -> None:
    """Remove everything but the lock that we hold."""
    for entry in folder.iterdir():
        if entry.name.startswith("owner."):
            continue
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


async def _load(settings: Settings) -> None:
    from copilot.bootstrap import DEFAULT_TENANT, build
    from copilot.commands.knowledge import read_files
    from copilot.domain.formats import ConversationIn
    from copilot.domain.tenant import TenantSettings
    from copilot.services.knowledge import SourceFile

    application = build(settings)
    refused: list[dict[str, str]] = []
    try:
        await application.open()
        async with application.database.write(DEFAULT_TENANT) as records:
            await records.admin.put_settings(TenantSettings(company="Ternway", time_zone="Europe/Berlin", languages=("en", "de", "es")))
        sources = [SourceFile(**file) for file in read_files(knowledge_folder(), refused)]
        lines, live = sample_customers(), sample_conversations()
        with progress("Ternway", len(sources) + len(lines) + len(live)) as bar:
            for start in range(0, len(sources), BATCH):
                done = await application.knowledge.import_files(DEFAULT_TENANT, sources[start : start + BATCH])
                refused += [one.model_dump() for one in done.refused]
                bar.advance(len(sources[start : start + BATCH]))
            for number, line in enumerate(lines, 1):
                done = await application.customers.import_lines(DEFAULT_TENANT, [line], number)
                refused += [one.model_dump() for one in done.refused]
                bar.advance()
            keys = await _keys(application)
            for given in live:
                await application.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(given), connection="file")
                bar.advance()
    finally:
        await application.close()
    for one in refused:
        warn(f"  not loaded: {one['name']}: {one['reason']}")
    note = Path(settings.data_dir) / LOADED
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(keys, file)


async def _keys(application: Any) -> dict[str, str]:
    """A key for each agent of the sample, and one for every other role."""
    keys = {}
    for ident, name in AGENTS.items():
        keys[name] = (await application.staff.create_key("default", "agent", name, ident)).secret
    for role in ("supervisor", "editor", "qa", "integrator", "admin"):
        keys[role] = (await application.staff.create_key("default", role, f"demo {role}", None)).secret
    return keys


def _welcome(address: str, folder: Path) -> None:
    keys = json.loads((folder / LOADED).read_text())
    say(f"""
Rapport answers at {address}   (stop with Ctrl-C; your data stays in {folder})

Lea Brandt's key:  {keys["Lea Brandt"]}
(the other agents' and roles' keys: {folder / LOADED})

Try, in another terminal:

  export KEY={keys["Lea Brandt"]}
  curl -s -H "Authorization: Bearer $KEY" {address}/v1/queue
  curl -s -H "Authorization: Bearer $KEY" {address}/v1/conversations/{HERO}/suggestions
  curl -sN -H "Authorization: Bearer $KEY" {address}/v1/stream

  copilot customers card cus-marta-lindqvist --data {folder}
  copilot knowledge search "when do I get my refund" --data {folder}
""")
