"""What every command begins with: the settings, read with a clear error, and the service's routes or this process's own."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from copilot.domain.errors import Invalid
from copilot.settings import Settings

if TYPE_CHECKING:
    from copilot.commands.connection import Api


def read_settings(data: Path | None = None, **changed: Any) -> Settings:
    """Of the environment, and what the command was given. Raises Invalid, naming the variable that is wrong."""
    given = {name: value for name, value in {"data_dir": data, **changed}.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Invalid(f"COPILOT_{str(first['loc'][0]).upper()}: {first['msg']}.", todo="Correct the setting.") from None


def with_api(data: Path | None, tenant: str, act: Callable[["Api"], Awaitable[int]], *, work: bool = False) -> int:
    """Run `act(api)` against the service or, without one, in this process. `work`: durable jobs have to run."""
    from copilot.adapters.logs import configure_logs
    from copilot.commands.connection import connect

    configure_logs("error")
    settings = read_settings(data)

    async def go() -> int:
        async with connect(settings, tenant, work=work) as api:
            return await act(api)

    return asyncio.run(go())
