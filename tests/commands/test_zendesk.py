"""copilot zendesk: the sidebar app and the trigger, for whoever puts them into Zendesk."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.commands.cli import CommandLine


def test_the_sidebar_app_knows_where_the_service_is(cli: CommandLine, tmp_path: Path) -> None:
    cli.ok("connect", "zendesk", "--name", "zendesk-eu", "--url", "https://ternway.zendesk.com")
    file = tmp_path / "rapport.zip"
    said = cli.ok("zendesk", "package", str(file), "--address", "https://copilot.example.com/", "--connection", "zendesk-eu").out
    assert "Upload private app" in said
    assert "copilot connections install zendesk-eu" in said
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    page = manifest["location"]["support"]["ticket_sidebar"]["url"]
    assert page == "https://copilot.example.com/zendesk/sidebar/default/zendesk-eu"
    assert manifest["author"]["url"] == "https://copilot.example.com"
    cli.ok("zendesk", "package", str(file), "--address", "https://copilot.example.com", "--connection", "zendesk-eu")  # over its own


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [("http://copilot.example.com", 2, "no path"), ("copilot", 2, "no path"), ("https://copilot.example.com", 1, "holds something else")],
)
def test_what_is_wrong_is_said(cli: CommandLine, tmp_path: Path, address: str, code: int, words: str) -> None:
    cli.ok("connect", "zendesk", "--url", "https://ternway.zendesk.com")
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    refused = cli("zendesk", "package", str(file), "--address", address)
    assert (refused.code, words in refused.err) == (code, True), refused.err
    assert file.read_text() == "mine"


def test_the_trigger_is_json_for_pasting(cli: CommandLine) -> None:
    assert cli("zendesk", "trigger", "--connection", "zendesk-eu").code == 2
    said = cli.ok("connect", "zendesk", "--name", "zendesk-eu", "--url", "https://ternway.zendesk.com").out
    assert "Pages of https://ternway.zendesk.com may show the panel" in said
    assert json.loads(cli.ok("zendesk", "trigger", "--connection", "zendesk-eu").out)["connection"] == "zendesk-eu"
