"""For operators: is it alive, is it ready, its figures."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from copilot.api.auth import App
from copilot.api.problems import PROBLEMS
from copilot.api.version import installed
from copilot.domain.errors import Unavailable

router = APIRouter(tags=["operation"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"
    version: str


class Ready(BaseModel):
    """Requests can be served."""

    ready: bool = True
    schema_revision: str


@router.get("/health")
async def health() -> Alive:
    """The process answers; says nothing of what it needs."""
    return Alive(version=installed())


@router.get("/ready", responses={503: PROBLEMS[503]})
async def ready(app: App) -> Ready:
    """Warmed up, and the database answers at this version's schema. 503 otherwise, with what to do."""
    if not app.ready:
        raise Unavailable("The service is starting or stopping.", todo="Try again in a moment.", retry_after=1)
    current, head = await app.database.revision()
    if current != head:
        raise Unavailable(f"The database is at {current or 'nothing'}, this version needs {head}.", todo="Run: copilot migrate")
    return Ready(schema_revision=current)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Prometheus figures. They name no person and no tenant."""
    return Response(await request.app.state.metrics.page(), media_type="text/plain; version=0.0.4")
