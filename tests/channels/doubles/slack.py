"""Slack's Web API: a channel of messages with their threads, forms, people; `ok: false` with a word where something is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.channels.doubles.base import Double

TEAM, CHANNEL = "T17", "C17"
SCOPES = "chat:write,users:read,users:read.email,metadata.message:read,channels:history,channels:read,channels:join"


def member(ident: str, email: str, **given: Any) -> dict[str, Any]:
    known = {"id": ident, "team_id": TEAM, "real_name": email.partition("@")[0], "deleted": False, "is_bot": False, "is_restricted": False}
    return known | {"is_email_confirmed": True, "profile": {"email": email}} | given


@dataclass
class SlackDouble(Double):
    """Messages by their `ts`, in the order they were posted. What only one person sees is in `whispered`, forms are in `views`."""

    channels: set[str] = field(default_factory=lambda: {CHANNEL})
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    whispered: list[dict[str, Any]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    scopes: str = SCOPES
    invited: bool = True
    expired: bool = False
    paced: bool = False
    """As Slack does, it takes one message a second in a channel, by `clock`; more are refused with 429 and Retry-After."""
    refused: int = 0
    """How many were refused so."""
    posted_at: dict[str, datetime] = field(default_factory=dict)
    now: float = 1_900_000_000.0

    def open(self, number: int = 17) -> set[str]:
        return self.channels

    def routes(self, app: FastAPI) -> None:
        self._writing(app)
        self._reading(app)

        @app.post("/actions/{rest:path}")
        async def answer(request: Request, rest: str) -> Any:
            self.whispered.append(await request.json() | {"to": rest})
            return {"ok": True}

        @app.post("/views.open")
        async def view(request: Request) -> Any:
            if (wrong := self._wrong(request)) is not None:
                return wrong
            if self.expired:
                return no("expired_trigger_id")
            self.views.append(await request.json())
            return {"ok": True, "view": {"id": f"V{len(self.views)}"}}

    def _writing(self, app: FastAPI) -> None:
        @app.post("/chat.postMessage")
        async def post(request: Request) -> Any:
            given = await request.json()
            wrong = self._wrong(request, given["channel"]) or self._shape(given) or self._fast(given["channel"])
            if wrong is not None:
                return wrong
            if (thread := given.get("thread_ts")) and thread not in self.messages:
                return no("thread_not_found")
            self.now += 1
            ts = f"{self.now:.6f}"
            self.messages[ts] = given | {"ts": ts}
            return {"ok": True, "channel": given["channel"], "ts": ts, "message": self.messages[ts]}

        @app.post("/chat.update")
        async def update(request: Request) -> Any:
            given = await request.json()
            wrong = self._wrong(request, given["channel"]) or self._shape(given)
            if wrong is not None:
                return wrong
            if given["ts"] not in self.messages:
                return no("message_not_found")
            self.messages[given["ts"]] |= given
            return {"ok": True, "ts": given["ts"]}

        @app.post("/chat.postEphemeral")
        async def whisper(request: Request) -> Any:
            given = await request.json()
            self.whispered.append(given | {"to": given["user"]})
            return self._wrong(request, given["channel"]) or {"ok": True}

        @app.post("/conversations.join")
        async def join(request: Request) -> Any:
            given = await request.json()
            if (wrong := self._wrong(request, given["channel"])) is not None:
                return wrong
            self.invited = True
            return {"ok": True}

    def _reading(self, app: FastAPI) -> None:
        @app.get("/auth.test")
        async def me(request: Request) -> Any:
            return self._wrong(request) or self._yes(team_id=TEAM)

        @app.get("/users.info")
        async def user(request: Request, user: str) -> Any:
            found = self.members.get(user)
            return self._wrong(request) or ({"ok": True, "user": found} if found else no("user_not_found"))

        @app.get("/conversations.info")
        async def info(request: Request, channel: str) -> Any:
            return self._wrong(request, channel) or {"ok": True, "channel": {"id": channel, "is_member": self.invited}}

        @app.get("/conversations.history")
        async def history(request: Request, channel: str, oldest: str = "0") -> Any:
            found = [one for one in self.messages.values() if "thread_ts" not in one and float(one["ts"]) >= float(oldest)]
            return self._wrong(request, channel) or self._yes(messages=self._listed(request, found))

        @app.get("/conversations.replies")
        async def replies(request: Request, channel: str, ts: str, oldest: str = "0") -> Any:
            found = [one for one in self.messages.values() if one.get("thread_ts", one["ts"]) == ts]
            return self._wrong(request, channel) or self._yes(messages=self._listed(request, found))

    def _yes(self, **told: Any) -> JSONResponse:
        """Slack names the app's scopes with each answer."""
        return JSONResponse({"ok": True, **told}, headers={"x-oauth-scopes": self.scopes})

    def _listed(self, request: Request, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        whole = request.query_params.get("include_all_metadata") == "true" and "metadata.message:read" in self.scopes
        return [one if whole else {name: value for name, value in one.items() if name != "metadata"} for one in reversed(found)]

    def _wrong(self, request: Request, channel: str = CHANNEL) -> JSONResponse | None:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return no("invalid_auth")
        return None if channel in self.channels else no("channel_not_found")

    def _fast(self, channel: str) -> JSONResponse | None:
        if not self.paced or self.clock is None:
            return None
        at, before = self.clock(), self.posted_at.get(channel)
        if before is not None and at - before < timedelta(seconds=1):
            self.refused += 1
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers={"Retry-After": "1"})
        self.posted_at[channel] = at
        return None

    def _shape(self, given: dict[str, Any]) -> JSONResponse | None:
        """Slack's limits of what a message may be."""
        blocks = given.get("blocks", [])
        if len(blocks) > 50 or any(len(one.get("elements", ())) > 25 for one in blocks):
            return no("invalid_blocks")
        long = any(not 1 <= len(text) <= 3000 for text in texts(blocks))
        heavy = any(len(one.get("value", "")) > 2000 or len(one["text"]["text"]) > 75 for one in buttons(blocks))
        return no("invalid_blocks") if long or heavy else no("msg_too_long") if len(given["text"]) > 40_000 else None


def no(word: str) -> JSONResponse:
    return JSONResponse({"ok": False, "error": word})


def texts(part: Any) -> Iterator[str]:
    """The words of every text object."""
    if isinstance(part, dict):
        if part.get("type") in ("mrkdwn", "plain_text") and isinstance(part.get("text"), str):
            yield part["text"]
        for inner in part.values():
            yield from texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from texts(inner)


def buttons(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
