"""copilot connect, copilot connections: a chat tool is connected, looked at and changed from the command line."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import copilot.api
from copilot.adapters.outgoing import ToolAddresses
from copilot.services.chat_tools import installing
from tests.channels.doubles.chatwoot import ChatwootDouble
from tests.channels.tools import delivered_to
from tests.commands.cli import CommandLine


@pytest.fixture
def chatwoot(monkeypatch: pytest.MonkeyPatch) -> ChatwootDouble:
    """A Chatwoot that every call to a tool reaches, and that delivers to whichever application runs in this process."""
    double, create_app = ChatwootDouble(token="tok-from-the-environment"), copilot.api.create_app

    def client(_: ToolAddresses) -> httpx.AsyncClient:
        return double.client()

    def app(*given: Any, **named: Any) -> FastAPI:
        made = create_app(*given, **named)
        double.hears = delivered_to(made, "chatwoot", lambda: datetime.now(UTC))
        return made

    monkeypatch.setattr(ToolAddresses, "client", client)
    monkeypatch.setattr(copilot.api, "create_app", app)
    monkeypatch.setattr(installing, "EVERY_S", 0.0)
    monkeypatch.setenv("COPILOT_TOOL_TOKEN", double.token)
    return double


TO_CHATWOOT = ("chatwoot", "--url", "https://chat.example.com", "--set", "account_id=3")


def test_a_chatwoot_is_set_up_by_one_command_and_a_delivery_comes_through(cli: CommandLine, chatwoot: ChatwootDouble) -> None:
    said = cli.ok("connect", *TO_CHATWOOT, "--address", "https://copilot.example.com").out
    for words in (
        "https://copilot.example.com/hooks/default/chatwoot",
        "https://copilot.example.com/chatwoot/panel?tenant=default&connection=chatwoot",
        "Pages of https://chat.example.com may show the panel",
        "Nothing is missing",
        "A delivery of the tool came through",
    ):
        assert words in said, said
    assert [hook["url"] for hook in chatwoot.webhooks] == ["https://copilot.example.com/hooks/default/chatwoot"]
    assert (len(chatwoot.apps), chatwoot.contacts) == (1, {})
    assert cli.ok("connections", "check", "chatwoot").out.strip() == "✓ Nothing is missing."
    chatwoot.apps.clear()
    missing = cli("connections", "check", "chatwoot")
    assert (missing.code, "no dashboard app" in missing.out, "copilot connections install chatwoot" in missing.out) == (1, True, True)
    found = cli.ok("connections", "install", "chatwoot", "--address", "https://copilot.example.com", "--json").json
    assert (found, len(chatwoot.apps)) == ({"problems": [], "delivered": True, "todo": ""}, 1)


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
    assert "taken over." in cli.ok("connections", "secret", "zendesk", "--secret", "made-there-later").out
    (told,) = cli.ok("connections", "list", "--json").json["connections"]
    assert (told["secrets"], told["pages"]) == (2, ["https://ternway.zendesk.com"])


def test_a_secret_that_the_tool_made_is_taken_over_and_not_shown(cli: CommandLine) -> None:
    chosen = ("--set", "team=T17", "--set", "channel=C17", "--set", "agents={U7: tom.berg}")
    said = cli.ok("connect", "slack", "--secret", "made-by-slack", *chosen).out
    assert "/hooks/default/slack" in said
    assert "made-by-slack" not in said
    (one,) = cli.ok("connections", "list", "--json").json["connections"]
    assert one["connection"]["settings"]["agents"] == {"U7": "tom.berg"}
    chosen = ("--set", "app_id=ab12cd34", "--set", "admin_id=814860", "--set", "agents={814861: tom.berg}")
    assert "/hooks/default/intercom" in cli.ok("connect", "intercom", "--secret", "of-the-app", *chosen).out
    assert "made-anew" not in cli.ok("connections", "secret", "slack", "--secret", "made-anew").out
    (slack, intercom) = cli.ok("connections", "list", "--json").json["connections"]
    assert (slack["secrets"], intercom["connection"]["settings"]["agents"]) == (2, {"814861": "tom.berg"})


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("connect", "pigeon"), 2, "There is no chat tool 'pigeon'"),
        (("connect", "chatwoot", "--url", "https://chat.example.com"), 2, "account_id"),
        (("connect", "chatwoot", "--set", "account_id"), 2, "not name=value"),
        (("connect", "webhook", "--set", "colour=red"), 2, "colour"),
        (("connect", "slack", "--set", "team=T17", "--set", "channel=triage"), 2, "channel"),
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


def test_a_mailbox_is_looked_at_as_soon_as_it_is_connected(cli: CommandLine) -> None:
    """It sends no webhooks: there is no address to give to anybody, and nothing signed."""
    made = cli("connect", "email", "--url", "imap://127.0.0.1:9", "--set", "address=help@ternway.example")
    assert made.code == 1
    assert "cannot be reached" in made.out
    assert "/hooks/" not in made.out
    assert "whsec_" not in made.out
