"""What came since: by the numbers that a server gives to the mails of a folder (RFC 3501, section 2.3.1.1).

A server may number a folder anew, and says so by another UIDVALIDITY. Then everything that came since the last question, and two days
before it, is looked at once more: what is known by its Message-ID changes nothing.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ValidationError

from copilot.channels.base import changed
from copilot.channels.mail.mailbox import Folders, day
from copilot.channels.mail.threads import Post
from copilot.domain.base import Frozen, Instant
from copilot.domain.channels import Page
from copilot.domain.errors import Invalid

PAGE: Final = 50
"""New mails of a folder that one question reads."""
MARGIN: Final = timedelta(days=2)


class Reached(Frozen):
    """How far a folder was read."""

    valid: int
    last: int


class Cursor(Frozen):
    """How far both folders were read, and when that was asked. None: not yet."""

    at: Instant
    inbox: Reached | None = None
    outbox: Reached | None = None


def since(post: Post, text: str) -> Page:
    """Threads with new mail, and the cursor after them. Without a cursor: none, and where to begin."""
    before, begun = _read(text), datetime.now(UTC)
    inbox, came, more_in = _folder(post, post.inbox, before.inbox if before else None, before)
    outbox, went, more_out = _folder(post, post.outbox, before.outbox if before else None, before)
    touched = dict.fromkeys([*came, *went])
    # While there is more, the time stays: should the folder be numbered anew meanwhile, nothing of the rest is left out.
    at = before.at if before and (more_in or more_out) else begun
    cursor = Cursor(at=at, inbox=inbox, outbox=outbox).model_dump_json()
    return Page(arrivals=tuple(changed(one) for one in touched), cursor=cursor, more=more_in or more_out)


def _folder(post: Post, folder: str, reached: Reached | None, before: Cursor | None) -> tuple[Reached | None, list[str], bool]:
    """(how far it is read now, the conversations with new mail, whether there is more)."""
    if not folder:
        return None, [], False
    valid, following = post.folders.status(folder)
    if reached is None or before is None:
        return Reached(valid=valid, last=following - 1), [], False
    last = reached.last if reached.valid == valid else _renumbered(post.folders, folder, before.at, following)
    fresh = [uid for uid in post.folders.search(folder, f"UID {last + 1}:*") if uid > last]  # the server always names its last one
    some = fresh[:PAGE]
    found = [ident for mail in post.heads(folder, some) for ident in post.conversations(mail)]
    return Reached(valid=valid, last=some[-1] if some else last), found, len(fresh) > PAGE


def _renumbered(folders: Folders, folder: str, asked: datetime, following: int) -> int:
    """The number after which everything is looked at again."""
    recent = folders.search(folder, f"SINCE {day(asked - MARGIN)}")
    return (recent[0] if recent else following) - 1


def _read(text: str) -> Cursor | None:
    try:
        return Cursor.model_validate_json(text) if text else None
    except ValidationError:
        raise Invalid("This cursor is not one of a mailbox.", todo="Stop the connection and make it anew.") from None
