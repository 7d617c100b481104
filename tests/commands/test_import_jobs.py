"""Imports as jobs from the command line: sent, waited for, told; exit 1 when something was refused."""

import json
from pathlib import Path

import pytest

from copilot.commands import importing
from tests.commands.cli import CommandLine
from tests.e2e.service import rows
from tests.retrieval.exports import INTERCOM, ZENDESK, as_json, packed, pdf, word


def stored(cli: CommandLine) -> set[str]:
    return {ident for (ident,) in rows(cli.data / "rapport.db", "SELECT id FROM articles")}


def test_an_export_lands_and_lands_again_unchanged(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "help-centre.json").write_bytes(as_json(ZENDESK))
    ran = cli("knowledge", "import", tmp_path / "help-centre.json")
    assert (ran.code, ran.out, ran.err) == (0, "3 articles saved, 0 unchanged, 0 refused.\n", "")
    assert stored(cli) == {"zendesk-35467", "zendesk-35467-de", "zendesk-35468"}
    again = cli("knowledge", "import", tmp_path / "help-centre.json", "--source", "help-centre", "--json")
    assert (again.code, again.json["counts"], again.json["source"]) == (0, {"opened": 1, "unchanged": 3}, "help-centre")
    found = cli.ok("knowledge", "search", "when is the fare refunded", "--json").json
    assert found["passages"][0]["article_id"] == "zendesk-35467"


def test_a_folder_of_everything_with_options(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PACKED_BYTES", 3000)  # so that it becomes several archives
    folder = tmp_path / "Team wiki"
    (folder / "deeper").mkdir(parents=True)
    (folder / "pets.md").write_text("# Pets\n\nDogs fly too.")
    (folder / "deeper" / "bags.docx").write_bytes(word(("Heading1", "Bags"), ("Normal", "One bag is free.")))
    (folder / "deeper" / "seats.pdf").write_bytes(pdf(("Seats", "You choose a seat after booking.")))
    (folder / "intercom.json").write_bytes(as_json(INTERCOM))
    (folder / "more.zip").write_bytes(packed({"fees.html": "<title>Fees</title><p>The fee is 45 EUR."}))
    (folder / "broken.md").write_text("---\nid: [\n---\n\nText.")
    (folder / "notes.xlsx").write_text("Not an article, and not asked to be one.")
    ran = cli("knowledge", "import", folder, "--master", "--audience", "internal", "--owner", "desk", "--json")
    assert ran.code == 1
    assert [line["name"] for line in ran.json["files"]] == ["broken.md"]
    assert "not valid YAML" in ran.json["files"][0]["reason"]
    assert (ran.json["source"], ran.json["master"]) == ("Team wiki", True)
    assert stored(cli) == {"pets", "bags", "seats", "fees", "intercom-39", "intercom-39-fr", "intercom-40"}
    columns = rows(cli.data / "rapport.db", "SELECT DISTINCT audience, owner FROM articles")
    assert columns == [("internal", "desk")]

    (folder / "pets.md").unlink()
    (folder / "broken.md").unlink()
    shown = cli("knowledge", "import", folder, "--archive-missing", "--source", "Team wiki")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("0 articles saved, 6 unchanged, 0 refused, 1 archived.\n")
    assert "  Pets: The source does not hold it any more." in shown.out
    assert rows(cli.data / "rapport.db", "SELECT status FROM articles WHERE id = 'pets'") == [("archived",)]


def test_an_address_inside_is_refused(cli: CommandLine) -> None:
    ran = cli("knowledge", "import", "--url", "http://127.0.0.1/", "--url", "http://169.254.169.254/latest/meta-data/")
    assert ran.code == 1
    assert ran.out == "0 articles saved, 0 unchanged, 2 refused.\n"
    assert ran.err.count("is not a public address") == 2


def test_nothing_to_import_is_bad_input(cli: CommandLine, tmp_path: Path) -> None:
    assert cli("knowledge", "import").code == 2
    assert cli("knowledge", "import", tmp_path / "nowhere.json").code == 2
    (tmp_path / "empty").mkdir()
    assert cli("knowledge", "import", tmp_path / "empty", "--source", "Empty").code == 2
    (tmp_path / "people.json").write_text(json.dumps({"people": []}))
    ran = cli("knowledge", "import", tmp_path / "people.json", "--json")
    assert ran.code == 1
    assert "no help centre export" in ran.json["files"][0]["reason"]
    assert cli("knowledge", "import", tmp_path / "people.json", "--kind", "excel").code == 2
