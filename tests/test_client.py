"""The client against the real application: the routes as methods, problems as errors, requests sent again without harm."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from standardwebhooks.webhooks import Webhook

from copilot.api import create_app, examples
from copilot.client import Client, deliver, event_of, read_events
from copilot.domain.base import now
from copilot.domain.connections import Event
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable
from copilot.domain.formats import ConversationIn
from copilot.testing.application import close_application, make_application, open_application, settle
from tests.api.house import INES, OWNER, REFUNDS, chat


class Bridge(httpx.BaseTransport):
    """The application on an event loop of its own, reached synchronously as over a socket. `lost`: answers that never arrive."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.application = self.run(self._open(folder))
        self._inner = httpx.ASGITransport(create_app(self.application, owner=OWNER, lifespan=False))
        self.lost = 0
        self.seen: list[httpx.Request] = []

    async def _open(self, folder: Path) -> Any:
        application = make_application(folder)
        await open_application(application)
        return application

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.run(self._answer(request))
        if self.lost:
            self.lost -= 1
            raise httpx.ReadError("cut")
        status, headers, content = answer
        return httpx.Response(status, headers=headers, content=content)

    async def _answer(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        sent = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        answer = await self._inner.handle_async_request(sent)
        return answer.status_code, answer.headers, await answer.aread()

    def close(self) -> None:
        if self._thread.is_alive():
            self.run(close_application(self.application))
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(10)
            self.loop.close()


@pytest.fixture
def bridge(sqlite_template: Path, tmp_path: Path) -> Iterator[Bridge]:
    shutil.copy(sqlite_template, tmp_path / "rapport.db")
    made = Bridge(tmp_path)
    yield made
    made.close()


@pytest.fixture
def owner(bridge: Bridge) -> Client:
    return Client("http://copilot", OWNER.token, tenant="default", transport=bridge)


@pytest.fixture
def tom(bridge: Bridge, owner: Client) -> Client:
    """An agent."""
    key = owner.request("POST", "/v1/keys", {"role": "agent", "name": "Tom Berg"})["secret"]
    return Client("http://copilot", key, transport=bridge)


def test_a_program_follows_a_conversation(bridge: Bridge, owner: Client, tom: Client) -> None:
    assert owner.import_articles({"refunds.md": REFUNDS}).saved == 1
    assert owner.import_customers([INES]).saved == 1
    assert owner.search("refund for a cancelled flight")[0].article_id == "refunds"
    received = owner.send(ConversationIn.model_validate(chat()))
    bridge.run(settle(bridge.application))
    turn = tom.suggestions("chat-1")
    assert (turn.turn_id, turn.state) == (received.turn_id, "done")
    reply = next(s for s in turn.suggestions if s.kind == "reply")
    assert tom.decide(reply.id, "used").action == "used"
    assert tom.sent(reply.id, reply.text, "a1").edit_distance == 0
    assert owner.add("chat-1", {"id": "m2", "author": "customer", "text": "Thanks. And my seat?", "sent_at": "-PT0S"}).turn_id
    assert tom.ask_for("chat-1", "cue", "handover")
    assert [line.conversation_id for line in tom.queue()][:1] == ["chat-1"]
    handover = tom.hand_over("chat-1", examples.OFFER)
    assert handover.state == "offered"
    assert tom.card("cust-1042").name == "Ines Almeida"
    assert len(tom.conversation("chat-1").messages) == 3
    assert {s.kind for s in owner.suggest(chat("one-off"), ["cue"]).suggestions} == {"cue"}
    receipt = owner.erase("cust-1042")
    bridge.run(settle(bridge.application))
    assert owner.erasure(receipt.id).state == "done"


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda c: c.conversation("nowhere"), NotFound),
        (lambda c: c.send(chat(channel="pigeon")), Invalid),
        (lambda c: c.decide("nowhere", "used"), Refused),
        (lambda c: c.request("POST", "/v1/tenants", {"id": "default"}), Conflict),
        (lambda c: c.request("GET", "/ready/or/not"), NotFound),
    ],
)
def test_a_problem_is_our_error_with_what_to_do(owner: Client, act: Callable[[Client], Any], kind: type[CopilotError]) -> None:
    with pytest.raises(kind) as caught:
        act(owner)
    assert caught.value.todo


@pytest.mark.parametrize("ref", ["../customers/cust-1042", "x/../../customers/cust-1042", "..", "a/b?c#d"])
def test_an_id_is_one_piece_of_an_address(bridge: Bridge, owner: Client, ref: str) -> None:
    """A chat tool's id comes from outside: whatever stands in it, no other route is asked."""
    owner.import_customers([INES])
    with pytest.raises((NotFound, Invalid), match=r"no conversation|no id"):
        owner.conversation(ref)
    assert not [r for r in bridge.seen if r.method == "GET" and not r.url.path.startswith("/v1/conversations/")]


def test_an_unknown_key_is_refused(bridge: Bridge) -> None:
    with pytest.raises(Refused):
        Client("http://copilot", "rk_nobody", transport=bridge).queue()


