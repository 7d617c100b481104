"""E-mail: a mailbox that customers write to, or to which another one forwards. Polled over IMAP; replies go out over SMTP.

It sends no webhooks. A reply goes out with the agent's own access to the mail server, from the mailbox's address; its Message-ID is made
from the write it belongs to, so that a reply of which nobody knows whether it went out is found among what was sent. Nothing is ever sent
by itself, nothing goes to an address that nobody reads, and automatic mail opens no conversation: so there is no loop.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar, Final, TypeVar

import structlog
from pydantic import Field, ValidationError, field_validator

from copilot.channels.base import Settings, Tool
from copilot.channels.mail import sending
from copilot.channels.mail.believing import ROBOTS, authorities, forwarded_by
from copilot.channels.mail.mailbox import opened, quoted
from copilot.channels.mail.polling import since
from copilot.channels.mail.reading import address
from copilot.channels.mail.telling import Talk, conversation, talk
from copilot.channels.mail.threads import Post, parted
from copilot.domain.channels import Ability, Account, Arrival, Delivery, Missing, Page, Step, Webhook
from copilot.domain.connections import Outgoing
from copilot.domain.errors import CopilotError, Refused, Unavailable
from copilot.domain.formats import explain

log = structlog.get_logger()
KEEPS: Final = 3
"""Tries to lay a copy into the folder of sent mail."""
LOOKED_AT: Final = 20
NOBODY: Final = "none"
"""As `authserv_id`: nobody's address is ever proven, and that is meant so."""
T = TypeVar("T")


class EmailSettings(Settings):
    """Of a mailbox."""

    address: str = Field(description="The mailbox's own address, from which replies go out.")
    name: str = Field(default="", max_length=100, description="What stands before it where an agent's own access names nobody.")
    login: str = Field(default="", description="Its login for IMAP. Empty: the address.")
    smtp: str = Field(default="", description="smtps://smtp.example.com, or smtp:// for STARTTLS. Empty: nothing is sent from here.")
    folder: str = Field(default="INBOX", min_length=1, description="Where mail comes in.")
    sent: str = Field(default="", description="Where what was sent lies. Empty: the folder that the server marks so.")
    keeps_sent: bool = Field(default=False, description="The server itself keeps what goes out over SMTP (Gmail, Microsoft 365).")
    authserv_id: str = Field(default="", description="The name with which its Authentication-Results begin; `none`: nobody is proven.")
    forwarders: list[str] = Field(default=[], description="Addresses, or @domains, that forward mail under their own From.")

    @field_validator("address")
    @classmethod
    def _one(cls, given: str) -> str:
        if not (found := address(given)):
            raise ValueError("this is no e-mail address")
        return found


