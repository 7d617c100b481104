"""Zip archives, opened as what strangers send: bounded in every direction, and nothing is ever written to a disk."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from stat import S_ISLNK
from typing import Final

from copilot.domain.errors import Invalid
from copilot.domain.imports import Unread
from copilot.retrieval.reading.base import File

LARGEST_UNPACKED: Final = 200 * 1024 * 1024
"""Bytes of all files of an archive together."""
LARGEST_MEMBER: Final = 64 * 1024 * 1024
"""Bytes of one file of it."""
MOST_MEMBERS: Final = 20_000
MOST_RATIO: Final = 200
"""How many times larger an archive may get. Text shrinks to a tenth; a bomb to a thousandth."""
SMALL: Final = 10 * 1024 * 1024
"""Bytes below which no ratio is asked for: a page of one repeated word is no bomb."""
_NOT_TEXT: Final = frozenset(
    (
        *(".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".bmp", ".mp4", ".mov", ".mp3"),
        *(".css", ".js", ".map", ".woff", ".woff2", ".ttf", ".eot", ".ds_store", ".properties", ".yml", ".yaml", ".csv"),
    )
)
"""What exports carry beside their pages; left out without a word each."""


def is_zip(file: File) -> bool:
    """A zip that is an archive of files, not a document that is one inside."""
    return file.ending != ".docx" and file.content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def members(file: File) -> Iterator[File | Unread]:
    """The files in an archive, in its order, and those that are not taken. Raises Invalid for an archive that is not opened at all."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Invalid("This is not a zip archive that can be read.", todo="Pack it again.") from None
    with archive:
        check(archive, len(file.content), LARGEST_UNPACKED)
        left = LARGEST_UNPACKED
        for info in archive.infolist():
            if info.is_dir() or _beside(info.filename):
                continue
            reason = _refusal(info)
            if reason:
                yield Unread(name=_shown(info.filename), reason=reason)
                continue
            held = content(archive, info, left)
            if isinstance(held, str):
                yield Unread(name=_shown(info.filename), reason=held)
                continue
            left -= len(held)
            member = File(name=info.filename.replace("\\", "/"), content=held)
            if is_zip(member):
                yield Unread(name=member.name, reason="An archive within an archive is not opened. Unpack it and send what is in it.")
            else:
                yield member


def check(archive: zipfile.ZipFile, packed: int, largest: int) -> None:
    """Raises Invalid for an archive that says itself that it is too much: bombs that lie about it are stopped while they are read."""
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise Invalid(f"It holds {len(infos):,} files; at most {MOST_MEMBERS:,} are taken at once.", todo="Send it in parts.")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > largest:
        raise Invalid(
            f"Unpacked it has {unpacked / 1e6:,.0f} MB; at most {largest / 1e6:,.0f} MB are taken at once.", todo="Send it in parts."
        )
    if unpacked > SMALL and unpacked > packed * MOST_RATIO:
        raise Invalid(f"Unpacked it is {unpacked // max(packed, 1):,} times larger, as no export is.", todo="Pack the export again.")


def _beside(name: str) -> bool:
    """What no reader would take, and nobody expects to be an article."""
    parts = PurePosixPath(name.replace("\\", "/"))
    hidden = any(part == "__MACOSX" or (part.startswith(".") and part not in (".", "..")) for part in parts.parts)
    return hidden or parts.suffix.lower() in _NOT_TEXT


def _refusal(info: zipfile.ZipInfo) -> str:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\x00" in info.filename:
        return "Its name points out of the archive. Pack the folder again."
    if S_ISLNK(info.external_attr >> 16):
        return "It is a link to another file. Pack the file itself."
    if info.flag_bits & 0x1:
        return "It is protected by a password. Pack the archive without one."
    if info.file_size > LARGEST_MEMBER:
        return f"It has {info.file_size / 1e6:,.0f} MB; at most {LARGEST_MEMBER / 1e6:,.0f} MB are read."
    return ""


def content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes | str:
    """What it holds, or why not. Never more is unpacked than the member announced, whatever its data says."""
    allowed = min(info.file_size, LARGEST_MEMBER, left)
    try:
        with archive.open(info) as packed:
            held = packed.read(allowed + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        return "It is damaged in the archive. Pack it again."
    except Exception as error:  # noqa: BLE001 - each way of packing has errors of its own (zlib, lzma)
        return f"It is damaged in the archive ({type(error).__name__}). Pack it again."
    if len(held) > allowed:
        return "It is larger than the archive says. Pack it again."
    return held


def _shown(name: str) -> str:
    return name.replace("\x00", "").replace("\\", "/")[:300] or "a file without a name"
