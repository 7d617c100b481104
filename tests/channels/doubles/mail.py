"""A mail server: IMAP4rev1 as far as a mailbox is read and kept (RFC 3501), and submission over SMTP (aiosmtpd).

The IMAP side is written here: of test servers, pymap has had no release since April 2024, and neither it nor others can be made to number
a folder anew or to lose an answer. What is searched is the text of the headers, as servers do it: part of a value, without case.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from copilot.channels.mail.mailbox import day
from tests.channels.doubles.imap_search import TOKENS, Folder, matches, tokens, unquoted


@dataclass
class MailDouble:
    """A mailbox and its servers, within the running loop."""

    password: str = "pw-mailbox"
    people: dict[str, str] = field(default_factory=lambda: {"help@ternway.example": "pw-mailbox", "lea@ternway.example": "pw:lea"})
    folders: dict[str, Folder] = field(default_factory=lambda: {"INBOX": Folder(), "Sent": Folder(flags="\\Sent")})
    keeps_sent: bool = False
    taken: list[tuple[str, str, list[str], bytes]] = field(default_factory=list)
    """What was sent: (login, from, to, message)."""
    asked: list[str] = field(default_factory=list)
    """Commands of IMAP, without the sign-in."""
    drop: Callable[[str], bool] = lambda _: False
    """Commands at which the connection is closed instead of an answer."""
    lose: bool = False
    """What is given to SMTP is taken, and its answer never comes."""
    refuse: dict[str, str] = field(default_factory=dict)
    """By step (MAIL, RCPT, DATA): the answer instead."""
    imap: str = ""
    smtp: str = ""
    _servers: list[asyncio.Server] = field(default_factory=list, repr=False)
    _talking: list[SMTP] = field(default_factory=list, repr=False)

    async def __aenter__(self) -> "MailDouble":
        loop = asyncio.get_running_loop()
        self._servers.append(await asyncio.start_server(self._imap, "127.0.0.1", 0, limit=64 * 1024 * 1024))
        self._servers.append(await loop.create_server(self._smtp, "127.0.0.1", 0))
        ports = [server.sockets[0].getsockname()[1] for server in self._servers]
        self.imap, self.smtp = f"imap://127.0.0.1:{ports[0]}", f"smtp://127.0.0.1:{ports[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
            await server.wait_closed()
        for one in self._talking:
            if isinstance(one.transport, asyncio.WriteTransport):
                one.transport.abort()

    def deliver(self, raw: bytes | str, arrived: datetime, folder: str = "INBOX") -> int:
        """A mail comes in. Lines end as in a mail."""
        content = raw.encode() if isinstance(raw, str) else raw
        return self.folders[folder].put(re.sub(rb"\r?\n", b"\r\n", content), arrived)

    async def _imap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        session = _Session(self, reader, writer)
        try:
            while line := await reader.readline():
                if not await session.command(line.decode("utf-8", "replace").rstrip("\r\n")):
                    break
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _smtp(self) -> SMTP:
        made = SMTP(_Taking(self), authenticator=self._known, auth_require_tls=False, enable_SMTPUTF8=True, hostname="mail")
        self._talking.append(made)
        return made

    def _known(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        good = isinstance(given, LoginPassword) and self.people.get(given.login.decode()) == given.password.decode()
        return AuthResult(success=good, auth_data=given.login.decode() if good else None, handled=False)


class _Taking:
    """What SMTP asks for each step."""

    def __init__(self, double: MailDouble) -> None:
        self._double = double

    async def handle_MAIL(self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if not session.authenticated:
            return "530 5.7.0 sign in first"
        if "MAIL" in self._double.refuse:
            return self._double.refuse["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        if "RCPT" in self._double.refuse:
            return self._double.refuse["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self._double.refuse:
            return self._double.refuse["DATA"]
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        self._double.taken.append((str(session.auth_data), str(envelope.mail_from), list(envelope.rcpt_tos), content))
        if self._double.keeps_sent:
            self._double.folders["Sent"].put(content, datetime.now(UTC))
        if self._double.lose:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"


class _Session:
    """One client of IMAP."""

    def __init__(self, double: MailDouble, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._double, self._reader, self._writer = double, reader, writer
        self._folder: Folder | None = None
        self._in = False

    async def command(self, line: str) -> bool:
        """False: the connection is over."""
        tag, _, rest = line.partition(" ")
        name, _, given = rest.partition(" ")
        name = name.upper()
        if name == "UID":
            name, _, given = given.partition(" ")
            name = f"UID {name.upper()}"
        if name != "LOGIN":
            self._double.asked.append(f"{name} {given}")
        if self._double.drop(name):
            return False
        if name == "LOGOUT":
            self._send(f"* BYE\r\n{tag} OK bye\r\n")
            return False
        if name == "APPEND":
            await self._append(tag, given)
            return True
        self._send(f"{tag} {self._answer(name, given)}\r\n")
        return True

    def _send(self, text: str | bytes) -> None:
        self._writer.write(text.encode() if isinstance(text, str) else text)

    def _answer(self, name: str, given: str) -> str:
        if name == "CAPABILITY":
            self._send("* CAPABILITY IMAP4rev1 SPECIAL-USE\r\n")
            return "OK done"
        if name == "LOGIN":
            words = [unquoted(found) for found in TOKENS.finditer(given)]
            self._in = self._double.people.get(words[0]) == words[1]
            return "OK in" if self._in else "NO [AUTHENTICATIONFAILED] no"
        if not self._in:
            return "NO sign in first"
        return self._inside(name, given)

    def _inside(self, name: str, given: str) -> str:
        if name == "LIST":
            for folder, held in self._double.folders.items():
                self._send(f'* LIST ({held.flags}) "/" "{folder}"\r\n')
            return "OK done"
        if name in ("SELECT", "EXAMINE", "STATUS"):
            words = [unquoted(found) for found in TOKENS.finditer(given)]
            return self._chosen(name, words[0])
        if self._folder is None:
            return "BAD choose a folder"
        if name == "UID SEARCH":
            found = [mail.uid for mail in self._folder.mails if matches(mail, self._folder, tokens(given))]
            self._send("* SEARCH" + "".join(f" {uid}" for uid in found) + "\r\n")
            return "OK done"
        return self._fetched(given) if name == "UID FETCH" else "BAD what"

    def _chosen(self, name: str, folder: str) -> str:
        found = self._double.folders.get(folder)
        if found is None:
            return "NO [NONEXISTENT] no such folder"
        if name == "STATUS":
            self._send(f'* STATUS "{folder}" (UIDVALIDITY {found.valid} UIDNEXT {found.following})\r\n')
            return "OK done"
        self._folder = found
        self._send(f"* {len(found.mails)} EXISTS\r\n* OK [UIDVALIDITY {found.valid}] valid\r\n")
        return "OK [READ-ONLY] done"

    def _fetched(self, given: str) -> str:
        assert self._folder is not None
        numbers, _, parts = given.partition(" ")
        wanted = {int(one) for one in numbers.split(",")}
        for index, mail in enumerate(self._folder.mails, 1):
            if mail.uid not in wanted:
                continue
            at = f"{day(mail.arrived):0>11} {mail.arrived:%H:%M:%S +0000}"
            head = f'* {index} FETCH (UID {mail.uid} INTERNALDATE "{at}" RFC822.SIZE {len(mail.raw)}'
            if "BODY.PEEK" not in parts:
                self._send(f"{head})\r\n")
                continue
            content = mail.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "[HEADER]" in parts else mail.raw
            if cut := re.search(r"<0\.(\d+)>", parts):
                content = content[: int(cut[1])]
            name = "BODY[HEADER]" if "[HEADER]" in parts else "BODY[]"
            self._send(f"{head} {name} {{{len(content)}}}\r\n".encode() + content + b")\r\n")
        return "OK done"

    async def _append(self, tag: str, given: str) -> None:
        found = re.fullmatch(r'"?([^" ]+)"? \(([^)]*)\) "([^"]+)" \{(\d+)\}', given)
        assert found is not None, given
        self._send("+ go on\r\n")
        await self._writer.drain()
        content = await self._reader.readexactly(int(found[4]))
        await self._reader.readline()
        self._double.folders[found[1]].put(content, datetime.now(UTC))
        self._send(f"{tag} OK kept\r\n")


BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def letter(
    text: str,
    ident: str = "m1@example.com",
    *,
    sender: str = "Marta Ruiz <marta@example.com>",
    to: str = "help@ternway.example",
    subject: str = "Refund",
    at: datetime = BEGAN,
    **headers: str,
) -> str:
    """A mail as it lies there. `headers`: further ones, `_` for `-`; those on top first."""
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items() if value)
    return (
        f"{more}From: {sender}\nTo: {to}\nSubject: {subject}\nDate: {at:%a, %d %b %Y %H:%M:%S +0000}\n"
        f"Message-ID: <{ident}>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
    )


def minutes(count: float) -> datetime:
    """So many after the beginning."""
    return BEGAN + timedelta(minutes=count)
