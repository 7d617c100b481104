"""Imports land file by file, line by line: good ones in, bad ones listed, exit 1."""

import json
from pathlib import Path
from typing import Any

import pytest

from copilot.commands import customers as customers_command
from copilot.commands import folders
from tests.commands.cli import CommandLine
from tests.e2e.service import rows


def article(ident: str, text: str = "You block a lost card in the app.", **front: Any) -> str:
    fields = {"id": ident, "title": f"About {ident}", "status": "published", "audience": "public", "owner": "x", "tags": ["t"]}
    fields |= {"products": ["card"], "locale": "en", "review_by": "2030-01-01"} | front
    lines = "\n".join(f"{name}: {json.dumps(value)}" for name, value in fields.items() if value is not None)
    return f"---\n{lines}\n---\n\n{text}\n"


def person(ident: str, **more: Any) -> str:
    return json.dumps({"id": ident, "name": f"Person {ident}"} | more, ensure_ascii=False)


def talk(ref: str, *texts: str, **more: Any) -> dict[str, Any]:
    said = [{"id": str(n), "author": "customer", "text": text, "sent_at": f"-P{9 + len(texts) - n}D"} for n, text in enumerate(texts, 1)]
    return {"conversation_id": ref, "channel": "email", "status": "closed", "messages": said} | more


# --- knowledge -------------------------------------------------------------------------------------------------------------------


