"""copilot connect, copilot connections: a chat tool is connected, looked at and changed from the command line."""

import pytest

from tests.commands.cli import CommandLine


def test_a_tool_is_connected_looked_at_and_changed(cli: CommandLine) -> None:
    said = cli.ok("connect", "webhook", "--name", "crm").out
    assert "/hooks/default/crm" in said
    assert "whsec_" in said
    (one,) = cli.ok("connections", "list", "--json").json["connections"]
    assert (one["connection"]["id"], one["connection"]["kind"], one["secrets"], one["traffic"]["waiting"]) == ("crm", "webhook", 1, 0)
    listed = cli.ok("connections", "list").out
    assert "crm" in listed
    assert "never" in listed
    assert "whsec_" not in listed
    cli.ok("connections", "change", "crm", "--shadow")
    assert "shadow" in cli.ok("connections", "list").out
    cli.ok("connections", "change", "crm", "--stopped", "--writing")
    assert "stopped" in cli.ok("connections", "list").out
    assert cli.ok("connections", "secret", "crm").out.strip() not in said
    assert cli.ok("connections", "list", "--json").json["connections"][0]["secrets"] == 2


def test_a_setting_is_changed_and_the_others_stay(cli: CommandLine) -> None:
    cli.ok("connect", "zendesk", "--url", "https://ternway.zendesk.com", "--set", "email=it@ternway.example", "--secret", "made-there")
    cli.ok("connections", "change", "zendesk", "--set", 'people={"381": "lea@example.com"}')
    (one,) = cli.ok("connections", "list", "--json").json["connections"]
    settings = one["connection"]["settings"]
    assert (settings["email"], settings["people"]) == ("it@ternway.example", {"381": "lea@example.com"})
    assert "Taken over." in cli.ok("connections", "secret", "zendesk", "--given", "made-there-later").out
    (told,) = cli.ok("connections", "list", "--json").json["connections"]
    assert (told["secrets"], told["pages"]) == (2, ["https://ternway.zendesk.com"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("connect", "pigeon"), 2, "There is no chat tool 'pigeon'"),
        (("connect", "chatwoot", "--url", "https://chat.example.com"), 2, "account_id"),
        (("connect", "chatwoot", "--set", "account_id"), 2, "not name=value"),
        (("connect", "webhook", "--set", "colour=red"), 2, "colour"),
        (("connect", "webhook", "--name", "no spaces"), 2, "id"),
        (("connections", "check", "crm"), 2, "There is no connection 'crm'"),
        (("connections", "secret", "file"), 2, "There is no connection 'file'"),
    ],
)
def test_what_is_wrong_is_said(cli: CommandLine, arguments: tuple[str, ...], code: int, words: str) -> None:
    refused = cli(*arguments)
    assert (refused.code, words in refused.err) == (code, True), refused.err


def test_a_name_is_given_once(cli: CommandLine) -> None:
    cli.ok("connect", "webhook", "--name", "crm")
    refused = cli("connect", "webhook", "--name", "crm")
    assert (refused.code, "There is a connection 'crm'" in refused.err) == (1, True)


def test_a_tool_that_is_not_there_is_named(cli: CommandLine) -> None:
    cli.ok("connect", "chatwoot", "--url", "http://127.0.0.1:9", "--set", "account_id=3")
    found = cli("connections", "check", "chatwoot")
    assert found.code == 1
    assert "cannot be reached" in found.out
