"""A mailbox over IMAP, opened for one piece of work. Blocking: call it in a thread. Nothing in it is changed but by `append`."""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from imap_tools.errors import (
    ImapToolsError,
    MailboxFolderSelectError,
    MailboxFolderStatusError,
    MailboxLoginError,
    MailboxStarttlsError,
)
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from copilot.domain.errors import Invalid, NotFound, Refused, Unavailable

TIMEOUT_S: Final = 20.0
WHOLE: Final = 30 * 1024 * 1024
"""Bytes of a message that are read whole; of a longer one, its beginning."""
BEGINNING: Final = 1024 * 1024
HEADS: Final = 256 * 1024
"""Bytes of headers that are read where nothing else is."""
AT_ONCE: Final = 100
"""Messages of one command."""
LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_UID: Final = re.compile(rb"\bUID (\d+)")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_ARRIVED: Final = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"')


@dataclass(frozen=True)
class Raw:
    """A message as the server holds it, or a part of it."""

    uid: int
    arrived: datetime
    size: int
    content: bytes


class Folders:
    """An opened mailbox."""

    def __init__(self, box: BaseMailBox) -> None:
        self._box = box
        self._open = ""

    def status(self, folder: str) -> tuple[int, int]:
        """(UIDVALIDITY, UIDNEXT)."""
        try:
            found = self._box.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
        except MailboxFolderStatusError:
            raise _no_folder(folder) from None
        return int(found["UIDVALIDITY"]), int(found["UIDNEXT"])

    def search(self, folder: str, criteria: str) -> list[int]:
        """Numbers, rising. `criteria` as IMAP writes them."""
        self._choose(folder)
        return sorted(int(one) for one in self._box.uids(criteria))

    def heads(self, folder: str, uids: Sequence[int]) -> Iterator[Raw]:
        """The headers alone."""
        return self._fetch(folder, uids, f"BODY.PEEK[HEADER]<0.{HEADS}>")

    def whole(self, folder: str, uids: Sequence[int]) -> Iterator[Raw]:
        """Everything, one after the other, of long ones the beginning (then `size` is more than is there)."""
        for one in list(self._fetch(folder, uids, "")):
            part = "BODY.PEEK[]" if one.size <= WHOLE else f"BODY.PEEK[]<0.{BEGINNING}>"
            yield from self._fetch(folder, [one.uid], part)

    def append(self, folder: str, message: bytes, at: datetime) -> None:
        """Lay a message into a folder, as read."""
        self._box.append(message, folder, dt=at, flag_set=["\\Seen"])

    def sent(self, named: str) -> str:
        """The folder of what was sent: the one that is named, else the one that the server marks so; empty: there is none."""
        return named or next((one.name for one in self._box.folder.list() if "\\sent" in [flag.lower() for flag in one.flags]), "")

    def exists(self, folder: str) -> bool:
        try:
            self.status(folder)
        except NotFound:
            return False
        return True

    def _choose(self, folder: str) -> None:
        if self._open != folder:
            try:
                self._box.folder.set(folder, readonly=True)
            except MailboxFolderSelectError:
                raise _no_folder(folder) from None
            self._open = folder

    def _fetch(self, folder: str, uids: Sequence[int], part: str) -> Iterator[Raw]:
        self._choose(folder)
        for begin in range(0, len(uids), AT_ONCE):
            some = ",".join(str(uid) for uid in uids[begin : begin + AT_ONCE])
            status, answer = self._box.client.uid("fetch", some, f"(UID INTERNALDATE RFC822.SIZE {part})".replace(" )", ")"))
            if status != "OK":
                raise Unavailable("The mail server did not give the messages.")
            yield from _read(answer)


@contextmanager
def opened(url: str, login: str, password: str) -> Iterator[Folders]:
    """Signed in. Raises Invalid for an address, Refused for the password, Unavailable."""
    place = _place(url)
    try:
        box = _connected(place)
    except MailboxStarttlsError:
        raise Refused("The mail server offers no encryption.", todo="Use imaps://, or switch STARTTLS on there.") from None
    except ssl.SSLCertVerificationError:
        raise Refused("The mail server's certificate is not valid.", todo="Use the name that stands in it.") from None
    except (OSError, imaplib.IMAP4.error, ValueError) as error:
        raise Unavailable(f"The mail server cannot be reached ({type(error).__name__}).", todo="Look whether it runs there.") from None
    try:
        _signed_in(box, login, password)
        yield Folders(box)
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise Unavailable(f"The mail server did not answer as expected ({type(error).__name__}).") from None
    finally:
        _closed(box)


def loopback(host: str) -> bool:
    """On this machine: the only place where nothing has to be encrypted."""
    return host in LOCAL


def quoted(text: str) -> str:
    """A word of a search: nothing in it ends it."""
    return '"' + "".join(c for c in text if " " <= c <= "~" and c not in '"\\') + '"'


def day(at: datetime) -> str:
    """As IMAP writes a day, whatever the language of this machine."""
    return f"{at.day}-{['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][at.month - 1]}-{at.year}"


def _place(url: str) -> SplitResult:
    try:
        found = urlsplit(url)
        good = found.scheme in ("imaps", "imap") and bool(found.hostname) and found.port != 0
    except ValueError:
        good = False
    if not good:
        raise Invalid(f"{url!r} is no mail server.", todo="Write it as imaps://imap.example.com, or imap:// for STARTTLS.")
    return found


def _connected(place: SplitResult) -> BaseMailBox:
    host, context = place.hostname or "", ssl.create_default_context()
    if place.scheme == "imaps":
        return MailBox(host, place.port or 993, timeout=TIMEOUT_S, ssl_context=context)
    if loopback(host):
        return MailBoxUnencrypted(host, place.port or 143, timeout=TIMEOUT_S)
    return MailBoxStartTls(host, place.port or 143, timeout=TIMEOUT_S, ssl_context=context)


def _signed_in(box: BaseMailBox, login: str, password: str) -> None:
    try:
        if login.isascii() and password.isascii():
            box.login(login, password, initial_folder=None)
        else:
            box.login_utf8(login, password, initial_folder=None)
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        if isinstance(error, imaplib.IMAP4.abort):
            raise
        raise Refused("The mail server does not let the mailbox in.", todo="Check login and password (an app password?).") from None


def _closed(box: BaseMailBox) -> None:
    try:
        box.logout()
    except (OSError, imaplib.IMAP4.error, ImapToolsError):
        box.client.shutdown()


def _read(answer: Sequence[object]) -> Iterator[Raw]:
    """Imaplib gives a literal as (what stands before it, the literal), and what stands after it by itself."""
    parts = [*answer, b""]
    for index, part in enumerate(parts[:-1]):
        after = parts[index + 1]
        if isinstance(part, tuple):
            told, content = part[0] + b" " + (after if isinstance(after, bytes) else b""), part[1]
        elif isinstance(part, bytes) and _SIZE.search(part) and _UID.search(part) and not isinstance(parts[index - 1], tuple):
            told, content = part, b""
        else:
            continue
        uid = _UID.search(told)
        if uid:
            size = _SIZE.search(told)
            yield Raw(int(uid[1]), _arrived(told), int(size[1]) if size else len(content), content)


def _arrived(told: bytes) -> datetime:
    found = _ARRIVED.search(told)
    try:
        return datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC) if found else datetime.now(UTC)
    except ValueError:
        return datetime.now(UTC)


def _no_folder(folder: str) -> NotFound:
    return NotFound(f"The mailbox has no folder {folder!r}.", todo="Set `folder` and `sent` to names as the server writes them.")
