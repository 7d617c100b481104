"""`copilot experiments`: started from a folder of prompts, listed, shown, widened, stopped."""

import shutil
from pathlib import Path

import pytest

from copilot.adapters.prompts import prompts_folder
from tests.commands.cli import CommandLine

WHY = ("--reason", "They cut the third paragraph.")


@pytest.fixture(autouse=True)
def modelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPILOT_MODEL", "openai/scripted")
    monkeypatch.setenv("COPILOT_EXPERIMENT_MODELS", "openai/other, openai/third")
    monkeypatch.setenv("COPILOT_EMBEDDER", "hash")


def test_from_a_folder_of_prompts_to_its_end(cli: CommandLine, tmp_path: Path) -> None:
    trial = tmp_path / "trial"
    trial.mkdir()
    shutil.copy(prompts_folder() / "reply.md", trial)
    text = (trial / "reply.md").read_text(encoding="utf-8").replace("Two to five", "Two or three")
    (trial / "reply.md").write_text(text, encoding="utf-8")
    started = cli.ok(
        "experiments", "start", "Shorter", "--kind", "reply", "--prompts", trial, "--percent", 20, "--budget", 2.5, *WHY, "--json"
    )
    made = started.json
    assert (made["share"], made["budget_microusd"], made["prompts"], made["state"]) == (0.2, 2_500_000, ["reply"], "running")
    listed = cli.ok("experiments", "list").out
    assert "Shorter" in listed
    assert "running" in listed
    assert "30%" in cli.ok("experiments", "widen", made["id"], 30).out
    shown = cli.ok("experiments", "show", made["id"]).out
    assert "They cut the third paragraph." in shown
    assert "0 of 400 conversations are settled." in shown
    assert "Stopped." in cli.ok("experiments", "stop", made["id"], "--note", "Enough.").out
    assert "stopped by hand" in cli.ok("experiments", "show", made["id"]).out
    again = cli("experiments", "stop", made["id"])
    assert again.code == 1
    assert "over" in again.err


def test_what_is_wrong_is_said_with_what_to_do(cli: CommandLine, tmp_path: Path) -> None:
    for folder, words in ((tmp_path / "none", "There is no folder"), (tmp_path, "holds none of reply.md")):
        wrong = cli("experiments", "start", "Shorter", "--kind", "reply", "--prompts", folder, *WHY)
        assert (wrong.code, words in wrong.err) == (2, True), wrong
    refused = cli("experiments", "start", "Shorter", "--kind", "reply", "--model", "evil/model", *WHY)
    assert refused.code == 2
    assert "openai/scripted, openai/other, openai/third" in refused.err
    assert "No experiment yet." in cli.ok("experiments", "list").out
