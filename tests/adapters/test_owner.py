"""One process holds a data folder; the others know who it is."""

import multiprocessing
import stat
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from copilot.adapters.owner import OwnerLock, read_owner, running_service
from copilot.domain.errors import Unavailable


def test_who_holds_the_folder_stands_in_a_note_that_only_they_can_read(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path / "data")
    owner = lock.take("http://127.0.0.1:1")
    note = tmp_path / "data" / "owner.json"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data" / "owner.lock").stat().st_mode) == 0o600
    assert read_owner(tmp_path / "data") == owner
    assert len(owner.token) >= 43, "256 bits"
    lock.release()
    assert not note.exists()
    assert read_owner(tmp_path / "data") is None


def test_the_token_is_new_every_time(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path)
    first = lock.take().token
    lock.release()
    assert lock.take().token != first
    lock.release()


def test_a_second_holder_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    first = OwnerLock(tmp_path)
    owner = first.take()
    with pytest.raises(Unavailable, match=rf"held by process {owner.pid}\."):
        OwnerLock(tmp_path).take()
    first.announce(owner, "http://127.0.0.1:8321")
    with pytest.raises(Unavailable, match=r"a service at http://127\.0\.0\.1:8321"):
        OwnerLock(tmp_path).take()
    assert read_owner(tmp_path) == owner.model_copy(update={"address": "http://127.0.0.1:8321"}), "the refused one left the note alone"
    first.release()
    second = OwnerLock(tmp_path)
    second.take()
    second.release()


def test_a_service_is_found_only_while_it_lives(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path)
    assert running_service(tmp_path) is None
    owner = lock.take()
    assert running_service(tmp_path) is None, "a command that serves nobody"
    lock.announce(owner, "http://127.0.0.1:8321")
    assert running_service(tmp_path) == read_owner(tmp_path)
    lock.release()
    assert running_service(tmp_path) is None


def _hold(folder: Path, told: Connection) -> None:
    lock = OwnerLock(folder)
    lock.announce(lock.take(), "http://127.0.0.1:8321")
    told.send("held")
    told.recv()


def test_a_killed_holder_holds_nothing_though_its_note_is_left(tmp_path: Path) -> None:
    ours, theirs = multiprocessing.Pipe()
    holder = multiprocessing.get_context("spawn").Process(target=_hold, args=(tmp_path, theirs))
    holder.start()
    assert ours.recv() == "held"
    found = running_service(tmp_path)
    assert found is not None
    assert found.pid == holder.pid
    with pytest.raises(Unavailable, match=f"process {holder.pid}"):
        OwnerLock(tmp_path).take()

    holder.kill()
    holder.join()
    ours.close()
    theirs.close()
    assert read_owner(tmp_path) is not None, "the note is stale"
    assert running_service(tmp_path) is None
    lock = OwnerLock(tmp_path)
    lock.take()
    lock.release()


@pytest.mark.parametrize("note", ["", "{", '{"pid": "x"}', '["no"]'])
def test_a_damaged_note_is_no_owner(tmp_path: Path, note: str) -> None:
    (tmp_path / "owner.json").write_text(note)
    assert read_owner(tmp_path) is None


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be used"):
        OwnerLock(tmp_path / "file").take()
