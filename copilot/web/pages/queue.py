"""Who waits, in the order of service."""

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field, ValidationError

from copilot.api.auth import App, Me
from copilot.domain.base import Frozen
from copilot.domain.errors import Invalid
from copilot.services.conversations.queue import QueueCounts, QueueFilter, QueueLine, QueuePage
from copilot.web.drawing import Line, line
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
CHANNELS: Final = {"chat": "chat", "email": "e-mail", "phone": "phone", "social": "social", "letter": "letter", "sms": "SMS"}
"""In words."""
STEP: Final = 200
MOST: Final = 1000
"""Rows on one page."""


class Asked(QueueFilter):
    """What the address says: the filter, how many rows, and which conversation is open."""

    rows: int = Field(default=STEP, ge=1, le=MOST)
    conversation: str = Field(default="", max_length=200)

    def at(self, path: str, **changed: object) -> str:
        """The address of the desk or of the region with this filter, and what is changed of it."""
        fields = self.model_copy(update=changed).model_dump(exclude_defaults=True)
        words = {name: "1" if value is True else str(value) for name, value in fields.items()}
        return f"{path}?{urlencode(words)}" if words else path

    @property
    def chosen(self) -> bool:
        """Whether some rows may be left out."""
        return self.mine or self.channel is not None or self.needs_human or self.promise_due


class Row(Frozen):
    """A line of the queue, and how it is drawn."""

    line: QueueLine
    drawn: Line
    address: str
    open: bool
    times: str
    """"3rd contact"; empty for the first."""

    @property
    def step(self) -> int:
        """The step of the scale of heat, 0–10."""
        return round(self.line.heat / 10)

    @property
    def channel(self) -> str:
        return CHANNELS[self.line.channel]


class Choice(Frozen):
    """One filter to choose: leads to the desk with it, or without it when it is on."""

    label: str
    address: str
    number: int
    on: bool


async def shown(request: Request, app: App, me: Me) -> dict[str, Any]:
    """What `fragments/queue.html` shows, as its variable `queue`."""
    asked = read(request)
    found = await app.queue.page(me, asked, limit=asked.rows)
    return {
        "rows": [row(one, asked) for one in found.lines],
        "owners": (choice("All", asked, found.counts.all, mine=False), choice("Mine", asked, found.counts.mine, mine=True)),
        "wishes": _wishes(asked, found.counts),
        "channels": [choice("Every channel", asked, found.counts.all, channel=None), *_channels(asked, found.counts)],
        "channel": CHANNELS.get(asked.channel or "", ""),
        "chosen": asked.chosen,
        "everything": asked.at("/desk", **QueueFilter().model_dump()),
        "more": more(asked, found),
        "left": found.total - len(found.lines),
        "src": asked.at("/desk/f/queue"),
    }


def read(request: Request) -> Asked:
    """The filter of the address. Raises Invalid naming what cannot be read."""
    try:
        return Asked.model_validate({name: value for name, value in request.query_params.items() if name in Asked.model_fields and value})
    except ValidationError as error:
        names = ", ".join(str(one["loc"][0]) for one in error.errors())
        raise Invalid(f"The address asks for something the queue does not have: {names}.", todo="Open the desk again.") from None


def row(one: QueueLine, asked: Asked) -> Row:
    """One line as it is drawn."""
    return Row(
        line=one,
        drawn=line([point.heat for point in one.trajectory], one.heat),
        address=asked.at("/desk", conversation=one.conversation_id),
        open=asked.conversation in (one.conversation_id, one.id) and bool(asked.conversation),
        times=f"{ordinal(one.contacts_30d)} contact" if one.repeat else "",
    )


def choice(label: str, asked: Asked, number: int, **changed: object) -> Choice:
    """A filter as a link."""
    on = all(getattr(asked, name) == value for name, value in changed.items())
    return Choice(label=label, address=asked.at("/desk", **changed), number=number, on=on)


def more(asked: Asked, found: QueuePage) -> str:
    """The address that shows more rows; empty when there are none, or no more fit."""
    return asked.at("/desk", rows=min(MOST, asked.rows + STEP)) if found.next is not None and asked.rows < MOST else ""


def ordinal(number: int) -> str:
    """1 → "1st"."""
    last = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{last}"


def _wishes(asked: Asked, counts: QueueCounts) -> list[Choice]:
    """Filters that are switched on and off by themselves."""
    named = (("Needs a person", "needs_human", counts.needs_human), ("Promise due", "promise_due", counts.promise_due))
    return [
        Choice(label=label, number=number, on=getattr(asked, name), address=asked.at("/desk", **{name: not getattr(asked, name)}))
        for label, name, number in named
    ]


def _channels(asked: Asked, counts: QueueCounts) -> list[Choice]:
    return [
        choice(CHANNELS[name].capitalize() if name != "sms" else "SMS", asked, counts.channels.get(name, 0), channel=name)
        for name in CHANNELS
    ]


@router.get("/desk/f/queue")
async def fragment(request: Request, app: App, me: Me) -> Response:
    """The region alone."""
    return page(request, "fragments/queue.html", queue=await shown(request, app, me))
