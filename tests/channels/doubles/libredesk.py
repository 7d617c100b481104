"""LibreDesk's API under /api/v1: conversations, messages newest first, webhooks; everything in an envelope."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from copilot.channels.markup import words
from tests.channels.doubles.base import By, Double

MASK = "•" * 10
"""In place of a secret that is set: it is never given back."""
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def contact(**given: Any) -> dict[str, Any]:
    return {
        "id": 41,
        "first_name": "Marta",
        "last_name": "Ruiz",
        "email": "marta@example.com",
        "phone_number": None,
        "external_user_id": None,
        "type": "contact",
    } | given


def paged(found: list[dict[str, Any]], page: int, size: int) -> dict[str, Any]:
    shown = found[(page - 1) * size : page * size]
    whole = {"total": len(found), "results": shown, "page": page, "per_page": size, "total_pages": -(-len(found) // size)}
    return {"status": "success", "data": whole}


@dataclass
class LibreDeskDouble(Double):
    """Conversations by uuid, each with its messages. Its tokens are `key:secret`."""

    token: str = "tok-connection"
    conversations: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    webhooks: list[dict[str, Any]] = field(default_factory=list)
    admin: bool = True
    largest: int = 500
    """Size of a page at most."""
    number: int = 5000

    def open(self, number: int | str = 17, **given: Any) -> dict[str, Any]:
        """A conversation with Marta."""
        ident = str(number)
        self.conversations[ident] = {
            "id": 17,
            "uuid": ident,
            "contact_id": 41,
            "inbox_channel": "livechat",
            "status": "Open",
            "status_category": "open",
            "assigned_user_id": 7,
            "assigned_team_id": None,
            "last_message_at": BEGAN.isoformat(),
            "contact": contact(),
        } | given
        self.messages.setdefault(ident, [])
        return self.conversations[ident]

    def say(self, number: int | str, text: str, kind: str = "incoming", **given: Any) -> dict[str, Any]:
        """One more message, written in HTML as its composer does."""
        self.number += 1
        at = self._at()
        theirs = kind == "incoming"
        who = contact() if theirs else {"id": 7, "first_name": "Tom", "last_name": "Weber", "type": "agent"}
        said = {
            "id": self.number,
            "uuid": str(self.number),
            "conversation_uuid": str(number),
            "type": kind,
            "status": "received" if theirs else "sent",
            "content": text,
            "text_content": text,
            "content_type": "html",
            "private": False,
            "sender_id": who["id"],
            "sender_type": "contact" if theirs else "agent",
            "meta": {},
            "attachments": [],
            "author": who,
            "created_at": at.isoformat(),
        } | given
        self.messages[str(number)].append(said)
        self.conversations[str(number)]["last_message_at"] = at.isoformat()
        return said

    def says(self, number: int, text: str, by: By = "customer") -> None:
        self.say(number, text, "incoming" if by == "customer" else "outgoing")

    def told(self, number: int) -> dict[str, Any]:
        return self._event("message.created", next(one for one in reversed(self.messages[str(number)]) if not one["private"]))

    def notes_down(self, number: int, text: str = "") -> dict[str, Any]:
        if text:
            self.say(number, text, "outgoing", private=True)
        return self._event("message.created", next(one for one in reversed(self.messages[str(number)]) if one["private"]))

    def takes_away(self, number: int) -> dict[str, Any]:
        """Nothing is told of that: the next event of the conversation makes us read it."""
        kept = self.messages[str(number)]
        kept.remove(next(one for one in reversed(kept) if not one["private"]))
        return self._event("conversation.assigned", {"conversation_uuid": str(number), "assigned_to": 7})

    def in_public(self, number: int) -> None:
        self.open(number, inbox_channel="mastodon")

    def moved(self, number: int, *, closed: bool) -> dict[str, Any]:
        status = "Resolved" if closed else "Open"
        self.conversations[str(number)] |= {"status": status, "status_category": status.lower()}
        return self._event("conversation.status_changed", {"conversation_uuid": str(number), "new_status": status})

    def notes(self, number: int) -> list[str]:
        return [one["content"] for one in self.messages[str(number)] if one["private"]]

    def sent(self, number: int) -> list[str]:
        return [words(one["content"]) for one in self.messages[str(number)] if one["type"] == "outgoing" and not one["private"]]

    def _event(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {"event": event, "timestamp": f"{self._at():%Y-%m-%dT%H:%M:%SZ}", "payload": payload}

    def _at(self) -> datetime:
        return self.clock() if self.clock else BEGAN + timedelta(seconds=self.number)

    def routes(self, app: FastAPI) -> None:
        self._reading(app)
        self._setting_up(app)

        @app.post("/api/v1/conversations/{ident}/messages")
        async def write(request: Request, ident: str) -> Any:
            who = self._allowed(request)
            conversation = self._known(ident)
            given = await request.json()
            if given["sender_type"] not in ("agent", "contact"):
                raise HTTPException(400)
            if conversation["inbox_channel"] == "email" and not given["private"] and not given.get("to"):
                raise HTTPException(400)
            agent = {"id": int(who or 1), "first_name": "Tom" if who else "Rapport", "last_name": "", "type": "agent"}
            said = self.say(ident, given["message"], "outgoing", private=given["private"], author=agent, sender_id=agent["id"])
            return {"status": "success", "data": said}

    def _reading(self, app: FastAPI) -> None:
        @app.get("/api/v1/conversations/all")
        async def listed(request: Request, order_by: str = "", page: int = 1, page_size: int = 30) -> Any:
            self._allowed(request)
            if order_by not in ("", "conversations.last_message_at"):
                raise HTTPException(400)
            found = sorted(self.conversations.values(), key=lambda one: str(one["last_message_at"]), reverse=True)
            return paged(found, page, min(page_size, self.largest))

        @app.get("/api/v1/conversations/{ident}")
        async def conversation(request: Request, ident: str) -> Any:
            self._allowed(request)
            return {"status": "success", "data": self._known(ident)}

        @app.get("/api/v1/conversations/{ident}/messages")
        async def messages(request: Request, ident: str, page: int = 1, page_size: int = 30) -> Any:
            self._allowed(request)
            self._known(ident)
            return paged(self.messages[ident][::-1], page, min(page_size, self.largest))

    def _setting_up(self, app: FastAPI) -> None:
        @app.get("/api/v1/webhooks")
        async def webhooks(request: Request) -> Any:
            self._administers(request)
            return {"status": "success", "data": [hook | {"secret": MASK} for hook in self.webhooks]}

        @app.post("/api/v1/webhooks")
        async def hook(request: Request) -> Any:
            self._administers(request)
            given = await request.json()
            if not given["events"]:  # as it does: an error in place of the webhook, and status 200
                return {"status": "success", "data": {"code": 400}}
            self.webhooks.append(given | {"id": len(self.webhooks) + 1})
            return {"status": "success", "data": self.webhooks[-1] | {"secret": MASK}}

        @app.put("/api/v1/webhooks/{number}")
        async def changed(request: Request, number: int) -> Any:
            self._administers(request)
            self.webhooks[number - 1] |= await request.json()
            return {"status": "success", "data": self.webhooks[number - 1] | {"secret": MASK}}

        @app.post("/api/v1/webhooks/{number}/test")
        async def test(request: Request, number: int) -> Any:
            self._administers(request)
            hook = self.webhooks[number - 1]
            if self.hears is not None:
                body = json.dumps(self._event("webhook.test", {"message": "This is a test"})).encode()
                await self.hears(hook["url"], body, hook["secret"])
            return {"status": "success", "data": True}

    def _administers(self, request: Request) -> None:
        if self._allowed(request) or not self.admin:
            raise HTTPException(403)

    def _allowed(self, request: Request) -> str:
        """Whose key it is: empty for the connection's own."""
        given = request.headers.get("authorization", "")
        if given == f"token {self.token}":
            return ""
        for agent, own in self.agents.items():
            if given == f"token {own}":
                return agent
        raise HTTPException(401)

    def _known(self, ident: str) -> dict[str, Any]:
        if ident not in self.conversations:
            raise HTTPException(404)
        return self.conversations[ident]
