"""A day with the product, from an empty folder to a warm handover: the best introduction to the system.

Everything goes through the command line, a real service in a process of its own, and the client that integrators use.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from copilot.api.views import TurnView
from copilot.client import Client
from copilot.domain.errors import Conflict, Refused
from copilot.domain.formats import SuggestionOut
from copilot.testing.provider import ScriptedProvider
from tests.commands.cli import CommandLine
from tests.commands.fixtures import KNOWLEDGE, SHIPPED
from tests.e2e.service import Service
from tests.e2e.talk import WRONG_NAME, conversation, message
from tests.patience import until

MARTA = {"id": "cus-marta-lindqvist", "name": "Marta Lindqvist", "assurance": "proven"}
ASKED = (
    "Hello, this is the third time I am writing. The 142 EUR for my Lisbon flight never came.",
    "I prefer e-mail over phone calls. How long does a refund take until the money is back on my card?",
)


class Company:
    """The people of the company, each with a key of their own."""

    def __init__(self, service: Service, cli: CommandLine) -> None:
        def key(role: str, name: str, user: str = "") -> Client:
            told = cli.ok("keys", "create", "--role", role, "--name", name, *(["--user", user] if user else []))
            return Client(service.owner.address, told.out.splitlines()[0])

        self.chat_tool = key("integrator", "chat tool")
        self.lea, self.sara = key("agent", "Lea Brandt", "agent-lea"), key("supervisor", "Sara Lind", "agent-sara")
        self.quinn = key("qa", "Quinn Ito")

    def drafted(self, ref: str) -> TurnView:
        """The conversation's current turn once everything about it is ready."""

        def look() -> TurnView | None:
            turn = self.lea.suggestions(ref)
            return turn if turn.state == "done" else None

        return until(look, f"the suggestions of {ref}")

    def close(self) -> None:
        for client in (self.chat_tool, self.lea, self.sara, self.quinn):
            client.close()


@pytest.fixture
def company_at_work(tmp_path: Path, cli: CommandLine) -> Iterator[Company]:
    """An empty folder, the sample company's knowledge and customers brought in, the service started, keys handed out."""
    knowledge = cli.ok("knowledge", "import", KNOWLEDGE, "--json").json
    assert (knowledge["saved"], knowledge["refused"]) == (len(list(KNOWLEDGE.rglob("*.md"))), [])
    customers = cli.ok("customers", "import", SHIPPED / "customers.jsonl", "--json").json
    assert (customers["saved"], customers["refused"]) == (len((SHIPPED / "customers.jsonl").read_text().splitlines()), [])
    with Service(tmp_path / "data") as service:
        company = Company(service, cli)
        yield company
        company.close()


