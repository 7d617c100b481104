"""A thread with one person as the record takes it: who said what, and how sure it is that it was them."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from copilot.channels.mail.believing import Writer, automatic
from copilot.channels.mail.reading import Mail, identified
from copilot.channels.mail.threads import Post, with_them
from copilot.domain.conversation import Author
from copilot.domain.errors import NotFound
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance, Identity


@dataclass(frozen=True)
class Told:
    """A mail of the thread, and who it is from; `writer` is None for what was sent, and for automatic mail."""

    mail: Mail
    author: Author
    writer: Writer | None = None
    why: str = ""
    """Why it is automatic."""


@dataclass(frozen=True)
class Talk:
    """A thread with one person."""

    address: str
    told: tuple[Told, ...]

    @property
    def theirs(self) -> list[Told]:
        """Their mails, the oldest first."""
        return [one for one in self.told if one.author == "customer"]

    @property
    def subject(self) -> str:
        """Of the latest mail that has one."""
        return next((one.mail.subject for one in reversed(self.told) if one.mail.subject), "")

    @property
    def ids(self) -> list[str]:
        """Message-IDs, the oldest first; of mails that came without, none."""
        return [ident for one in self.told if one.author != "system" and (ident := identified(one.mail.message))]


def talk(post: Post, root: str, digest: str) -> Talk:
    """Raises NotFound when there is no such thread, or none with that person."""
    told = list(_told(post, post.gather(root), digest))
    people = [one.writer.address for one in told if one.writer] or [to for one in told for to in one.mail.to if with_them(to, digest)]
    if not people:
        raise NotFound("The mailbox has no such conversation.", todo="Look whether it was deleted or moved.")
    return Talk(people[0], tuple(sorted(told, key=lambda one: (one.mail.at, one.mail.arrived))))


def conversation(talk: Talk, ident: str, account: str) -> ConversationIn:
    """Proven only while every mail of theirs is: one that anybody could have written proves nothing about the rest."""
    theirs = [one.writer for one in talk.theirs if one.writer]
    proven = bool(theirs) and all(one.proven for one in theirs)
    first = talk.theirs[0].mail if talk.theirs else None
    return ConversationIn(
        conversation_id=ident,
        channel="email",
        customer=CustomerIn(
            id=f"{account}:{talk.address}"[:200],
            name=next((one.name for one in reversed(theirs) if one.name), ""),
            email=talk.address,
            identities=[Identity(type="email", value=talk.address, verified=proven)],
            assurance=Assurance.PROVEN if proven else Assurance.CLAIMED,
        ),
        messages=[_message(one, ident, titled=one.mail is first) for ident, one in _named(talk.told)],
    )


def _told(post: Post, mails: Iterable[Mail], digest: str) -> Iterator[Told]:
    """Those that concern the person."""
    sent: set[str] = set()
    for mail in mails:
        why = automatic(mail)
        if mail.sent:
            if any(with_them(to, digest) for to in mail.to) and not why:
                sent.add(mail.id)
                yield Told(mail, "agent")
            continue
        who = post.writer(mail)
        if why:
            if sent.intersection(mail.parents):
                yield Told(mail, "system", why=why)
        elif who is not None and with_them(who.address, digest):
            yield Told(mail, "customer", who)


def _named(told: Iterable[Told]) -> Iterator[tuple[str, Told]]:
    """Each with an id of its own. The same mail twice (by two of our addresses) is one; another that bears its id changes nothing in it."""
    seen: dict[str, tuple[str, str]] = {}
    in_order = sorted(told, key=lambda one: not one.mail.sent)
    names: dict[int, str] = {}
    for one in in_order:
        said = (one.author, one.mail.text)
        ident = one.mail.id
        if ident in seen and seen[ident] != said:
            ident = f"{ident}#{_digest(said)}"
        if ident not in seen:
            seen[ident] = said
            names[id(one)] = ident
    yield from ((names[id(one)], one) for one in told if id(one) in names)


def _message(told: Told, ident: str, *, titled: bool) -> MessageIn:
    mail = told.mail
    text = mail.text.encode("utf-8", "replace").decode()
    if told.why:
        text = f"({told.why}) {text}".strip()
    elif titled and mail.subject and mail.subject not in text:
        text = f"{mail.subject}\n\n{text}".strip()
    return MessageIn(
        id=ident,
        author=told.author,
        text=text or ("(no text)" if not mail.files else ""),
        sent_at=mail.at.isoformat(),
        author_id=told.writer.address if told.writer else "",
        author_name=(told.writer.name if told.writer else mail.name)[:200],
        visibility="private" if told.why else "public",
        attachments=[{"name": name, "type": kind, "url": ""} for name, kind in mail.files],
    )


def _digest(said: tuple[str, str]) -> str:
    return hashlib.sha256("\n".join(said).encode("utf-8", "replace")).hexdigest()[:12]
