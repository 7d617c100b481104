"""Language models: one question, one validated answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from copilot.domain.base import Frozen
from copilot.domain.suggestion import Usage

OnText = Callable[[str], Awaitable[None]]
"""Called with the whole text so far of the streamed field, each time it grew."""


class ChatMessage(Frozen):
    """One message of the prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class ModelRequest(Frozen):
    """What is asked. `answer` is the pydantic model the answer must fit; `stream` names its text fields, in the order they are shown."""

    tenant_id: str
    purpose: str
    messages: tuple[ChatMessage, ...]
    answer: type[BaseModel]
    stream: tuple[str, ...] = ()
    model: str = ""
    """The model to ask first; those that are set follow when it does not answer. Empty: those that are set."""
    secrets: tuple[str, ...] = ()
    """Exact values of this customer (names, addresses, numbers) that the provider does not need."""
    max_tokens: int = 1200


class ModelAnswer(Frozen):
    """What came back, already validated, placeholders restored."""

    value: BaseModel
    model: str
    usage: Usage
    cost_microusd: int
    latency_ms: float
    first_token_ms: float | None
    sent: tuple[ChatMessage, ...]
    """Exactly what the provider received."""


class Models(Protocol):
    """A language model, or none.

    Raises Unavailable for every reason not to have an answer: no model set, provider down, too slow, cut, invalid after one repair.
    """

    @property
    def configured(self) -> str:
        """The first model's name; empty when none is set."""
        ...

    async def warm(self) -> None:
        """Load what the first question needs, now rather than then."""
        ...

    async def ask(self, request: ModelRequest, on_text: OnText | None = None) -> ModelAnswer: ...

    async def forget(self) -> None:
        """Drop every text that is kept for speed (somebody was erased)."""
        ...

    async def close(self) -> None: ...


class Masker(Protocol):
    """Values ↔ placeholders for one call."""

    def mask(self, text: str) -> str: ...

    def restore(self, text: str) -> str: ...

    def restore_partial(self, text: str) -> str:
        """As restore, for a text that is still growing: holds back what may be the beginning of a placeholder."""
        ...


class Privacy(Protocol):
    """Personal data: what is never stored, and what a provider does not see."""

    def cut(self, text: str) -> str:
        """Card numbers (Luhn) and passwords replaced by a mark. Applied before anything is stored."""
        ...

    def masker(self, secrets: Sequence[str]) -> Masker: ...


class RenderedPrompt(Frozen):
    """A prompt with its variables filled in. `id` is `name@version:hash` of the file."""

    id: str
    messages: tuple[ChatMessage, ...]


class Prompts(Protocol):
    """The prompt files. A missing or unknown variable raises Invalid and names it."""

    def names(self) -> tuple[str, ...]: ...

    def render(self, name: str, variables: Mapping[str, Any]) -> RenderedPrompt: ...

    def instead(self, texts: Mapping[str, str]) -> "Prompts":
        """These prompts, with other texts of prompt files under some names.

        Raises NotFound for an unknown name, and Invalid for a text that could not take the place of what is there.
        """
        ...
