"""What a chat tool's file implements."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from copilot.domain.channels import Ability, Account, Arrival, Delivery, Entrant, Missing, Page, Step, Webhook
from copilot.domain.connections import Outgoing
from copilot.domain.triage import Ask, Colleague, Place, Shown


class Channel(Protocol):
    """One chat tool. What it cannot do raises Refused; `can` says so beforehand.

    Reading raises Refused (not signed, too old) or Invalid (not understood); calls raise Refused (a permission), NotFound, Invalid,
    Unavailable (with `retry_after` where the tool named it) or Unsure.
    """

    @property
    def kind(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def can(self) -> frozenset[Ability]: ...

    @property
    def settings(self) -> type[BaseModel]:
        """What is configured beside address and secrets."""
        ...

    @property
    def panel(self) -> str:
        """Our page for the tool's own sidebar: a path with `{tenant}` and `{connection}`; empty: it has none."""
        ...

    @property
    def own_access(self) -> str:
        """What an agent enters so that it can be sent in their name."""
        ...

    @property
    def installs(self) -> bool:
        """Whether `install` makes in the tool what a connection needs."""
        ...

    @property
    def steps(self) -> tuple[Step, ...]:
        """What a person does in the tool, in this order, to connect it by hand."""
        ...

    @property
    def delivers(self) -> bool:
        """Whether it sends webhooks; if not, it is only asked."""
        ...

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Verify the very bytes, then say what was told. No network, quick: the tool waits."""
        ...

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        """A conversation as the tool has it now."""
        ...

    async def since(self, account: Account, cursor: str) -> Page:
        """What changed since a cursor; empty: from now on."""
        ...

    async def write(self, account: Account, conversation_id: str, wanted: Outgoing) -> str:
        """A note between colleagues; a message in the name of an agent, with that agent's own token; or an event, which may come twice.

        Returns the tool's id of it. A tool that can carry the name of the write (`wanted.id`) knows it again by that.
        """
        ...

    async def written(self, account: Account, conversation_id: str, wanted: Outgoing) -> str | None:
        """The id of a write that may have been done; empty when it surely was not; None when nobody knows. Raises nothing."""
        ...

    async def check(self, account: Account) -> list[Missing]:
        """What is missing for this account to work: rights, versions, a webhook."""
        ...

    async def install(self, account: Account, ours: Mapping[str, str]) -> Account:
        """Make in the tool what a connection needs (`ours`: our addresses by purpose); returns the account with what it learned."""
        ...

    def pages(self, url: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Origins of the tool's own pages that show the panel, of an account at that address; none where it shows none."""
        ...

    async def entered(self, account: Account, token: str, at: datetime) -> Entrant:
        """Who opened the tool's sidebar, by what the tool signed for them. Raises Refused."""
        ...


@runtime_checkable
class ProbedTool(Protocol):
    """A tool that can be made to deliver something without a customer or an agent noticing. Raises as Channel does."""

    @property
    def unheard(self) -> str:
        """What to look at in the tool when nothing comes."""
        ...

    def probe(self, account: Account) -> AbstractAsyncContextManager[None]:
        """Cause a delivery, which says `heard`. On leaving, nothing of it is left in the tool."""
        ...


@runtime_checkable
class ContactsTool(Protocol):
    """A tool that can say what else it holds of whoever a conversation is with. Raises as Channel does."""

    async def earlier(self, account: Account, conversation_id: str) -> tuple[str, ...]:
        """Ids of their other conversations there, a bounded number of the latest."""
        ...


@runtime_checkable
class TriageTool(Protocol):
    """A tool in which colleagues are shown what needs a look, and decide there (`triage`). Raises as Channel does."""

    async def show(self, account: Account, shown: Shown) -> str:
        """Post it; returns the tool's id of the message, by which it is changed and under which others are put."""
        ...

    async def change(self, account: Account, ident: str, shown: Shown) -> None:
        """Put it in a message's place. The same again changes nothing."""
        ...

    async def find(self, account: Account, key: str, thread: str, since: datetime) -> str:
        """The id of a message that was posted for that key; empty: there is none."""
        ...

    async def edit(self, account: Account, ask: Ask, text: str) -> None:
        """Show them the words to change. Raises Conflict when it took too long."""
        ...

    async def whisper(self, account: Account, user: str, place: Place, text: str) -> None:
        """Say something that only they see."""
        ...

    async def colleague(self, account: Account, user: str) -> Colleague:
        """Who that is. Raises Refused for somebody of another company."""
        ...
