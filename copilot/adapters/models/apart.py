"""Language models in a process of their own: reading a stream through LiteLLM, and masking, cost tens of milliseconds an answer.

That process holds the provider's keys (from its environment), no file and no record. It may die at any time: who waits is told that
no model answered, and the next question starts it again.
"""

import asyncio
import itertools
import multiprocessing
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.process import BaseProcess

import structlog

from copilot.adapters.models.budget import Budget, Spent
from copilot.adapters.models.framed import Framed
from copilot.adapters.models.limits import Limits
from copilot.adapters.models.speaking import serve
from copilot.domain.base import now
from copilot.domain.errors import Invalid, Unavailable
from copilot.domain.ports.models import ModelAnswer, ModelRequest, OnText

log = structlog.get_logger()
GRACE_S = 5.0
"""How much longer than its own limit a question may take before the process is taken to be stuck."""


@dataclass(eq=False)
class _Waiting:
    """A question under way: its newest text, and its end."""

    done: "asyncio.Future[ModelAnswer | None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    text: str = ""
    grown: asyncio.Event = field(default_factory=asyncio.Event)


class ModelsApart:
    """The Models port as LiteLLMModels, which it runs elsewhere. Use it in one event loop."""

    def __init__(
        self,
        models: Sequence[str],
        *,
        api_base: str | None = None,
        spent: Spent,
        budget: Spent,
        clock: Callable[[], datetime] = now,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value
    ) -> None:
        self._models = tuple(models)
        if not self._models:
            raise Invalid("No model is named.", todo="Name at least one, or use NoModels.")
        self._api_base, self._limits = api_base, limits
        self._budget = Budget(spent, budget, clock)
        self._numbers = itertools.count()
        self._waiting: dict[int, _Waiting] = {}
        self._opening = asyncio.Lock()
        self._line: Framed | None = None
        self._process: BaseProcess | None = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def configured(self) -> str:
        return self._models[0]

    async def warm(self) -> None:
        """Start the process and let it import what the first question needs."""
        await self._call("warm", None)

    async def forget(self) -> None:
        """Have it drop every text that it keeps for speed."""
        if self._line is not None:
            await self._call("forget", None)

    async def ask(self, request: ModelRequest, on_text: OnText | None = None) -> ModelAnswer:
        """As LiteLLMModels. `on_text` gets the newest text; what grew meanwhile comes in one piece."""
        await self._budget.check(request.tenant_id)
        try:
            async with asyncio.timeout(self._limits.total_s + GRACE_S) as limit:
                answer = await self._call("ask", request, on_text)
        except TimeoutError:
            if not limit.expired():
                raise
            self._stop()
            raise Unavailable("The process that speaks to the models does not answer.", todo="Ask again.") from None
        if answer is None:
            raise Unavailable("No model answered.", todo="Ask again.")
        return answer

    async def close(self) -> None:
        """End the process; whoever still waits is told."""
        process = self._process
        self._stop()
        if process is not None:
            await asyncio.to_thread(process.join, GRACE_S)
        if self._listening is not None:
            with suppress(asyncio.CancelledError):
                await self._listening

    async def _call(self, what: str, about: object, on_text: OnText | None = None) -> ModelAnswer | None:
        line = await self._opened()
        number, waiting = next(self._numbers), _Waiting()
        self._waiting[number] = waiting
        try:
            await line.send((number, what, about))
            if on_text is not None:
                await self._follow(waiting, on_text)
            return await waiting.done
        finally:
            del self._waiting[number]
            if not waiting.done.done() or waiting.done.cancelled():
                await line.send((number, "cancel", None))

    @staticmethod
    async def _follow(waiting: _Waiting, on_text: OnText) -> None:
        """Hand on the newest text until the end has come."""
        waiting.done.add_done_callback(lambda _: waiting.grown.set())
        shown = ""
        while not waiting.done.done() or waiting.text != shown:
            await waiting.grown.wait()
            waiting.grown.clear()
            if waiting.text != shown:
                shown = waiting.text
                await on_text(shown)
            if waiting.done.done() and waiting.text == shown:
                return

    async def _opened(self) -> Framed:
        async with self._opening:
            if self._line is None:
                ours, theirs = socket.socketpair()
                # Spawned: a fork would inherit threads, the folder's lock and the sockets.
                context = multiprocessing.get_context("spawn")
                self._process = context.Process(
                    target=serve, args=(theirs, self._models, self._api_base, self._limits), daemon=True, name="models"
                )
                await asyncio.to_thread(self._process.start)
                theirs.close()
                self._line = await Framed.over(ours)
                self._listening = asyncio.create_task(self._listen(self._line))
            return self._line

    async def _listen(self, line: Framed) -> None:
        """Deliver what the process says, until it is gone."""
        async for number, what, told in line.received():
            waiting = self._waiting.get(number)
            if what == "waste":
                self._budget.waste(*told)
            elif waiting is None or waiting.done.done():
                continue
            elif what == "text":
                waiting.text = told
                waiting.grown.set()
            elif what == "failed":
                waiting.done.set_exception(told)
            else:
                waiting.done.set_result(told)
        if self._line is line:
            log.warning("models_process_gone")
            self._stop()

    def _stop(self) -> None:
        line, process, self._line, self._process = self._line, self._process, None, None
        if line is not None:
            line.close()
        if process is not None and process.is_alive():
            process.terminate()
        for waiting in self._waiting.values():
            if not waiting.done.done():
                waiting.done.set_exception(Unavailable("The process that speaks to the models stopped.", todo="Ask again."))
