"""What happens around every route under /v1: who asks, may they, was it asked before."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from copilot.api import roles
from copilot.api.auth import BEARER
from copilot.api.problems import PROBLEMS


class GuardedRoute(APIRoute):
    """A route that lets in whom the role matrix allows, before it reads the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        name = roles.name_of(self)

        async def guarded(request: Request) -> Response:
            caller = await request.app.state.gate.caller(request)
            request.state.caller = caller
            roles.allow(caller, name)
            if request.method == "POST":
                answer: Response = await request.app.state.once.run(request, caller, name, handle)
                return answer
            return await handle(request)

        return guarded


def audience(tag: str) -> APIRouter:
    """A router for one audience's routes."""
    return APIRouter(prefix="/v1", tags=[tag], route_class=GuardedRoute, responses=PROBLEMS, dependencies=[Depends(BEARER)])
