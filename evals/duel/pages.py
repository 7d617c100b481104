"""The duel's pages: one pair at a time, and at the end what came of it. On this machine only, for one voter."""

import secrets
from pathlib import Path
from typing import get_args
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware

import copilot.web
from evals.duel.ballot import WHY, Ballot, Pick
from evals.duel.pairs import Drawn, Pair
from evals.duel.result import result
from evals.judge.votes import read_votes

HERE = Path(__file__).parent
FILES = {
    "duel.css": (HERE / "static" / "duel.css", "text/css"),
    "duel.js": (HERE / "static" / "duel.js", "text/javascript"),
    "tokens.css": (Path(copilot.web.__file__).parent / "static" / "css" / "tokens.css", "text/css"),
}
"""All that the pages load."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ASKS = {
    "empathy": "Which would you rather send?",
    "handover": "Which would you rather be handed?",
    "questions": "Which questions would you rather ask?",
    "options": "Which ways out would you rather offer?",
}
LARGEST = 10_000
"""Bytes of a vote."""


class Duel:
    """The pages of one ballot."""

    def __init__(self, drawn: Drawn, ballot: Ballot, votes: Path) -> None:
        self._drawn, self._ballot, self._votes = drawn, ballot, votes
        self._token = secrets.token_urlsafe(16)
        """Only a page of ours knows it: another site in the same browser cannot vote."""
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

    def app(self) -> FastAPI:
        """The routes."""
        app = FastAPI(openapi_url=None)
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
        app.middleware("http")(_guarded)
        app.add_api_route("/", self._next, methods=["GET"], response_model=None)
        app.add_api_route("/pairs/{number}", self._shown, methods=["GET"], response_model=None)
        app.add_api_route("/pairs/{number}", self._voted, methods=["POST"], response_model=None)
        app.add_api_route("/static/{name}", self._file, methods=["GET"], response_model=None)
        return app

    async def _next(self) -> Response:
        number = self._ballot.next()
        return self._end() if number is None else RedirectResponse(f"/pairs/{number + 1}", 303)

    async def _shown(self, number: int) -> Response:
        pair = self._pair(number)
        if pair is None:
            return PlainTextResponse("There is no such pair. Go to / for the next one.", 404)
        sides = (pair.a, pair.b) if self._ballot.left(pair) == "a" else (pair.b, pair.a)
        vote = self._ballot.vote_on(pair)
        return self._page(
            "pair.html",
            pair=pair,
            number=number,
            asks=ASKS[pair.rubric],
            left=sides[0].text,
            right=sides[1].text,
            picked=self._ballot.picked(pair),
            chips=WHY,
            given=vote.why if vote else (),
            token=self._token,
        )

    async def _voted(self, number: int, request: Request) -> Response:
        pair = self._pair(number)
        if pair is None:
            return PlainTextResponse("There is no such pair.", 404)
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST:
                return PlainTextResponse("A vote is smaller.", 413)
        form = parse_qs(body.decode("utf-8", "replace"))
        if not secrets.compare_digest(form.get("token", [""])[0].encode(), self._token.encode()):
            return PlainTextResponse("This page is from an earlier start of the duel. Go to / and vote again.", 403)
        pick: Pick | None = next((one for one in get_args(Pick) if one == form.get("pick", [""])[0]), None)
        if pick is None:
            return PlainTextResponse("A vote is left, right or neither.", 422)
        self._ballot.cast(pair, pick, form.get("why", []))
        return RedirectResponse("/", 303)

    async def _file(self, name: str) -> Response:
        if name not in FILES:
            return PlainTextResponse("There is no such file.", 404)
        path, kind = FILES[name]
        return FileResponse(path, media_type=kind)

    def _end(self) -> Response:
        return self._page("end.html", result=result(read_votes(self._votes)[0]), drawn=self._drawn, votes=self._votes, token=self._token)

    def _page(self, template: str, **values: object) -> Response:
        shown = {"total": len(self._ballot.pairs), "done": self._ballot.done(), "voter": self._ballot.voter}
        return HTMLResponse(self._templates.get_template(template).render(shown | values))

    def _pair(self, number: int) -> Pair | None:
        return self._ballot.pairs[number - 1] if 1 <= number <= len(self._ballot.pairs) else None


async def _guarded(request: Request, call_next: RequestResponseEndpoint) -> Response:
    answer = await call_next(request)
    answer.headers.update(HEADERS)
    return answer