class Email(Tool):
    """One mailbox."""

    kind = "email"
    title = "The mailbox"
    can: ClassVar[frozenset[Ability]] = frozenset({"history", "reply", "poll"})
    settings = EmailSettings
    own_access = "Your login and app password at the mail server: LOGIN:PASSWORD, or Lea Brandt <LOGIN>:PASSWORD."
    delivers = False
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="Make an app password for the mailbox, and enter it as the access token. The mailbox is asked every minute."),
        Step(text="Read in a received mail what your server calls itself in Authentication-Results, and set it as authserv_id."),
        Step(text="If the server keeps what goes out over SMTP by itself (Gmail, Microsoft 365), set keeps_sent."),
        Step(text="Write to the mailbox from elsewhere, and see here that it was read."),
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """It has no webhook: whatever comes here is not from it."""
        raise Refused("A mailbox sends no webhooks.", todo="Nothing to set up here: it is asked every minute.")

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        """The thread with one person, what was sent to them included."""
        found = await self._talk(account, conversation_id)
        return Arrival(conversation=conversation(found, conversation_id, account.id))

    async def since(self, account: Account, cursor: str) -> Page:
        """Threads with new mail, by the numbers of both folders. Numbered anew, mail is looked at again by its day; ids make it known."""
        return await self._with(account, lambda post: since(post, cursor))

    async def write(self, account: Account, conversation_id: str, wanted: Outgoing) -> str:
        """Returns the Message-ID. Raises Refused without the agent's own access, Unsure when the server did not say whether it was sent."""
        if wanted.action != "reply":
            self._cannot("take notes")
        given = _settings(account)
        name, login, password = sending.own(self._own(account, wanted.agent))
        if not given.smtp:
            raise Refused("This mailbox has no server to send with.", todo="Set smtp=smtps://smtp.example.com.")
        found = await self._talk(account, conversation_id)
        _answerable(found.address, given)
        ident, at = _message_id(account, wanted.id), datetime.now(UTC)
        mail = sending.compose(
            wanted.text,
            ident=ident,
            sender=(name or given.name, given.address),
            to=found.address,
            subject=found.subject,
            answers=found.ids,
            at=at,
        )
        await sending.send(given.smtp, login, password, mail, sender=given.address, to=found.address)
        if not given.keeps_sent:
            await self._keep(account, mail.as_bytes(), at)
        return ident

    async def written(self, account: Account, conversation_id: str, wanted: Outgoing) -> str | None:
        """Looked for by its Message-ID among what was sent. Where the server does not keep that by itself, its absence says nothing."""
        ident = _message_id(account, wanted.id)
        sure = _settings(account).keeps_sent

        def found(post: Post) -> str | None:
            if post.outbox and post.folders.search(post.outbox, f"HEADER Message-ID {quoted(ident)}"):
                return ident
            return "" if sure and post.outbox else None

        try:
            return await self._with(account, found)
        except CopilotError:
            return None

    async def check(self, account: Account) -> list[Missing]:
        """Signs in to both servers, looks for the folders, and for who says whether an address is proven."""
        given = _settings(account)
        try:
            found = await self._with(account, lambda post: _looked(post, given))
        except CopilotError as error:
            return [Missing(what=error.detail, todo=error.todo)]
        if not given.smtp:
            return [*found, Missing(what="Nothing can be sent from here.", todo="Set smtp=smtps://smtp.example.com.")]
        try:
            await sending.look(given.smtp, given.login or given.address, account.token)
        except CopilotError as error:
            found.append(Missing(what=error.detail, todo=error.todo))
        return found

    async def _talk(self, account: Account, conversation_id: str) -> Talk:
        root, digest = parted(conversation_id)
        return await self._with(account, lambda post: talk(post, root, digest))

    async def _keep(self, account: Account, mail: bytes, at: datetime) -> None:
        """A copy among what was sent. It was sent, whatever happens here."""

        def keep(post: Post) -> None:
            if post.outbox:
                post.folders.append(post.outbox, mail, at)

        for _ in range(KEEPS):
            try:
                await self._with(account, keep)
                return
            except Unavailable:
                continue
            except CopilotError:
                break  # refused: asking again only locks the login
        log.warning("sent_mail_not_kept", tenant=account.tenant_id, connection=account.id)

    async def _with(self, account: Account, work: Callable[[Post], T]) -> T:
        """In a thread: IMAP waits for its server."""
        return await asyncio.to_thread(_worked, account, _settings(account), work)


def _worked(account: Account, given: EmailSettings, work: Callable[[Post], T]) -> T:
    authority = "" if given.authserv_id == NOBODY else given.authserv_id
    with opened(account.url, given.login or given.address, account.token) as folders:
        return work(Post(folders, given.folder, folders.sent(given.sent), given.address, authority, given.forwarders))


def _looked(post: Post, given: EmailSettings) -> list[Missing]:
    """What is missing in the mailbox itself."""
    found = []
    if not post.folders.exists(post.inbox):
        return [Missing(what=f"The mailbox has no folder {post.inbox!r}.", todo="Set folder to its name as the server writes it.")]
    if not post.outbox or not post.folders.exists(post.outbox):
        found.append(
            Missing(what="There is no folder of sent mail: answers are not found.", todo="Set sent to its name, such as sent=Sent.")
        )
    if not given.authserv_id:
        latest = post.folders.search(post.inbox, "ALL")[-LOOKED_AT:]
        names = authorities(post.heads(post.inbox, latest))
        known = f"The latest mail here names {', '.join(names[:3])}." if names else "The latest mail here names none."
        todo = f"Set authserv_id to your server's name in Authentication-Results, or to none. {known}"
        found.append(Missing(what="Nobody's address can be proven.", todo=todo))
    return found


def _answerable(to: str, given: EmailSettings) -> None:
    """Raises Refused for whom nothing may be sent to: a program would answer, or a forwarder."""
    if ROBOTS.fullmatch(to.partition("@")[0]) or forwarded_by(to, given.forwarders):
        raise Refused(
            "Nobody reads what is sent to this address.",
            todo="If it forwards for people, add it to the setting forwarders of this mailbox.",
        )


def _message_id(account: Account, key: str) -> str:
    return sending.message_id(f"{account.tenant_id} {account.id}", key, _settings(account).address.rpartition("@")[2])


def _settings(account: Account) -> EmailSettings:
    try:
        return EmailSettings.model_validate(account.settings)
    except ValidationError as error:
        raise explain(error, "settings") from None
