"""Zendesk's API under /api/v2: tickets, comments by cursor, incremental exports, webhooks and triggers."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from tests.channels.doubles.base import By, Double

MOST = 5000
"""Comments that a ticket can hold."""
EXPORTS = 10
"""Incremental exports allowed a minute."""
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def user(ident: int, role: str = "end-user", **given: Any) -> dict[str, Any]:
    known = {41: ("Marta Ruiz", "marta@example.com"), 7: ("Tom Weber", "tom@example.com"), 1: ("Rapport", "copilot@example.com")}
    name, email = known.get(ident, ("Nora Falk", "nora@example.com"))
    return {"id": ident, "name": name, "email": email, "phone": None, "role": role, "external_id": None, "verified": True} | given


@dataclass
class ZendeskDouble(Double):
    """Tickets by number, each with its comments."""

    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    users: dict[int, dict[str, Any]] = field(default_factory=lambda: {41: user(41), 7: user(7, "agent"), 1: user(1, "admin")})
    webhooks: list[dict[str, Any]] = field(default_factory=list)
    triggers: list[dict[str, Any]] = field(default_factory=list)
    installed: list[dict[str, Any]] = field(default_factory=list)
    """Apps that were uploaded and installed."""
    app_key: str = ""
    role: str = "admin"
    """Of the connection's own token."""
    page: int = 100
    exports: int = 0
    number: int = 5000

    def open(self, number: int = 17, **given: Any) -> dict[str, Any]:
        """A ticket of Marta's."""
        self.tickets[number] = {
            "id": number,
            "subject": "Refund",
            "status": "open",
            "requester_id": 41,
            "assignee_id": 7,
            "via": {"channel": "email", "source": {"rel": None}},
        } | given
        self.comments.setdefault(number, [])
        return self.tickets[number]

    def say(self, number: int, text: str, author: int = 41, *, public: bool = True, **given: Any) -> dict[str, Any]:
        self.number += 1
        at = self.clock() if self.clock else BEGAN + timedelta(seconds=self.number)
        said = {
            "id": self.number,
            "type": "Comment",
            "author_id": author,
            "body": text,
            "plain_body": text,
            "public": public,
            "attachments": [],
            "created_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        } | given
        self.comments[number].append(said)
        return said

    def says(self, number: int, text: str, by: By = "customer") -> None:
        self.say(number, text, 41 if by == "customer" else 7)

    def told(self, number: int) -> dict[str, Any]:
        """As the trigger that ships writes it: numbers and times only."""
        newest = self.comments[number][-1]
        ticket = {"id": str(number), "updated_at": newest["created_at"]}
        return {"connection": "zendesk-1", "ticket": ticket, "comment": {"id": str(newest["id"])}}

    def notes_down(self, number: int, text: str = "") -> dict[str, Any]:
        if text:
            self.say(number, text, 7, public=False)
        return self.told(number)

    def edits(self, number: int, text: str) -> dict[str, Any]:
        """Words that were redacted."""
        next(one for one in reversed(self.comments[number]) if one["public"])["body"] = text
        return self._touched(number)

    def in_public(self, number: int) -> None:
        self.open(number, via={"channel": "twitter", "source": {"rel": "mention"}})

    def _touched(self, number: int) -> dict[str, Any]:
        at = self.clock() if self.clock else BEGAN + timedelta(seconds=self.number + 1)
        return self.told(number) | {"ticket": {"id": str(number), "updated_at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}}

    def moved(self, number: int, *, closed: bool) -> dict[str, Any]:
        self.tickets[number]["status"] = "solved" if closed else "open"
        return self._touched(number)

    def notes(self, number: int) -> list[str]:
        return [one["body"] for one in self.comments[number] if not one["public"]]

    def sent(self, number: int) -> list[str]:
        return [one["body"] for one in self.comments[number] if one["public"] and one["author_id"] != 41]

    def routes(self, app: FastAPI) -> None:
        self._people(app)
        self._reading(app)
        self._setting_up(app)

        @app.put("/api/v2/tickets/{number}.json")
        async def update(request: Request, number: str) -> Any:
            who = self._allowed(request)
            ticket = self._known(number)
            if ticket["status"] == "closed" or len(self.comments[ticket["id"]]) >= MOST:
                raise HTTPException(422)
            given = (await request.json())["ticket"]["comment"]
            said = self.say(ticket["id"], given["body"], int(who or 1), public=given["public"])
            event = {"id": said["id"], "type": "Comment", "body": said["body"], "public": said["public"]}
            return {"ticket": ticket, "audit": {"id": 900 + said["id"], "events": [{"id": 3, "type": "Change"}, event]}}

    def _people(self, app: FastAPI) -> None:
        @app.get("/api/v2/users/me.json")
        async def me(request: Request) -> Any:
            try:
                self._allowed(request)
            except HTTPException:
                # As Zendesk answers whom it does not know: nobody, and no error.
                return {"user": {"id": None, "name": "Anonymous user", "role": "end-user"}}
            return {"user": user(1, self.role)}

        @app.get("/api/v2/users/{number}.json")
        async def person(request: Request, number: int) -> Any:
            self._allowed(request)
            if number not in self.users:
                raise HTTPException(404)
            return {"user": self.users[number]}

    def _reading(self, app: FastAPI) -> None:
        @app.get("/api/v2/tickets/{number}.json")
        async def ticket(request: Request, number: str) -> Any:
            self._allowed(request)
            return {"ticket": self._known(number), "users": [self.users[41], self.users[7]]}

        @app.get("/api/v2/tickets/{number}/comments.json")
        async def comments(request: Request, number: str) -> Any:
            self._allowed(request)
            listed = self.comments[self._known(number)["id"]]
            begin = int(request.query_params.get("page[after]", "0"))
            shown = listed[begin : begin + self.page]
            authors = {one["author_id"] for one in shown}
            meta = {"has_more": begin + self.page < len(listed), "after_cursor": str(begin + self.page)}
            return {"comments": shown, "users": [self.users[one] for one in authors if one in self.users], "meta": meta}

        @app.get("/api/v2/incremental/tickets/cursor.json")
        async def changed(request: Request, start_time: int = 0, cursor: str = "") -> Response:
            self._allowed(request)
            self.exports += 1
            if self.role != "admin":
                raise HTTPException(403)
            if self.exports > EXPORTS:
                return JSONResponse({"error": "APIRateLimitExceeded"}, 429, headers={"Retry-After": "41"})
            if start_time > (datetime.now(UTC) - timedelta(minutes=1)).timestamp():
                raise HTTPException(422)
            begin = int(cursor or 0)
            shown = list(self.tickets.values())[begin : begin + self.page]
            after = begin + len(shown)
            return JSONResponse({"tickets": shown, "after_cursor": str(after), "end_of_stream": after >= len(self.tickets)})

    def _setting_up(self, app: FastAPI) -> None:
        @app.get("/api/v2/webhooks")
        async def listed(request: Request) -> Any:
            self._allowed(request)
            return {"webhooks": self.webhooks}

        @app.post("/api/v2/webhooks")
        async def hook(request: Request) -> Any:
            self._allowed(request)
            self.webhooks.append((await request.json())["webhook"] | {"id": f"01H{len(self.webhooks)}"})
            return {"webhook": self.webhooks[-1]}

        @app.get("/api/v2/webhooks/{ident}/signing_secret")
        async def secret(request: Request, ident: str) -> Any:
            self._allowed(request)
            return {"signing_secret": {"algorithm": "SHA256", "secret": f"made-by-zendesk-{ident}"}}

        @app.get("/api/v2/triggers/active.json")
        async def active(request: Request) -> Any:
            self._allowed(request)
            return {"triggers": self.triggers}

        @app.post("/api/v2/triggers.json")
        async def trigger(request: Request) -> Any:
            self._allowed(request)
            self.triggers.append((await request.json())["trigger"] | {"id": len(self.triggers) + 1})
            return {"trigger": self.triggers[-1]}

        @app.get("/api/v2/apps/installations.json")
        async def installations(request: Request) -> Any:
            self._allowed(request)
            return {"installations": self.installed}

        @app.get("/api/v2/apps/{number}/public_key.pem")
        async def key(request: Request, number: int) -> Response:
            self._allowed(request)
            return Response(self.app_key, media_type="application/x-pem-file")

    def _allowed(self, request: Request) -> str:
        """Whose token it is: empty for the connection's own."""
        given = request.headers.get("authorization", "")
        basic = base64.b64encode(f"copilot@example.com/token:{self.token}".encode()).decode()
        if given in (f"Bearer {self.token}", f"Basic {basic}"):
            return ""
        for agent, own in self.agents.items():
            if given == f"Bearer {own}":
                return agent
        raise HTTPException(401)

    def _known(self, number: str) -> dict[str, Any]:
        if not number.isdigit() or int(number) not in self.tickets:
            raise HTTPException(404)
        return self.tickets[int(number)]
