"""kill -9 between any two steps from a customer's words in a chat tool to the answer: nothing acknowledged is lost, nothing written twice.

FULL=1: twenty times each.
"""

import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import uvicorn

from copilot.adapters.owner import read_owner
from copilot.channels import signing
from tests.channels.doubles.chatwoot import ChatwootDouble
from tests.e2e.service import Service
from tests.e2e.stepping import AT
from tests.patience import until

TIMES = 20 if os.environ.get("FULL") else 1
MOST = 200
"""Steps of the story are far fewer; its end is found by a service that lived to it."""
ASKED = "I lost my card this morning. How do I block it, and when do I get a new one?"
ARTICLE = """---
id: lost-card
title: Lost cards
status: published
audience: public
owner: cards
locale: en
---

Block a lost card at once in the app under Cards, Block. A new card arrives within five working days.
"""


class Serving:
    """A double on a port of its own, in a thread: it outlives the service."""

    def __init__(self, double: ChatwootDouble) -> None:
        self.double = double
        self._server = uvicorn.Server(uvicorn.Config(double.app(), port=0, log_config=None, access_log=False, lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> "Serving":
        self._thread.start()
        until(lambda: self._server.started, "the double")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"


class Story:
    """One conversation, by people and a tool that try again until they are answered."""

    def __init__(self, service: Service, double: ChatwootDouble, secret: str, key: str, number: int) -> None:
        self.service, self.double, self.secret, self.key, self.number = service, double, secret, key, number
        double.open(number)

    def tell(self, said: dict[str, Any]) -> None:
        """A delivery: again, signed anew, until it is acknowledged."""
        kind = {0: "incoming", 1: "outgoing"}[said["message_type"]]
        conversation = self.double.conversations[self.number] | {"messages": []}
        stamped = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(said["created_at"]))
        told = {"event": "message_created", "account": {"id": 3}, "message_type": kind, "created_at": stamped, "content_attributes": {}}
        self._insist("/hooks/default/chatwoot", json.dumps(said | told | {"conversation": conversation}).encode())

    def send(self, text: str) -> None:
        """The agent's words; the same request again when nobody answered."""
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(uuid.uuid4()), "content-type": "application/json"}
        body = json.dumps({"text": text}).encode()
        self._insist(f"/v1/conversations/{self.number}/send", body, headers)

    def run(self) -> None:
        """Customer, note, answer in the agent's name, and the tool's own word that it was sent."""
        self.tell(self.double.say(self.number, ASKED))
        until(lambda: self._there(private=True), "the note")
        until(lambda: self.known() == 1, "the customer's message")
        answer = f"I have blocked it. I will send you the new card by Friday. ({self.number})"
        self.send(answer)
        sent = until(lambda: self._there(private=False), "the answer")
        self.tell(sent[0])
        until(lambda: self.known() == 2, "the answer on record")
        until(self._promised, "the promise")
        unsettled = "SELECT o.id FROM outgoing o WHERE o.state IN ('waiting', 'unsure')"
        until(lambda: not self.service.rows(unsettled), "what goes out to be settled")

    def known(self) -> int:
        """Public messages on record."""
        counted = "SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id"
        found = self.service.rows(f"{counted} WHERE c.external_id = ? AND m.visibility = 'public'", str(self.number))
        return int(found[0][0]) if found else 0

    def assert_once(self) -> None:
        """Each thing once, in the tool and here."""
        assert len(self._there(private=True)) == 1, "one note"
        assert len(self._there(private=False)) == 1, "one answer"
        assert self.known() == 2
        assert len(self._promised()) == 1
        turns = "SELECT count(*) FROM suggestions s JOIN turns t ON t.id = s.turn_id JOIN conversations c ON c.id = t.conversation_id"
        doubled = f"{turns} WHERE c.external_id = ? AND s.kind = 'reply' GROUP BY t.id HAVING count(*) > 1"
        assert self.service.rows(doubled, str(self.number)) == []

    def _there(self, *, private: bool) -> list[dict[str, Any]]:
        written = [one for one in self.double.messages[self.number] if one["message_type"] == 1]
        return [one for one in written if one["private"] is private]

    def _promised(self) -> list[Any]:
        promised = "SELECT p.id FROM promises p JOIN conversations c ON c.id = p.conversation_id WHERE c.external_id = ?"
        return self.service.rows(promised, str(self.number))

    def _insist(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        def asked() -> bool:
            owner = read_owner(self.service.folder)
            with suppress(httpx.TransportError):
                answer = httpx.post(
                    f"{owner.address if owner else 'http://127.0.0.1:9'}{path}",
                    content=body,
                    headers=headers or self._signed(body),
                    timeout=5,
                )
                return answer.is_success or answer.status_code == 409  # it was taken, and only its answer lost
            return False

        until(asked, f"{path} to be answered")

    def _signed(self, body: bytes) -> dict[str, str]:
        stamp = f"{time.time():.0f}"
        return {
            "X-Chatwoot-Timestamp": stamp,
            "X-Chatwoot-Signature": f"sha256={signing.hexadecimal(self.secret, f'{stamp}.'.encode() + body)}",
        }


class Reviving:
    """Starts the service again whenever it died, until it is told that the story is over."""

    def __init__(self, service: Service) -> None:
        self._service, self._over, self.died = service, threading.Event(), 0
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Reviving":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            if not self._service.alive:
                self.died += 1
                self._service.kill()
                self._service.begin()  # and it may die before it is ready: the step that is counted may be one of a start


@pytest.fixture(scope="module")
def tool() -> Iterator[Serving]:
    with Serving(ChatwootDouble()) as serving:
        yield serving


@pytest.fixture(scope="module")
def service(tool: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("tools") / "data"
    with Service(folder, stepping=True) as running:
        settings = running.get("/v1/settings")
        running.http.put("/v1/settings", json=settings | {"quiet_period_s": 0}).raise_for_status()
        running.post("/v1/knowledge/import", {"files": [{"name": "lost.md", "text": ARTICLE}]})
        yield running


@pytest.fixture(scope="module")
def keys(service: Service, tool: Serving) -> tuple[str, str]:
    """The connection's signing secret, and the key of an agent who has a token of their own."""
    given = {"id": "chatwoot", "kind": "chatwoot", "url": tool.url, "settings": {"account_id": 3}, "token": tool.double.token}
    made = service.post("/v1/connections", given)
    agent = service.post("/v1/keys", {"name": "Tom", "role": "agent", "user": "tom"})["secret"]
    with service.client(agent) as tom:
        tom.put("/v1/connections/chatwoot/own-token", json={"token": tool.double.agents["7"]}).raise_for_status()
    return made["signing"], agent


@pytest.mark.parametrize("time_", range(TIMES))
def test_between_any_two_steps(service: Service, tool: Serving, keys: tuple[str, str], time_: int) -> None:
    """One story after the other, the service dying one step later in each, until one outlives its story."""
    died = 0
    for step in range(1, MOST):
        (service.folder / AT).write_text(f"{step} {time_}")
        story = Story(service, tool.double, *keys, number=time_ * MOST + step)
        with Reviving(service) as reviving:
            story.run()
        story.assert_once()
        died += reviving.died
        if not reviving.died:
            break
    else:
        pytest.fail("no story came to its end")
    assert died >= 12, "customer, evidence, drafts, note, answer, the tool's word: each takes a step at least"