def test_from_a_message_to_a_warm_handover(company_at_work: Company, cli: CommandLine) -> None:
    company = company_at_work
    lea, sara = company.lea, company.sara

    # Marta writes twice in a row. Both messages are stored and acknowledged before anything else happens.
    received = company.chat_tool.send(conversation("chat-1", *ASKED, customer=MARTA))
    assert (received.conversation_id, received.duplicate) == ("chat-1", False)
    assert received.turn_id

    # Without a language model: what is known, and drafts that are labelled as made without one.
    turn = company.drafted("chat-1")
    assert turn.turn_id == received.turn_id
    assert turn.turn is not None
    assert turn.unanswered == ["chat-1-1", "chat-1-2"], "a burst is answered as one"
    evidence = turn.turn.evidence
    assert {"KX7P2M", "marta.lindqvist@example.com"} <= {detail.value for detail in evidence.known_details}
    assert [p.owner for p in evidence.promises if p.state == "overdue"] == ["Jonas Weber", "Priya Nair"]
    assert any("refund" in passage.article_id for passage in evidence.passages)
    assert any(lever.applies == "yes" for lever in evidence.levers)
    assert evidence.emotion.heat >= 60, "a promise was broken"
    assert {s.kind for s in turn.suggestions} >= {"cue", "reply", "options"}
    assert {s.producer for s in turn.suggestions} <= {"fallback", "rules"}
    # The queue never rewards shouting: a letter that has waited for four days comes before a hot chat that has just begun.
    assert [line.conversation_id for line in lea.queue()] == ["harold-fee-letter", "chat-1"]

    # Lea looks at the cue, uses the reply with a word of her own, and that is what left.
    reply = of_kind(turn, "reply")
    assert (reply.state, reply.reason) == ("proposed", "")
    assert "142 EUR" in reply.text
    assert "Marta" in reply.text
    assert {citation.source.partition(":")[0] for citation in reply.citations} & {"passage", "promise"}
    assert lea.decide(reply.id, "used", decision_id="d-1").stale is False
    assert lea.decide(reply.id, "used", decision_id="d-1").action == "used", "the same again is the same answer"
    with pytest.raises(Conflict):
        lea.decide(reply.id, "dismissed", decision_id="d-1")
    words = f"{reply.text}\n\nI will write to you tomorrow at 10:00 with the date of the payment."
    sent = lea.sent(reply.id, words, message_id="chat-1-3")
    assert sent.edit_distance is not None
    assert 0 < sent.edit_distance < 0.5

    # Nobody waits any more. The promise is known to everyone, and what Marta told about herself waits for a person to approve it.
    after = lea.conversation("chat-1")
    assert (after.turn_id, after.messages[-1].author_name) == (None, "Lea Brandt")
    card = cli.ok("customers", "card", MARTA["id"], "--json").json
    assert any("tomorrow at 10:00" in promise["text"] and promise["owner"] == "Lea Brandt" for promise in card["promises"])
    (pending,) = lea.request("GET", f"/v1/customers/{MARTA['id']}/memories", state="pending")["memories"]
    assert (pending["kind"], pending["text"]) == ("preference", "I prefer e-mail over phone calls.")
    lea.request("PATCH", f"/v1/memories/{pending['id']}", {"state": "active"})

    # She wants somebody else. Lea asks for a brief and offers it to Sara.
    company.chat_tool.add("chat-1", message("chat-1-4", "No. I want to speak to a supervisor now."))
    handover = of_kind(company.drafted("chat-1"), "handover")
    assert handover.state == "proposed"
    assert any("tomorrow at 10:00" in promise for promise in handover.payload["promises"]), "nothing promised is lost"
    offered = lea.hand_over("chat-1", {"suggestion_id": handover.id, "to_user": "agent-sara"})
    assert (offered.state, offered.introduction) == ("offered", "")

    # Nobody is introduced before they accepted and said what they take over.
    at = f"/v1/handovers/{offered.id}"
    with pytest.raises(Conflict):
        lea.request("POST", f"{at}/introduced", {})
    accepted = sara.request("POST", f"{at}/accept", {"read_back": "I release the refund today and write to her."})
    assert "Sara Lind" in accepted["introduction"]
    assert "Marta" in accepted["introduction"]
    assert lea.request("POST", f"{at}/introduced", {})["state"] == "introduced"
    assert [line.conversation_id for line in sara.queue(mine=True)] == ["chat-1"]
    assert sara.request("POST", f"{at}/return", {"note": "Released."})["state"] == "returned"

    # Everything that happened can be read again, in order, from any point.
    heard: list[str] = []
    for event in lea.stream("chat-1", after=0):
        heard.append(event.type)
        if event.type == "handover.returned":
            break
    story = ("turn.minted", "evidence.ready", "suggestion.ready", "turn.done", "suggestion.decided", "message.sent", "promise.made")
    places = [heard.index(name) for name in (*story, "memory.proposed", "handover.offered", "handover.accepted", "handover.introduced")]
    assert places == sorted(places)


def test_the_same_with_a_language_model(company: Path, cli: CommandLine) -> None:
    marta = cli.ok("customers", "card", MARTA["id"], "--json").json
    personal = {d["value"] for d in marta["known_details"] if d["field"] in ("name", "email", "phone", "address", "account_number")}
    assert len(personal) == 5
    asked = f"{ASKED[1]} {WRONG_NAME} You reach me at marta.lindqvist@example.com or +49 30 5550142. Marta Lindqvist"
    with (
        ScriptedProvider("auto") as provider,
        Service(company, COPILOT_MODEL="openai/scripted", COPILOT_API_BASE=provider.base_url, OPENAI_API_KEY="none") as service,
    ):
        at_work = Company(service, cli)
        at_work.chat_tool.send(conversation("chat-1", asked, customer=MARTA))
        turn = at_work.drafted("chat-1")
        by_model = [s for s in turn.suggestions if s.producer == "model"]
        assert "reply" in {s.kind for s in by_model}
        for suggestion in by_model:
            assert suggestion.model == "openai/scripted"
            assert re.fullmatch(rf"{suggestion.kind}@\S+:[0-9a-f]{{8,}}", suggestion.prompt)
            assert suggestion.usage.input_tokens > 0
            assert suggestion.usage.calls >= 1
        # Cue and acknowledgement never ask a model.
        assert {s.producer for s in turn.suggestions if s.kind in ("cue", "acknowledge")} == {"rules"}

        # What was sent can be seen by those who may: it is what the provider received, and nothing in it tells who she is.
        at = f"/v1/suggestions/{by_model[0].id}/provider-call"
        with pytest.raises(Refused):
            at_work.lea.request("GET", at)
        received = [(m["role"], m["content"]) for m in at_work.quinn.request("GET", at)["messages"]]
        assert received in [[(m["role"], m["content"]) for m in request.messages] for request in provider.requests]
        for request in provider.requests:
            for value in personal:
                assert value not in request.text
            assert "⟦" in request.text, "placeholders stand in their place"
        # Where the draft may use her name, it is there again.
        assert all("⟦" not in s.text for s in turn.suggestions)
        at_work.close()


def of_kind(turn: TurnView, kind: str) -> Any:
    """The suggestion of a kind that is there to be used, else the one there is."""
    made: list[SuggestionOut] = [s for s in turn.suggestions if s.kind == kind]
    assert made, (kind, [s.kind for s in turn.suggestions])
    return next((s for s in made if s.state == "proposed"), made[0])
