"""Erasing a person: nothing of them is left in any file, and nothing brings them back (RELIABILITY, invariant 8)."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from copilot.adapters.hash_embedder import HashEmbedder
from copilot.client import Client
from copilot.domain.errors import NotFound, Refused
from copilot.testing.provider import ScriptedProvider
from tests.commands.cli import CommandLine
from tests.e2e.scan import traces
from tests.e2e.service import Service
from tests.e2e.talk import conversation, message
from tests.e2e.test_kill import ARTICLE
from tests.patience import until

PERSON: dict[str, Any] = {
    "id": "cus-zeb-77",
    "name": "Zebulon Quackenbush",
    "since": "2019-04-01",
    "identities": [
        {"type": "email", "value": "zeb.quackenbush@example.org", "verified": True},
        {"type": "phone", "value": "+49 171 5550199", "verified": True},
    ],
    "account_number": "ZQ-4711-0815",
    "address": "Rosenhöfer Straße 91, 80331 München",
    "preferences": ["marzipan on the pillow"],
    "interactions": [
        {
            "conversation_id": "zeb-old",
            "channel": "email",
            "status": "closed",
            "outcome": {"text": "Trombone case found in Gdańsk.", "resolved": True},
            "messages": [
                {"id": "1", "author": "customer", "text": "How do I get my trombone case back, missing since Gdańsk?", "sent_at": "-P90D"},
                {
                    "id": "2",
                    "author": "agent",
                    "author_name": "Nils",
                    "text": "I will send the trombone case by Friday.",
                    "sent_at": "-P90D",
                },
            ],
        }
    ],
}
BYSTANDER: dict[str, Any] = {"id": "cus-ada-1", "name": "Ada Bystander", "email": "ada@example.org", "preferences": ["window seat"]}
ASKED = (
    "I lost my card with the heron sticker this morning. How do I block it, and when do I get a new one?",
    "I prefer letters in violet ink. My wife Philippa needs it too.",
)
EDITED = "Dear Zebulon, block it in the app. Greetings to the heron."
SENT = "Dear Zebulon, please block the heron card in the app. I will call you tomorrow at 10:00 about the heron."
WORDS = (
    *("Zebulon", "Quackenbush", "cus-zeb-77", "zeb-old", "zeb-live", "5550199", "ZQ-4711-0815", "Rosenhöfer", "marzipan"),
    *("trombone", "Gdańsk", "heron", "violet ink", "Philippa"),
)


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider("auto") as scripted:
        yield scripted


@pytest.fixture
def service(provider: ScriptedProvider, tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path / "data", COPILOT_MODEL="openai/scripted", COPILOT_API_BASE=provider.base_url, OPENAI_API_KEY="none") as running:
        running.post("/v1/knowledge/import", {"files": [{"name": "lost.md", "text": ARTICLE}]})
        yield running


@pytest.fixture
def everywhere(service: Service, cli: CommandLine, tmp_path: Path) -> None:
    """A person who has left traces in every room of the house."""
    lines = tmp_path / "customers.jsonl"
    lines.write_text("\n".join(json.dumps(one) for one in (PERSON, BYSTANDER)))
    cli.ok("customers", "import", lines)
    topics = cli.ok("knowledge", "gaps", "--from-history", "--json").json["topics"]
    (gap,) = [topic["id"] for topic in topics if "trombone" in topic["question"]]
    assert gap in service.post(f"/v1/gaps/{gap}/draft", {})["origin"]
    key = cli.ok("keys", "create", "--role", "agent", "--name", "Tom Berg", "--user", "tom", "--json").json["secret"]
    program = cli.ok("keys", "create", "--role", "integrator", "--name", "chat tool", "--json").json["secret"]
    with Client(service.owner.address, key) as tom, Client(service.owner.address, program) as chat_tool:
        chat_tool.send(conversation("zeb-live", *ASKED, customer={"id": PERSON["id"], "assurance": "proven"}))
        chat_tool.send(conversation("ada-live", "When does check-in open?", customer={"id": BYSTANDER["id"], "assurance": "proven"}))
        turn = service.drafted("zeb-live")
        reply, cue = (next(s for s in turn["suggestions"] if s["kind"] == kind) for kind in ("reply", "cue"))
        tom.request("POST", f"/v1/suggestions/{cue['id']}/seen", {"what": "displayed"})
        tom.decide(cue["id"], "dismissed", reason="knowledge_missing")
        if reply["state"] == "proposed":
            tom.decide(reply["id"], "edited", text=EDITED)
        tom.sent(reply["id"], SENT)
        chat_tool.add("zeb-live", message("zeb-live-9", "The heron says: let me speak to your manager."))
        tom.ask_for("zeb-live", "handover")
        brief = next(s for s in service.drafted("zeb-live")["suggestions"] if s["kind"] == "handover" and s["state"] == "proposed")
        tom.hand_over("zeb-live", {"suggestion_id": brief["id"], "to_team": "supervisors", "note": "He likes the heron."})
        for memory in tom.request("GET", f"/v1/customers/{PERSON['id']}/memories", state="pending")["memories"]:
            tom.request("PATCH", f"/v1/memories/{memory['id']}", {"state": "active"})


MEMORIES = "SELECT text FROM memories WHERE customer_id = (SELECT id FROM customers WHERE external_id = ?)"
GAP_VECTORS = (
    "SELECT vector FROM gaps WHERE vector IS NOT NULL AND conversation_id IN (SELECT id FROM conversations WHERE customer_id ="
    " (SELECT id FROM customers WHERE external_id = ?))"
)
PARTS = {
    "person": "(SELECT id FROM customers WHERE external_id = ?)",
    "threads": "(SELECT id FROM conversations WHERE customer_id = {person})",
    "turns": "(SELECT id FROM turns WHERE conversation_id IN {threads})",
    "made": "(SELECT id FROM suggestions WHERE turn_id IN {turns})",
}
COUNTED = {
    "customers": "SELECT count(*) FROM customers WHERE id = {person}",
    "conversations": "SELECT count(*) FROM {threads}",
    "messages": "SELECT count(*) FROM messages WHERE conversation_id IN {threads}",
    "turns": "SELECT count(*) FROM {turns}",
    "workflows": "SELECT count(*) FROM {turns}",
    "suggestions": "SELECT count(*) FROM {made}",
    "decisions": "SELECT count(*) FROM decisions WHERE suggestion_id IN {made}",
    "sent_texts": "SELECT count(*) FROM sent_texts WHERE conversation_id IN {threads}",
    "handovers": "SELECT count(*) FROM handovers WHERE conversation_id IN {threads}",
    "gaps": "SELECT count(*) FROM gaps WHERE conversation_id IN {threads}",
    "article_drafts": "SELECT count(*) FROM article_drafts WHERE origin LIKE 'gap:%' AND {person} IS NOT NULL",
    "memories": "SELECT count(*) FROM memories WHERE customer_id = {person}",
    "vectors": "SELECT count(*) FROM memories WHERE customer_id = {person}",
    "promises": "SELECT count(*) FROM promises WHERE customer_id = {person}",
    "identities": "SELECT count(*) FROM identity_links WHERE customer_id = {person}",
}


async def _vectors(texts: list[str]) -> list[bytes]:
    return [vector.tobytes() for vector in await HashEmbedder().encode(texts)]


def counts(service: Service) -> dict[str, int]:
    """What the receipt has to say, counted before."""
    parts = dict(PARTS)
    for name, part in PARTS.items():
        parts[name] = part.format(**parts)
    return {name: service.rows(question.format(**parts), PERSON["id"])[0][0] for name, question in COUNTED.items()}


@pytest.mark.usefixtures("everywhere")
def test_nothing_is_left_and_nothing_comes_back(service: Service, cli: CommandLine, tmp_path: Path) -> None:
    found = traces(service.folder, WORDS)
    assert {line.rpartition(": ")[2] for line in found} == set(WORDS), "the scan sees what is there"
    texts = [text for (text,) in service.rows(MEMORIES, PERSON["id"])]
    asked = service.rows(GAP_VECTORS, PERSON["id"])
    assert asked
    vectors = [*asyncio.run(_vectors(texts)), *(vector for (vector,) in asked)]
    assert len(vectors) >= 4
    assert traces(service.folder, vectors), "and vectors, which can partly be turned back into words"
    wanted: list[str | bytes] = [*WORDS, *vectors]
    cli.ok("backup", tmp_path / "before.tar.gz")
    expected = counts(service)
    assert min(expected.values()) > 0, expected

    # While the service runs and others write.
    receipt = cli.ok("customers", "erase", PERSON["id"], "--json").json
    assert receipt["state"] == "done"
    assert {name: receipt["removed"].get(name) for name in expected} == expected
    assert traces(service.folder, wanted) == []
    assert not any(word.lower() in service.output.lower() for word in WORDS), "the log"
    assert service.rows("SELECT count(*) FROM customers") == [(1,)]
    assert service.drafted("ada-live")["suggestions"], "others keep what is theirs"
    assert cli.ok("customers", "card", BYSTANDER["id"], "--json").json["name"] == "Ada Bystander"

    # Neither an import nor a poller brings them back; both are told why.
    ran = cli("customers", "import", tmp_path / "customers.jsonl", "--json")
    assert (ran.code, ran.json["saved"]) == (1, 1)
    assert [one["name"] for one in ran.json["refused"]] == ["line 1"]
    assert "erased" in ran.json["refused"][0]["reason"]
    with Client.of_owner(service.owner) as chat_tool:
        with pytest.raises(Refused, match="erased"):
            chat_tool.send(conversation("zeb-again", "Hello", customer={"id": PERSON["id"], "name": PERSON["name"]}))
        with pytest.raises(NotFound):
            chat_tool.add("zeb-live", message("zeb-live-10", "Still there?"))
        with pytest.raises(NotFound):
            chat_tool.erase(str(PERSON["id"]))
    left = [word for word in traces(service.folder, wanted) if "cus-zeb-77" not in word]
    assert left == []

    # Nor does a backup from before, and the service works on with it.
    assert service.stop() == 0
    assert traces(service.folder, wanted) == []
    assert cli.ok("restore", tmp_path / "before.tar.gz", "--json").json["erased_again"] == 1
    assert traces(service.folder, wanted) == []
    service.start()
    until(lambda: service.get("/v1/knowledge/reindex")["state"] == "done", "the indexes to be made again from the restored records")
    assert traces(service.folder, wanted) == []
    assert service.rows("SELECT external_id FROM customers") == [(BYSTANDER["id"],)]
    assert cli("customers", "card", PERSON["id"]).code == 2


def test_the_scan_sees_base64(tmp_path: Path) -> None:
    for shift in range(4):
        (tmp_path / f"{shift}.bin").write_bytes(b"x" * shift + base64.b64encode(b"...the Heron is here..."))
    assert len(traces(tmp_path, ["heron"])) >= 4
    assert traces(tmp_path, ["stork"]) == []