def test_a_request_whose_answer_was_lost_is_sent_again_and_counts_once(bridge: Bridge, owner: Client) -> None:
    owner.send(chat())
    bridge.lost = 2
    first = owner.hand_over("chat-1", examples.OFFER)
    assert first.state == "offered"
    tries = [r for r in bridge.seen if r.url.path.endswith("/handovers")]
    assert len(tries) == 3
    assert len({r.headers["idempotency-key"] for r in tries}) == 1
    assert len(owner.request("GET", "/v1/conversations/chat-1/handovers")["handovers"]) == 1
    bridge.lost = 3
    with pytest.raises(Unavailable, match="does not answer"):
        owner.queue()


def test_an_answer_that_is_no_problem_document_is_told_all_the_same() -> None:
    gateway = Client("http://copilot", "k", transport=httpx.MockTransport(lambda _: httpx.Response(502, text="<html>")))
    with pytest.raises(Unavailable, match="502"):
        gateway.queue()


def test_the_stream_is_read_event_by_event() -> None:
    text = 'event: ready\nid: 7\nretry: 2000\ndata: {"after": 7}\n\n: ping\n\nevent: suggestion.delta\ndata: {"text":\ndata: "a"}\n\n'

    def answer(request: httpx.Request) -> httpx.Response:
        assert dict(request.url.params) == {"conversation": "c", "after": "7"}
        return httpx.Response(200, text=text)

    events = list(Client("http://copilot", "k", transport=httpx.MockTransport(answer)).stream("c", after=7))
    assert [(e.id, e.type, e.data) for e in events] == [(7, "ready", {"after": 7}), (None, "suggestion.delta", {"text": "a"})]
    assert list(read_events(iter(["data: {}"]))) == []
    refused = Client("http://copilot", "k", transport=httpx.MockTransport(lambda _: httpx.Response(404, json={"detail": "No."})))
    with pytest.raises(NotFound, match=r"No\."):
        list(refused.stream("nowhere"))


def test_what_the_client_needs_is_light() -> None:
    """An integrator's script does not load the encoder or the database."""
    import subprocess
    import sys

    program = (
        "import sys, copilot.client; print([m for m in ('torch', 'sqlalchemy', 'fastapi', 'chromadb', 'litellm') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert done.stdout.strip() == "[]"


def test_connections_are_made_changed_and_asked(owner: Client) -> None:
    made = owner.connect({"id": "crm", "kind": "webhook", "name": "The CRM"})
    assert (made.connection.name, made.path) == ("The CRM", "/hooks/default/crm")
    assert owner.change_connection("crm", shadow=True).shadow
    assert [one.connection.id for one in owner.connections()] == ["crm"]
    assert (owner.connection("crm").state, owner.connection("crm").deliveries) == ("shadow", [])
    assert owner.new_secret("crm") != made.signing
    assert owner.missing("crm") == []
    with pytest.raises(NotFound):
        owner.missing("none")


def test_whether_two_records_are_one_persons(owner: Client, tom: Client) -> None:
    owner.import_customers([INES])
    owner.send(chat("x-1", customer={"id": "x:1", "name": "I.", "email": "ines@example.com"}))
    (match,) = owner.matches("x:1")
    assert (match.customer_ref, match.state) == ("cust-1042", "suggested")
    assert tom.say_same(match.match_id, same=True).state == "same"
    assert tom.card("x:1").id == "cust-1042"


def test_nothing_is_sent_where_no_tool_is(owner: Client, tom: Client) -> None:
    owner.send(chat("chat-7"))
    with pytest.raises(Conflict, match="Nothing can be sent"):
        tom.send_words("chat-7", "It is on its way.")


SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


def signed(body: bytes, at: datetime | None = None) -> dict[str, str]:
    moment = at or now()
    signature = Webhook(SECRET).sign("e-1", moment, body.decode())
    return {"Webhook-Id": "e-1", "Webhook-Timestamp": str(int(moment.timestamp())), "Webhook-Signature": signature}


def test_an_event_that_came_in_is_verified_and_read() -> None:
    body = Event(id="e-1", type="cue.raised", timestamp=now(), data={"turn_id": "t"}).model_dump_json().encode()
    assert event_of(body, signed(body), SECRET).data == {"turn_id": "t"}
    for forged, headers in ((body + b" ", signed(body)), (body, signed(body, now() - timedelta(minutes=9))), (body, {})):
        with pytest.raises(Refused, match="not signed"):
            event_of(forged, headers, SECRET)
    other = b'{"type": "something.else"}'
    with pytest.raises(Invalid, match="not an event"):
        event_of(other, signed(other), SECRET)


def test_a_delivery_is_signed_so_that_the_service_takes_it(owner: Client, bridge: Bridge, respx_mock: respx.MockRouter) -> None:
    made = owner.connect({"id": "crm", "kind": "webhook"})
    taken = respx_mock.post(f"http://copilot{made.path}").mock(side_effect=bridge.handle_request)
    for _ in range(2):
        deliver(f"http://copilot{made.path}", made.signing, chat("crm-1"), ident="d-1")
    assert taken.call_count == 2
    bridge.run(settle(bridge.application))
    assert owner.conversation("crm-1").messages[0].author == "customer"
    with pytest.raises(Refused, match="signature"):
        deliver(f"http://copilot{made.path}", SECRET, chat("crm-2"))
