"""What chat tools have in common. A tool's file says what it can do; the rest is refused here."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar, NoReturn
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from copilot.channels.calling import Calls
from copilot.channels.limits import Limit, Pacing
from copilot.domain.channels import Ability, Account, Arrival, Delivery, Entrant, Missing, Page, Webhook
from copilot.domain.connections import Event
from copilot.domain.errors import Invalid, Refused


class Settings(BaseModel):
    """Of a connection; each tool adds its own. Unknown ones are an error that names them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    notes: bool = True
    """Whether one short private note is written for each turn."""


class Tool(ABC):
    """A chat tool that can do nothing yet."""

    kind: ClassVar[str]
    title: ClassVar[str]
    can: ClassVar[frozenset[Ability]] = frozenset()
    settings: ClassVar[type[BaseModel]] = Settings
    panel: ClassVar[str] = ""
    limits: ClassVar[tuple[Limit, ...]] = ()
    """What it publishes of how often it may be called; where that depends on the plan, the smallest one's."""

    def __init__(self, http: httpx.AsyncClient, pacing: Pacing | None = None) -> None:
        self._http, self._pacing = http, pacing or Pacing()

    @abstractmethod
    def read(self, account: Account, webhook: Webhook) -> Delivery: ...

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        self._cannot("be read")

    async def since(self, account: Account, cursor: str) -> Page:
        self._cannot("be asked what changed")

    async def note(self, account: Account, conversation_id: str, text: str) -> str:
        self._cannot("take notes")

    async def reply(self, account: Account, conversation_id: str, text: str, agent: str) -> str:
        self._cannot("be sent to")

    async def tell(self, account: Account, event: Event) -> None:
        self._cannot("be told events")

    async def check(self, account: Account) -> list[Missing]:
        return []

    def pages(self, url: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return ()

    async def entered(self, account: Account, token: str, at: datetime) -> Entrant:
        self._cannot("sign anybody in")

    async def install(self, account: Account, ours: Mapping[str, str]) -> Account:
        self._cannot("be set up from here")

    def calls(self, account: Account, headers: Mapping[str, str]) -> Calls:
        """The tool's API of this account."""
        return Calls(self._http, account.url, headers, self.title, self._pacing.line(account, self.title, self.limits))

    def _cannot(self, what: str) -> NoReturn:
        raise Refused(f"{self.title} cannot {what}.", todo="See copilot/channels/README.md for what each tool can do.")


def origin(url: str) -> tuple[str, ...]:
    """Of the tool's own pages at that address; none where it names no host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    return (f"{parts.scheme}://{parts.netloc}".lower(),) if parts.netloc else ()


@contextmanager
def understood(tool: str) -> Iterator[None]:
    """Raises Invalid for whatever a tool's payload is not as its documentation says: a field of another type, one that is missing."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError, OSError) as error:
        what = type(error).__name__ if isinstance(error, ValidationError) else f"{type(error).__name__}: {str(error)[:80]}"
        raise Invalid(f"This is not as {tool} sends it ({what}).", todo=f"Send {tool}'s own webhook, unchanged.") from None


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
