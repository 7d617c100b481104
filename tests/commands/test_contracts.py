"""Exit codes, one clear line on stderr, and nothing but JSON on stdout with --json."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import copilot
from copilot.adapters.owner import OwnerLock
from copilot.cli import run
from tests.commands.cli import CommandLine, Ran
from tests.commands.fixtures import CONVERSATIONS
from tests.e2e.service import rows
from tests.e2e.talk import conversation

SCHEMA = Draft202012Validator(json.loads((Path(copilot.__file__).parent / "schemas" / "suggestions.schema.json").read_text()))
HERO = CONVERSATIONS / "01-hero-broken-refund-promise.json"


def assert_refused(ran: Ran, code: int, *words: str) -> None:
    """One clear line on stderr that names these words, nothing on stdout, no stack trace."""
    assert ran.code == code, ran
    assert ran.out == ""
    assert ran.err.startswith("copilot: ")
    assert len(ran.err.splitlines()) == 1, ran.err
    for word in words:
        assert word in ran.err, ran.err


def counted(folder: Path) -> dict[str, int]:
    """Rows by table."""
    tables = [name for (name,) in rows(folder / "rapport.db", "SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: rows(folder / "rapport.db", f"SELECT count(*) FROM {name}")[0][0] for name in tables}


# --- wrong use -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["serve", "--porf", "1"],
        ["serve", "--port", "many"],
        ["knowledge", "search"],
        ["knowledge", "search", "x", "--limit", "0"],
        ["keys", "create", "--name", "x"],
        ["suggest"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_two_and_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
    assert "--help" in shown.err


def test_without_arguments_it_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_a_wrong_setting_is_named(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPILOT_PORT", "ninety")
    assert_refused(cli("serve"), 2, "COPILOT_PORT")
    monkeypatch.delenv("COPILOT_PORT")
    monkeypatch.setenv("COPILOT_DATABASE_URL", "mysql://somewhere/db")
    assert_refused(cli("tenants", "list"), 2, "COPILOT_DATABASE_URL", "mysql")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["knowledge", "import", "/nowhere/at/all"], ["/nowhere/at/all", "does not exist"]),
        (["customers", "import", "/nowhere/at/all.jsonl"], ["/nowhere/at/all.jsonl", "cannot be read"]),
        (["customers", "card", "nobody"], ["'nobody'"]),
        (["customers", "erase", "nobody"], ["'nobody'"]),
        (["suggest", "/nowhere/at/all.json"], ["/nowhere/at/all.json", "cannot be read"]),
        (["knowledge", "search", "  "], ["empty"]),
        (["keys", "create", "--role", "king", "--name", "x"], ["'king'", "agent"]),
        (["keys", "revoke", "nothing"], ["'nothing'"]),
        (["restore", "/nowhere/at/all.tar.gz"], ["not a backup"]),
        (["tenants", "create", "a/b"], ["'a/b'"]),
    ],
    ids=lambda value: " ".join(value[:2]),
)
def test_bad_input_is_two_and_says_what_is_wrong(cli: CommandLine, arguments: list[str], words: list[str]) -> None:
    assert_refused(cli(*arguments), 2, *words)


def test_an_unknown_tenant_is_named(cli: CommandLine) -> None:
    assert_refused(cli("knowledge", "search", "refund", "--tenant", "nobody"), 2, "'nobody'")


def test_what_exists_already_is_one(cli: CommandLine) -> None:
    cli.ok("tenants", "create", "acme")
    assert_refused(cli("tenants", "create", "acme"), 1, "acme")
    assert cli.ok("tenants", "list", "--json").json == {"tenants": [{"id": "acme"}, {"id": "default"}]}


def test_a_held_folder_is_three(cli: CommandLine) -> None:
    lock = OwnerLock(cli.data)
    lock.take()
    try:
        for arguments in (["knowledge", "search", "x"], ["serve", "--port", "0"], ["migrate"], ["restore", "file"], ["demo"]):
            assert_refused(cli(*arguments), 3, "held by process")
    finally:
        lock.release()


def test_a_service_that_does_not_answer_is_three(cli: CommandLine) -> None:
    lock = OwnerLock(cli.data)
    lock.announce(lock.take(), "http://127.0.0.1:9")
    try:
        assert_refused(cli("knowledge", "search", "x"), 3, "does not answer", "copilot doctor")
    finally:
        lock.release()


# --- suggest ---------------------------------------------------------------------------------------------------------------------


def test_suggest_stores_nothing(company: Path, cli: CommandLine) -> None:
    before = counted(company)
    out = cli.ok("suggest", HERO, "--json").json
    SCHEMA.validate(out)
    assert counted(company) == before
    assert {"cue", "reply"} <= {s["kind"] for s in out["suggestions"]}
    assert out["turn"]["evidence"]["known_details"]
    timings = out["turn"]["timings_ms"]
    assert {"load", "sense", "recall", "search", "evidence", "total"} <= set(timings)
    assert timings["evidence"] <= timings["total"]


def test_suggest_saves_when_told_to(company: Path, cli: CommandLine, tmp_path: Path) -> None:
    given = tmp_path / "conversation.json"
    given.write_text(json.dumps(conversation("saved")))
    before = counted(company)
    out = cli.ok("suggest", given, "--save", "--json").json
    SCHEMA.validate(out)
    after = counted(company)
    assert {name: after[name] - before[name] for name in ("conversations", "messages", "turns", "outbox")} == {
        "conversations": 1,
        "messages": 1,
        "turns": 1,
        "outbox": 0,
    }
    assert after["suggestions"] - before["suggestions"] == len(out["suggestions"]) >= 2
    stored = rows(company / "rapport.db", "SELECT id FROM suggestions")
    assert {s["id"] for s in out["suggestions"]} <= {ident for (ident,) in stored}
    # Again: the same conversation is the same turn, and nothing is made twice.
    again = cli.ok("suggest", given, "--save", "--json").json
    assert again["turn"]["id"] == out["turn"]["id"]
    assert counted(company)["suggestions"] == after["suggestions"]


def test_suggest_makes_the_kinds_that_are_asked_for(company: Path, cli: CommandLine, tmp_path: Path) -> None:
    out = cli.ok("suggest", HERO, "--kinds", "handover,cue", "--json").json
    assert [s["kind"] for s in out["suggestions"]] == ["cue", "handover"] or {s["kind"] for s in out["suggestions"]} == {"cue", "handover"}
    assert_refused(cli("suggest", HERO, "--kinds", "cue,song"), 2, "song", "reply")
    given = tmp_path / "conversation.json"
    given.write_text(json.dumps(conversation("asked")))
    saved = cli.ok("suggest", given, "--kinds", "handover", "--save", "--json").json
    assert "handover" in {s["kind"] for s in saved["suggestions"]}


def test_a_replay_cannot_be_saved(cli: CommandLine, tmp_path: Path) -> None:
    given = tmp_path / "conversation.json"
    given.write_text(json.dumps(conversation("replay") | {"as_of": "-PT1H"}))
    assert_refused(cli("suggest", given, "--save"), 2, "as_of", "--save")


def test_a_conversation_comes_from_standard_input_too(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(conversation("piped"))))
    out = cli.ok("suggest", "-", "--json").json
    assert out["turn"]["conversation_id"] == "piped"


def test_what_people_see_names_the_promise_and_what_not_to_ask(company: Path, cli: CommandLine) -> None:
    shown = cli.ok("suggest", HERO)
    assert "overdue promise (Jonas Weber)" in shown.out
    assert "Do not ask: account number" in shown.out
    assert "── cue (proposed, rules)" in shown.out
    assert shown.err == ""


# --- JSON and nothing else ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["knowledge", "search", "refund"],
        ["knowledge", "reindex"],
        ["customers", "card", "cus-marta-lindqvist"],
        ["tenants", "list"],
        ["keys", "create", "--role", "qa", "--name", "Quinn"],
        ["keys", "list"],
        ["doctor"],
        ["migrate"],
        ["customers", "erase", "cus-tobias-brandt"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_json_and_nothing_else(company: Path, cli: CommandLine, arguments: list[str]) -> None:
    if "erase" in arguments:
        ((arguments[2],),) = rows(company / "rapport.db", "SELECT external_id FROM customers WHERE external_id LIKE 'cus-%' LIMIT 1")
    ran = cli(*arguments, "--json")
    assert ran.code == 0, ran
    assert ran.err == ""
    assert isinstance(ran.json, dict | list)


def test_keys_are_shown_once_and_can_be_revoked(cli: CommandLine) -> None:
    made: dict[str, Any] = cli.ok("keys", "create", "--role", "agent", "--name", "Lea", "--json").json
    assert made["secret"].startswith("rk_")
    listed = cli.ok("keys", "list", "--json")
    assert made["secret"] not in listed.out
    assert made["secret"][:8] in listed.out
    cli.ok("keys", "revoke", made["id"])
    (key,) = cli.ok("keys", "list", "--json").json["keys"]
    assert key["revoked_at"] is not None
    assert made["secret"].encode() not in (cli.data / "rapport.db").read_bytes()
