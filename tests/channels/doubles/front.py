"""Front's Core API: conversations, messages, comments and events by page, a limit of requests a minute."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from tests.channels.doubles.base import By, Double

BEGAN = 1_772_445_600.123
"""Seconds since 1970, in milliseconds as Front writes them."""


def teammate(ident: str = "7", **given: Any) -> dict[str, Any]:
    return {"id": ident, "email": "tom@example.com", "username": "tom", "first_name": "Tom", "last_name": "Weber", "type": "user"} | given


def recipient(**given: Any) -> dict[str, Any]:
    links = {"related": {"contact": "https://api2.frontapp.com/contacts/crd_41"}}
    return {"name": "Marta Ruiz", "handle": "marta@example.com", "role": "from", "_links": links} | given


def message(ident: str, text: str, *, inbound: bool = True, **given: Any) -> dict[str, Any]:
    return {
        "id": ident,
        "type": "email",
        "is_inbound": inbound,
        "is_draft": False,
        "error_type": None,
        "created_at": BEGAN,
        "subject": "Refund",
        "author": None if inbound else teammate(),
        "recipients": [recipient(), {"handle": "help@ternway.example", "role": "to", "_links": {"related": {"contact": None}}}],
        "body": f"<p>{text}</p>",
        "text": text,
        "attachments": [],
        "metadata": {},
    } | given


def comment(ident: str, text: str, **given: Any) -> dict[str, Any]:
    return {"id": ident, "body": text, "author": teammate(), "posted_at": BEGAN + 5, "attachments": [], "is_pinned": False} | given


def conversation(ident: str, **given: Any) -> dict[str, Any]:
    known = {"id": ident, "subject": "Refund", "status": "assigned", "assignee": teammate(), "recipient": recipient()}
    return known | {"tags": [], "is_private": False, "created_at": BEGAN} | given


@dataclass
class FrontDouble(Double):
    """Conversations by id. Messages and comments are listed newest first, as Front does."""

    conversations: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    comments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    scopes: set[str] = field(default_factory=lambda: {"conversations:read", "events:read"})
    page: int = 50
    minute: int = 50
    """Requests that the Starter plan allows a minute."""
    merged: dict[str, str] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=lambda: {"tea_7": "tok-agent-7"})
    """Teammates by Front's own id of them, as messages name their author."""

    places: dict[str, str] = field(default_factory=dict)
    """By conversation, the type of its messages where it is no chat."""

    def own_token(self) -> str:
        return "tea_7:tok-agent-7"

    def open(self, number: int = 17) -> dict[str, Any]:
        return self.put(str(number))

    def put(self, ident: str, **given: Any) -> dict[str, Any]:
        self.conversations[ident] = conversation(ident, **given)
        self.messages.setdefault(ident, [])
        self.comments.setdefault(ident, [])
        return self.conversations[ident]

    def happened(self, ident: str, at: float, kind: str = "inbound") -> None:
        """An event of that conversation, `at` seconds after the beginning."""
        event = {"id": f"evt_{len(self.events)}", "type": kind, "emitted_at": BEGAN + at, "conversation": self.conversations[ident]}
        self.events.append(event)

    def says(self, number: int, text: str, by: By = "customer") -> None:
        self._add(str(number), text, inbound=by == "customer")

    def told(self, number: int) -> dict[str, Any]:
        said = self.messages[str(number)][-1]
        kind = "inbound" if said["is_inbound"] else "outbound"
        return self._event(number, kind, {"target": {"_meta": {"type": "message"}, "data": said}})

    def whispers(self, number: int, text: str = "") -> dict[str, Any]:
        if text:
            self.comments[str(number)].append(comment(f"com_{len(self.comments[str(number)]) + 1}", text, posted_at=self._at()))
        return self._event(number, "comment", {"target": {"_meta": {"type": "comment"}, "data": self.comments[str(number)][-1]}})

    def in_public(self, number: int) -> None:
        self.put(str(number))
        self.places[str(number)] = "facebook"

    def moved(self, number: int, *, closed: bool) -> dict[str, Any]:
        self.conversations[str(number)]["status"] = "archived" if closed else "assigned"
        return self._event(number, "archive" if closed else "reopen", {})

    def notes(self, number: int) -> list[str]:
        return [one["body"] for one in self.comments[str(number)]]

    def sent(self, number: int) -> list[str]:
        return [one["text"] for one in self.messages[str(number)] if not one["is_inbound"]]

    def _event(self, number: int, kind: str, more: dict[str, Any]) -> dict[str, Any]:
        event = {"id": f"evt_{len(self.asked)}", "type": kind, "emitted_at": self._at(), "conversation": self.conversations[str(number)]}
        return {"type": kind, "authorization": {"id": "cmp_3"}, "payload": event | more}

    def _add(self, ident: str, text: str, **given: Any) -> None:
        number = sum(map(len, self.messages.values())) + 1
        kind: dict[str, Any] = {"type": self.places[ident]} if ident in self.places else {}
        self.messages[ident].append(message(f"msg_{number}", text, created_at=self._at(), **kind, **given))

    def _at(self, more: float = 0) -> float:
        return self.clock().timestamp() if self.clock else BEGAN + more

    def routes(self, app: FastAPI) -> None:
        self._listing(app)

        @app.get("/me")
        async def me(request: Request) -> Any:
            self._allowed(request)
            return {"id": "cmp_3", "name": "Ternway"}

        @app.get("/conversations/{ident}")
        async def one(request: Request, ident: str) -> Any:
            self._allowed(request)
            if ident in self.merged:
                return Response(status_code=301, headers={"Location": f"/conversations/{self.merged[ident]}"})
            return self._known(ident)

        @app.post("/conversations/{ident}/comments")
        async def note(request: Request, ident: str) -> Any:
            self._allowed(request)
            self._known(ident)
            text = (await request.json())["body"]
            said = comment(f"com_{len(self.comments[ident]) + 1}", text, author=teammate("api", type="api"), posted_at=self._at(5))
            self.comments[ident].append(said)
            return JSONResponse(said, 201)

        @app.post("/conversations/{ident}/messages")
        async def reply(request: Request, ident: str) -> Any:
            who = self._allowed(request)
            self._known(ident)
            given = await request.json()
            if not who or given["author_id"] != who:
                raise HTTPException(403)
            self._add(ident, given.get("text", given["body"]), inbound=False, body=given["body"])
            return JSONResponse({"status": "accepted", "message_uid": "FMID2"}, 202)

    def _listing(self, app: FastAPI) -> None:
        @app.get("/conversations")
        async def all_of_them(request: Request) -> Any:
            self._allowed(request)
            self._may("conversations:read")
            return {"_results": list(self.conversations.values())[:1], "_pagination": {"next": None}}

        @app.get("/conversations/{ident}/messages")
        async def messages(request: Request, ident: str) -> Any:
            self._allowed(request)
            self._known(ident)
            return self._paged(request, list(reversed(self.messages[ident])))

        @app.get("/conversations/{ident}/comments")
        async def comments(request: Request, ident: str) -> Any:
            self._allowed(request)
            self._known(ident)
            return self._paged(request, list(reversed(self.comments[ident])))

        @app.get("/events")
        async def events(request: Request) -> Any:
            self._allowed(request)
            self._may("events:read")
            after = float(request.query_params.get("q[after]", "0"))
            rising = request.query_params.get("sort_order") == "asc"
            found = [one for one in self.events if one["emitted_at"] > after]
            return self._paged(request, sorted(found, key=lambda one: one["emitted_at"], reverse=not rising))

    def _paged(self, request: Request, listed: list[dict[str, Any]]) -> dict[str, Any]:
        begin = int(request.query_params.get("page_token", "0"))
        size = min(int(request.query_params.get("limit", "50")), self.page)
        end = begin + size
        # Another host: whoever follows it gives our token away.
        following = f"https://elsewhere.example.com{request.url.path}?limit={size}&page_token={end}" if end < len(listed) else None
        return {"_results": listed[begin:end], "_pagination": {"next": following}}

    def _allowed(self, request: Request) -> str:
        if len(self.asked) > self.minute:
            raise HTTPException(429, headers={"Retry-After": "12"})
        given = request.headers.get("authorization", "")
        if given == f"Bearer {self.token}":
            return ""
        for agent, own in self.agents.items():
            if given == f"Bearer {own}":
                return agent
        raise HTTPException(401)

    def _may(self, scope: str) -> None:
        if scope not in self.scopes:
            raise HTTPException(403)

    def _known(self, ident: str) -> dict[str, Any]:
        if ident not in self.conversations:
            raise HTTPException(404)
        return self.conversations[ident]
