"""What chat tools have in common. A tool's file says what it can do; the rest is refused here."""

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ClassVar, Final, NoReturn
from urllib.parse import unquote, urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from copilot.channels.calling import Calls
from copilot.channels.limits import Limit, Pacing
from copilot.domain.channels import AHEAD, Ability, Account, Arrival, Delivery, Entrant, Missing, Page, Step, Unsure, Webhook
from copilot.domain.connections import Event, Outgoing
from copilot.domain.conversation import Channel
from copilot.domain.errors import CopilotError, Invalid, Refused
from copilot.domain.formats import ConversationIn
from copilot.domain.times import parse_when

ASKED: Final = ("thread", "since", "earlier", "note", "reply", "check", "install", "entered")
"""What of a tool's file reads answers of its API. One that is not as documented is told as Invalid, wherever it is tripped over."""
DIGITS: Final = 19
"""Of a number that a tool counts by."""


class Settings(BaseModel):
    """Of a connection; each tool adds its own. Unknown ones are an error that names them."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _without_notes(cls, given: Any) -> Any:
        """Every connection once had `notes`; where there is no place for them they mean nothing, and still stand in the database."""
        if isinstance(given, Mapping) and "notes" not in cls.model_fields:
            return {name: value for name, value in given.items() if name != "notes"}
        return given


class NoteSettings(Settings):
    """Of a connection to a tool that takes notes."""

    notes: bool = True
    """Whether one short private note is written for each turn."""


class Tool(ABC):
    """A chat tool that can do nothing yet."""

    kind: ClassVar[str]
    title: ClassVar[str]
    can: ClassVar[frozenset[Ability]] = frozenset()
    settings: ClassVar[type[BaseModel]] = Settings
    panel: ClassVar[str] = ""
    own_access: ClassVar[str] = "Your own access token there."
    """What an agent enters so that it can be sent in their name."""
    installs: ClassVar[bool] = False
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="Make a webhook in the tool, with this address:", paste="webhook"),
        Step(text="Give it the signing secret. A secret is shown once, when it is made; below you can make a new one."),
        Step(text="Write in a conversation there, and see here that it was delivered."),
    )
    delivers: ClassVar[bool] = True
    """Whether it sends webhooks."""
    limits: ClassVar[tuple[Limit, ...]] = ()
    """What it publishes of how often it may be called; where that depends on the plan, the smallest one's."""

    def __init_subclass__(cls) -> None:
        for name in ASKED:
            if name in cls.__dict__:
                setattr(cls, name, _understanding(cls.__dict__[name]))

    def __init__(self, http: httpx.AsyncClient, pacing: Pacing | None = None) -> None:
        self._http, self._pacing = http, pacing or Pacing()

    @abstractmethod
    def read(self, account: Account, webhook: Webhook) -> Delivery: ...

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        self._cannot("be read")

    async def since(self, account: Account, cursor: str) -> Page:
        self._cannot("be asked what changed")

    async def note(self, account: Account, conversation_id: str, text: str) -> str:
        """Write a note between colleagues; returns the tool's id of it."""
        self._cannot("take notes")

    async def reply(self, account: Account, conversation_id: str, text: str, agent: str) -> str:
        """Send in the name of an agent, with that agent's own token; returns the tool's id of the message."""
        self._cannot("be sent to")

    async def tell(self, account: Account, event: Event) -> None:
        """Deliver an event."""
        self._cannot("be told events")

    async def write(self, account: Account, conversation_id: str, wanted: Outgoing) -> str:
        """A tool that knows a write again by a name of its own does it here."""
        if wanted.action == "event":
            event = Event.model_validate_json(wanted.text)
            await self.tell(account, event)
            return event.id
        if wanted.action == "note":
            return await self.note(account, conversation_id, wanted.text)
        return await self.reply(account, conversation_id, wanted.text, wanted.agent)

    async def written(self, account: Account, conversation_id: str, wanted: Outgoing) -> str | None:
        """By its words, in the thread, however they are spaced: tools set them anew. None for a tool that cannot be read."""
        if wanted.action == "event":
            return ""  # told again: whoever listens knows it by its id
        if "history" not in self.can:
            return None
        try:
            thread = (await self.thread(account, conversation_id)).conversation
        except CopilotError:
            return None
        private = "private" if wanted.action == "note" else "public"
        alike = (
            one.id
            for one in thread.messages
            if (one.author, one.visibility) in (("agent", private), ("bot", private))
            and _said(one.text) == _said(wanted.text)
            and parse_when(one.sent_at, wanted.made_at) >= wanted.made_at - AHEAD  # the same words of before are another write
        )
        return next(alike, "")

    async def check(self, account: Account) -> list[Missing]:
        return []

    def pages(self, url: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return ()

    async def entered(self, account: Account, token: str, at: datetime) -> Entrant:
        self._cannot("sign anybody in")

    async def install(self, account: Account, ours: Mapping[str, str]) -> Account:
        """Nothing is made in the tool unless it says so (`installs`)."""
        return account

    def calls(self, account: Account, headers: Mapping[str, str]) -> Calls:
        """The tool's API of this account."""
        return Calls(self._http, account.url, headers, self.title, self._pacing.line(account, self.title, self.limits))

    def _own(self, account: Account, agent: str) -> str:
        """The agent's own token. Raises Refused without one: nobody else's speaks for them."""
        if token := account.agents.get(agent):
            return token
        raise Refused(
            "Nothing is sent in an agent's name without their own access.",
            todo=f"They add it once under their name, My chat tools ({self.own_access.rstrip('.')}), or answer in the tool itself.",
        )

    def _cannot(self, what: str) -> NoReturn:
        raise Refused(f"{self.title} cannot {what}.", todo="See copilot/channels/README.md for what each tool can do.")


def origin(url: str) -> tuple[str, ...]:
    """Of the tool's own pages at that address; none where it names no host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    return (f"{parts.scheme}://{parts.netloc}".lower(),) if parts.netloc else ()


def again(account: Account) -> str:
    """What to do where something that we made in the tool is not there."""
    return f"Run: copilot connections install {account.id} --address ADDRESS"


def leads_here(account: Account, url: object) -> bool:
    """Whether an address that stands in the tool is this connection's hook: /hooks/TENANT/NAME, behind whatever leads to this service."""
    try:
        parts = [unquote(part) for part in urlsplit(str(url)).path.split("/")]
    except ValueError:
        return False
    return any(parts[at : at + 3] == ["hooks", account.tenant_id, account.id] for at in range(len(parts)))


@contextmanager
def understood(tool: str) -> Iterator[None]:
    """Raises Invalid for what a tool sent or answered, and is not as its documentation says: a field of another type, a missing one."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError, OSError) as error:
        what = type(error).__name__ if isinstance(error, ValidationError) else f"{type(error).__name__}: {str(error)[:80]}"
        todo = f"Look whether {tool} itself sent it, unchanged, and whether the connection's address is that of its API."
        raise Invalid(f"This is not as {tool} sends it ({what}).", todo=todo) from None


def _understanding(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(method)
    async def asked(self: Tool, *given: Any, **named: Any) -> Any:
        with understood(self.title):
            return await method(self, *given, **named)

    return asked


def id_of(tool: str, answer: object, *path: str | int) -> str:
    """The id of what was written, at that place of the answer. Raises Unsure: it was taken, but by whom? It is looked for, not repeated."""
    try:
        for part in path:
            answer = answer[part]  # type: ignore[index]
    except (IndexError, KeyError, TypeError):
        answer = None
    if not isinstance(answer, str | int) or not answer:
        raise Unsure(f"{tool} did not say whether it was done.", todo="Look in the conversation before it is done again.")
    return str(answer)


def json_body(webhook: Webhook) -> dict[str, Any]:
    """The body as a JSON object. Raises Invalid."""
    try:
        found = json.loads(webhook.body)
    except ValueError:
        raise Invalid("The body is not JSON.", todo="Send the tool's own webhook.") from None
    if not isinstance(found, dict):
        raise Invalid("The body is not a JSON object.", todo="Send the tool's own webhook.")
    return found


def objects(found: object) -> list[dict[str, Any]]:
    """What of a list are objects; nothing where it is no list."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def changed(ident: str, channel: Channel = "email") -> Arrival:
    """That something happened in a conversation: what it was is read from the tool."""
    return Arrival(conversation=ConversationIn(conversation_id=ident, channel=channel, messages=[]), whole=False)


def attached(found: object, *, name: str = "", kind: str = "content_type") -> list[dict[str, Any] | str]:
    """Attachments as the record keeps them, of a tool's list; `name`, `kind`: what their fields are called there. Never their addresses."""
    return [{"name": str(one.get(name) or ""), "type": str(one.get(kind) or ""), "url": ""} for one in objects(found)]


def when(told: object) -> datetime:
    """A time as ISO 8601 writes it; without an offset it is UTC. Raises ValueError."""
    found = datetime.fromisoformat(str(told))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def number(told: object) -> str:
    """A tool's number of something, in its digits. Raises Invalid."""
    text = str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""
    if not (text.isascii() and text.isdigit()) or len(text) > DIGITS:
        raise Invalid("A number is missing, or is none.", todo="Send the tool's own webhook as copilot/channels/README.md says, unchanged.")
    return text


def _said(text: str) -> str:
    return " ".join(text.split())
