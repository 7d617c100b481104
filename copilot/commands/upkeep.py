"""copilot migrate, backup, restore."""

import asyncio
import hashlib
import json
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copilot.adapters import keyring
from copilot.adapters.owner import OwnerLock
from copilot.commands.output import print_json, say
from copilot.domain.errors import Invalid, Refused, Unavailable
from copilot.settings import Settings

DATABASE, SECRET, MANIFEST = "rapport.db", keyring.FILE, "manifest.json"
FORMAT = 1


def migrate(settings: Settings, *, as_json: bool) -> int:
    """Bring the schema to this version's head, under the lock."""
    lock = OwnerLock(Path(settings.data_dir))
    lock.take()
    try:
        before, after = asyncio.run(_migrate(settings))
    finally:
        lock.release()
    if as_json:
        print_json({"before": before, "after": after})
    else:
        say(f"The database is at {after}." if before == after else f"Migrated from {before or 'nothing'} to {after}.")
    return 0


def backup(settings: Settings, file: Path, *, as_json: bool) -> int:
    """A consistent copy of the records, also while the service writes. Indexes are not in it: they are made again from the records.

    The keys of the erasure tombstones that the data folder keeps are in it: whoever has the backup has the people's data anyway, and
    without them a restore elsewhere could not tell who was erased. A key that is set by COPILOT_SECRET_KEY is not: only its fingerprint.
    """
    source = _sqlite(settings)
    if not source.exists():
        raise Invalid(f"There is no database in {settings.data_dir}.", todo="Name the data folder with --data.")
    if file.exists():
        raise Invalid(f"{file} exists.", todo="Choose another name; a backup never replaces one.")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / DATABASE
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reading, closing(sqlite3.connect(copy)) as writing:
            reading.backup(writing)
        secret = Path(settings.data_dir) / SECRET
        manifest = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "revision": _revision(copy), "sha256": _sha256(copy)}
        manifest["keys"] = [keyring.fingerprint(key) for key in keyring.known(Path(settings.data_dir), settings.secret_key)]
        (Path(folder) / MANIFEST).write_text(json.dumps(manifest))
        partial = file.with_name(file.name + ".partial")
        try:
            partial.unlink(missing_ok=True)
            partial.touch(mode=0o600)
            with tarfile.open(partial, "w:gz") as tar:
                tar.add(copy, DATABASE)
                tar.add(Path(folder) / MANIFEST, MANIFEST)
                if secret.exists():
                    tar.add(secret, SECRET)
            partial.replace(file)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise Unavailable(f"{file} cannot be written: {error.strerror}.", todo="Check the folder and the free space.") from error
    if as_json:
        print_json({**manifest, "file": str(file), "bytes": file.stat().st_size})
    else:
        say(f"Saved to {file} ({file.stat().st_size / 1e6:.1f} MB).")
    return 0


def restore(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Replace the records by a backup's. Tombstones of this data folder are carried over, and those people erased again."""
    target = _sqlite(settings)
    lock = OwnerLock(Path(settings.data_dir))
    lock.take()
    try:
        with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
            manifest = _unpack(file, Path(folder))
            # Brought up to date before anything is replaced: a backup from a newer version is refused here.
            copy = settings.model_copy(update={"data_dir": Path(folder), "database_url": ""})
            asyncio.run(_migrate(copy))
            keys = _keys(settings, Path(folder), manifest)
            buried = _tombstones(target) if target.exists() else []
            _bury(Path(folder) / DATABASE, buried)
            # Before the records: with a key too many nobody comes back.
            keyring.add(Path(settings.data_dir), keys)
            _swap(Path(folder), target)
        erased = asyncio.run(_erase_again(settings))
    finally:
        lock.release()
    report = {"revision": manifest["revision"], "made_at": manifest["made_at"], "erased_again": erased}
    if as_json:
        print_json(report)
    else:
        say(f"Restored the records of {manifest['made_at'][:16]}; {erased} erased people stayed erased.")
        say("The indexes are made again at the next start.")
    return 0


async def _migrate(settings: Settings) -> tuple[str, str]:
    from copilot.adapters.database import open_database

    database = open_database(settings.sqlalchemy_url)
    try:
        before, _ = await database.revision()
        return before, await database.migrate()
    finally:
        await database.close()


def _sqlite(settings: Settings) -> Path:
    if not settings.on_one_machine:
        raise Refused("This installation keeps its records in PostgreSQL.", todo="Use pg_dump and pg_restore on that database.")
    return Path(settings.sqlalchemy_url.partition(":///")[2])


def _revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file) as tar:
            tar.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        whole = manifest.get("format") == FORMAT and _sha256(folder / DATABASE) == manifest.get("sha256")
    except (OSError, EOFError, zlib.error, tarfile.TarError, ValueError) as error:
        why = str(error).splitlines()[0].rstrip(".:") if str(error) else type(error).__name__
        raise Invalid(f"{file} is not a backup, or is damaged ({why}).", todo="Give a file that `copilot backup` wrote.") from None
    if not whole:
        raise Invalid(f"{file} is damaged, or from another version.", todo="Use another backup.")
    return manifest


def _keys(settings: Settings, folder: Path, manifest: dict[str, Any]) -> list[str]:
    """The keys a backup brings along. Raises Refused when its erasures were noted with one that neither it nor this installation has."""
    brought = keyring.kept(folder)
    here = {keyring.fingerprint(key) for key in (*brought, *keyring.known(Path(settings.data_dir), settings.secret_key))}
    missing = [key for key in manifest.get("keys", []) if key not in here]
    if missing and _tombstones(folder / DATABASE):
        raise Refused(
            f"This backup notes who was erased with a key that is not here (fingerprint {missing[0]}): they could come back.",
            todo="Set COPILOT_SECRET_KEY to the key of the installation that made the backup, or add it as a line of secret.key.",
        )
    return brought


def _tombstones(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT * FROM tombstones").fetchall()


def _bury(path: Path, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    with closing(sqlite3.connect(path)) as connection, connection:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT OR IGNORE INTO tombstones VALUES ({marks})", rows)  # noqa: S608 - question marks only


def _swap(folder: Path, target: Path) -> None:
    """The restored database in, indexes and unfinished work of the old one out."""
    import shutil

    for leftover in (*target.parent.glob(target.name + "-*"), *target.parent.glob("work.db*")):
        leftover.unlink()
    for index in ("vectors", "words"):
        shutil.rmtree(target.parent / index, ignore_errors=True)
    (folder / DATABASE).chmod(0o600)  # an archive brings its own permissions along
    (folder / DATABASE).replace(target)


async def _erase_again(settings: Settings) -> int:
    """Run an erasure for everyone a tombstone names; hand unfinished turns to the dispatcher again."""
    from copilot.bootstrap import build

    application = build(settings)
    count = 0
    try:
        await application.database.migrate()
        for tenant in await application.database.tenants():
            count += await application.erasure.again(tenant)
            await application.drafting.requeue(tenant)
    finally:
        await application.close()
    return count
