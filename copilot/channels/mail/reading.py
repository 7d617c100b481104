"""A message as it lies in a mailbox, read: whatever it is made of, something is read, and nothing raises.

Source: RFC 5322 (messages), 2045–2047 (MIME), 2231. The standard library's parser reads what is malformed, too. Its newer way with headers
(policy `default`) fails on some: so messages are taken apart in the older one, and a header that cannot be read counts as absent.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32, default
from email.utils import parsedate_to_datetime
from typing import Final

from copilot.channels.mail.wording import own_words, plain

LONGEST_ID: Final = 180
"""Characters of a Message-ID by which it is known: a longer one is known by its beginning, which a server finds as well."""
PARENTS: Final = 100
"""Ids of a References header that are read."""
NAMELESS: Final = "none."
"""So begin the ids that messages without one get here."""
LONGEST_HEADER: Final = 8000
"""Characters of a header that are read."""
HEAD: Final = 1024 * 1024
"""Bytes of all headers that are read."""
PARTS: Final = 5000
"""Lines that may begin a part: behind the last of them nothing is read."""
FILES: Final = 50
LONGEST_TEXT: Final = 500_000
"""Characters of a message that are kept; what follows says that there is more."""
EARLY: Final = timedelta(days=7)
LATE: Final = timedelta(minutes=5)
"""By so much the time in a message may be before, and after, the time at which it arrived."""
_ID: Final = re.compile(r"<\s*([!-;=?-~]{1,990})\s*>")
_SAFE: Final = re.compile(r'["\\()]')
_ADDRESS: Final = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x1f]{1,64}@[^\s@<>\"(),:;\\\[\]\x00-\x1f]{1,190}")
_ANGLES: Final = re.compile(r"<([^<>\s]{3,254})>")
_LINES: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True)
class Mail:
    """One message. Addresses in small letters; `id` without its brackets."""

    message: Message
    """Its headers alone: a thread of mails with their attachments would fill the memory."""
    id: str
    parents: tuple[str, ...]
    """What it answers, the oldest first."""
    sender: str
    """Empty where no single address is given."""
    name: str
    to: tuple[str, ...]
    subject: str
    at: datetime
    arrived: datetime
    sent: bool = False
    """It lies in the folder of what was sent."""
    text: str = ""
    """What its writer says: without the mail that it answers, and without a signature."""
    files: tuple[tuple[str, str], ...] = ()
    """(name, type) of what is attached."""

    @property
    def root(self) -> str:
        """Where its thread begins, as far as the message itself says."""
        return self.parents[0] if self.parents else self.id

    def header(self, name: str) -> str:
        """Unfolded; empty where it is not there, or cannot be read."""
        return header(self.message, name)


def read(raw: bytes, arrived: datetime, *, sent: bool = False, cut: bool = False) -> Mail:
    """A message, or its head alone. `arrived`: as the server says it; `cut`: its end was not read."""
    message, whole = _parsed(raw)
    text, files = _text(message), tuple(_files(message))[:FILES]
    message.set_payload("")
    message.preamble = message.epilogue = None
    message.defects = []
    given = identified(message)
    parents = [*ids(_raw(message, "references")), *ids(_raw(message, "in-reply-to"))[:1]]
    name, sender = author(message)
    return Mail(
        message=message,
        id=given or _made(message),
        parents=tuple(dict.fromkeys(one for one in parents if one != given)),
        sender=sender,
        name=name,
        to=tuple(dict.fromkeys([*addresses(message, "to"), *addresses(message, "cc")])),
        subject=_line(header(message, "subject"))[:500],
        at=_when(message, arrived),
        arrived=arrived,
        sent=sent,
        text=text,
        files=files if whole and not cut else (*files, ("more, in the mailbox", "")),
    )


def _parsed(raw: bytes) -> tuple[Message, bool]:
    """(the message, whether all of it). One of millions of parts, or of parts inside each other, is made to fill the memory."""
    head = raw.find(b"\r\n\r\n", 0, HEAD)
    kept = raw if head >= 0 else raw[:HEAD]
    at = -1
    for _ in range(PARTS):
        at = kept.find(b"\n--", at + 1)
        if at < 0:
            break
    kept = kept if at < 0 else kept[:at]
    try:
        return message_from_bytes(kept, policy=compat32), len(kept) == len(raw)
    except RecursionError:
        return BytesParser(policy=compat32).parsebytes(kept, headersonly=True), False


def header(message: Message, name: str) -> str:
    """Unfolded; empty where it is not there, or cannot be read."""
    raw = _raw(message, name)
    try:
        return str(default.header_fetch_parse(name, raw)) if raw else ""
    except Exception:  # noqa: BLE001 - the parser of headers raises much on hostile ones, RecursionError among it
        return ""


def headers(message: Message, name: str) -> list[str]:
    """All of that name, from the top, as they are written."""
    found = (str(value) for key, value in message.raw_items() if key.lower() == name)
    return [value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")[:LONGEST_HEADER] for value in found]


def ids(value: str) -> list[str]:
    """Message-IDs in a header, without brackets. What a server could take for a command is left out."""
    found = [one[:LONGEST_ID] for one in _ID.findall(value) if not _SAFE.search(one)]
    return found if len(found) <= PARENTS else [found[0], *found[-PARENTS + 1 :]]


def identified(message: Message) -> str:
    """Its Message-ID; empty without a usable one."""
    return next(iter(ids(_raw(message, "message-id"))), "")


def author(message: Message) -> tuple[str, str]:
    """(name, address) of From; no address where there are several, or two such headers."""
    if len(headers(message, "from")) != 1:
        return "", ""
    found = _people(message, "from")
    return (found[0][0], found[0][1]) if len(found) == 1 else ("", "")


def addresses(message: Message, name: str) -> list[str]:
    """Those of a header, in small letters."""
    return [address for _, address in _people(message, name) if address]


def address(text: str) -> str:
    """One address, in small letters; empty when it is none."""
    found = text.strip().lower()
    return found if _ADDRESS.fullmatch(found) else ""


def _people(message: Message, name: str) -> list[tuple[str, str]]:
    try:
        # Only some headers of addresses are parsed as such; Reply-To is one.
        given: Iterable[Address] = default.header_factory("reply-to", _raw(message, name)).addresses
        return [(_line(one.display_name)[:200], address(one.addr_spec)) for one in given][:200]
    except Exception:  # noqa: BLE001 - as in `header`; a name may be hostile where the address is not
        found = [address(one) for one in _ANGLES.findall(_raw(message, name))]
        return [("", found[0])] if len(found) == 1 else []


def _line(text: str) -> str:
    """In one line, without what no record holds: halves of characters, and controls."""
    return _LINES.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def _raw(message: Message, name: str) -> str:
    """The first of that name, in one line, as it is written."""
    found = next(iter(headers(message, name)), "")
    return found.replace("\r", "").replace("\n", "")


def _when(message: Message, arrived: datetime) -> datetime:
    """The time it bears, where that can be; else when it arrived."""
    try:
        said = parsedate_to_datetime(_raw(message, "date")[:100])
    except Exception:  # noqa: BLE001 - as in `header`
        return arrived
    said = said if said.tzinfo else said.replace(tzinfo=UTC)
    try:
        return said.astimezone(UTC) if arrived - EARLY <= said <= arrived + LATE else arrived
    except OverflowError:
        return arrived


def _made(message: Message) -> str:
    """An id for a message without one, the same whenever and under whatever number it is read."""
    told = "\n".join(value for name in ("date", "from", "to", "subject", "received") for value in headers(message, name))
    return f"{NAMELESS}{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:40]}"


def _text(message: Message) -> str:
    said = own_words(_body(message)[: 2 * LONGEST_TEXT])
    return said if len(said) <= LONGEST_TEXT else f"{said[:LONGEST_TEXT]}\n[…]"


def _body(message: Message) -> str:
    """The text: as it was written plain, else from HTML."""
    parts: dict[str, str] = {}
    for part in _inline(message):
        # Of a message in parts in which no part begins, all of it is text.
        kind = "plain" if part.get_content_maintype() == "multipart" else part.get_content_subtype()
        if kind in ("plain", "html") and not parts.get(kind, "").strip():
            parts[kind] = _decoded(part)
    if parts.get("plain", "").strip():
        return parts["plain"]
    return plain(parts["html"]) if parts.get("html") else ""


def _inline(message: Message) -> Iterator[Message]:
    """Text parts that are no attachments, those of forwarded messages left out."""
    if message.get_content_maintype() == "message":
        return
    if message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _inline(part)
    elif message.get_content_maintype() in ("text", "multipart") and _disposition(message) != "attachment":
        yield message


def _decoded(part: Message) -> str:
    """In the character set it names, else in the one it seems to be in."""
    try:
        raw = part.get_payload(decode=True)
        named = str(part.get_content_charset("") or "").strip("\"' ")
    except Exception:  # noqa: BLE001 - as in `header`
        return ""
    if not isinstance(raw, bytes):
        return ""
    for charset in (named, "utf-8"):
        try:
            return raw.decode(charset) if charset else raw.decode("utf-8")
        except (LookupError, UnicodeError, ValueError):
            continue
    return _guessed(raw)


def _guessed(raw: bytes) -> str:
    from charset_normalizer import from_bytes

    found = from_bytes(raw[:200_000]).best()
    return raw.decode(found.encoding if found else "latin-1", "replace")


def _files(message: Message) -> Iterator[tuple[str, str]]:
    """Attachments, pictures in the text and forwarded messages, by name and type."""
    kind, named = message.get_content_type(), _filename(message)
    if message.get_content_maintype() == "message":
        yield named or "message", kind
    elif message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _files(part)
    elif named or _disposition(message) == "attachment" or message.get_content_maintype() not in ("text", "multipart"):
        yield named or kind, kind


def _filename(message: Message) -> str:
    try:
        named = str(message.get_filename() or "")[:LONGEST_HEADER].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return _line(str(default.header_fetch_parse("subject", named)))[:200]
    except Exception:  # noqa: BLE001 - as in `header`
        return ""


def _disposition(message: Message) -> str:
    try:
        return str(message.get_content_disposition() or "")
    except Exception:  # noqa: BLE001 - as in `header`
        return ""
