"""Chatwoot 4.15's API under /api/v1/accounts/3, for one conversation that a test fills."""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from tests.channels.doubles.base import By, Double

PAGE = 20
"""Messages of a page."""


def contact(**given: Any) -> dict[str, Any]:
    return {
        "id": 41,
        "name": "Marta Ruiz",
        "email": "marta@example.com",
        "phone_number": None,
        "identifier": None,
        "custom_attributes": {},
        "additional_attributes": {},
        "type": "contact",
    } | given


@dataclass
class ChatwootDouble(Double):
    """Conversations by number, each with its messages in the order they were sent."""

    conversations: dict[int, dict[str, Any]] = field(default_factory=dict)
    messages: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    webhooks: list[dict[str, Any]] = field(default_factory=list)
    apps: list[dict[str, Any]] = field(default_factory=list)
    contacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Those that the API made and nobody deleted."""
    number: int = 1000

    def open(self, number: int = 17, **given: Any) -> dict[str, Any]:
        """A conversation with Marta."""
        meta = {"sender": contact(), "assignee": None, "team": None, "hmac_verified": False}
        self.conversations[number] = {
            "id": number,
            "status": "open",
            "channel": "Channel::WebWidget",
            "meta": meta,
            "last_activity_at": 1_772_445_600,
        } | given
        self.messages.setdefault(number, [])
        return self.conversations[number]

    def say(self, number: int, text: str, kind: int = 0, **given: Any) -> dict[str, Any]:
        """One more message, as conversations hold it: numbers and seconds."""
        self.number += 1
        at = int(self.clock().timestamp() if self.clock else time.time())
        sender = contact() if kind == 0 else {"id": 7, "name": "Tom Weber", "email": "tom@example.com", "type": "user"}
        said = {"id": self.number, "content": text, "message_type": kind, "created_at": at, "private": False, "sender": sender} | given
        self.messages[number].append(said)
        self.conversations[number]["last_activity_at"] = at
        return said

    def says(self, number: int, text: str, by: By = "customer") -> None:
        self.say(number, text, 0 if by == "customer" else 1)

    def told(self, number: int) -> dict[str, Any]:
        return self._told(number, next(one for one in reversed(self.messages[number]) if not one["private"]))

    def notes_down(self, number: int, text: str = "") -> dict[str, Any]:
        if text:
            self.say(number, text, 1, private=True)
        return self._told(number, next(one for one in reversed(self.messages[number]) if one["private"]))

    def edits(self, number: int, text: str) -> dict[str, Any]:
        next(one for one in reversed(self.messages[number]) if not one["private"])["content"] = text
        return self.told(number) | {"event": "message_updated"}

    def takes_away(self, number: int) -> dict[str, Any]:
        gone = next(one for one in reversed(self.messages[number]) if not one["private"])
        gone |= {"content": "This message was deleted", "content_attributes": {"deleted": True}}
        return self.told(number) | {"event": "message_updated"}

    def in_public(self, number: int) -> None:
        self.open(number, channel="Channel::TwitterProfile")

    def _told(self, number: int, said: dict[str, Any]) -> dict[str, Any]:
        """Words for types and a time as text, where the thread has numbers."""
        kind = {0: "incoming", 1: "outgoing"}[said["message_type"]]
        at = datetime.fromtimestamp(said["created_at"], UTC).isoformat()
        inside = self.conversations[number] | {"messages": []}
        told = {"event": "message_created", "account": {"id": 3}, "message_type": kind, "created_at": at, "conversation": inside}
        return {"content_attributes": {}, **said, **told}

    def moved(self, number: int, *, closed: bool) -> dict[str, Any]:
        found = self.conversations[number]
        before, found["status"] = found["status"], "resolved" if closed else "open"
        change = {"status": {"previous_value": before, "current_value": found["status"]}}
        told = {"event": "conversation_status_changed", "account": {"id": 3}, "messages": [], "changed_attributes": [change]}
        return {**found, **told}

    def notes(self, number: int) -> list[str]:
        return [one["content"] for one in self.messages[number] if one["private"]]

    def sent(self, number: int) -> list[str]:
        return [one["content"] for one in self.messages[number] if one["message_type"] == 1 and not one["private"]]

    def routes(self, app: FastAPI) -> None:
        base = "/api/v1/accounts/3"

        @app.get(f"{base}/conversations")
        async def conversations(request: Request, page: int = 1) -> Any:
            self._allowed(request)
            listed = sorted(self.conversations.values(), key=lambda one: -one["last_activity_at"])
            return {"data": {"meta": {"all_count": len(listed)}, "payload": listed[(page - 1) * 25 : page * 25]}}

        @app.get(f"{base}/contacts/{{contact_id}}/conversations")
        async def of_contact(request: Request, contact_id: int) -> Any:
            self._allowed(request)
            theirs = [one for one in self.conversations.values() if one["meta"]["sender"]["id"] == contact_id]
            return {"payload": sorted(theirs, key=lambda one: -one["last_activity_at"])[:20]}

        self._contacts(app, base)
        self._setting_up(app, base)

        @app.get(f"{base}/conversations/{{number}}")
        async def conversation(request: Request, number: int) -> Any:
            self._allowed(request)
            return self._known(number)

        @app.get(f"{base}/conversations/{{number}}/messages")
        async def messages(request: Request, number: int, before: int | None = None) -> Any:
            self._allowed(request)
            self._known(number)
            older = [one for one in self.messages[number] if before is None or one["id"] < before]
            return {"meta": {}, "payload": older[-PAGE:]}

        @app.post(f"{base}/conversations/{{number}}/messages")
        async def write(request: Request, number: int) -> Any:
            who = self._allowed(request)
            self._known(number)
            given = await request.json()
            if len(given["content"]) > 150_000:
                raise HTTPException(422)
            user = {"id": int(who or 1), "name": "Tom Weber" if who else "Rapport", "type": "user"}
            return self.say(number, given["content"], 1, private=given["private"], sender=user)

    def _setting_up(self, app: FastAPI, base: str) -> None:
        @app.get(f"{base}/webhooks")
        async def listed(request: Request) -> Any:
            self._allowed(request)
            return {"payload": {"webhooks": self.webhooks}}

        @app.post(f"{base}/webhooks")
        async def hook(request: Request) -> Any:
            self._allowed(request)
            self.webhooks.append((await request.json())["webhook"] | {"id": len(self.webhooks) + 1, "secret": "made-by-chatwoot"})
            return {"payload": {"webhook": self.webhooks[-1]}}

        @app.put(f"{base}/webhooks/{{number}}")
        async def changed(request: Request, number: int) -> Any:
            self._allowed(request)
            self.webhooks[number - 1] |= (await request.json())["webhook"]
            return {"payload": {"webhook": self.webhooks[number - 1]}}

        @app.get(f"{base}/dashboard_apps")
        async def apps(request: Request) -> Any:
            self._allowed(request)
            return self.apps

        @app.post(f"{base}/dashboard_apps")
        async def dashboard(request: Request) -> Any:
            self._allowed(request)
            self.apps.append(await request.json())
            return self.apps[-1]

    def _contacts(self, app: FastAPI, base: str) -> None:
        @app.post(f"{base}/contacts")
        async def make(request: Request) -> Any:
            self._allowed(request)
            self.number += 1
            made = self.contacts[self.number] = contact(id=self.number, name=(await request.json())["name"], email=None)
            await self.delivers("contact_created", made)
            return {"payload": {"contact": made, "contact_inbox": None}}

        @app.delete(f"{base}/contacts/{{number}}")
        async def delete(request: Request, number: int) -> Any:
            self._allowed(request)
            if self.contacts.pop(number, None) is None:
                raise HTTPException(404)

    async def delivers(self, event: str, said: dict[str, Any]) -> None:
        """To whoever hears of it, once, whatever becomes of it."""
        for hook in self.webhooks:
            if self.hears is not None and event in hook["subscriptions"]:
                body = json.dumps({**said, "event": event, "account": {"id": 3, "name": "Ternway"}}).encode()
                await self.hears(hook["url"], body, hook["secret"])

    def _allowed(self, request: Request) -> str:
        """Whose token it is: empty for the connection's own."""
        token = request.headers.get("api_access_token")
        if token == self.token:
            return ""
        for agent, own in self.agents.items():
            if token == own:
                return agent
        raise HTTPException(401)

    def _known(self, number: int) -> dict[str, Any]:
        if number not in self.conversations:
            raise HTTPException(404)
        return self.conversations[number]
