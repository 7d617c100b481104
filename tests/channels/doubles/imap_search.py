"""How the mail double understands a search (RFC 3501, section 6.4.4): part of a header's value, without case."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import compat32

TOKENS = re.compile(r'\(|\)|"((?:[^"\\]|\\.)*)"|[^\s()"]+')


@dataclass
class Stored:
    """One mail in a folder."""

    uid: int
    raw: bytes
    arrived: datetime


@dataclass
class Folder:
    """Mails by number."""

    flags: str = ""
    valid: int = 1
    following: int = 4001
    mails: list[Stored] = field(default_factory=list)

    def put(self, raw: bytes, arrived: datetime) -> int:
        self.mails.append(Stored(self.following, raw, arrived))
        self.following += 1
        return self.following - 1

    def renumber(self) -> None:
        """As after a restore: lower numbers, and the server says so."""
        self.valid, self.following = self.valid + 1, 1
        for mail in self.mails:
            mail.uid = self.following
            self.following += 1


def unquoted(found: re.Match[str]) -> str:
    return re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[0]


def tokens(text: str) -> list[str]:
    return [
        unquoted(found) if found[1] is None else f'"{unquoted(found)}' for found in TOKENS.finditer(text.removeprefix("CHARSET US-ASCII "))
    ]


def matches(mail: Stored, folder: Folder, criteria: list[str]) -> bool:
    """All of them. Raises on what this server does not know."""
    left = list(criteria)
    found = True
    while left:
        found &= _key(mail, folder, left)
    return found


def _key(mail: Stored, folder: Folder, left: list[str]) -> bool:
    word = left.pop(0)
    if word == "(":
        found = True
        while left[0] != ")":
            found &= _key(mail, folder, left)
        left.pop(0)
        return found
    upper = word.upper()
    if upper == "OR":
        first, second = _key(mail, folder, left), _key(mail, folder, left)
        return first or second
    if upper == "NOT":
        return not _key(mail, folder, left)
    if upper == "ALL":
        return True
    if upper == "HEADER":
        name, value = left.pop(0), left.pop(0).removeprefix('"').lower()
        return any(value in one.lower() for one in _values(mail, name))
    if upper == "UID":
        begin, _, end = left.pop(0).partition(":")
        last = max((one.uid for one in folder.mails), default=0)
        low, high = sorted((int(begin), last if end == "*" else int(end)))
        return low <= mail.uid <= high
    if upper == "SINCE":
        return mail.arrived >= datetime.strptime(left.pop(0), "%d-%b-%Y").replace(tzinfo=UTC)
    raise AssertionError(f"this server does not know {word!r}")


def _values(mail: Stored, name: str) -> Iterable[str]:
    return [
        str(value)
        for value in BytesParser(policy=compat32).parsebytes(mail.raw.partition(b"\r\n\r\n")[0], headersonly=True).get_all(name, [])
    ]
