"""What the demo tells a newcomer to type works where they are. That it loads and serves is in tests/e2e and tests/web."""

import shutil

import pytest

from copilot.commands.demo import called


@pytest.mark.parametrize(
    ("started", "found", "typed"),
    [
        (".venv/bin/copilot", None, ".venv/bin/copilot"),
        ("/home/ada/.venv/bin/copilot", None, "/home/ada/.venv/bin/copilot"),
        (".venv/bin/copilot", "/usr/bin/copilot", "copilot"),
        ("-c", None, "copilot"),
    ],
)
def test_a_program_that_the_shell_does_not_find_is_named_by_its_path(
    monkeypatch: pytest.MonkeyPatch, started: str, found: str | None, typed: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: found)
    assert called(started) == typed
