"""Chat tools, as the rest of the copilot sees them: accounts, what they deliver, what can be done in them."""

from datetime import timedelta
from typing import Final, Literal

from pydantic import Field, JsonValue

from copilot.domain.base import Frozen, Instant
from copilot.domain.errors import Unavailable
from copilot.domain.formats import ConversationIn
from copilot.domain.triage import Ask, Click

Ability = Literal["history", "note", "reply", "draft", "poll", "events", "triage"]
"""What a tool lets us do: read a thread, write a note, send as an agent, put words into the composer, ask what changed, tell it events,
show colleagues what needs a look, who decide about it there."""
SECRETS = 2
"""Signing secrets that hold at the same time: the tool goes over to a new one while deliveries with the old one are still under way."""

AHEAD: Final = timedelta(minutes=1)
"""By so much a tool's clock may be behind ours, where it is looked for what was written."""


class Account(Frozen):
    """A configured account of a chat tool, opened: its secrets stand in it. Nothing of it is ever logged or shown."""

    tenant_id: str
    id: str
    kind: str
    name: str = ""
    url: str = ""
    """Where its API is, without a slash at the end."""
    settings: dict[str, JsonValue] = {}
    signing: tuple[str, ...] = Field(default=(), max_length=SECRETS, repr=False)
    token: str = Field(default="", repr=False)
    agents: dict[str, str] = Field(default={}, repr=False)
    """By our id of an agent, their own token in the tool: only with it is anything sent in their name."""
    shadow: bool = False
    """Read, draft, measure, write nothing."""


class Webhook(Frozen):
    """A request as it came in: `headers` by small letters, the body's very bytes."""

    headers: dict[str, str]
    body: bytes = Field(repr=False)
    at: Instant

    def header(self, name: str) -> str:
        """Empty when it is not there."""
        return self.headers.get(name.lower(), "")


class Arrival(Frozen):
    """What a delivery tells of one conversation. Fields that are not set in it are not known, and nothing on record is changed by them."""

    conversation: ConversationIn
    whole: bool = True
    """False: it only says that something happened. The thread is read from the tool before anything is believed."""
    complete: bool = False
    """All that the tool holds of the conversation: what was on record before it was read, and is not in it, was taken away."""
    deleted: tuple[str, ...] = ()
    """Messages that were taken away, of which no more is known than their ids."""


class Delivery(Frozen):
    """A verified request, read. `id` is made of what was signed: a header that is not signed cannot make a replay look new."""

    id: str
    arrivals: tuple[Arrival, ...] = ()
    clicks: tuple[Click, ...] = ()
    """What colleagues decided. The tool that tells of them waits for seconds only, whatever happens."""
    heard: bool = False
    """Goes on record though it may tell nothing: that it came at all is what somebody waits for."""
    ask: Ask | None = None
    """Is answered at once or not at all, and not kept: nothing is decided by it."""
    answer: JsonValue = None
    """What the tool wants to hear at once (a challenge). None: an empty answer; "": an empty one that has to be 200."""
    otherwise: JsonValue = None
    """What it wants to hear instead where the clicks are not on record in time."""


class Page(Frozen):
    """Answer to "what changed since"; `cursor` goes into the next question. `more`: ask again at once."""

    arrivals: tuple[Arrival, ...] = ()
    cursor: str = ""
    more: bool = False


class Missing(Frozen):
    """Something an operator has to mend in a connection."""

    what: str
    todo: str


class Entrant(Frozen):
    """Whom a tool vouches for, at the first request of its own sidebar."""

    agent: str
    """The tool's id of them."""
    person: str = ""
    """Who that is here, where an administrator said so: e-mail address, external id or id."""
    email: str = ""
    """Only where the tool has verified that it is theirs."""
    once: str
    """By which what was shown is known again: it lets in one time."""


class Step(Frozen):
    """One thing to do in the tool. `paste`: what of ours goes there, its webhook's or its panel's address."""

    text: str
    paste: Literal["", "webhook", "panel"] = ""


class Unsure(Unavailable):
    """It may have been done: the answer was lost on its way. Not done again before somebody looked."""
