"""The Models port in memory: a queue of answers and errors."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from copilot.domain.errors import Unavailable
from copilot.domain.ports.models import ModelAnswer, ModelRequest, OnText
from copilot.domain.suggestion import Usage

Scripted = BaseModel | Mapping[str, Any] | Exception


class ScriptedModels:
    """Gives the queued answers in order, and raises the queued errors. Asked without anything queued it raises AssertionError.

    `asked` holds the requests. An answer that does not fit the request's type is Unavailable, as after a failed repair.
    """

    def __init__(self, *answers: Scripted, name: str = "scripted", cost_microusd: int = 0) -> None:
        self._answers: deque[Scripted] = deque(answers)
        self._name = name
        self._cost = cost_microusd
        self.asked: list[ModelRequest] = []
        self.closed = False

    @property
    def configured(self) -> str:
        return self._name

    def queue(self, *answers: Scripted) -> None:
        """Add answers for the next questions."""
        self._answers.extend(answers)

    async def warm(self) -> None:
        """Nothing to load."""

    async def ask(self, request: ModelRequest, on_text: OnText | None = None) -> ModelAnswer:
        self.asked.append(request)
        if not self._answers:
            raise AssertionError(f"a model was asked ({request.purpose}), and the test has no answer for it")
        scripted = self._answers.popleft()
        if isinstance(scripted, Exception):
            raise scripted
        value = _fitting(scripted, request)
        await _stream(value, request, on_text)
        return ModelAnswer(
            value=value,
            model=request.model or self._name,
            usage=Usage(input_tokens=100, output_tokens=20, calls=1),
            cost_microusd=self._cost,
            latency_ms=1.0,
            first_token_ms=0.5,
            sent=request.messages,
        )

    async def forget(self) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        self.closed = True


def _fitting(scripted: BaseModel | Mapping[str, Any], request: ModelRequest) -> BaseModel:
    data = scripted.model_dump() if isinstance(scripted, BaseModel) else dict(scripted)
    try:
        return request.answer.model_validate(data)
    except ValidationError:
        raise Unavailable("The model's answer did not fit, also after one repair.") from None


async def _stream(value: BaseModel, request: ModelRequest, on_text: OnText | None) -> None:
    """The streamed fields in two steps each, as a real model's text grows."""
    if on_text is None:
        return
    done: list[str] = []
    for text in (getattr(value, field, None) for field in request.stream):
        if isinstance(text, str) and text:
            for part in dict.fromkeys((text[: len(text) // 2], text)):
                if part:
                    await on_text("\n\n".join([*done, part]))
            done.append(text)
