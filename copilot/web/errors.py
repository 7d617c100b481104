"""Errors in words that help, for whoever reads them in a browser. Programs get problem documents."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from copilot.api.problems import MEDIA_TYPE
from copilot.domain.errors import CopilotError
from copilot.web.render import page

Handler = Callable[[Request, Exception], Awaitable[Response]]
FOR_PROGRAMS: Final = ("/v1/", "/openapi.json", "/health", "/ready", "/metrics", "/static/")
TITLES: Final = {
    401: "You are not signed in",
    403: "You may not do this",
    404: "There is nothing here",
    409: "Somebody was faster",
    422: "Something in the address is wrong",
    500: "Something broke on our side",
    503: "Not possible at this moment",
}


def wants_page(request: Request) -> bool:
    """Whether a person reads the answer in a browser."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(FOR_PROGRAMS)


def answer_with_pages(app: FastAPI) -> None:
    """Errors become pages where a browser asks for one."""
    for kind in (CopilotError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _dressing(app.exception_handlers[kind]))
    app.state.dress = dressed


def dressed(request: Request, answer: Response) -> Response:
    """A problem document as a page, when a browser asks; any other answer as it is."""
    if answer.media_type != MEDIA_TYPE or not wants_page(request):
        return answer
    problem: dict[str, Any] = json.loads(bytes(answer.body))
    title = TITLES.get(answer.status_code, "That did not work")
    shown = {"title": title, "detail": problem["detail"], "todo": problem.get("todo", "")}
    if answer.status_code == 404 and isinstance(problem.get("detail"), str) and problem["detail"] == "Not Found":
        shown |= {"detail": "This address leads nowhere.", "todo": "Perhaps it was mistyped, or the page has moved."}
    headers = {name: value for name, value in answer.headers.items() if name in ("retry-after", "www-authenticate")}
    return page(request, "error.html", status=answer.status_code, headers=headers, **shown)


def _dressing(plain: Any) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        answer: JSONResponse = await plain(request, error)
        return dressed(request, answer)

    return handle
