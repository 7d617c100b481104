"""Which mails belong together: by what they answer (RFC 5322, section 3.6.4), never by their subject.

A conversation is a thread with one person: whoever answers in somebody else's thread – in copy, or because they know a Message-ID – has a
conversation of their own, in which nothing of the other one stands. What was sent to both is in both.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from copilot.channels.mail.believing import Writer, automatic, writer
from copilot.channels.mail.mailbox import Folders, Raw, quoted
from copilot.channels.mail.reading import NAMELESS, Mail, read
from copilot.domain.errors import NotFound

MOST: Final = 400
"""Mails of one thread that are read."""
WORDS: Final = 5_000_000
"""Characters of one thread that are held; of the mails that come after them, only their beginnings (`BEGINNING` characters)."""
BEGINNING: Final = 2_000
BATCH: Final = 15
"""Ids of one search."""
STEPS: Final = 50
"""Steps up a thread, and rounds down."""
NAMELESS_MOST: Final = 500
PEOPLE: Final = 20
"""People to whom one mail was sent that are looked at."""
_REF: Final = re.compile(r"([!-~]{1,180})~([0-9a-f]{12})")


@dataclass
class Post:
    """The mailbox as it is read in one piece of work. `inbox`, `outbox`: its folders; an empty `outbox`: there is none."""

    folders: Folders
    inbox: str
    outbox: str
    own: str
    authority: str = ""
    forwarders: Sequence[str] = ()
    _known: dict[str, Mail | None] = field(default_factory=dict)

    def heads(self, folder: str, uids: Sequence[int]) -> list[Mail]:
        """Headers alone."""
        return [self._mail(raw, folder) for raw in self.folders.heads(folder, uids)]

    def writer(self, mail: Mail) -> Writer | None:
        """Of a mail that came in; None for one of ours, and for one without an address."""
        found = writer(mail, self.authority, self.forwarders)
        return None if found is None or found.address == self.own else found

    def conversations(self, mail: Mail) -> list[str]:
        """Those that a mail belongs to. An automatic one only to those it answers: it opens none."""
        root = self.climb(mail)
        if mail.sent:
            return [] if automatic(mail) else [reference(root, one) for one in mail.to[:PEOPLE] if one != self.own]
        who = self.writer(mail)
        if not automatic(mail):
            return [reference(root, who.address)] if who else []
        answered = [found for one in mail.parents if (found := self._find(one)) is not None and found.sent]
        return [reference(root, one) for one in dict.fromkeys(to for sent in answered for to in sent.to[:PEOPLE]) if one != self.own]

    def climb(self, mail: Mail) -> str:
        """The beginning of its thread, as far as the mailbox knows."""
        root, seen = mail.root, {mail.id}
        for _ in range(STEPS):
            if root in seen:
                break
            seen.add(root)
            found = self._find(root)
            if found is None or not found.parents:
                break
            root = found.root
        return root

    def gather(self, root: str) -> list[Mail]:
        """The whole thread: what was sent before what came in, the oldest first. So who has an id is told from who repeats it."""
        ids, asked = {root}, set[str]()
        found: dict[tuple[str, int], Mail] = {}
        places: dict[tuple[str, int], tuple[datetime, str]] = {}
        for _ in range(STEPS):
            pending = sorted(ids - asked)
            if not pending or len(found) >= MOST:
                break
            asked |= set(pending)
            for folder, uid, raw in self._around(pending, set(found)):
                mail = self._mail(raw, folder)
                if mail.id == root or mail.root in ids:
                    found[folder, uid] = mail
                    places[folder, uid] = raw.arrived, hashlib.sha256(raw.content).hexdigest()
                    ids.add(mail.id)
        order = sorted(found, key=lambda at: (not found[at].sent, places[at]))[:MOST]
        return list(self._whole(order))

    def _around(self, ids: Sequence[str], known: set[tuple[str, int]]) -> Iterator[tuple[str, int, Raw]]:
        """Heads of mails that have one of these ids, or answer it."""
        for folder in filter(None, (self.inbox, self.outbox)):
            uids: set[int] = set()
            for begin in range(0, len(ids), BATCH):
                some = ids[begin : begin + BATCH]
                uids.update(self.folders.search(folder, _any(_named(one) for one in some)))
            fresh = sorted(uid for uid in uids if (folder, uid) not in known)[:MOST]
            if any(one.startswith(NAMELESS) for one in ids):
                fresh = sorted({*fresh, *self._nameless(folder)})
            yield from ((folder, raw.uid, raw) for raw in self.folders.heads(folder, fresh))

    def _nameless(self, folder: str) -> list[int]:
        """The latest mails: one without a usable Message-ID is among them, and no search finds it."""
        return self.folders.search(folder, "ALL")[-NAMELESS_MOST:]

    def _whole(self, places: Iterable[tuple[str, int]]) -> Iterator[Mail]:
        """One after the other: of each, only its words and headers stay."""
        left = WORDS
        for folder, uid in places:
            for raw in self.folders.whole(folder, [uid]):
                mail = self._mail(raw, folder)
                left -= len(mail.text)
                shorter = left < 0 and len(mail.text) > BEGINNING
                yield replace(mail, text=f"{mail.text[:BEGINNING]}\n[…]") if shorter else mail

    def _find(self, ident: str) -> Mail | None:
        """The head of the mail of that id; what was sent before what came in."""
        if ident not in self._known:
            self._known[ident] = next(self._with(ident), None)
        return self._known[ident]

    def _with(self, ident: str) -> Iterator[Mail]:
        for folder in filter(None, (self.outbox, self.inbox)):
            uids = self.folders.search(folder, f"HEADER Message-ID {quoted(ident)}")
            yield from (mail for mail in self.heads(folder, uids[:5]) if mail.id == ident)

    def _mail(self, raw: Raw, folder: str) -> Mail:
        return read(raw.content, raw.arrived, sent=folder == self.outbox, cut=len(raw.content) < raw.size)


def reference(root: str, address: str) -> str:
    """A conversation's id: where its thread begins, and with whom it is."""
    return f"{root}~{_of(address)}"


def parted(ident: str) -> tuple[str, str]:
    """(root, digest of the address). Raises NotFound for what is no such id."""
    found = _REF.fullmatch(ident)
    if found is None:
        raise NotFound("The mailbox has no such conversation.", todo="Look whether it was deleted or moved.")
    return found[1], found[2]


def with_them(address: str, digest: str) -> bool:
    """Whether that address is the conversation's person."""
    return _of(address) == digest


def _of(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def _named(ident: str) -> str:
    name = quoted(ident)
    return f"OR HEADER Message-ID {name} OR HEADER References {name} HEADER In-Reply-To {name}"


def _any(criteria: Iterable[str]) -> str:
    """One of several, as IMAP writes that."""
    *before, last = criteria
    return " ".join([*(f"OR ({one})" for one in before), f"({last})"])
