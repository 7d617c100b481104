"""The keys of the erasure tombstones: `secret.key` in the data folder (mode 0600), one key a line, and COPILOT_SECRET_KEY.

New tombstones are made with the first key (the one that is set, else the file's first line); a person is recognised by any of them. So a
key that changed, or came with a backup from elsewhere, takes no erasure back. A key that is set is written nowhere: not into the data
folder and not into a backup, which only carries its fingerprint.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

FILE = "secret.key"
_SIGNED = b"rapport: erasure tombstones"


def kept(folder: Path) -> list[str]:
    """The keys in a folder's file; none when there is no file."""
    try:
        lines = (folder / FILE).read_text().splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines if line.strip()]


def known(folder: Path, given: str) -> list[str]:
    """All keys of an installation, the one for new tombstones first. `given`: the one that is set, or nothing. Makes nothing."""
    return list(dict.fromkeys([*([given] if given else []), *kept(folder)]))


def keys(folder: Path, given: str) -> tuple[bytes, ...]:
    """As `known`; when there is none, one is made and kept."""
    if not known(folder, given):
        # Another process may be first: then it is theirs.
        with contextlib.suppress(FileExistsError):
            _write(folder / FILE, secrets.token_hex(32))
    return tuple(key.encode() for key in known(folder, given))


def add(folder: Path, more: Iterable[str]) -> None:
    """Keep further keys, behind those that are there."""
    before = kept(folder)
    after = list(dict.fromkeys([*before, *more]))
    if after != before:
        fresh = folder / f"{FILE}.new"
        fresh.unlink(missing_ok=True)
        _write(fresh, "\n".join(after))
        fresh.replace(folder / FILE)


def fingerprint(key: str) -> str:
    """By which a key is recognised and not told."""
    return hmac.new(key.encode(), _SIGNED, hashlib.sha256).hexdigest()[:16]


def _write(path: Path, text: str) -> None:
    """A new file; raises FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
