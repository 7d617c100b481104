"""copilot users: people are added and let in, also when no service runs."""

import io

import pytest

from tests.commands.cli import CommandLine

ANN = ("users", "add", "Ann@Example.com", "--name", "Ann Bee", "--team", "Refunds")


def test_a_person_is_added_listed_and_let_in(cli: CommandLine) -> None:
    said = cli.ok(*ANN).out
    assert "copilot users link ann@example.com" in said
    (ann,) = cli.ok("users", "list", "--json").json["users"]
    assert (ann["name"], ann["role"], ann["email"], ann["team"]) == ("Ann Bee", "agent", "ann@example.com", "Refunds")
    assert "Ann Bee" in cli.ok("users", "list").out
    link = cli.ok("users", "link", "ann@example.com", "--address", "https://desk.example.com/").out
    assert link.startswith("https://desk.example.com/enter/")
    assert "15 minutes" in link
    shown = cli.ok("users", "link", ann["id"], "--json").json
    assert shown["link"].startswith("http://127.0.0.1:8321/enter/")
    assert shown["user"]["name"] == "Ann Bee"


def test_a_password_is_read_from_standard_input(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.ok(*ANN)
    monkeypatch.setattr("sys.stdin", io.StringIO("seven quiet trains\nmore"))
    assert "Ann Bee can sign in" in cli.ok("users", "password", "ann@example.com").out
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    refused = cli("users", "password", "ann@example.com")
    assert (refused.code, "10 to 256 characters" in refused.err) == (2, True)


@pytest.mark.parametrize("command", ["password", "link"])
def test_nobody_of_that_name_is_said(cli: CommandLine, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("seven quiet trains\n"))
    refused = cli("users", command, "nobody@example.com")
    assert refused.code == 2
    assert "There is no user 'nobody@example.com'" in refused.err


def test_two_people_cannot_have_one_address(cli: CommandLine) -> None:
    cli.ok(*ANN)
    refused = cli("users", "add", "ann@example.com", "--name", "Another Ann")
    assert refused.code == 1
    assert "has this e-mail address" in refused.err
