"""`copilot knowledge sync`: files in, articles out, and what both changed is shown."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import copilot
from copilot.commands import sync_folder, syncing
from tests.commands.cli import CommandLine
from tests.commands.fixtures import KNOWLEDGE
from tests.commands.test_imports import article
from tests.e2e.service import rows

SCHEMA = Draft202012Validator(json.loads((Path(copilot.__file__).parent / "schemas" / "sync.schema.json").read_text()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two articles in two folders, and a picture."""
    made = tmp_path / "knowledge"
    (made / "card").mkdir(parents=True)
    (made / "card" / "lost.md").write_text(article("lost"))
    (made / "fee.md").write_text(article("fee", "The fee is 45 EUR a year.", owner="y", products=["bank"], tags=["f"]))
    (made / "map.png").write_bytes(b"png")
    return made


def sync(cli: CommandLine, folder: Path, *options: str, code: int = 0) -> dict[str, list[str]]:
    """What was done or is to be decided: action → article ids (a file's name where it has no id)."""
    ran = cli("knowledge", "sync", folder, "--json", *options)
    assert ran.code == code, ran
    SCHEMA.validate(ran.json)
    found: dict[str, list[str]] = {}
    for line in ran.json["articles"]:
        found.setdefault(line["action"], []).append(line["id"] or line["file"])
    return found


def save(cli: CommandLine, tmp_path: Path, ident: str, text: str, **front: object) -> None:
    """Somebody saves the article without the folder: as pages do, straight into the record."""
    apart = tmp_path / "apart.md"
    apart.write_text(article(ident, text, **front))
    cli.ok("knowledge", "import", apart)


