"""Zammad's API under /api/v1: tickets, articles, users, search by condition, webhooks and triggers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from tests.channels.doubles.base import By, Double

MASK = "**********"
"""In place of a secret that is set: it is never given back."""
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def user(ident: int = 41, **given: Any) -> dict[str, Any]:
    return {
        "id": ident,
        "login": "marta@example.com",
        "firstname": "Marta",
        "lastname": "Ruiz",
        "email": "marta@example.com",
        "phone": "",
        "mobile": "",
        "organization": None,
        "verified": True,
        "vip": False,
    } | given


@dataclass
class ZammadDouble(Double):
    """Tickets by number, each with its articles. `admin`: whether the connection's own token has admin.webhook and admin.trigger."""

    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    articles: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    users: dict[int, dict[str, Any]] = field(default_factory=lambda: {41: user()})
    webhooks: list[dict[str, Any]] = field(default_factory=list)
    triggers: list[dict[str, Any]] = field(default_factory=list)
    admin: bool = True
    number: int = 5000

    def open(self, number: int = 17, kind: str = "email", **given: Any) -> dict[str, Any]:
        """A ticket of Marta's. It begins with an article, as every ticket does."""
        self.tickets[number] = {
            "id": number,
            "number": f"{96000 + number}",
            "title": "Refund",
            "group": "Users",
            "state": "open",
            "customer_id": 41,
            "customer": "marta@example.com",
            "owner_id": 7,
            "owner": "tom@example.com",
            "create_article_type": kind,
            "created_at": BEGAN.isoformat(),
            "updated_at": BEGAN.isoformat(),
        } | given
        self.articles[number] = []
        self.say(number, "Hello?", kind=kind)
        return self.tickets[number]

    def say(self, number: int, text: str, sender: str = "Customer", kind: str = "email", **given: Any) -> dict[str, Any]:
        """One more article."""
        self.number += 1
        at = self._at()
        who = {"Customer": (41, "Marta Ruiz <marta@example.com>"), "Agent": (7, "Tom Weber"), "System": (1, "-")}[sender]
        said = {
            "id": self.number,
            "ticket_id": number,
            "type": kind,
            "sender": sender,
            "from": who[1],
            "to": "support@example.com",
            "reply_to": None,
            "subject": "Refund",
            "body": text,
            "content_type": "text/plain",
            "internal": False,
            "created_by_id": who[0],
            "origin_by_id": None,
            "created_at": at.isoformat(),
            "attachments": [],
        } | given
        self.articles[number].append(said)
        self.tickets[number]["updated_at"] = at.isoformat()
        return said

    def says(self, number: int, text: str, by: By = "customer") -> None:
        kind = self.tickets[number]["create_article_type"]
        self.say(number, text, "Customer" if by == "customer" else "Agent", kind)

    def told(self, number: int) -> dict[str, Any]:
        """As a trigger sends it by itself."""
        ticket = self.tickets[number] | {"article_ids": [one["id"] for one in self.articles[number]], "customer": self.users[41]}
        return {"ticket": ticket, "article": self.articles[number][-1] if self.articles[number] else {}}

    def whispers(self, number: int, text: str = "") -> dict[str, Any]:
        if text:
            self.say(number, text, "Agent", "note", internal=True)
        return self.told(number)

    def takes_away(self, number: int) -> dict[str, Any]:
        self.articles[number].remove(next(one for one in reversed(self.articles[number]) if not one["internal"]))
        self.tickets[number]["updated_at"] = self._at(1).isoformat()
        return self.told(number)

    def in_public(self, number: int) -> None:
        self.open(number, "twitter status")

    def moved(self, number: int, *, closed: bool) -> dict[str, Any]:
        self.tickets[number] |= {"state": "closed" if closed else "open", "updated_at": self._at(1).isoformat()}
        return self.told(number)

    def notes(self, number: int) -> list[str]:
        return [one["body"] for one in self.articles[number] if one["internal"]]

    def sent(self, number: int) -> list[str]:
        return [one["body"] for one in self.articles[number] if one["sender"] == "Agent" and not one["internal"]]

    def _at(self, more: float = 0) -> datetime:
        return (self.clock() if self.clock else BEGAN + timedelta(seconds=self.number)) + timedelta(seconds=more)

    def routes(self, app: FastAPI) -> None:
        self._reading(app)
        self._setting_up(app)

        @app.post("/api/v1/ticket_articles", status_code=201)
        async def write(request: Request) -> Any:
            who = self._allowed(request)
            given = await request.json()
            ticket = self._known(str(given["ticket_id"]))
            if given["type"] in ("email", "sms") and not given.get("to"):
                return JSONResponse({"error": "Missing recipient"}, 422)
            kept = {name: given[name] for name in ("internal", "content_type", "to") if name in given}
            by = {"created_by_id": int(who or 1), "from": "Tom Weber" if who else "Rapport"}
            return self.say(ticket["id"], given["body"], given["sender"], given["type"], **(kept | by))

    def _reading(self, app: FastAPI) -> None:
        @app.get("/api/v1/tickets")
        async def listed(request: Request) -> Any:
            self._allowed(request)
            return list(self.tickets.values())[:1]

        @app.get("/api/v1/tickets/search")
        async def search(request: Request, limit: int = 50) -> Any:
            self._allowed(request)
            asked = request.query_params
            assert asked["condition[ticket.updated_at][operator]"] == "after (absolute)"
            since = datetime.fromisoformat(asked["condition[ticket.updated_at][value]"])
            found = [one for one in self.tickets.values() if datetime.fromisoformat(one["updated_at"]) >= since]
            return sorted(found, key=lambda one: str(one["updated_at"]))[:limit]

        @app.get("/api/v1/tickets/{number}")
        async def ticket(request: Request, number: str) -> Any:
            self._allowed(request)
            return self._known(number)

        @app.get("/api/v1/ticket_articles/by_ticket/{number}")
        async def articles(request: Request, number: str) -> Any:
            self._allowed(request)
            return self.articles[self._known(number)["id"]]

        @app.get("/api/v1/users/{number}")
        async def person(request: Request, number: int) -> Any:
            self._allowed(request)
            if number not in self.users:
                raise HTTPException(404)
            return self.users[number]

    def _setting_up(self, app: FastAPI) -> None:
        @app.get("/api/v1/webhooks")
        async def webhooks(request: Request) -> Any:
            self._administers(request)
            return [hook | {"signature_token": MASK} for hook in self.webhooks]

        @app.post("/api/v1/webhooks", status_code=201)
        async def hook(request: Request) -> Any:
            self._administers(request)
            self.webhooks.append(await request.json() | {"id": len(self.webhooks) + 1})
            return self.webhooks[-1] | {"signature_token": MASK}

        @app.put("/api/v1/webhooks/{number}")
        async def changed(request: Request, number: int) -> Any:
            self._administers(request)
            self.webhooks[number - 1] |= await request.json()
            return self.webhooks[number - 1] | {"signature_token": MASK}

        @app.get("/api/v1/triggers")
        async def triggers(request: Request) -> Any:
            self._administers(request)
            return self.triggers

        @app.post("/api/v1/triggers", status_code=201)
        async def trigger(request: Request) -> Any:
            self._administers(request)
            self.triggers.append(await request.json() | {"id": len(self.triggers) + 1})
            return self.triggers[-1]

    def _administers(self, request: Request) -> None:
        if self._allowed(request) or not self.admin:
            raise HTTPException(403)

    def _allowed(self, request: Request) -> str:
        """Whose token it is: empty for the connection's own."""
        given = request.headers.get("authorization", "")
        if given == f"Token token={self.token}":
            return ""
        for agent, own in self.agents.items():
            if given == f"Token token={own}":
                return agent
        raise HTTPException(401)

    def _known(self, number: str) -> dict[str, Any]:
        if not number.isdigit() or int(number) not in self.tickets:
            raise HTTPException(404)
        return self.tickets[int(number)]
