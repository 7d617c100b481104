"""`copilot suggest` on conversations that are wrong, huge, strange or empty: a clear line, or a sensible result; nothing is lost."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.commands.cli import CommandLine
from tests.commands.test_contracts import SCHEMA, assert_refused
from tests.e2e.service import rows
from tests.e2e.talk import LOST_CARD, conversation, message

FULL = bool(os.environ.get("FULL"))


@pytest.fixture
def given(tmp_path: Path) -> Path:
    return tmp_path / "conversation.json"


def suggested(cli: CommandLine, given: Path, what: dict[str, Any], *more: str) -> dict[str, Any]:
    """What comes out, held to the contract."""
    given.write_text(json.dumps(what, ensure_ascii=False), encoding="utf-8")
    out: dict[str, Any] = cli.ok("suggest", given, "--json", *more).json
    SCHEMA.validate(out)
    return out


def kinds(out: dict[str, Any]) -> set[str]:
    return {s["kind"] for s in out["suggestions"]}


# --- refused ----------------------------------------------------------------------------------------------------------------------

SAID = {"id": "1", "author": "customer", "text": "Hello?", "sent_at": "-PT1M"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"colour": "red"}, ["unknown field", "'colour'"]),
        ({"messages": [SAID | {"colour": "red"}]}, ["unknown field", "messages.0.colour"]),
        ({"messages": [{k: v for k, v in SAID.items() if k != "text"}]}, ["'messages.0.text' is missing"]),
        ({"messages": [SAID | {"sent_at": "2026-11-20T10:00:00"}]}, ["messages.0.sent_at", "offset"]),
        ({"messages": [SAID | {"sent_at": "2026-02-30T10:00:00Z"}]}, ["messages.0.sent_at", "not a time"]),
        ({"messages": [SAID | {"sent_at": "soon"}]}, ["messages.0.sent_at", "'soon'"]),
        ({"messages": [SAID | {"sent_at": "-P99999Y"}]}, ["messages.0.sent_at", "calendar"]),
        ({"messages": [SAID, SAID]}, ["'1'", "twice"]),
        ({"messages": [SAID | {"author": "manager"}]}, ["messages.0.author"]),
        ({"channel": "pigeon"}, ["channel"]),
        ({"customer": {"name": "No Id"}}, ["'customer.id' is missing"]),
        ({"customer": {"id": "x", "since": "ages ago"}}, ["'ages ago'"]),
        ({"as_of": "2026-11-20"}, ["offset"]),
        ({"messages": [SAID | {"text": "x" * 2_000_001}]}, ["messages.0.text"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_what_is_wrong_is_named(cli: CommandLine, given: Path, changed: dict[str, Any], words: list[str]) -> None:
    given.write_text(json.dumps(conversation("wrong") | changed))
    assert_refused(cli("suggest", given), 2, *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", ["not JSON", "line 1"]),
        (b"[]", ["dictionary"]),
        (b"\xff\xfe", ["UTF-8"]),
        (b"", ["not JSON"]),
        (b"[" * 100_000, ["nested too deeply"]),
    ],
)
def test_what_is_no_conversation_is_said(cli: CommandLine, given: Path, content: bytes, words: list[str]) -> None:
    given.write_bytes(content)
    assert_refused(cli("suggest", given), 2, str(given), *words)


# --- strange, and all the same understood ------------------------------------------------------------------------------------------


def test_no_customer(company: Path, cli: CommandLine, given: Path) -> None:
    out = suggested(cli, given, conversation("anonymous") | {"customer": None})
    assert {"cue", "reply"} <= kinds(out)
    assert out["turn"]["evidence"]["known_details"] == []
    assert out["turn"]["evidence"]["passages"]


def test_only_agent_messages(company: Path, cli: CommandLine, given: Path) -> None:
    what = conversation("outbound") | {"messages": [message("1", "Your new card is on its way.", "agent")]}
    out = suggested(cli, given, what)
    assert kinds(out) == {"cue"}
    assert out["turn"]["evidence"]["emotion"]["waiting_seconds"] == 0
    given.write_text(json.dumps(what))
    assert_refused(cli("suggest", given, "--save"), 2, "Nobody waits", "stored")
    assert rows(company / "rapport.db", "SELECT count(*) FROM messages WHERE author = 'agent' AND external_id = '1'")[0][0] >= 1


def test_no_messages_at_all(company: Path, cli: CommandLine, given: Path) -> None:
    out = suggested(cli, given, conversation("silent") | {"messages": []})
    assert kinds(out) == {"cue"}


def test_nothing_is_known_of_anything(cli: CommandLine, given: Path) -> None:
    """An empty knowledge base and a stranger: the reply abstains, with the reason and what to do."""
    out = suggested(cli, given, conversation("empty", customer={"id": "stranger"}))
    (reply,) = (s for s in out["suggestions"] if s["kind"] == "reply")
    assert (reply["state"], reply["text"]) == ("abstained", "")
    assert reply["reason"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("he", "\u200fשלום, איבדתי את הכרטיס שלי הבוקר. איך חוסמים אותו? \U0001f621"),
        ("ar", "مرحبا، لقد فقدت بطاقتي هذا الصباح. كيف يمكنني حظرها؟"),
        ("ja", "今朝カードをなくしました。どうすれば止められますか？"),
        ("en", "\U0001f621\U0001f621\U0001f469\u200d\U0001f469\u200d\U0001f467 WHERE is my card\U0001f4b3?? \u202etxet desrever\u202c"),
        ("", "?"),
        ("", "\u0000 control \u0007 characters \ufffd"),
    ],
)
def test_every_script_is_text(company: Path, cli: CommandLine, given: Path, language: str, text: str) -> None:
    out = suggested(cli, given, conversation("script", text, channel="email", language=language), "--save")
    emotion = out["turn"]["evidence"]["emotion"]
    if language in ("he", "ar", "ja"):
        assert (emotion["measured"], emotion["label"]) == (False, None)
        assert emotion["waiting_seconds"] >= 0
    assert {"cue", "reply"} <= kinds(out)
    stored = rows(company / "rapport.db", "SELECT text FROM messages WHERE external_id = 'script-1'")
    assert stored == [(text,)] or "\u0000" in text
    for suggestion in out["suggestions"]:
        for citation in suggestion["citations"]:
            start, end = citation["span"]
            assert 0 <= start < end <= len(suggestion["text"])


def test_half_a_surrogate_pair_is_refused_or_kept_but_never_a_crash(company: Path, cli: CommandLine, given: Path) -> None:
    given.write_text(json.dumps(conversation("half", "Is this \ud83d one character?")))
    ran = cli("suggest", given, "--save", "--json")
    if ran.code:
        assert_refused(ran, 2)
    else:
        SCHEMA.validate(ran.json)


def test_a_message_of_a_megabyte(company: Path, cli: CommandLine, given: Path) -> None:
    log = "2026-11-20 10:00:00 INFO payment gateway answered 502, retrying in 3 s\n" * 14_500
    out = suggested(cli, given, conversation("pasted", f"{LOST_CARD}\n{log}", channel="email"), "--save")
    assert {"cue", "reply"} <= kinds(out)
    ((length,),) = rows(company / "rapport.db", "SELECT length(text) FROM messages WHERE external_id = 'pasted-1'")
    assert length > 1_000_000, "kept whole"


def test_a_thousand_messages(company: Path, cli: CommandLine, given: Path) -> None:
    said = [message(str(n), f"Message number {n}.", "customer" if n % 2 else "agent") | {"sent_at": f"-PT{2000 - n}M"} for n in range(999)]
    out = suggested(cli, given, conversation("long", channel="email") | {"messages": [*said, message("last", LOST_CARD)]}, "--save")
    assert {"cue", "reply"} <= kinds(out)
    assert rows(
        company / "rapport.db",
        "SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.external_id = 'long'",
    ) == [(1000,)]


def test_a_customer_with_thousands_of_records(cli: CommandLine, given: Path, tmp_path: Path) -> None:
    """300 by default, FULL=1: 5,000."""
    count = 5000 if FULL else 300
    interactions = [
        {
            "conversation_id": f"old-{n}",
            "channel": "chat",
            "status": "closed",
            "messages": [
                {"id": "1", "author": "customer", "text": f"Question number {n} about my card.", "sent_at": f"-P{n + 40}D"},
                {
                    "id": "2",
                    "author": "agent",
                    "author_name": "Nils",
                    "text": f"Answer {n}. I will call you tomorrow.",
                    "sent_at": f"-P{n + 40}D",
                },
            ],
        }
        for n in range(count)
    ]
    file = tmp_path / "customers.jsonl"
    file.write_text(json.dumps({"id": "cus-many", "name": "Ida Many", "account_number": "AC-9", "interactions": interactions}))
    assert cli.ok("customers", "import", file, "--json").json["saved"] == 1
    assert rows(cli.data / "rapport.db", "SELECT count(*) FROM conversations") == [(count,)]
    out = suggested(cli, given, conversation("now", customer={"id": "cus-many"}))
    assert 1 <= len(out["turn"]["evidence"]["memories"]) <= 12, "a handful"
    assert "AC-9" in {d["value"] for d in out["turn"]["evidence"]["known_details"]}
    card = cli.ok("customers", "card", "cus-many", "--json").json
    assert len(card["memories"]) <= 12
