"""copilot extension: what is written out, and what it may do."""

import json
from pathlib import Path
from typing import Any

import pytest

from copilot.commands.extension import SHIPPED
from tests.commands.cli import CommandLine


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


def test_it_may_do_no_more_than_this() -> None:
    """Whoever widens this has to say so here, and on its page in copilot/channels/README.md."""
    manifest = read(SHIPPED, "manifest.json")
    assert sorted(manifest["permissions"]) == ["activeTab", "scripting", "sidePanel", "storage"]
    assert manifest["optional_host_permissions"] == ["https://*/*", "http://localhost/*", "http://127.0.0.1/*"]
    assert manifest["externally_connectable"] == {"ids": []}
    for never in ("host_permissions", "optional_permissions", "content_scripts", "web_accessible_resources", "update_url"):
        assert never not in manifest
    assert "unsafe" not in manifest["content_security_policy"]["extension_pages"]
    assert "default-src 'none'" in manifest["content_security_policy"]["extension_pages"]


def test_it_is_written_with_the_address_in_it(cli: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    said = cli.ok("extension", folder, "--address", "https://copilot.example.com/", "--site", "https://chat.example.com=chatwoot:eu").out
    assert "Load unpacked" in said
    assert "panel_origins" in said
    assert read(folder, "config.json") == {
        "service": "https://copilot.example.com",
        "tenant": "",
        "sites": [{"origin": "https://chat.example.com", "tool": "chatwoot", "connection": "eu"}],
    }
    policy = read(folder, "manifest.json")["content_security_policy"]["extension_pages"]
    assert "frame-src https://copilot.example.com;" in policy
    assert "https:;" not in policy, "nothing else can be framed"
    shipped = {path.relative_to(SHIPPED) for path in SHIPPED.rglob("*") if path.is_file()}
    assert {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} == shipped
    again = cli.ok("extension", folder, "--json").json
    assert again["service"] == read(folder, "config.json")["service"] == ""


def test_a_folder_of_something_else_is_left_alone(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all,")
    refused = cli("extension", tmp_path)
    assert (refused.code, "holds something else" in refused.err) == (1, True)
    assert [path.name for path in tmp_path.iterdir() if path.name != "data"] == ["letter.txt"]


@pytest.mark.parametrize(
    "wrong",
    [("--address", "copilot.example.com"), ("--address", "http://copilot.example.com"), ("--site", "https://a.example/inbox=chatwoot"),
     ("--site", "https://a.example=pigeon"), ("--site", "chrome-extension://" + "a" * 32 + "=chatwoot")],
)  # fmt: skip
def test_what_is_no_address_is_said(cli: CommandLine, tmp_path: Path, wrong: tuple[str, str]) -> None:
    refused = cli("extension", tmp_path / "made", *wrong)
    assert refused.code == 2
    assert "Write" in refused.err
    assert not (tmp_path / "made").exists()


def test_it_is_allowed_once_beside_what_was_allowed_before(cli: CommandLine, tmp_path: Path) -> None:
    made = cli.ok("extension", tmp_path / "made", "--allow", "--json").json
    assert made["allowed"] is True
    assert made["origin"].startswith("chrome-extension://")
    again = cli.ok("extension", tmp_path / "made", "--allow").out
    assert "panel_origins" not in again
