"""The far end of ModelsApart: the process that speaks to language models."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from copilot.adapters.models.framed import Framed
from copilot.adapters.models.limits import Limits
from copilot.domain.errors import CopilotError, Unavailable
from copilot.domain.ports.models import ModelAnswer, OnText

COURTESY = 2
"""On a busy machine, answering requests goes before reading what a model writes."""


def serve(theirs: socket.socket, models: Sequence[str], api_base: str | None, limits: Limits) -> None:
    """The process. Interruptions are the parent's affair; when its end of the line closes, so do we."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(COURTESY)
    # spaCy loads torch wherever it is installed (250 MB), and uses nothing of it here.
    sys.modules.setdefault("torch", None)  # type: ignore[arg-type]  # Python's own way to say that a module is not to be had
    asyncio.run(Speaking(models, api_base, limits).run(theirs))


class Speaking:
    """The far end: LiteLLMModels, and the questions it is at."""

    def __init__(self, models: Sequence[str], api_base: str | None, limits: Limits) -> None:
        from copilot.adapters.models.lite import LiteLLMModels
        from copilot.adapters.privacy import PresidioPrivacy

        async def nothing(_: str) -> int:
            return 0

        async def enough(_: str) -> int:
            return 1  # the budget is checked where the record is

        self._models = LiteLLMModels(
            models, api_base=api_base, privacy=PresidioPrivacy(), spent=nothing, budget=enough, limits=limits, wasted=self._wasted
        )
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._line: Framed | None = None
        self._waste: list[tuple[str, int]] = []

    async def run(self, theirs: socket.socket) -> None:
        line = await Framed.over(theirs)
        async for number, what, about in line.received():
            if what == "cancel":
                if (task := self._tasks.pop(number, None)) is not None:
                    task.cancel()
                continue
            task = asyncio.create_task(self._answer(line, number, what, about))
            self._tasks[number] = task
            task.add_done_callback(partial(self._ended, number))
        await self._models.close()

    async def _answer(self, line: Framed, number: int, what: str, about: Any) -> None:
        async def grows(text: str) -> None:
            await line.send((number, "text", text))

        try:
            end: tuple[int, str, object] = (number, "done", await self._done(what, about, grows))
        except CopilotError as error:
            end = (number, "failed", error)
        except Exception as error:  # noqa: BLE001 - the question has to end over there; what it says may quote the customer
            end = (number, "failed", Unavailable(f"The model could not be asked ({type(error).__name__}).", todo="Ask again."))
        # First what was wasted: the next question must not be asked on a budget that looks whole.
        wasted, self._waste = self._waste, []
        for value in (*((number, "waste", one) for one in wasted), end):
            await line.send(value)

    async def _done(self, what: str, about: Any, grows: OnText) -> ModelAnswer | None:
        if what == "ask":
            return await self._models.ask(about, grows)
        if what == "warm":
            await self._models.warm()
        else:
            await self._models.forget()
        return None

    def _ended(self, number: int, _: "asyncio.Task[None]") -> None:
        self._tasks.pop(number, None)

    def _wasted(self, tenant: str, microusd: int) -> None:
        self._waste.append((tenant, microusd))
