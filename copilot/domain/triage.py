"""Triage in a tool of colleagues: what they are shown there of a conversation, and what they press."""

from typing import Literal

from pydantic import Field

from copilot.domain.base import Frozen

Act = Literal["used", "edited", "dismissed"]
"""What can be decided about a draft, as a decision has it."""


class Place(Frozen):
    """Where something was pressed, by the tool's ids. `answer`: an address at which only whoever pressed is answered; empty: none."""

    channel: str
    message: str = ""
    thread: str = ""
    answer: str = Field(default="", repr=False)


class Click(Frozen):
    """A colleague decided about a draft. `user` is the tool's id of them; `text` is theirs when they edited it."""

    user: str
    suggestion_id: str
    action: Act
    text: str = ""
    place: Place


class Ask(Frozen):
    """A colleague wants to change a draft first: its words are shown to them while `trigger` holds, which is seconds."""

    user: str
    suggestion_id: str
    trigger: str = Field(repr=False)
    place: Place


class Offer(Frozen):
    """A draft as colleagues see it. `outcome`: what became of it; empty: it can be decided on."""

    suggestion_id: str
    title: str
    text: str
    remarks: tuple[str, ...] = ()
    """What its checks say."""
    outcome: str = ""


class Shown(Frozen):
    """One message to colleagues. What is empty is left out."""

    key: str
    """What it is for: a message whose answer was lost is found again by it."""
    thread: str = ""
    """The message it belongs under; empty: it opens a thread."""
    heading: str = ""
    said: str = ""
    """The customer's own words."""
    cue: str = ""
    offers: tuple[Offer, ...] = ()
    words: str = ""
    """Words to be copied, and nothing around them."""
    link: str = ""


class Colleague(Frozen):
    """Who pressed. `ours`: the person of ours that the connection's settings name for them; `email`: one that the tool has verified."""

    id: str
    name: str = ""
    email: str = ""
    ours: str = ""