def test_good_articles_land_and_bad_ones_are_listed(cli: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    (folder / "deeper").mkdir(parents=True)
    bad = {
        "broken-front-matter.md": "---\nid: [x\ntitle: y\n---\ntext",
        "unclosed-front-matter.md": "---\nid: x\ntitle: y\ntext",
        "unknown-field.md": article("unknown-field", colour="red"),
        "no-title.md": article("no-title", title=None),
        "bad-status.md": article("bad-status", status="ready"),
        "bad-date.md": article("bad-date", valid_from="31.12.2026"),
        "bad-lever.md": article("bad-lever", levers=[{"id": "x", "offer": "y", "limit": {"amount": -5}, "authority": "agent"}]),
        "z-duplicate.md": article("lost"),
        "empty.md": "",
    }
    good = {
        "lost.md": article("lost"),
        "deeper/fee.md": article("fee", "The fee is 45 EUR a year."),
        "page.html": PAGE,
        "plain.md": "# Pets\n\nDogs fly too.",
    }
    for name, text in (bad | good).items():
        (folder / name).write_text(text)
    (folder / "latin.md").write_bytes(article("latin").replace("card", "caf\xe9").encode("latin-1"))
    (folder / "notes.txt").write_text("Not an article, and not asked to be one.")

    ran = cli("knowledge", "import", folder, "--json")
    assert ran.code == 1
    assert ran.err == ""
    assert (ran.json["saved"], ran.json["unchanged"]) == (len(good), 0)
    refused = {one["name"]: one["reason"] for one in ran.json["refused"]}
    assert set(refused) == set(bad) | {"latin.md"}
    assert "lost.md" in refused["z-duplicate.md"]
    assert "'lost'" in refused["z-duplicate.md"]
    assert "colour" in refused["unknown-field.md"]
    assert "UTF-8" in refused["latin.md"]
    for reason in refused.values():
        assert "\n" not in reason
        assert "Traceback" not in reason

    stored = {ident for (ident,) in rows(cli.data / "rapport.db", "SELECT id FROM articles")}
    assert {"lost", "fee"} <= stored
    assert len(stored) == len(good)
    found = cli.ok("knowledge", "search", "what is the yearly fee", "--json").json
    assert found["passages"][0]["article_id"] == "fee"

    shown = cli("knowledge", "import", folder)
    assert shown.code == 1
    assert shown.out == f"0 articles saved, {len(good)} unchanged, {len(refused)} refused.\n"
    assert len(shown.err.splitlines()) == len(refused)


def test_a_corpus_lands_line_by_line(cli: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "beir"
    folder.mkdir()
    lines = [
        json.dumps({"_id": "1", "title": "Lost card", "text": "You block a lost card in the app."}),
        '{"_id": "2", "title": "broken',
        json.dumps({"title": "no id", "text": "x"}),
        "",
        json.dumps({"_id": "4", "title": "", "text": "The annual fee is 45 EUR."}),
    ]
    (folder / "corpus.jsonl").write_text("\n".join(lines))
    ran = cli("knowledge", "import", folder, "--json")
    assert ran.code == 1
    assert ran.json["saved"] == 2
    assert [one["name"] for one in ran.json["refused"]] == ["corpus.jsonl:2", "corpus.jsonl:3"]


def test_a_file_that_is_too_large_is_listed_and_the_others_land(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "LARGEST", 5000)
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.md").write_text(article("a"))
    (folder / "huge.md").write_text(article("huge", "word " * 1200))
    ran = cli("knowledge", "import", folder, "--json")
    assert (ran.code, ran.json["saved"]) == (1, 1)
    assert [one["name"] for one in ran.json["refused"]] == ["huge.md"]


def test_nothing_to_import_is_bad_input(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert cli("knowledge", "import", tmp_path / "empty").code == 2
    (tmp_path / "table.csv").write_text("a,b")
    ran = cli("knowledge", "import", tmp_path / "table.csv", "--json")
    assert (ran.code, [one["name"] for one in ran.json["refused"]]) == (1, ["table.csv"])


def test_an_empty_knowledge_base_answers_nothing_and_says_so(cli: CommandLine) -> None:
    assert cli.ok("knowledge", "search", "refund", "--json").json["passages"] == []
    assert "Nothing found" in cli.ok("knowledge", "search", "refund").out
    assert cli.ok("knowledge", "reindex", "--json").json["passages"] == 0


# --- customers -------------------------------------------------------------------------------------------------------------------


def test_good_customers_land_and_bad_ones_are_listed(cli: CommandLine, tmp_path: Path) -> None:
    said = {"id": "1", "author": "customer", "text": "x"}
    lines = [
        person("a", identities=[{"type": "email", "value": "home@example.com", "verified": True}], interactions=[talk("a-1", "Hello?")]),
        "{" + '"x": [' * 20_000,
        person("c", interactions=[talk("c-1", "Hi") | {"colour": "red"}]),
        "",
        person("e", email="home@example.com"),
        json.dumps({"name": "no id"}),
        person("g", interactions=[talk("g-1") | {"messages": [said | {"sent_at": "yesterday"}]}]),
        person("h", interactions=[talk("h-1") | {"messages": [said | {"sent_at": "2026-01-01T10:00:00"}]}]),
        person("i", since="the nineties"),
        person("j", interactions=[talk("j-1", "one"), talk("j-1", "two")]),
        person("k", note="line\u2028separators\u0085and \U0001f600 and \u200fעברית"),
        '"a string"',
        person("m", interactions=[talk("m-1", "Hi") | {"messages": [{"id": "1", "author": "customer", "sent_at": "-P1D"}]}]),
    ]
    file = tmp_path / "customers.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ran = cli("customers", "import", file, "--json")
    assert (ran.code, ran.err) == (1, "")
    assert ran.json["saved"] == 3
    refused = {one["name"]: one["reason"] for one in ran.json["refused"]}
    assert set(refused) == {f"line {n}" for n in (2, 3, 6, 7, 8, 9, 10, 12, 13)}
    for line, word in ((3, "colour"), (6, "id"), (7, "'yesterday'"), (8, "offset"), (9, "'the nineties'"), (10, "j-1"), (13, "text")):
        assert word in refused[f"line {line}"]
    stored = {ident for (ident,) in rows(cli.data / "rapport.db", "SELECT external_id FROM customers")}
    assert stored == {"a", "e", "k"}, "a refused line leaves nothing of itself"
    assert rows(cli.data / "rapport.db", "SELECT external_id FROM conversations") == [("a-1",)]

    # Two customers with one e-mail: both are there, each with their own record.
    for ident in ("a", "e"):
        card = cli.ok("customers", "card", ident, "--json").json
        assert card["name"] == f"Person {ident}"
        assert "home@example.com" in {d["value"] for d in card["known_details"]}
    card = cli.ok("customers", "card", "k", "--json").json
    assert "line\u2028separators\u0085and \U0001f600 and \u200fעברית" in {d["value"] for d in card["known_details"]}


def test_importing_again_adds_and_doubles_nothing(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "customers.jsonl"
    promise = {"id": "2", "author": "agent", "author_name": "Nils", "text": "I will send your refund within three days.", "sent_at": "-P8D"}
    first = talk("a-1", "Where is my refund?")
    file.write_text(person("a", interactions=[first | {"messages": [*first["messages"], promise]}]))
    cli.ok("customers", "import", file)
    before = cli.ok("customers", "card", "a", "--json").json
    assert [p["state"] for p in before["promises"]] == ["overdue"]
    cli.ok("customers", "import", file)
    file.write_text(person("a", tier="gold", interactions=[talk("a-2", "And now?")]))
    cli.ok("customers", "import", file)
    after = cli.ok("customers", "card", "a", "--json").json
    assert len(after["promises"]) == 1
    assert (after["tier"], after["conversations"]) == ("gold", 2)
    assert len(after["memories"]) == len(before["memories"]) + 1


def test_lines_are_sent_in_pieces_a_request_can_hold(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers_command, "BATCH_BYTES", 4000)
    monkeypatch.setattr(customers_command, "LARGEST", 20_000)
    lines = [person(str(n), note="x" * 900) for n in range(12)]
    lines.insert(5, person("huge", note="x" * 30_000))
    lines.insert(8, "{")
    file = tmp_path / "customers.jsonl"
    file.write_text("\n".join(lines))
    ran = cli("customers", "import", file, "--json")
    assert (ran.code, ran.json["saved"]) == (1, 12)
    assert [one["name"] for one in ran.json["refused"]] == ["line 6", "line 9"]
    assert "several lines" in ran.json["refused"][0]["reason"]


@pytest.mark.parametrize(("content", "words"), [(b"", "empty"), (b"\n \n", "empty"), (b"\xff\xfe\x00", "UTF-8")])
def test_a_file_that_cannot_be_a_customers_file(cli: CommandLine, tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "customers.jsonl"
    file.write_bytes(content)
    ran = cli("customers", "import", file)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


PAGE = """<!doctype html><html lang="en"><head><title>Lounges</title></head><body><nav>Home</nav><main><h1>Lounges</h1>
<p>Gold members bring one guest.</p><script>alert(1)</script></main></body></html>"""
