"""The HTTP edge: FastAPI, one file per audience. `create_app` puts the pages (`copilot.web`) beside them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI
    from fastapi.routing import APIRoute
    from starlette.routing import BaseRoute

    from copilot.adapters.owner import Owner
    from copilot.bootstrap import Application


def create_app(application: "Application", *, owner: "Owner | None" = None, lifespan: bool = True) -> "FastAPI":
    """The application over HTTP. `owner`: whose token lets local commands in. `lifespan` False: the caller starts and stops it."""
    from fastapi import FastAPI
    from starlette.routing import Route

    from copilot.api.auth import Gate
    from copilot.api.idempotency import Once
    from copilot.api.mcp.door import PATH, Door
    from copilot.api.metrics import Metrics
    from copilot.api.open_streams import OpenStreams
    from copilot.api.problems import answer_with_problems
    from copilot.api.references import References
    from copilot.api.requests import Requests
    from copilot.api.version import installed
    from copilot.api.wire import Wire
    from copilot.web import mount

    metrics = Metrics(application)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        await application.start()
        try:
            await metrics.begin()
            yield
        finally:
            await application.stop()

    app = FastAPI(
        title="Rapport",
        version=installed(),
        summary="A conversation copilot for the people who answer customers. It never sends anything to a customer by itself.",
        lifespan=running if lifespan else None,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        routes=list(all_routes()),
    )
    app.state.application, app.state.metrics = application, metrics
    app.state.gate, app.state.once = Gate(application, owner), Once(application)
    app.state.references = References(application.database)
    app.state.wire = Wire(app.state.references)
    app.state.open_streams = OpenStreams(application.settings.streams_per_key)
    app.router.routes.append(Route(PATH, Door(application.settings), methods=["POST"], include_in_schema=False))
    answer_with_problems(app)
    app.add_middleware(Requests, metrics=metrics)
    mount(app)
    _document(app)
    return app


@cache
def all_routes() -> "tuple[BaseRoute, ...]":
    """Put together once in a process: FastAPI works out what each route takes for every application that includes its router."""
    from fastapi import APIRouter

    from copilot.api import canvas, health, hooks, pages, roles
    from copilot.web import routers

    audiences = _audiences()
    roles.check(_routes(audiences))
    together = APIRouter()
    for router in (*audiences, health.router, hooks.router, canvas.router, pages.router, *routers()):
        together.include_router(router)
    return tuple(together.routes)


def _audiences() -> "tuple[APIRouter, ...]":
    from copilot.api import (
        admin,
        connecting,
        conversations,
        curation,
        customers,
        day,
        editing,
        experiments,
        facts,
        gaps,
        grants,
        handovers,
        imports,
        knowledge,
        lab,
        matches,
        quality,
        questions,
        queue,
        recalls,
        scorecards,
        signing_in,
        stream,
        suggest,
        suggestions,
        syncing,
        teams,
    )

    # Handovers, grants, questions and the day first: a conversation's own address may hold slashes and would take theirs.
    # Editing too: an article's id may hold slashes.
    first = (handovers, grants, questions, day, connecting, editing, gaps, facts, recalls)
    rooms = (
        *first,
        conversations,
        suggestions,
        stream,
        queue,
        customers,
        matches,
        syncing,
        knowledge,
        imports,
        curation,
        lab,
        quality,
        experiments,
        scorecards,
        suggest,
        admin,
        signing_in,
        teams,
    )
    return tuple(room.router for room in rooms)


def _routes(routers: "tuple[APIRouter, ...]") -> "Iterator[APIRoute]":
    from fastapi.routing import APIRoute

    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route


def _document(app: "FastAPI") -> None:
    """The OpenAPI document, with our problem documents in place of the framework's own."""
    from copilot.api.problems import Problem

    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            schemas = document["components"]["schemas"]
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(schema.pop("$defs", {}))
            schemas["Problem"] = schema
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend the document
