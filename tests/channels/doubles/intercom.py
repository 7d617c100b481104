"""Intercom's REST API: conversations with their parts, replies and notes by teammates, a search by page, a limit of requests."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from tests.channels.doubles.base import By, Double

BEGAN = 1_772_445_600
"""Seconds since 1970."""
APP, NOTER, MARTA = "ab12cd34", "1", "6329"
PAGE = 2
"""Conversations of a page, so that there are several."""


def author(kind: str = "user", ident: str = MARTA, **given: Any) -> dict[str, Any]:
    known = {
        "user": ("Marta Ruiz", "marta@example.com"),
        "admin": ("Tom Weber", "tom@ternway.example"),
        "bot": ("Fin", "operator@intercom.io"),
    }
    name, email = known.get(kind, ("", ""))
    return {"type": kind, "id": ident, "name": name, "email": email} | given


def part(ident: str, text: str, kind: str = "comment", at: int = BEGAN + 60, **given: Any) -> dict[str, Any]:
    known = {"type": "conversation_part", "id": ident, "part_type": kind, "body": f"<p>{text}</p>", "created_at": at, "updated_at": at}
    return known | {"author": author(), "attachments": [], "redacted": False, "assigned_to": None} | given


def conversation(ident: str, **given: Any) -> dict[str, Any]:
    source: dict[str, Any] = {
        "type": "conversation",
        "id": "403918320",
        "delivered_as": "customer_initiated",
        "subject": "",
        "body": "<p>Hello</p>",
    }
    source |= {"author": author(), "attachments": [], "url": None, "redacted": False}
    return {
        "type": "conversation",
        "id": ident,
        "created_at": BEGAN,
        "updated_at": BEGAN,
        "source": source,
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": MARTA, "external_id": "cust-1042"}]},
        "admin_assignee_id": 7,
        "team_assignee_id": None,
        "open": True,
        "state": "open",
        "read": False,
        "conversation_parts": {"type": "conversation_part.list", "conversation_parts": [], "total_count": 0},
    } | given


@dataclass
class IntercomDouble(Double):
    """Conversations by id. Every token belongs to a teammate, and may speak for any: as in Intercom."""

    conversations: dict[str, dict[str, Any]] = field(default_factory=dict)
    admins: set[str] = field(default_factory=lambda: {NOTER, "7"})
    app_code: str = APP
    limit: int = 1000
    number: int = 5000
    reset: int = 0
    """When 429 says that the limit ends, in seconds since 1970."""

    @property
    def writes(self) -> int:
        return sum(one.method != "GET" and not one.path.endswith("/search") for one in self.asked)

    def open(self, number: int = 17) -> dict[str, Any]:
        self.conversations[str(number)] = conversation(str(number))
        if self.clock:
            self.conversations[str(number)]["created_at"] = int(self.clock().timestamp())
            self.conversations[str(number)]["source"]["body"] = "<p>Hello?</p>"
        return self.conversations[str(number)]

    def say(self, ident: str, text: str, kind: str = "comment", **given: Any) -> dict[str, Any]:
        """One more part, as HTML, as Intercom keeps it."""
        self.number += 1
        at = int(self.clock().timestamp() if self.clock else time.time())
        said = part(str(self.number), text, kind, at, **given)
        self.conversations[ident]["conversation_parts"]["conversation_parts"].append(said)
        self.conversations[ident]["updated_at"] = at
        return said

    def says(self, number: int, text: str, by: By = "customer") -> None:
        self.say(str(number), text, author=author("user") if by == "customer" else author("admin", "7"))

    def told(self, number: int) -> dict[str, Any]:
        return self._notified(number, "conversation.user.replied")

    def moved(self, number: int, *, closed: bool) -> dict[str, Any]:
        self.conversations[str(number)]["state"] = "closed" if closed else "open"
        return self._notified(number, "conversation.admin.closed" if closed else "conversation.admin.opened")

    def notes(self, number: int) -> list[str]:
        return [str(_words(one["body"])) for one in self._parts(number) if one["part_type"] == "note"]

    def sent(self, number: int) -> list[str]:
        said = [one for one in self._parts(number) if one["part_type"] == "comment" and one["author"]["type"] == "admin"]
        return [str(_words(one["body"])) for one in said]

    def notes_down(self, number: int, text: str = "") -> dict[str, Any]:
        if text:
            self.say(str(number), text, "note", author=author("admin", "7"))
        return self._notified(number, "conversation.admin.noted")

    def takes_away(self, number: int) -> dict[str, Any] | None:
        newest = next(one for one in reversed(self._parts(number)) if one["part_type"] == "comment")
        newest |= {"redacted": True, "body": "<p><i>This message was deleted</i></p>"}
        return self._notified(number, "conversation_part.redacted")

    def in_public(self, number: int) -> None:
        self.open(number)["source"]["type"] = "facebook"

    def _parts(self, number: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.conversations[str(number)]["conversation_parts"]["conversation_parts"]
        return found

    def _notified(self, number: int, topic: str) -> dict[str, Any]:
        """Notifications have ids of their own."""
        self.number += 1
        told = {"type": "notification_event", "app_id": APP, "topic": topic, "id": f"notif_{self.number}"}
        return told | {"data": {"item": self.conversations[str(number)]}}

    def routes(self, app: FastAPI) -> None:
        @app.get("/me")
        async def me(request: Request) -> Any:
            return {"type": "admin", "id": self._allowed(request), "app": {"type": "app", "id_code": self.app_code}}

        @app.get("/admins/{ident}")
        async def admin(request: Request, ident: str) -> Any:
            self._allowed(request)
            if ident not in self.admins:
                raise HTTPException(404)
            return {"type": "admin", "id": ident}

        @app.get("/conversations/{ident}")
        async def one(request: Request, ident: str, display_as: str = "") -> Any:
            self._allowed(request)
            return self._shown(self._known(ident), plain=display_as == "plaintext")

        @app.post("/conversations/search")
        async def search(request: Request) -> Any:
            self._allowed(request)
            given = await request.json()
            (clause,) = given["query"]["value"]
            found = [one for one in self.conversations.values() if one[clause["field"]] > clause["value"]]
            begin = int(given["pagination"].get("starting_after", 0))
            following = {"starting_after": str(begin + PAGE)} if begin + PAGE < len(found) else None
            return {"type": "conversation.list", "pages": {"next": following}, "conversations": found[begin : begin + PAGE]}

        @app.post("/conversations/{ident}/reply")
        async def reply(request: Request, ident: str) -> Any:
            self._allowed(request)
            self._known(ident)
            given = await request.json()
            if given["type"] != "admin" or given["admin_id"] not in self.admins:
                raise HTTPException(422)
            self.say(ident, given["body"], given["message_type"], author=author("admin", given["admin_id"]))
            return self._shown(self._known(ident), plain=False)

    def _shown(self, told: dict[str, Any], *, plain: bool) -> dict[str, Any]:
        parts = [one | {"body": _words(one["body"])} for one in told["conversation_parts"]["conversation_parts"]] if plain else None
        if parts is None:
            return told
        source = told["source"] | {"body": _words(told["source"]["body"])}
        return told | {"source": source, "conversation_parts": told["conversation_parts"] | {"conversation_parts": parts}}

    def _allowed(self, request: Request) -> str:
        """The teammate whose token it is."""
        if len(self.asked) > self.limit:
            headers = {"X-RateLimit-Limit": "167", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(self.reset)}
            raise HTTPException(429, headers=headers)
        if request.headers.get("intercom-version") is None:
            raise HTTPException(400)
        given = request.headers.get("authorization", "")
        for agent, token in {NOTER: self.token, **self.agents}.items():
            if given == f"Bearer {token}":
                return agent
        raise HTTPException(401)

    def _known(self, ident: str) -> dict[str, Any]:
        if ident not in self.conversations:
            raise HTTPException(404)
        return self.conversations[ident]


def _words(body: str | None) -> str | None:
    """As `display_as=plaintext` gives it."""
    if body is None:
        return None
    plain = re.sub(r"<[^>]+>", "", body.replace("<br>", "\n").replace("</p>", "\n"))
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&").strip()
