"""migrate, backup, restore, doctor; databases and indexes that are not as they should be."""

import json
import os
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from copilot.adapters import keyring
from copilot.adapters.owner import OwnerLock
from tests.commands.cli import CommandLine
from tests.commands.fixtures import SHIPPED
from tests.commands.test_contracts import assert_refused
from tests.e2e.service import rows
from tests.e2e.talk import conversation

MARTA = "cus-marta-lindqvist"


def _stamp(folder: Path, revision: str) -> None:
    with closing(sqlite3.connect(folder / "rapport.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])


def _edit(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "rapport.db")) as connection, connection:
        connection.execute(statement)


# --- schema ------------------------------------------------------------------------------------------------------------------------


def test_a_new_folder_is_made_at_head_with_a_tenant(cli: CommandLine) -> None:
    made = cli.ok("migrate", "--json").json
    assert made["before"] == ""
    assert made["after"]
    assert cli.ok("migrate", "--json").json == {"before": made["after"], "after": made["after"]}
    assert cli.ok("tenants", "list", "--json").json == {"tenants": [{"id": "default"}]}


def test_a_database_from_a_newer_version_is_refused_with_what_to_do(company: Path, cli: CommandLine, tmp_path: Path) -> None:
    cli.ok("backup", tmp_path / "before.tar.gz")
    _stamp(company, "9999_from_the_future")
    for arguments in (["knowledge", "search", "refund"], ["migrate"], ["serve", "--port", "0"], ["customers", "card", MARTA]):
        assert_refused(cli(*arguments), 1, "9999_from_the_future", "newer", "Install the version")
    found = {one["subject"]: one for one in cli("doctor", "--json").json}
    assert found["schema"]["state"] == "problem"
    # Nothing was touched; the backup from before brings it back.
    assert rows(company / "rapport.db", "SELECT version_num FROM alembic_version") == [("9999_from_the_future",)]
    cli.ok("restore", tmp_path / "before.tar.gz")
    assert cli.ok("customers", "card", MARTA, "--json").json["name"] == "Marta Lindqvist"


def test_a_backup_from_a_newer_version_replaces_nothing(company: Path, cli: CommandLine, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(company, other)
    _stamp(other, "9999_from_the_future")
    CommandLine(other, cli.capsys).ok("backup", tmp_path / "newer.tar.gz")
    assert_refused(cli("restore", tmp_path / "newer.tar.gz"), 1, "9999_from_the_future", "newer")
    assert cli.ok("customers", "card", MARTA, "--json").json["name"] == "Marta Lindqvist"


def test_a_file_that_is_no_database_is_named(cli: CommandLine) -> None:
    cli.data.mkdir()
    (cli.data / "rapport.db").write_bytes(b"This is not a database, whatever its name says. " * 100)
    assert_refused(cli("knowledge", "search", "refund"), 3, "not a database", "Restore a backup")
    assert {one["state"] for one in cli("doctor", "--json").json} >= {"problem"}


# --- backup and restore --------------------------------------------------------------------------------------------------------------


def test_a_backup_brings_everything_back(company: Path, cli: CommandLine, tmp_path: Path) -> None:
    before = cli.ok("customers", "card", MARTA, "--json").json
    found = cli.ok("knowledge", "search", "correct a name on the ticket", "--json").json["passages"][0]["passage_id"]
    file = tmp_path / "backup.tar.gz"
    report = cli.ok("backup", file, "--json").json
    assert report["bytes"] == file.stat().st_size
    assert file.stat().st_mode & 0o077 == 0, "for its owner only"
    with tarfile.open(file) as tar:
        assert sorted(tar.getnames()) == ["manifest.json", "rapport.db", "secret.key"]
    assert_refused(cli("backup", file), 2, "exists")

    # Into an empty folder, on another machine.
    elsewhere = CommandLine(tmp_path / "elsewhere", cli.capsys)
    assert elsewhere.ok("restore", file, "--json").json["erased_again"] == 0
    assert elsewhere.ok("customers", "card", MARTA, "--json").json == before
    again = elsewhere.ok("knowledge", "search", "correct a name on the ticket", "--json").json["passages"]
    assert again[0]["passage_id"] == found, "the indexes are made again from the record"
    assert (tmp_path / "elsewhere" / "secret.key").read_bytes() == (company / "secret.key").read_bytes()


def test_work_that_was_left_is_done_after_a_restore(company: Path, cli: CommandLine, tmp_path: Path) -> None:
    """A turn that was not drafted when the backup was made is drafted afterwards, though the engine's own file is not in it."""
    given = tmp_path / "conversation.json"
    given.write_text(json.dumps(conversation("left", channel="email")))
    out = cli.ok("suggest", given, "--save", "--json").json
    _edit(company, "DELETE FROM seen_marks")
    _edit(company, "DELETE FROM suggestions")
    _edit(company, "UPDATE turns SET state = 'frozen'")
    cli.ok("backup", tmp_path / "backup.tar.gz")
    cli.ok("restore", tmp_path / "backup.tar.gz")
    again = cli.ok("suggest", given, "--save", "--json").json
    assert again["turn"]["id"] == out["turn"]["id"]
    assert {s["kind"] for s in again["suggestions"]} == {s["kind"] for s in out["suggestions"]}


@pytest.mark.parametrize("damage", ["not an archive", "cut", "other content", "empty archive"])
def test_a_damaged_backup_changes_nothing(company: Path, cli: CommandLine, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "backup.tar.gz"
    cli.ok("backup", file)
    if damage == "not an archive":
        file.write_bytes(b"hello")
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif damage == "empty archive":
        with tarfile.open(file, "w:gz"):
            pass
    else:
        with tarfile.open(file) as tar:
            tar.extractall(tmp_path / "content", filter="data")
        with (tmp_path / "content" / "rapport.db").open("r+b") as database:
            database.seek(5000)
            database.write(b"damage")
        with tarfile.open(file, "w:gz") as tar:
            for name in ("rapport.db", "manifest.json"):
                tar.add(tmp_path / "content" / name, name)
    before = (company / "rapport.db").read_bytes()
    assert_refused(cli("restore", file), 2, str(file))
    assert (company / "rapport.db").read_bytes() == before
    assert not [entry for entry in company.iterdir() if entry.name.startswith("tmp")]


# --- the keys of the erasures ----------------------------------------------------------------------------------------------------------

PERSON = json.dumps({"id": "cus-zeb-77", "name": "Zebulon Quackenbush"})


def _comes_back(cli: CommandLine, tmp_path: Path) -> bool:
    """Whether an import takes the person in again."""
    (tmp_path / "person.jsonl").write_text(PERSON)
    ran = cli("customers", "import", tmp_path / "person.jsonl", "--json")
    assert ran.code in (0, 1), ran
    return bool(ran.json["saved"])


def _erased(cli: CommandLine, tmp_path: Path) -> None:
    assert _comes_back(cli, tmp_path)
    cli.ok("customers", "erase", "cus-zeb-77")


def test_a_backup_restored_beside_another_key_brings_its_own(cli: CommandLine, tmp_path: Path) -> None:
    _erased(cli, tmp_path)
    cli.ok("backup", tmp_path / "backup.tar.gz")
    elsewhere = CommandLine(tmp_path / "elsewhere", cli.capsys)
    elsewhere.ok("migrate")
    elsewhere.ok("tenants", "list")
    (elsewhere.data / "secret.key").write_text("another installation's key")
    elsewhere.ok("restore", tmp_path / "backup.tar.gz")
    own, *brought = keyring.kept(elsewhere.data)
    assert (own, brought) == ("another installation's key", keyring.kept(cli.data))
    assert (elsewhere.data / "secret.key").stat().st_mode & 0o077 == 0
    assert not _comes_back(elsewhere, tmp_path)
    # And again, from the second installation to a third.
    elsewhere.ok("backup", tmp_path / "second.tar.gz")
    third = CommandLine(tmp_path / "third", cli.capsys)
    third.ok("restore", tmp_path / "second.tar.gz")
    assert not _comes_back(third, tmp_path)


def test_whom_this_folder_erased_does_not_come_with_another_installations_backup(cli: CommandLine, tmp_path: Path) -> None:
    other = CommandLine(tmp_path / "other", cli.capsys)
    assert _comes_back(other, tmp_path)
    other.ok("backup", tmp_path / "backup.tar.gz")
    _erased(cli, tmp_path)
    assert cli.ok("restore", tmp_path / "backup.tar.gz", "--json").json["erased_again"] == 1
    assert not _comes_back(cli, tmp_path)


def test_a_key_that_is_set_is_in_no_backup_and_has_to_be_set_for_the_restore(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COPILOT_SECRET_KEY", "correct horse battery staple")
    _erased(cli, tmp_path)
    file = tmp_path / "backup.tar.gz"
    made = cli.ok("backup", file, "--json").json
    with tarfile.open(file) as tar:
        assert sorted(tar.getnames()) == ["manifest.json", "rapport.db"]
        assert not any(b"battery" in content.read() for name in tar.getnames() if (content := tar.extractfile(name)))
    assert made["keys"] == [keyring.fingerprint("correct horse battery staple")]
    elsewhere = CommandLine(tmp_path / "elsewhere", cli.capsys)
    monkeypatch.delenv("COPILOT_SECRET_KEY")
    assert_refused(elsewhere("restore", file), 1, made["keys"][0], "COPILOT_SECRET_KEY")
    assert not (elsewhere.data / "rapport.db").exists()
    monkeypatch.setenv("COPILOT_SECRET_KEY", "correct horse battery staple")
    elsewhere.ok("restore", file)
    assert not _comes_back(elsewhere, tmp_path)


def test_without_erasures_no_key_is_asked_for(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COPILOT_SECRET_KEY", "correct horse battery staple")
    assert _comes_back(cli, tmp_path)
    cli.ok("backup", tmp_path / "backup.tar.gz")
    monkeypatch.delenv("COPILOT_SECRET_KEY")
    CommandLine(tmp_path / "elsewhere", cli.capsys).ok("restore", tmp_path / "backup.tar.gz")


def test_there_is_nothing_to_back_up(cli: CommandLine, tmp_path: Path) -> None:
    assert_refused(cli("backup", tmp_path / "b.tar.gz"), 2, "no database")


def test_a_backup_that_cannot_be_written_says_so(company: Path, cli: CommandLine, tmp_path: Path) -> None:
    assert_refused(cli("backup", tmp_path / "nowhere" / "b.tar.gz"), 3, "cannot be written")


def test_postgresql_has_its_own_tools(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COPILOT_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    assert_refused(cli("backup", tmp_path / "b.tar.gz"), 1, "pg_dump")
    assert_refused(cli("restore", tmp_path / "b.tar.gz"), 1, "pg_restore")


def test_nobody_else_on_the_machine_reads_what_is_kept(cli: CommandLine, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        cli.ok("customers", "import", SHIPPED / "customers.jsonl")
        (tmp_path / "a.md").write_text("---\nid: a\ntitle: Refunds\nstatus: published\n---\nWithin seven days.\n")
        cli.ok("knowledge", "import", tmp_path / "a.md")
        cli.ok("backup", tmp_path / "backup.tar.gz")
        elsewhere = CommandLine(tmp_path / "elsewhere", cli.capsys)
        elsewhere.ok("restore", tmp_path / "backup.tar.gz")
        elsewhere.ok("knowledge", "search", "refunds")
        (tmp_path / "made-by-a-command").touch()
        assert (tmp_path / "made-by-a-command").stat().st_mode & 0o044, "the umask is given back"
    finally:
        os.umask(before)
    kept = [cli.data, elsewhere.data, tmp_path / "backup.tar.gz", *cli.data.rglob("*"), *elsewhere.data.rglob("*")]
    assert len(kept) > 10
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_a_folder_that_others_can_read_is_noted(company: Path, cli: CommandLine) -> None:
    company.chmod(0o755)
    found = {one["subject"]: one for one in cli.ok("doctor", "--json").json}
    assert found["permissions"]["state"] == "note"
    assert "chmod 700" in found["permissions"]["text"]
    company.chmod(0o700)
    assert "permissions" not in {one["subject"] for one in cli.ok("doctor", "--json").json}


# --- doctor --------------------------------------------------------------------------------------------------------------------------


def test_doctor_changes_nothing(company: Path, cli: CommandLine) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in company.rglob("*") if p.is_file() and "rapport.db-" not in p.name}

    before = state()
    found = {one["subject"]: one for one in cli.ok("doctor", "--json").json}
    assert state() == before
    assert {"data folder", "service", "database", "schema", "encoder", "prompts", "language model"} <= set(found)
    assert {one["state"] for one in found.values()} <= {"ok", "note"}
    assert "✓" in cli.ok("doctor").out


def test_doctor_looks_at_a_held_folder_and_at_none(cli: CommandLine) -> None:
    assert cli("doctor", "--json").code == 0
    assert not cli.data.exists(), "looking makes nothing"
    lock = OwnerLock(cli.data)
    lock.announce(lock.take(), "http://127.0.0.1:9")
    try:
        ran = cli("doctor", "--json")
        assert ran.code == 1
        assert "does not answer" in {one["subject"]: one["text"] for one in ran.json}["service"]
    finally:
        lock.release()


# --- indexes ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["overwritten", "gone", "words gone", "words overwritten"])
def test_a_damaged_index_is_made_again(company: Path, cli: CommandLine, damage: str) -> None:
    asked = ("knowledge", "search", "correct a name on the ticket", "--json")
    before = [hit["passage_id"] for hit in cli.ok(*asked).json["passages"]]
    if damage == "gone":
        shutil.rmtree(company / "vectors")
    elif damage == "words gone":
        shutil.rmtree(company / "words")
    else:
        folder = company / ("words" if damage.startswith("words") else "vectors")
        for file in (file for file in folder.rglob("*") if file.is_file() and file.stat().st_size > 16):
            file.write_bytes(os.urandom(file.stat().st_size))
    ran = cli(*asked)
    assert ran.code == 0, ran
    assert [hit["passage_id"] for hit in ran.json["passages"]] == before
    if damage == "overwritten":
        assert "The vector index was damaged" in ran.err
        assert "filled again" in ran.err
        assert [entry for entry in company.iterdir() if entry.name.startswith("vectors.damaged-")], "kept aside, not deleted"
    # And recall by meaning works again as well: memories have vectors too.
    rebuilt = cli.ok("knowledge", "reindex", "--json").json
    assert rebuilt["found"] >= 0.99
    assert rebuilt["memories"] == rows(company / "rapport.db", "SELECT count(*) FROM memories WHERE state = 'active'")[0][0]
