"""The embedded default: no model is set."""

from copilot.domain.errors import Unavailable
from copilot.domain.ports.models import ModelAnswer, ModelRequest, OnText


class NoModels:
    """The Models port without a model. Every question gets Unavailable, so that the fallback path answers."""

    @property
    def configured(self) -> str:
        return ""

    async def warm(self) -> None:
        """Nothing to load."""

    async def ask(self, request: ModelRequest, on_text: OnText | None = None) -> ModelAnswer:
        raise Unavailable("No language model is set.", todo="Set COPILOT_MODEL to use one.")

    async def forget(self) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing is open."""