def revisions(cli: CommandLine, ident: str) -> list[str]:
    return [
        body
        for (body,) in rows(cli.data / "rapport.db", f"SELECT body FROM article_revisions WHERE article_id = '{ident}' ORDER BY revision")
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_sample_is_in_step_and_its_files_stay_as_they_are(company: Path, cli: CommandLine, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(KNOWLEDGE, tmp_path / "knowledge"))
    before = contents(folder)
    first = cli.ok("knowledge", "sync", folder, "--json").json
    assert (first["in_step"], first["articles"], first["wrote"]) == (len(before), [], True)
    after = contents(folder)
    note = after.pop(sync_folder.NOTE)
    assert after == before
    stamp = (folder / sync_folder.NOTE).stat().st_mtime_ns
    assert cli.ok("knowledge", "sync", folder).out == f"{len(before)} in step, 0 to decide.\n"
    assert contents(folder) == before | {sync_folder.NOTE: note}
    assert (folder / sync_folder.NOTE).stat().st_mtime_ns == stamp, "nothing is written when nothing is new"
    assert rows(cli.data / "rapport.db", "SELECT count(*) FROM articles WHERE synced_revision = revision") == [(len(before),)]
    assert rows(cli.data / "rapport.db", "SELECT max(revision) FROM article_revisions") == [(1,)]


def test_files_come_in_and_articles_go_out(cli: CommandLine, folder: Path, tmp_path: Path) -> None:
    save(cli, tmp_path, "pets", "Dogs fly too.")
    save(cli, tmp_path, "ghost", "Nobody reads this.", status="archived")
    assert sync(cli, folder) == {"import": ["lost", "fee"], "export": ["pets"]}
    assert "Dogs fly too." in (folder / "card" / "pets.md").read_text(), "beside the articles of its owner and product"
    assert cli.ok("knowledge", "search", "what is the yearly fee", "--json").json["passages"][0]["article_id"] == "fee"
    assert sync(cli, folder) == {}

    (folder / "fee.md").write_text(article("fee", "The fee is 50 EUR a year."))
    save(cli, tmp_path, "lost", "You block it by phone.")
    assert sync(cli, folder) == {"export": ["lost"], "import": ["fee"]}
    assert "by phone" in (folder / "card" / "lost.md").read_text()
    assert len(revisions(cli, "fee")) == 2
    assert "50 EUR" in cli.ok("knowledge", "search", "what is the yearly fee", "--json").json["passages"][0]["text"]
    save(cli, tmp_path, "lost", "You block it by phone.", status="archived")
    assert sync(cli, folder) == {"export": ["lost"]}
    assert "status: archived" in (folder / "card" / "lost.md").read_text()
    assert sync(cli, folder) == {}


def test_layout_alone_is_no_change(cli: CommandLine, folder: Path) -> None:
    sync(cli, folder)
    text = (folder / "fee.md").read_text()
    laid_out = "\ufeff" + text.replace('title: "About fee"', "# a remark\ntitle:   About fee").replace("\n", "\r\n") + "\r\n\r\n"
    (folder / "fee.md").write_bytes(laid_out.encode())
    assert sync(cli, folder, "--check") == {}
    assert sync(cli, folder) == {}
    assert (folder / "fee.md").read_bytes() == laid_out.encode()


def test_an_exported_file_keeps_its_line_endings_and_its_mode(cli: CommandLine, folder: Path, tmp_path: Path) -> None:
    (folder / "fee.md").write_bytes((folder / "fee.md").read_bytes().replace(b"\n", b"\r\n"))
    (folder / "fee.md").chmod(0o664)
    sync(cli, folder)
    save(cli, tmp_path, "fee", "It is free.\r\nReally.")
    assert sync(cli, folder) == {"export": ["fee"]}
    written = (folder / "fee.md").read_bytes()
    assert written.endswith(b"It is free.\r\nReally.\r\n")
    assert written.count(b"\n") == written.count(b"\r\n")
    assert (folder / "fee.md").stat().st_mode & 0o777 == 0o664
    assert sync(cli, folder) == {}


def test_what_both_changed_is_shown_and_chosen_by_name(cli: CommandLine, folder: Path, tmp_path: Path) -> None:
    sync(cli, folder)
    for ident, name in (("fee", "fee.md"), ("lost", "card/lost.md")):
        save(cli, tmp_path, ident, f"The pages say {ident}.")
        (folder / name).write_text(article(ident, f"The files say \x1b[2J{ident}."))
    before = contents(folder)
    assert sync(cli, folder, code=1) == {"conflict": ["lost", "fee"]}
    assert contents(folder) == before
    assert len(revisions(cli, "fee")) == 2

    shown = cli("knowledge", "sync", folder)
    assert (shown.code, shown.err) == (1, "")
    assert f"conflict  fee  {folder}/fee.md  it was changed in the folder and in the record." in shown.out
    assert "    -The pages say fee.\n" in shown.out
    assert "    +The files say \ufffd[2Jfee.\n" in shown.out, "a text does not steer the terminal"
    assert "--take-file fee" in shown.out
    assert shown.out.endswith("0 in step, 2 to decide.\n")

    assert sync(cli, folder, "--take-file", "fee", "--take-record", "lost") == {"import": ["fee"], "export": ["lost"]}
    assert "The files say" in revisions(cli, "fee")[-1]
    assert "The pages say lost." in (folder / "card" / "lost.md").read_text()
    assert sync(cli, folder) == {}


def test_both_came_to_the_same(cli: CommandLine, folder: Path, tmp_path: Path) -> None:
    sync(cli, folder)
    save(cli, tmp_path, "fee", "It is free.")
    (folder / "fee.md").write_text(article("fee", "It is free."))
    assert sync(cli, folder) == {}
    (folder / "fee.md").write_text(article("fee", "It is free again."))
    assert sync(cli, folder) == {"import": ["fee"]}


def test_what_a_file_came_from_has_to_be_known(cli: CommandLine, folder: Path, tmp_path: Path) -> None:
    """Imported before anybody synced: the record is ahead of one file, which is plain; the other differs, and nobody knows since when."""
    cli.ok("knowledge", "import", folder)
    save(cli, tmp_path, "lost", "You block it by phone.")
    (folder / "fee.md").write_text(article("fee", "The fee is 50 EUR a year."))
    assert sync(cli, folder, code=1) == {"export": ["lost"], "conflict": ["fee"]}
    assert sync(cli, folder, "--take-file", "fee") == {"import": ["fee"]}


def test_an_old_text_is_never_brought_back_by_itself(cli: CommandLine, folder: Path) -> None:
    old = (folder / "fee.md").read_text()
    sync(cli, folder)
    (folder / "fee.md").write_text(article("fee", "The fee is 50 EUR a year."))
    sync(cli, folder)
    (folder / "fee.md").write_text(old)
    assert sync(cli, folder, code=1) == {"older": ["fee"]}
    assert (folder / "fee.md").read_text() == old
    assert sync(cli, folder, "--take-file", "fee") == {"import": ["fee"]}
    assert len(revisions(cli, "fee")) == 3
    assert sync(cli, folder) == {}


def test_a_file_that_was_taken_away(cli: CommandLine, folder: Path, tmp_path: Path) -> None:
    sync(cli, folder)
    (folder / "fee.md").unlink()
    (folder / "card" / "lost.md").unlink()
    assert sync(cli, folder, code=1) == {"missing": ["fee", "lost"]}
    save(cli, tmp_path, "lost", "You block it by phone.")
    assert sync(cli, folder, "--archive-missing", code=1) == {"archive": ["fee"], "missing": ["lost"]}, "not what somebody changed since"
    assert '"status":"archived"' in revisions(cli, "fee")[-1]
    assert sync(cli, folder, "--take-record", "lost") == {"export": ["lost"]}
    assert "by phone" in (folder / "lost.md").read_text()
    assert sync(cli, folder) == {}
    (folder / "lost.md").unlink()
    assert sync(cli, folder, "--take-file", "lost") == {"archive": ["lost"]}
    assert sync(cli, folder) == {}


def test_an_empty_or_wrong_folder_archives_nothing(cli: CommandLine, folder: Path, tmp_path: Path) -> None:
    sync(cli, folder)
    (tmp_path / "empty").mkdir()
    assert sync(cli, tmp_path / "empty", "--archive-missing", "--dry-run") == {"export": ["fee", "lost"]}
    part = cli("knowledge", "sync", folder / "card")
    assert (part.code, part.out) == (2, "")
    assert f"Sync {folder}." in part.err
    for wrong in (folder / "fee.md", tmp_path / "nowhere"):
        assert cli("knowledge", "sync", wrong).code == 2


def test_bad_files_are_listed_with_their_place_and_the_rest_goes_on(cli: CommandLine, folder: Path, tmp_path: Path) -> None:
    sync(cli, folder)
    (folder / "fee.md").write_text(article("fee", "The fee is 50 EUR a year."))
    (folder / "card" / "lost.md").write_text("---\nid: lost\ntitle: [x\n---\n\nText.\n")
    (folder / "colour.md").write_text(article("colour", colour="red"))
    (folder / "latin.md").write_bytes(b"caf\xe9")
    (folder / "soon.md").write_text(article("soon", review_by="P30D"))
    (folder / "twice.md").write_text(article("same"))
    (folder / "again.md").write_text(article("same", "Another text."))
    (folder / "page.html").write_text("<h1>Page</h1><p>Text.</p>")
    os.close(os.open(os.fsencode(folder) + b"/caf\xe9.md", os.O_CREAT | os.O_WRONLY))
    (folder / ".draft.md").write_text(article("hidden"))
    (folder / ".git").mkdir()
    (folder / ".git" / "note.md").write_text(article("internals"))
    (folder / "link.md").symlink_to(tmp_path / "elsewhere.md")
    (tmp_path / "elsewhere.md").write_text(article("elsewhere"))
    ran = cli("knowledge", "sync", folder, "--archive-missing", "--json")
    refused = {line["file"]: line for line in ran.json["articles"] if line["action"] == "refused"}
    assert ran.code == 1
    assert set(refused) == {"card/lost.md", "colour.md", "latin.md", "soon.md", "twice.md", "again.md", "link.md", "caf?.md"}
    assert [line["id"] for line in ran.json["articles"] if line["done"]] == ["fee"]
    assert (ran.json["left_out"], ran.json["open"]) == (["page.html"], 8)
    assert (refused["colour.md"]["line"], refused["card/lost.md"]["line"]) == (11, 5)
    assert "twice.md" in refused["again.md"]["reason"]
    assert "again.md" in refused["twice.md"]["reason"]
    assert "Write a date" in refused["soon.md"]["todo"]
    assert rows(cli.data / "rapport.db", "SELECT id FROM articles ORDER BY id") == [("fee",), ("lost",)]
    assert '"status":"published"' in revisions(cli, "lost")[-1], "whose file cannot be read is not missing"
    (folder / "fee.md").unlink()
    shown = cli("knowledge", "sync", folder, "--archive-missing")
    assert "missing   fee  its file was taken away. Mend the files that are refused first" in shown.out
    assert f"refused   colour  {folder}/colour.md:11  unknown field 'colour'." in shown.out
    assert "1 HTML file is left out" in shown.out


def test_check_and_dry_run_write_nothing(cli: CommandLine, folder: Path, tmp_path: Path) -> None:
    save(cli, tmp_path, "pets", "Dogs fly too.")
    before = contents(folder)
    assert sync(cli, folder, "--dry-run") == {"import": ["lost", "fee"], "export": ["pets"]}
    ran = cli.ok("knowledge", "sync", folder, "--dry-run")
    assert ran.out.endswith("0 in step, 3 to do, 0 to decide. Nothing was written.\n")
    assert cli("knowledge", "sync", folder, "--check").code == 1
    assert contents(folder) == before
    assert rows(cli.data / "rapport.db", "SELECT id, synced_revision FROM articles") == [("pets", None)]
    sync(cli, folder)
    assert cli("knowledge", "sync", folder, "--check").code == 0


def test_names_that_wait_for_nothing_are_bad_input(cli: CommandLine, folder: Path) -> None:
    for options in (("--take-file", "nobody"), ("--take-record", "fee")):
        ran = cli("knowledge", "sync", folder, *options)
        assert (ran.code, ran.out) == (2, "")
        assert "does not wait for a choice" in ran.err
    assert rows(cli.data / "rapport.db", "SELECT count(*) FROM articles") == [(0,)], "refused before anything was done"


def test_nothing_is_written_outside_the_folder(cli: CommandLine, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    sync(cli, folder)
    save(cli, tmp_path, "../../escape", "Text.")
    save(cli, tmp_path, "fee", "New.")
    (folder / "internal").symlink_to(outside)
    save(cli, tmp_path, "secret", "For colleagues.", audience="internal")
    ran = cli("knowledge", "sync", folder, "--json")
    assert ran.code == 1
    lines = {line["id"]: line for line in ran.json["articles"]}
    assert lines["../../escape"]["file"] == "card/escape.md"
    assert (lines["secret"]["action"], lines["secret"]["done"]) == ("refused", False)
    assert "link" in lines["secret"]["reason"]
    assert list(outside.iterdir()) == []
    assert sorted(path.name for path in folder.rglob("*.md")) == ["escape.md", "fee.md", "lost.md"]


def test_a_file_that_changes_meanwhile_is_left_alone(
    cli: CommandLine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(cli, folder)
    save(cli, tmp_path, "fee", "The pages say this.")
    before = sync_folder.SyncFolder.write

    def late(self: sync_folder.SyncFolder, *given: object) -> sync_folder.Filed:
        (folder / "fee.md").write_text("Somebody types here.")
        return before(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(sync_folder.SyncFolder, "write", late)
    ran = cli("knowledge", "sync", folder, "--json")
    assert (ran.code, [line["action"] for line in ran.json["articles"]]) == (1, ["refused"])
    assert "changed while it was synced" in ran.json["articles"][0]["reason"]
    assert (folder / "fee.md").read_text() == "Somebody types here."
    assert not [path for path in folder.iterdir() if path.suffix == ".sync"]


def test_an_article_that_is_saved_meanwhile_is_left_alone(
    cli: CommandLine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(cli, folder)
    (folder / "fee.md").write_text(article("fee", "The file says this."))
    (folder / "card" / "lost.md").write_text(article("lost", "So does this one."))
    ahead = syncing._brought

    def late(step: syncing.Step) -> object:
        brought = ahead(step)
        return brought.model_copy(update={"revision": 7}) if step.ident == "fee" else brought

    monkeypatch.setattr(syncing, "_brought", late)
    assert sync(cli, folder, code=1) == {"import": ["lost"], "conflict": ["fee"]}
    monkeypatch.undo()
    assert len(revisions(cli, "fee")) == 1
    assert sync(cli, folder) == {"import": ["fee"]}


def test_many_files_go_in_pieces(cli: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "FILES", 2)
    monkeypatch.setattr(syncing, "PAGE", 3)
    monkeypatch.setattr(syncing, "MARKS", 2)
    for number in range(8):
        (folder / f"a{number}.md").write_text(article(f"a{number}"))
    assert len(sync(cli, folder)["import"]) == 10
    shutil.rmtree(folder)
    folder.mkdir()
    assert len(sync(cli, folder)["export"]) == 10
    assert rows(cli.data / "rapport.db", "SELECT count(*) FROM articles WHERE synced_revision = revision") == [(10,)]


# --- in git ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """`git(folder, "commit", …)`, with nobody's own settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    names = ("-c", "user.name=Edda", "-c", "user.email=edda@example.com", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false")

    def run(folder: Path, *words: str) -> str:
        done = subprocess.run(["git", *names, "-C", str(folder), *words], env=environment, capture_output=True, text=True, check=True)  # noqa: S603, S607
        return done.stdout

    return run


@pytest.fixture
def repository(folder: Path, git: Callable[..., str]) -> Path:
    git(folder, "init", "-q")
    return commit(git, folder)


def commit(git: Callable[..., str], folder: Path) -> Path:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Articles")
    return folder


def clone(git: Callable[..., str], repository: Path, name: str) -> Path:
    git(repository.parent, "clone", "-q", str(repository), name)
    return repository.parent / name


def test_a_stale_clone_overwrites_nothing(cli: CommandLine, repository: Path, git: Callable[..., str], tmp_path: Path) -> None:
    """Edda works in a clone from before the pages changed the article: her edit is a conflict until she has merged what came since."""
    sync(cli, repository)
    commit(git, repository)
    eddas = clone(git, repository, "eddas")
    save(cli, tmp_path, "fee", "The fee is 45 EUR a year.\n\nThe pages add this.")
    assert sync(cli, repository) == {"export": ["fee"]}
    commit(git, repository)

    (eddas / "fee.md").write_text(article("fee", "Edda begins with this.\n\nThe fee is 45 EUR a year."))
    commit(git, eddas)
    assert sync(cli, eddas, code=1) == {"conflict": ["fee"]}
    assert len(revisions(cli, "fee")) == 2

    text = "Edda begins with this.\n\nThe fee is 45 EUR a year.\n\nThe pages add this."
    git(eddas, "pull", "-q", "--no-rebase", "--no-edit", "-X", "theirs")
    (eddas / "fee.md").write_text(article("fee", text))
    assert sync(cli, eddas) == {"import": ["fee"]}
    assert len(revisions(cli, "fee")) == 3
    assert sync(cli, repository) == {"export": ["fee"]}, "the other clone only lacks what is new"


def test_a_pipeline_that_keeps_no_note_goes_by_the_commits(cli: CommandLine, repository: Path, git: Callable[..., str]) -> None:
    """Sync runs on every merge in a fresh clone and commits nothing: each change came from the one before, and git knows it."""
    for fee in (45, 50, 55):
        (repository / "fee.md").write_text(article("fee", f"The fee is {fee} EUR a year."))
        commit(git, repository) if fee > 45 else None
        fresh = clone(git, repository, f"pipeline-{fee}")
        assert sync(cli, fresh).get("import", []) == (["lost", "fee"] if fee == 45 else ["fee"])
    assert len(revisions(cli, "fee")) == 3
    git(repository.parent, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    shallow = repository.parent / "shallow"
    (shallow / "fee.md").write_text(article("fee", "The fee is 60 EUR a year."))
    assert sync(cli, shallow) == {"import": ["fee"]}, "its only commit is the one the record has"


def test_a_commit_that_takes_a_change_back_is_not_undone_silently(
    cli: CommandLine, repository: Path, git: Callable[..., str], tmp_path: Path
) -> None:
    """Files and note are as before the change, but the commits tell that the folder has seen it."""
    sync(cli, repository)
    commit(git, repository)
    save(cli, tmp_path, "fee", "The fee is 50 EUR a year.")
    sync(cli, repository)
    commit(git, repository)
    git(repository, "revert", "--no-edit", "HEAD")
    assert "45 EUR" in (repository / "fee.md").read_text()
    assert sync(cli, repository, code=1) == {"older": ["fee"]}
    assert sync(cli, repository, "--take-file", "fee") == {"import": ["fee"]}
    assert "45 EUR" in revisions(cli, "fee")[-1]


def test_an_export_that_was_not_committed_can_be_edited(cli: CommandLine, repository: Path, tmp_path: Path) -> None:
    sync(cli, repository)
    save(cli, tmp_path, "fee", "The fee is 50 EUR a year.")
    sync(cli, repository)
    (repository / "fee.md").write_text(article("fee", "The fee is 50 EUR a year, in May."))
    assert sync(cli, repository) == {"import": ["fee"]}
