"""Days on which something is wrong with the machine: a full disk, a second service, a broken index, a backup in the rush hour."""

import os
import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.commands.cli import CommandLine
from tests.commands.test_contracts import assert_refused
from tests.e2e.service import Service
from tests.e2e.talk import LOST_CARD, conversation
from tests.patience import until


@contextmanager
def full_disk(service: Service) -> Iterator[None]:
    """No file of the service may grow, or be written beyond its first bytes: what a full disk feels like from inside."""
    before = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, before)


def test_a_full_disk_loses_nothing_and_passes(company: Path) -> None:
    with Service(company) as service:
        service.post("/v1/conversations", conversation("before", channel="email"))
        service.drafted("before")
        with full_disk(service):
            refused = service.http.post("/v1/conversations", json=conversation("during", channel="email"))
            assert refused.status_code == 503
            assert refused.headers["content-type"] == "application/problem+json"
            assert "nothing was stored" in refused.json()["detail"]
            assert "disk" in refused.json()["todo"]
            assert "retry-after" in refused.headers
            # Reading goes on.
            assert service.turn("before")["state"] == "done"
            assert service.http.get("/health").is_success
        # The sender tries again, and everything goes on by itself.
        taken = service.http.post("/v1/conversations", json=conversation("during", channel="email"))
        assert (taken.status_code, taken.json()["duplicate"]) == (202, False)
        assert service.drafted("during")["suggestions"]
        assert service.rows("PRAGMA integrity_check") == [("ok",)]


def test_a_disk_that_fills_up_behind_an_accepted_message_only_delays_it(company: Path) -> None:
    """Accepted, and then there is no room for evidence and drafts: they come when there is, without anybody asking."""
    with Service(company) as service:
        service.post("/v1/conversations", conversation("accepted"))
        until(lambda: service.turn("accepted")["state"] == "frozen", "evidence")
        with full_disk(service):
            # The quiet period ends; what is drafted cannot be saved.
            until(lambda: "disk" in service.output, "an attempt that failed")
        assert service.drafted("accepted")["suggestions"]


def test_a_second_service_is_refused(company: Path, cli: CommandLine) -> None:
    with Service(company) as first:
        assert_refused(cli("serve", "--port", "0"), 3, f"held by process {first.pid}", first.owner.address)
        second = Service(company)
        second.begin()
        assert second.ended() == 3
        assert first.http.get("/ready").is_success
        port = httpx.URL(first.owner.address).port
        elsewhere = CommandLine(company.parent / "elsewhere", cli.capsys)
        assert_refused(elsewhere("serve", "--port", port), 3, f":{port} cannot be used", "--port")


def test_commands_go_through_the_service_and_see_its_data(company: Path, cli: CommandLine, tmp_path: Path) -> None:
    with Service(company) as service:
        service.post("/v1/conversations", conversation("live", customer={"id": "cus-new", "name": "Nia New", "email": "nia@example.org"}))
        card = cli.ok("customers", "card", "cus-new", "--json").json
        assert (card["name"], card["conversations"]) == ("Nia New", 1)
        (tmp_path / "new.md").write_text("# Surfboards\n\nA surfboard travels for 60 EUR each way.")
        cli.ok("knowledge", "import", tmp_path / "new.md")
        found = service.get("/v1/knowledge/search", q="what does a surfboard cost")["passages"]
        assert "60 EUR" in found[0]["text"], "searchable at once, in the service"
        key = cli.ok("keys", "create", "--role", "agent", "--name", "Lea", "--json").json
        with service.client(key["secret"]) as lea:
            assert lea.get("/v1/queue").status_code == 200
            cli.ok("keys", "revoke", key["id"])
            assert lea.get("/v1/queue").status_code == 401
        assert cli.ok("doctor", "--json").code == 0
        for arguments in (["migrate"], ["restore", "some-file"]):
            assert_refused(cli(*arguments), 3, "held by process")
    # And without it they do the same by themselves.
    assert cli.ok("customers", "card", "cus-new", "--json").json["name"] == "Nia New"


def test_a_vector_index_that_broke_while_nobody_looked_is_filled_again(company: Path) -> None:
    with Service(company) as service:

        def found() -> list[str]:
            answer = service.get("/v1/knowledge/search", q="How do I correct a name on my ticket?")
            return [hit["passage_id"] for hit in answer["passages"]]

        before = found()
        service.kill()
        for file in (file for file in (company / "vectors").rglob("*") if file.is_file() and file.stat().st_size > 16):
            file.write_bytes(os.urandom(file.stat().st_size))
        service.start()
        assert "The vector index was damaged" in service.output
        assert found()[0] == before[0], "words answer at once"
        until(lambda: found() == before, "all vectors to be there again")
        service.post("/v1/conversations", conversation("after", LOST_CARD, channel="email"))
        assert service.drafted("after")["suggestions"]


def test_a_backup_in_the_rush_hour_is_whole(company: Path, cli: CommandLine, tmp_path: Path) -> None:
    with Service(company) as service:
        taken: list[str] = []
        enough = threading.Event()

        def customers() -> None:
            with service.client() as http:
                for number in range(10_000):
                    if enough.is_set():
                        return
                    if http.post("/v1/conversations", json=conversation(f"rush-{number}", channel="email")).status_code == 202:
                        taken.append(f"rush-{number}")

        rush = threading.Thread(target=customers)
        rush.start()
        try:
            for number in range(3):
                more = len(taken) + 3
                until(lambda more=more: len(taken) >= more, "customers who write")  # type: ignore[misc]  # mypy sees no type in it
                acknowledged = list(taken)
                cli.ok("backup", tmp_path / f"{number}.tar.gz")
                elsewhere = CommandLine(tmp_path / f"restored-{number}", cli.capsys)
                elsewhere.ok("restore", tmp_path / f"{number}.tar.gz")
                with closing(sqlite3.connect(elsewhere.data / "rapport.db")) as copy:
                    assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                    assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
                    there = {ref for (ref,) in copy.execute("SELECT external_id FROM conversations")}
                assert set(acknowledged) <= there
        finally:
            enough.set()
            rush.join()


@pytest.mark.parametrize("text", ["not a database", ""])
def test_a_service_says_in_one_line_why_it_does_not_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "data").mkdir()
    if text:
        (tmp_path / "data" / "rapport.db").write_text(text * 200)
    elsewhere = "" if text else "postgresql://nobody@127.0.0.1:9/none"
    service = Service(tmp_path / "data", COPILOT_DATABASE_URL=elsewhere)
    service.begin()
    assert service.ended() == 3
    lines = [line for line in service.output.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, service.output
    assert lines[0].startswith("copilot: ")
    assert "Traceback" not in service.output
