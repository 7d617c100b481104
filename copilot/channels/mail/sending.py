"""A mail is composed and given to a mail server. Whatever happens, it is known whether it surely was not sent, surely was, or nobody knows.

Source: RFC 5321, RFC 6409 (submission). A server has taken a message when it answers the end of its data; before that it surely has not.
"""

import hashlib
import re
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

import aiosmtplib

from copilot.channels.mail.mailbox import loopback
from copilot.domain.channels import Unsure
from copilot.domain.errors import CopilotError, Invalid, Refused, Unavailable

TIMEOUT_S: Final = 20.0
BUSY: Final = 60.0
"""Seconds after which a server that is busy is asked again."""
LONGEST_SUBJECT: Final = 200
KEPT: Final = 20
"""Ids in References: the first and the last ones."""
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ANSWERS: Final = re.compile(r"^\s*(?:(?:re|aw|sv|vs|antw|ref|rif|odp|fwd?|wg)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_OWN: Final = re.compile(
    r"(?:(?P<name>[^<>:]{0,200}?)\s*<(?P<shown>[^<>\s:]{1,200})>|(?P<login>[^:\s]{1,200})):(?P<password>.{1,2000})", re.DOTALL
)


def own(token: str) -> tuple[str, str, str]:
    """(name, login, password) of an agent's own access: `login:password`, or `Lea Brandt <login>:password`. Raises Refused."""
    found = _OWN.fullmatch(token.strip())
    if found is None:
        raise Refused("This is no access to the mail server.", todo="Write it as LOGIN:PASSWORD, or NAME <LOGIN>:PASSWORD.")
    return one_line(found["name"] or "").strip("\"' "), found["shown"] or found["login"], found["password"]


def one_line(text: str) -> str:
    """What stands in a header: nothing in it begins another one."""
    return _CONTROLS.sub(" ", text).strip()


def message_id(secret_of: str, key: str, domain: str) -> str:
    """The same for the same write, so that it is known again; it tells nothing of what it was made from."""
    return f"{hashlib.sha256(f'{secret_of} {key}'.encode()).hexdigest()[:40]}@{domain}"


def compose(text: str, *, ident: str, sender: tuple[str, str], to: str, subject: str, answers: Sequence[str], at: datetime) -> EmailMessage:
    """A plain text in UTF-8. `sender`: (name, address); `answers`: ids of the thread, the oldest first."""
    mail = EmailMessage(policy=SMTP if to.isascii() and sender[1].isascii() else SMTPUTF8)
    name, address = sender
    mail["From"] = Address(one_line(name), addr_spec=address)
    mail["To"] = Address(addr_spec=to)
    bare = _ANSWERS.sub("", one_line(subject))[:LONGEST_SUBJECT].strip()
    mail["Subject"] = f"Re: {bare}" if answers else bare
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{ident}>"
    if answers:
        kept = answers if len(answers) <= KEPT else [answers[0], *answers[-KEPT + 1 :]]
        mail["In-Reply-To"] = f"<{answers[-1]}>"
        mail["References"] = " ".join(f"<{one}>" for one in kept)
    mail.set_content(text.replace("\r\n", "\n").replace("\r", "\n"))
    return mail


async def send(url: str, login: str, password: str, mail: EmailMessage, *, sender: str, to: str) -> None:
    """Once. Raises Unavailable or Refused or Invalid when it surely was not sent, Unsure when the server did not say."""
    server = await _opened(url, login, password)
    try:
        await server.mail(sender, options=_options(server, sender, to))
        await server.rcpt(to)
    except aiosmtplib.SMTPException as error:
        _dropped(server)
        raise _said(error) from None
    try:
        await server.data(mail.as_bytes())
    except (aiosmtplib.SMTPException, OSError) as error:
        _dropped(server)
        refused = isinstance(error, aiosmtplib.SMTPDataError) and 400 <= error.code < 600
        raise (_said(error) if refused else _unsure()) from None
    await _ended(server)


async def look(url: str, login: str, password: str) -> None:
    """Sign in, and out. Raises Invalid, Refused, Unavailable."""
    await _ended(await _opened(url, login, password))


async def _opened(url: str, login: str, password: str) -> aiosmtplib.SMTP:
    place = _place(url)
    host, inside = place.hostname or "", place.scheme == "smtps"
    port = place.port or (465 if inside else 587)
    # STARTTLS is not left to what the server offers: somebody in between could take that offer away.
    plain = not inside and loopback(host)
    server = aiosmtplib.SMTP(
        hostname=host,
        port=port,
        use_tls=inside,
        start_tls=not inside and not plain,
        timeout=TIMEOUT_S,
        tls_context=ssl.create_default_context(),
    )
    try:
        await server.connect()
        if login and password:
            await server.login(login, password)
    except aiosmtplib.SMTPAuthenticationError:
        _dropped(server)
        raise Refused("The mail server does not let this person send.", todo="Check login and password (an app password?).") from None
    except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
        _dropped(server)
        raise _said(error) from None
    return server


def _place(url: str) -> SplitResult:
    try:
        found = urlsplit(url)
        good = found.scheme in ("smtps", "smtp") and bool(found.hostname) and found.port != 0
    except ValueError:
        good = False
    if not good:
        raise Invalid(f"{url!r} is no mail server.", todo="Set smtp=smtps://smtp.example.com, or smtp:// for STARTTLS.")
    return found


def _options(server: aiosmtplib.SMTP, sender: str, to: str) -> list[str]:
    if sender.isascii() and to.isascii():
        return []
    if not server.supports_extension("smtputf8"):
        raise Invalid("This mail server cannot send to such an address.", todo="Write from your own mail program.")
    return ["SMTPUTF8", "BODY=8BITMIME"]


def _said(error: Exception) -> CopilotError:
    """Before the message was taken: it surely was not sent."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    code = getattr(error, "code", None)
    if isinstance(code, int) and 400 <= code < 500:
        return Unavailable(f"The mail server asks for patience ({code}).", retry_after=BUSY)
    if isinstance(code, int) and code >= 500:
        if code in (530, 535, 550, 553, 554) and isinstance(error, aiosmtplib.SMTPSenderRefused):
            return Refused(
                "The mail server does not let this person send for the mailbox.", todo="Give them the right to send as it there."
            )
        return Invalid(f"The mail server did not take it ({code}).", todo="Look whether the address is right and the mailbox is full.")
    return Unavailable(f"The mail server cannot be reached ({type(error).__name__}).", todo="Look whether it runs there.")


def _unsure() -> Unsure:
    return Unsure("The mail server did not say whether it was sent.", todo="Look into the folder of sent mail before it is sent again.")


def _dropped(server: aiosmtplib.SMTP) -> None:
    server.close()


async def _ended(server: aiosmtplib.SMTP) -> None:
    """What was taken is taken, whatever becomes of the farewell."""
    try:
        await server.quit()
    except (aiosmtplib.SMTPException, OSError):
        _dropped(server)
