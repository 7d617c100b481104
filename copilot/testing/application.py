"""The whole application on doubles: SQLite in a folder, everything else in memory. The standard fixture of service and API tests."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from copilot.bootstrap import DEFAULT_TENANT, Application, build
from copilot.domain.base import now
from copilot.domain.tenant import TenantSettings
from copilot.settings import Settings
from copilot.testing.engine import InlineEngine
from copilot.testing.passwords import PlainPasswords
from copilot.testing.search import MemoryLexical, MemoryVectors

ROUNDS = 50
"""Work may leave new work in the outbox; this many times is a loop."""


class Clock:
    """The real time, moved by hand: what is `ahead` passes without waiting."""

    def __init__(self, start: Callable[[], datetime] = now) -> None:
        self._start = start
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return self._start() + self.ahead

    def forward(self, **by: float) -> None:
        """`clock.forward(minutes=20)`."""
        self.ahead += timedelta(**by)


def make_application(folder: Path, **overrides: Any) -> Application:
    """Wired, not yet open. `overrides` replace any part by its name in `bootstrap.build` (`models=ScriptedModels(…)`, `clock=…`).

    The encoder is `hash` (no weights), without a language model unless one is given.
    """
    settings = overrides.pop("settings", None) or Settings(data_dir=folder, embedder="hash", model="", fallback_models=())
    doubles: dict[str, Any] = {"vectors": MemoryVectors, "lexical": MemoryLexical, "engine": InlineEngine, "passwords": PlainPasswords}
    for name, make in doubles.items():
        if name not in overrides:
            overrides[name] = make()
    return build(settings, **overrides)


async def open_application(application: Application, *tenants: str, settings: TenantSettings | None = None) -> None:
    """Open it with these tenants beside `default`, without background loops: `settle` does the work. The quiet period is none."""
    await _made(application)
    await application.open()
    await application.engine.launch()
    quick = settings or TenantSettings(company="Ternway", quiet_period_s=0)
    async with application.database.write(DEFAULT_TENANT) as records:
        await records.admin.put_settings(quick)
    for tenant in tenants:
        await application.staff.create_tenant(tenant, quick)
    application.ready = True


async def _made(application: Application) -> None:
    """A new SQLite file is a copy of one at head: the revisions run once in a process, not once in a test."""
    file, url = application.settings.data_dir / "rapport.db", application.settings.sqlalchemy_url
    if file.exists() or not url.endswith(str(file)):
        return
    if not _TEMPLATE:
        await application.database.migrate()
        await application.database.vacuum()
        _TEMPLATE.append(file.read_bytes())
    else:
        file.touch(mode=0o600)
        file.write_bytes(_TEMPLATE[0])


_TEMPLATE: list[bytes] = []


async def settle(application: Application) -> None:
    """Carry out everything that waits: the outbox, and the runs it starts."""
    engine = application.engine
    assert isinstance(engine, InlineEngine), "settle needs the double of the durable engine"  # noqa: S101 - a double's own contract
    for _ in range(ROUNDS):
        started = await application.dispatcher.once()
        await engine.idle()
        if not started:
            return
    raise AssertionError("work goes on leaving new work")


async def close_application(application: Application) -> None:
    """End streams, stop work, give back files."""
    await application.stop()
