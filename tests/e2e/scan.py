"""Does any file of a folder still hold something of a person? Bytes as they are, and what is written as base64."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


def traces(folder: Path, wanted: Iterable[str | bytes]) -> list[str]:
    """`file: what` for everything found; case does not matter for texts."""
    needles = _needles(wanted)
    found = []
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        for place, content in _contents(file.read_bytes()):
            for needle, name in needles.items():
                if needle in content:
                    found.append(f"{file.relative_to(folder)}{place}: {name}")
    return found


def _needles(wanted: Iterable[str | bytes]) -> Mapping[bytes, str]:
    needles: dict[bytes, str] = {}
    for one in wanted:
        if isinstance(one, bytes):
            needles[one] = f"{len(one)} bytes"
        else:
            needles |= {one.lower().encode(encoding): one for encoding in _ENCODINGS}
            # As JSON writes it when it keeps to ASCII.
            needles[one.lower().encode("unicode_escape")] = one
    return needles


def _contents(raw: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", raw
    yield " (lower case)", raw.lower()
    for match in _BASE64.finditer(raw):
        text = match.group().translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
        for start in range(4):
            # Where the encoded text begins inside a run of such characters is not known.
            part = text[start:]
            part = part[: len(part) // 4 * 4]
            try:
                yield " (base64)", base64.b64decode(part).lower()
            except binascii.Error:
                continue
