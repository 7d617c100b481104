"""A company to test the API with: the application on doubles, people with keys, and a story to tell."""

from typing import Any

import httpx
from fastapi import FastAPI

from copilot.adapters.owner import Owner
from copilot.bootstrap import Application
from copilot.testing.application import Clock, settle

OWNER = Owner(pid=1, address="http://copilot", token="local-owner-token-of-a-test")
PEOPLE = {
    "agent": "Tom Berg",
    "editor": "Edda Ruiz",
    "qa": "Quinn Ito",
    "supervisor": "Sara Lind",
    "integrator": "Chat tool",
    "admin": "Ada Novak",
}

REFUNDS = """---
id: refunds
title: Refunds for cancelled flights
status: published
audience: public
owner: refunds
tags: [refund, flight, cancelled]
products: [flights]
locale: en
review_by: 2030-01-01
levers:
  - id: goodwill-25
    offer: goodwill credit of up to 25 EUR
    limit: {amount: 25, currency: EUR}
    authority: agent
    when: {text: a promise to this customer is overdue, all: [{field: promises_overdue, op: ">=", value: 1}]}
---

When we cancel a flight, the fare is refunded within seven days to the card it was paid with. The refund shows on the card statement.

## For the agent

Check the payment provider's queue before you promise a date.
"""

INES = (
    '{"id": "cust-1042", "name": "Ines Almeida", "identities": [{"type": "email", "value": "ines@example.com", "verified": true}],'
    ' "since": "2016-05-01", "tier": "gold", "booking_reference": "TW7K2P", "preferences": ["aisle seat"], "interactions":'
    ' [{"conversation_id": "mail-88", "channel": "email", "status": "closed", "messages": ['
    '{"id": "1", "author": "customer", "text": "My flight to Lisbon was cancelled. When do I get the refund?", "sent_at": "-P12D"},'
    ' {"id": "2", "author": "agent", "author_name": "Nils Falk", "text": "I will send your refund within three days.",'
    ' "sent_at": "-P12D"}],'
    ' "outcome": {"text": "refund promised", "resolved": false, "fault": "company"}}]}'
)


def chat(ref: str = "chat-1", *texts: str, assurance: str | None = "proven", **changed: Any) -> dict[str, Any]:
    """A live chat of Ines; each text is a message of hers, ten seconds apart, the last one just now."""
    said = texts or ("My flight to Lisbon was cancelled nine days ago. Where is my refund?",)
    customer: dict[str, Any] = {"id": "cust-1042", "name": "Ines Almeida", "email": "ines@example.com"}
    if assurance:
        customer["assurance"] = assurance
    messages = [
        {"id": f"m{n}", "author": "customer", "text": text, "sent_at": f"-PT{10 * (len(said) - n) + 1}S"} for n, text in enumerate(said, 1)
    ]
    return {"conversation_id": ref, "channel": "chat", "language": "en", "customer": customer, "messages": messages} | changed


class House:
    """The application over HTTP, in this process."""

    def __init__(self, application: Application, app: FastAPI) -> None:
        self.application, self.app = application, app
        self._clients: dict[tuple[str, str], httpx.AsyncClient] = {}

    @property
    def clock(self) -> Clock:
        clock = self.application.clock
        assert isinstance(clock, Clock)
        return clock

    def client(self, key: str, **headers: str) -> httpx.AsyncClient:
        """Somebody with this key."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://copilot", headers={"Authorization": f"Bearer {key}", **headers}
        )

    def nobody(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://copilot")

    def owner(self, tenant: str = "default") -> httpx.AsyncClient:
        return self.client(OWNER.token, **{"X-Copilot-Tenant": tenant})

    async def enter(self, role: str, tenant: str = "default", name: str = "") -> httpx.AsyncClient:
        """The client of a person of that role, the same one each time; another name is another person."""
        name = name or PEOPLE[role]
        known = self._clients.get((tenant, name))
        if known is None:
            made = await self.application.staff.create_key(tenant, role, name, name.lower().replace(" ", "."))
            known = self._clients[(tenant, name)] = self.client(made.secret)
        return known

    async def settle(self) -> None:
        """Let everything that was started finish."""
        await settle(self.application)

    async def furnish(self, tenant: str = "default") -> None:
        """Knowledge and a customer with a past: a refund was promised, and the promise is overdue."""
        editor, program = await self.enter("editor", tenant), await self.enter("integrator", tenant)
        (await editor.post("/v1/knowledge/import", json={"files": [{"name": "refunds.md", "text": REFUNDS}]})).raise_for_status()
        (await program.post("/v1/customers/import", json={"lines": [INES]})).raise_for_status()

    async def begin(self, ref: str = "chat-1", *texts: str, tenant: str = "default", **changed: Any) -> dict[str, Any]:
        """A customer writes, everything is drafted; returns the turn with its suggestions."""
        program = await self.enter("integrator", tenant)
        (await program.post("/v1/conversations", json=chat(ref, *texts, **changed))).raise_for_status()
        await self.settle()
        answer = (await program.get(f"/v1/conversations/{ref}/suggestions")).raise_for_status()
        turn: dict[str, Any] = answer.json()
        return turn

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()


def of_kind(turn: dict[str, Any], kind: str) -> dict[str, Any]:
    """The suggestion of a kind."""
    found: dict[str, Any] = next(s for s in turn["suggestions"] if s["kind"] == kind)
    return found


def assert_problem(answer: httpx.Response, status: int, *words: str) -> dict[str, Any]:
    """The answer is a problem document of that status that says something to do, and names these words."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:rapport:problem:")
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answer.text
    for word in words:
        assert word in f"{problem['detail']} {problem.get('todo', '')}", problem
    return problem
