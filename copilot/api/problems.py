"""Errors as RFC 9457 problem documents: what happened and what to do about it, never a stack trace."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from copilot.domain.base import new_id
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
RETRY_S = 5.0
"""Retry-After of a 503 when nothing better is known."""
SHOWN = 20
"""Places of a body that one answer names at most."""


class Unknown(CopilotError):
    """Nobody we know: the sender brings a valid key."""


class AtTheEdge(CopilotError):
    """An error that only callers over HTTP can make, with its status."""

    status = 400


class Place(BaseModel):
    """One thing that is wrong with a request, and where."""

    place: str = Field(examples=["body.messages.0.text"])
    message: str = Field(examples=["Field required"])


class Problem(BaseModel):
    """What went wrong (RFC 9457). `todo` says what to do next."""

    type: str = Field(examples=["urn:rapport:problem:not-found"])
    title: str = Field(examples=["There is no such record"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no conversation 'c-77'."])
    todo: str = Field(default="", examples=["Check its id."])
    errors: list[Place] = Field(default=[], description="For 422: each place that is wrong.")
    id: str = Field(default="", description="For 500: the same id stands in the service's log.")


TITLES = {
    400: ("malformed", "The request cannot be read"),
    401: ("unknown-key", "A valid key is needed"),
    403: ("refused", "A rule forbids it"),
    404: ("not-found", "There is no such record"),
    405: ("method", "This address does not take that method"),
    409: ("conflict", "It contradicts what is stored"),
    413: ("too-large", "The body is too large"),
    421: ("misdirected", "This service is not known by that name"),
    422: ("invalid", "The request is wrong"),
    429: ("too-many", "Too much at the same time"),
    500: ("failure", "The service failed"),
    503: ("unavailable", "Something needed is not available now"),
}
STATUS: tuple[tuple[type[CopilotError], int], ...] = (
    (Unknown, 401),
    (Invalid, 422),
    (NotFound, 404),
    (Conflict, 409),
    (Refused, 403),
    (Unavailable, 503),
)
TODO = {
    400: "Send well-formed JSON with Content-Type: application/json.",
    404: "See /docs for the addresses there are.",
    405: "See /docs for the methods there are.",
    413: "Send it in smaller parts; a request may have 8 MB.",
}


def problem(
    status: int, detail: str, *, todo: str = "", errors: Sequence[Place] = (), id_: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A problem document as the answer."""
    name, title = TITLES.get(status, ("error", "The request failed"))
    body = Problem(
        type=f"urn:rapport:problem:{name}",
        title=title,
        status=status,
        detail=_sendable(detail),
        todo=_sendable(todo),
        errors=list(errors),
        id=id_,
    )
    return JSONResponse(body.model_dump(exclude_defaults=True), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def of_error(error: CopilotError) -> JSONResponse:
    """The problem document of one of our errors."""
    status = error.status if isinstance(error, AtTheEdge) else next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    headers: dict[str, str] = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(math.ceil(error.retry_after or RETRY_S))
    if isinstance(error, Unknown):
        headers["WWW-Authenticate"] = "Bearer"
    return problem(status, error.detail, todo=error.todo, headers=headers)


def of_failure(error: Exception, **where: Any) -> JSONResponse:
    """The problem document of something nobody foresaw: an id, which is in the log with the stack trace."""
    ident = new_id()
    log.error("request_failed", id=ident, exc_info=error, **where)
    return problem(500, "This is our mistake.", todo=f"Tell the operator the id {ident}; it is in the log.", id_=ident)


def of_validation(error: RequestValidationError) -> JSONResponse:
    """Every wrong place of a request, named; what was sent is not repeated."""
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        reason = str(found[0].get("ctx", {}).get("error", "")) or "it is not JSON"
        return problem(400, f"The body is not JSON: {reason} at character {found[0]['loc'][-1]}.", todo=TODO[400])
    places = [Place(place=_place(one["loc"]), message=_message(one)) for one in found[:SHOWN]]
    first, more = places[0], len(found) - 1
    detail = f"{first.place}: {first.message}" + (f" ({more} more)." if more else ".")
    return problem(422, detail, todo="Correct the named places; /openapi.json has the schema.", errors=places)


def of_http(error: HTTPException) -> JSONResponse:
    """What the framework refuses by itself: unknown addresses and methods, unreadable bodies."""
    return problem(error.status_code, str(error.detail), todo=TODO.get(error.status_code, ""), headers=error.headers)


def answer_with_problems(app: FastAPI) -> None:
    """Every error of the application becomes a problem document."""

    async def ours(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, CopilotError)  # noqa: S101 - the framework calls this for nothing else
        return of_error(error)

    async def wrong(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        return of_validation(error)

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - as above
        return of_http(error)

    app.add_exception_handler(CopilotError, ours)
    app.add_exception_handler(RequestValidationError, wrong)
    app.add_exception_handler(HTTPException, http)


def documented(status: int) -> dict[str, Any]:
    """How a status stands in the OpenAPI document."""
    return {"description": TITLES[status][1], "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {status: documented(status) for status in (400, 401, 403, 404, 409, 413, 422, 500, 503)}
"""For routers: what every operation may answer instead of its result."""


def _place(loc: Sequence[int | str]) -> str:
    return _sendable(".".join(str(part) for part in loc))


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown field; remove it or check its spelling"
    return _sendable(str(error["msg"]).removeprefix("Value error, "))


def _sendable(text: str) -> str:
    """`text` without halves of surrogate pairs, which JSON input may carry and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()
