"""copilot demo: the sample company, loaded once, and the service."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot.adapters.owner import OwnerLock
from copilot.commands.output import progress, say, warn
from copilot.domain.errors import Refused
from copilot.settings import Settings

if TYPE_CHECKING:
    from copilot.bootstrap import Application
    from copilot.domain.ports.records import Database

LOADED = "demo.json"
"""In the data folder: the demo's keys. Its presence says that the sample is loaded."""
AGENT, LEAD, EDITOR, SECOND = "agent-lea", "lead-henrik", "editor-edith", "admin-ada"
"""Whom the demo's links sign in. The last two show that what an editor writes is read by a second person."""
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
        links = {} if load_only else asyncio.run(_links(settings))
    finally:
        lock.release()
    if load_only:
        return 0
    from copilot.commands.serving import serve

    return serve(settings, lambda address: _welcome(address, folder, links))


def sample_conversations() -> list[dict[str, Any]]:
    """The live conversations that ship with the product."""
    with as_file(files("copilot") / "sample" / "conversations") as folder:
        return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def sample_customers() -> list[str]:
    """The lines of the sample's customers file."""
    return (files("copilot") / "sample" / "customers.jsonl").read_text(encoding="utf-8").strip().split("\n")


def sample_history() -> list[str]:
    """The lines of a customers file whose earlier conversations ask for what the sample's articles do not say."""
    return (files("copilot") / "sample" / "history.jsonl").read_text(encoding="utf-8").strip().split("\n")


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


def sample_people() -> list[dict[str, Any]]:
    """Who works at the sample company."""
    people: list[dict[str, Any]] = json.loads((files("copilot") / "sample" / "people.json").read_text(encoding="utf-8"))
    return people


async def _load(settings: Settings) -> None:
    from copilot.bootstrap import build

    application = build(settings)
    try:
        await application.open()
        total = len(_sources([])) + len(sample_customers()) + len(sample_history()) + len(sample_conversations())
        with progress("Ternway", total) as bar:
            refused = await fill(application, bar.advance)
            keys = await _keys(application)
    finally:
        await application.close()
    for one in refused:
        warn(f"  not loaded: {one['name']}: {one['reason']}")
    note = Path(settings.data_dir) / LOADED
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(keys, file)


def _sources(refused: list[dict[str, str]]) -> list[Any]:
    from copilot.commands.folders import read_files
    from copilot.services.knowledge.articles import SourceFile

    return [SourceFile(**file) for file in read_files(knowledge_folder(), refused)]


async def fill(
    application: "Application", done: Callable[[int], None] = lambda _: None, *, quiet_period_s: float = 2.0
) -> list[dict[str, str]]:
    """The sample company in the first tenant: settings, people, articles, customers, live conversations. Returns what was refused."""
    from copilot.bootstrap import DEFAULT_TENANT
    from copilot.domain.formats import ConversationIn
    from copilot.domain.staff import Caller
    from copilot.domain.tenant import TenantSettings

    refused: list[dict[str, str]] = []
    async with application.database.write(DEFAULT_TENANT) as records:
        company = TenantSettings(company="Ternway", time_zone="Europe/Berlin", languages=("en", "de", "es"), quiet_period_s=quiet_period_s)
        await records.admin.put_settings(company)
    await put_people(application.database)
    sources = _sources(refused)
    for start in range(0, len(sources), BATCH):
        imported = await application.knowledge.import_files(DEFAULT_TENANT, sources[start : start + BATCH])
        refused += [one.model_dump() for one in imported.refused]
        done(len(sources[start : start + BATCH]))
    for number, line in enumerate((*sample_customers(), *sample_history()), 1):
        imported = await application.customers.import_lines(DEFAULT_TENANT, [line], number)
        refused += [one.model_dump() for one in imported.refused]
        done(1)
    for given in sample_conversations():
        await application.ingest.conversation(DEFAULT_TENANT, ConversationIn.model_validate(given), connection="file")
        done(1)
    # Looked through in the background, once the service runs.
    await application.gaps.history.ask(Caller(tenant_id=DEFAULT_TENANT, role="admin", key_id="demo"))
    return refused


async def put_people(database: "Database") -> None:
    """Those of the sample who are not there yet, or not as they are now."""
    from copilot.bootstrap import DEFAULT_TENANT
    from copilot.domain.base import new_id
    from copilot.domain.staff import User

    async with database.write(DEFAULT_TENANT) as records:
        for given in sample_people():
            known = await records.admin.user(given["external_id"])
            await records.admin.put_user(User(id=known.id if known else new_id(), **given))


async def _keys(application: "Application") -> dict[str, str]:
    """A key for each person of the sample, by name, and one for every role."""
    keys = {}
    for one in sample_people():
        keys[one["name"]] = (await application.staff.create_key("default", one["role"], one["name"], one["external_id"])).secret
    for role in ("supervisor", "editor", "qa", "integrator", "admin"):
        keys[role] = (await application.staff.create_key("default", role, f"demo {role}", None)).secret
    return keys


async def _links(settings: Settings) -> dict[str, str]:
    """Paths that sign in as four people of the sample: new ones at each start. An older demo is brought up to date first."""
    from copilot.adapters.database import open_database
    from copilot.adapters.passwords import Argon2Passwords
    from copilot.bootstrap import DEFAULT_TENANT
    from copilot.domain.base import now
    from copilot.domain.staff import Caller
    from copilot.services.people.signing_in import SigningIn

    database = open_database(settings.sqlalchemy_url)
    try:
        await database.migrate()
        await put_people(database)
        signing_in = SigningIn(database, Argon2Passwords(), now, lambda _: None)
        demo = Caller(tenant_id=DEFAULT_TENANT, role="admin", key_id="demo")
        return {ref: f"/enter/{(await signing_in.make_link(demo, ref)).secret}" for ref in (AGENT, LEAD, EDITOR, SECOND)}
    finally:
        await database.close()


def _welcome(address: str, folder: Path, links: dict[str, str]) -> None:
    keys, program = json.loads((folder / LOADED).read_text()), called(sys.argv[0])
    say(f"""
Open the desk (each link works once, within 15 minutes; the next start prints new ones):

  as Lea Brandt, agent:          {address}{links[AGENT]}
  as Henrik Solberg, her lead:   {address}{links[LEAD]}
  as Edith Marlow, editor:       {address}{links[EDITOR]}
  as Ada Novak, who may review:  {address}{links[SECOND]}

Rapport answers at {address}   (stop with Ctrl-C; your data stays in {folder})

Lea's key for the API:  {keys["Lea Brandt"]}   (the others': {folder / LOADED})

Try, in another terminal:

  export KEY={keys["Lea Brandt"]}
  curl -s -H "Authorization: Bearer $KEY" {address}/v1/queue
  curl -s -H "Authorization: Bearer $KEY" {address}/v1/conversations/{HERO}/suggestions
  curl -sN -H "Authorization: Bearer $KEY" {address}/v1/stream

  {program} customers card cus-marta-lindqvist --data {folder}
  {program} knowledge search "when do I get my refund" --data {folder}
""")


def called(started: str) -> str:
    """What to type for this program: its name where the shell finds it, else the path by which it was started."""
    return started if Path(started).name == "copilot" and not shutil.which("copilot") else "copilot"
