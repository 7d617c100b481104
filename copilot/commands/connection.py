"""Commands speak HTTP: to the running service that owns the data, or to the same application in this process, under the owner lock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from copilot.adapters.owner import Owner, OwnerLock, running_service
from copilot.commands.output import warn
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable
from copilot.settings import Settings

TIMEOUT_S = 600.0
"""A batch of an import may take minutes on a slow machine."""
BY_STATUS: dict[int, type[CopilotError]] = {401: Refused, 403: Refused, 404: NotFound, 409: Conflict, 503: Unavailable}


class Api:
    """The service's routes, with its problem documents as our errors."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, **params: Any) -> Any:
        return await self._send("GET", path, params={k: v for k, v in params.items() if v not in (None, "")})

    async def post(self, path: str, body: Any = None, **params: Any) -> Any:
        return await self._send("POST", path, json=body, params={k: v for k, v in params.items() if v not in (None, "")})

    async def patch(self, path: str, body: Any) -> Any:
        return await self._send("PATCH", path, json=body)

    async def put(self, path: str, content: bytes, **params: Any) -> Any:
        """A file, as it is."""
        return await self._send("PUT", path, content=content, params=params)

    async def replace(self, path: str, body: Any) -> Any:
        """A record, whole."""
        return await self._send("PUT", path, json=body)

    async def delete(self, path: str) -> Any:
        return await self._send("DELETE", path)

    async def _send(self, method: str, path: str, **request: Any) -> Any:
        try:
            answer = await self._client.request(method, path, **request)
        except httpx.TransportError as error:
            raise Unavailable(
                f"The service does not answer ({type(error).__name__}).", todo="Is it still running? See: copilot doctor"
            ) from error
        if answer.is_success:
            return answer.json() if answer.content else None
        try:
            problem = answer.json()
        except ValueError:
            problem = {"detail": f"The service answered {answer.status_code}."}
        kind = BY_STATUS.get(answer.status_code, Unavailable if answer.status_code >= 500 else Invalid)
        raise kind(str(problem.get("detail", "")), todo=str(problem.get("todo", "")))


@asynccontextmanager
async def connect(settings: Settings, tenant: str, *, work: bool = False) -> AsyncIterator[Api]:
    """The API of the data folder. `work`: durable jobs have to run, also when no service does."""
    owner = running_service(Path(settings.data_dir))
    if owner is not None:
        async with httpx.AsyncClient(base_url=owner.address, headers=_headers(owner, tenant), timeout=TIMEOUT_S) as client:
            yield Api(client)
        return
    lock = OwnerLock(Path(settings.data_dir))
    holder = lock.take()
    try:
        async with _in_process(settings, holder, tenant, work=work) as api:
            yield api
    finally:
        lock.release()


@asynccontextmanager
async def _in_process(settings: Settings, holder: Owner, tenant: str, *, work: bool) -> AsyncIterator[Api]:
    from copilot.api import create_app
    from copilot.bootstrap import build

    application = build(settings)
    for note in application.notes:
        warn(note)
    try:
        if work:
            await application.start()
        else:
            await application.open()
        app = create_app(application, owner=holder, lifespan=False)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://copilot", headers=_headers(holder, tenant), timeout=TIMEOUT_S
        ) as client:
            yield Api(client)
    finally:
        await (application.stop() if work else application.close())


def _headers(owner: Owner, tenant: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {owner.token}", "X-Copilot-Tenant": tenant}
