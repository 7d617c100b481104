"""What version control knows of a folder's files: the texts that their present ones came from. Without git, nothing."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path

MOST = 50
"""Versions of one file; the newest count."""
PATIENCE_S = 60


def earlier_texts(root: Path, names: Collection[str]) -> dict[str, list[bytes]]:
    """File name (from `root`, with slashes) → its contents in the commits that the checked-out one came from, newest first.

    A file that was renamed has those since. In a shallow clone only what is there counts.
    """
    git = shutil.which("git")
    if git is None or not names:
        return {}
    log = _run(git, root, "log", "--raw", "--no-abbrev", "--no-renames", "--relative", "--format=", "-z", "--", ".")
    blobs = _blobs(log, set(names)) if log else {}
    contents = _contents(git, root, [blob for found in blobs.values() for blob in found])
    return {name: [contents[blob] for blob in found if blob in contents] for name, found in blobs.items()}


def _blobs(log: bytes, names: Collection[str]) -> dict[str, list[str]]:
    """The log's entries are `:mode mode before after status`, then the path, each ended by a zero byte."""
    found: dict[str, list[str]] = {}
    parts = log.decode(errors="surrogateescape").split("\0")
    for entry, name in itertools.pairwise(parts):
        fields = entry.strip().split(" ")
        if not entry.strip().startswith(":") or len(fields) != 5 or name not in names:
            continue
        known = found.setdefault(name, [])
        if set(fields[3]) != {"0"} and fields[3] not in known and len(known) < MOST:
            known.append(fields[3])
    return found


def _contents(git: str, root: Path, blobs: list[str]) -> dict[str, bytes]:
    """By blob, as `git cat-file --batch` writes them: `sha type size`, a line break, the content, a line break."""
    written = _run(git, root, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode()) if blobs else b""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(written):
        end = written.index(b"\n", at)
        head = written[at:end].decode().split(" ")
        at = end + 1
        if len(head) == 3:
            size = int(head[2])
            found[head[0]] = written[at : at + size]
            at += size + 1
    return found


def _run(git: str, root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What git prints; nothing when this is no repository, or it has no commit."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    words = [git, "-C", str(root), *arguments]
    try:
        done = subprocess.run(words, input=given, capture_output=True, check=False, timeout=PATIENCE_S, env=environment)  # noqa: S603 - no shell, our own words
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""
