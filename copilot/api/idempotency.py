"""`Idempotency-Key` on every POST: the same request again gets the stored answer, another one under the same key is refused.

An answer is stored when the request succeeded; a failed one changed nothing and may be tried again. Keys belong to the caller who used
them. A key is claimed on record before its request is carried out. Two requests at the same moment: on one replica the second waits; on
two, the second is told to try again (409). A claim that a replica left when it died is taken over: its own next process does so at once,
the others when it has been silent for SILENT_S.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

from fastapi import Request, Response

from copilot.api.connections import CONNECTION_HEADER
from copilot.bootstrap import Application
from copilot.domain.errors import Conflict, Invalid
from copilot.domain.staff import Caller
from copilot.services.running.dispatch import SILENT_S

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST = 200
CLAIMED = 0
"""The status of a key whose request is being carried out (see the port `Admin.claim`)."""
ERASED = "{}"
"""What an erasure leaves of a stored answer that named the person."""
NOT_KEPT = frozenset(
    {"POST /v1/suggest", "POST /v1/conversations/{ref}/review", "POST /v1/conversations/{ref}/ask", "POST /v1/knowledge/explain"}
)
"""They promise to store nothing, and change nothing: asked again, they answer again."""
LEFT_OUT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    # A secret is shown once and kept nowhere.
    "POST /v1/keys": lambda answer: answer | {"secret": None},
    "POST /v1/users/{user_ref}/links": lambda answer: answer | {"secret": None, "path": None},
    "POST /v1/panel-tokens": lambda answer: answer | {"secret": None},
    # A reason may name someone who was erased; a stored answer must not bring them back.
    "POST /v1/customers/import": lambda answer: (
        answer | {"refused": [{"name": one["name"], "reason": "See the first answer."} for one in answer["refused"]]}
    ),
}
"""What is not stored of an answer."""

Handle = Callable[[Request], Awaitable[Response]]


class Once:
    """Carries a request out once per key. `replica`: who we are among those that share the record."""

    def __init__(self, application: Application, replica: str = "") -> None:
        self._application, self._replica = application, replica or application.settings.replica_id
        self._locks: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    async def run(self, request: Request, caller: Caller, route: str, handle: Handle) -> Response:
        """The answer of `handle`, or the stored one."""
        given = request.headers.get(HEADER)
        if given is None or route in NOT_KEPT:
            return await handle(request)
        key = f"{caller.key_id}:{_checked(given)}"
        fingerprint = await _fingerprint(request)
        lock = self._locks.setdefault((caller.tenant_id, key, route), asyncio.Lock())
        async with lock:
            stored = await self._claim(caller.tenant_id, key, route, fingerprint)
            if stored is not None:
                return _replayed(stored, fingerprint)
            kept = False
            try:
                answer = await handle(request)
                if 200 <= answer.status_code < 300:
                    body = _kept(route, bytes(answer.body))
                    async with self._application.database.write(caller.tenant_id) as records:
                        await records.admin.remember(key, route, fingerprint, answer.status_code, body)
                    kept = True
            finally:
                if not kept:
                    async with self._application.database.write(caller.tenant_id) as records:
                        await records.admin.unclaim(key, route, self._replica)
            return answer

    async def _claim(self, tenant: str, key: str, route: str, fingerprint: str) -> tuple[str, int, str] | None:
        """The stored answer, or None when the request is ours to carry out now. Raises Conflict while another replica is at it.

        A claim under our own name is taken over: on this replica the lock is ours, so whoever made it did not live to withdraw it.
        """
        async with self._application.database.write(tenant) as records:
            stored = await records.admin.claim(key, route, fingerprint, self._replica)
        if stored is None or stored[1] != CLAIMED or stored[0] != fingerprint:
            return stored
        silent = await self._application.database.silent_replicas(self._application.clock() - timedelta(seconds=SILENT_S))
        if stored[2] in silent:
            async with self._application.database.write(tenant) as records:
                stored = await records.admin.claim(key, route, fingerprint, self._replica, instead_of=stored[2])
        if stored is not None and stored[1] == CLAIMED:
            raise Conflict(
                "The same request is being carried out at this moment.", todo=f"Try again in a few seconds, with the same {HEADER}."
            )
        return stored


def _checked(key: str) -> str:
    if not key.strip() or len(key) > LONGEST or not key.isprintable():
        raise Invalid(f"The {HEADER} is empty, too long or not printable.", todo=f"Use up to {LONGEST} characters, such as a UUID.")
    return key.strip()


async def _fingerprint(request: Request) -> str:
    """What makes a request the same one: address, query, connection and body. A hash, so that no words are kept."""
    whole = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if connection := request.headers.get(CONNECTION_HEADER):
        whole.update(f"{CONNECTION_HEADER}: {connection}\n".encode())
    whole.update(await request.body())
    return whole.hexdigest()


def _kept(route: str, body: bytes) -> str:
    if route not in LEFT_OUT:
        return body.decode()
    return json.dumps(LEFT_OUT[route](json.loads(body)), ensure_ascii=False)


def _replayed(stored: tuple[str, int, str], fingerprint: str) -> Response:
    before, status, body = stored
    if before != fingerprint:
        raise Invalid(f"This {HEADER} was used for another request.", todo="Use a new key for a new request.")
    if body == ERASED:
        raise Conflict("The answer to this request was erased with the person it was about.", todo="Nothing is left to do.")
    return Response(body, status, headers={REPLAYED: "true"}, media_type="application/json" if body else None)
