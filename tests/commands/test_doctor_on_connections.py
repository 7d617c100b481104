"""copilot doctor on chat tools: how each connection does, without a service and without changing anything."""

import sqlite3
from contextlib import closing

import pytest

from copilot.commands import doctor_connections
from copilot.domain.channels import Missing
from copilot.services.chat_tools.connecting import Connecting
from tests.commands.cli import CommandLine


def found(cli: CommandLine, code: int) -> list[tuple[str, str, str]]:
    ran = cli("doctor", "--json")
    assert ran.code == code, ran
    return [(one["subject"], one["state"], one["text"]) for one in ran.json if one["subject"].startswith("connection ")]


def execute(cli: CommandLine, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(cli.data / "rapport.db")) as connection, connection:
        connection.execute(statement, values)


def test_a_connection_that_works_is_one_line(cli: CommandLine) -> None:
    assert found(cli, 0) == []
    cli.ok("connect", "webhook", "--name", "crm", "--shadow")
    ((subject, state, text),) = found(cli, 0)
    assert (subject, state) == ("connection crm", "ok")
    for words in ("in shadow", "last delivery never", "no lag", "refused 0", "next poll never", "no permission is missing"):
        assert words in text, text


def test_another_companys_connection_has_its_name_before_it(cli: CommandLine) -> None:
    cli.ok("tenants", "create", "acme")
    cli.ok("connect", "webhook", "--name", "crm", "--tenant", "acme")
    assert [subject for subject, _, _ in found(cli, 0)] == ["connection acme/crm"]


def test_what_is_wrong_is_said_and_counts(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.ok("connect", "chatwoot", "--url", "http://127.0.0.1:9", "--set", "account_id=3")
    execute(cli, "UPDATE connections SET refused = 7, refused_at = created_at, refused_why = 'No signature.' WHERE id = 'chatwoot'")
    lines = found(cli, 1)
    (how,) = [text for _, state, text in lines if state == "note"]
    assert "refused 7, last" in how
    wrong = [text for _, state, text in lines if state == "problem"]
    assert any("Deliveries are refused" in text and "No signature." in text for text in wrong)
    assert any("cannot be reached" in text for text in wrong)

    async def asked(*_: object) -> list[Missing]:
        return [Missing(what="The token may not write notes.", todo="Use an administrator's.")]

    monkeypatch.setattr(Connecting, "check", asked)
    assert ("connection chatwoot", "problem", "The token may not write notes. Use an administrator's.") in found(cli, 1)
    cli.ok("connections", "change", "chatwoot", "--stopped")
    ((_, state, text),) = found(cli, 0)
    assert (state, "stopped" in text) == ("note", True)


def test_a_tool_that_never_answers_is_not_waited_for(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    async def silent(*_: object) -> list[Missing]:
        await asyncio.Event().wait()
        return []

    cli.ok("connect", "webhook", "--name", "crm")
    monkeypatch.setattr(Connecting, "check", silent)
    monkeypatch.setattr(doctor_connections, "PATIENCE_S", 0.01)
    assert any("did not answer" in text for _, state, text in found(cli, 1) if state == "problem")


def test_secrets_of_another_key_are_named_and_the_tool_is_not_asked(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.ok("connect", "webhook", "--name", "crm")
    (cli.data / "secret.key").write_text("another\n")

    async def asked(*_: object) -> list[Missing]:
        raise AssertionError("a tool was asked with secrets that nobody can open")

    monkeypatch.setattr(Connecting, "check", asked)
    assert any("sealed with another key" in text for _, state, text in found(cli, 1) if state == "problem")
    assert not any("no permission is missing" in text for _, _, text in found(cli, 1))
