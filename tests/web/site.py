"""The running product for browser tests: the application on doubles, the sample company in it, a real server on a free port."""

import asyncio
import copy
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from playwright.async_api import BrowserContext, Page

from copilot.adapters.privacy import PresidioPrivacy
from copilot.api import create_app
from copilot.api.auth import COOKIE, csrf_word
from copilot.bootstrap import DEFAULT_TENANT, Application
from copilot.commands.demo import fill
from copilot.domain.staff import Caller, User
from copilot.testing.application import Clock, close_application, make_application, open_application, settle
from copilot.testing.engine import InlineEngine
from copilot.testing.search import MemoryLexical, MemoryVectors
from tests.patience import eventually
from tests.web.serving import Served

CONSOLE = Caller(tenant_id=DEFAULT_TENANT, role="admin", key_id="console")
"""An administrator, for arranging what a test needs."""
Told = TypeVar("Told")


@dataclass
class Company:
    """The sample company, loaded and drafted once; each test gets a copy."""

    folder: Path
    parts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    async def load(cls, folder: Path) -> Self:
        """Takes some seconds."""
        parts: dict[str, Any] = {"vectors": MemoryVectors(), "lexical": MemoryLexical()}
        application = make_application(folder, **parts)
        await open_application(application)
        await asyncio.to_thread(PresidioPrivacy().warm)  # the first page that masks would wait for it
        refused = await fill(application, quiet_period_s=0)
        assert not refused
        await settle(application)
        await application.gaps.closing.run(DEFAULT_TENANT, "")  # else every copy would look through all open questions when it starts
        await close_application(application)
        return cls(folder, parts)

    def copy(self, folder: Path, **overrides: Any) -> Application:
        """An application of its own on the same records. `overrides`: as for `make_application` (`models=…`)."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        parts = copy.deepcopy(self.parts) | {"engine": InlineEngine(), "clock": Clock()} | overrides
        return make_application(folder, **parts)

    async def after(self, folder: Path, arranged: "Callable[[Site], Awaitable[Told]]") -> "tuple[Company, Told]":
        """The company once something more has happened, to be copied in turn; and what `arranged` says of it."""
        parts = copy.deepcopy(self.parts)
        async with Site(self.copy(folder, **parts)) as site:
            told = await arranged(site)
            await settle(site.application)
        return Company(folder, parts), told


async def until(page: Page, expression: str, argument: Any = None) -> Any:
    """The first truthy value of a JavaScript expression or function. Playwright's own waiting evaluates text, which our policy forbids."""
    return await eventually(lambda: page.evaluate(expression, argument), expression, within=20)


class Site:
    """A server in this process and loop. `async with Site(application) as site:` listens at `site.address`."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._served: Served | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.application.start()
        try:
            await self.listen()
        except BaseException:
            await close_application(self.application)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()
        await close_application(self.application)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def listen(self) -> None:
        """Answer; after `hang_up` at the same address again."""
        self._served = await Served(create_app(self.application, lifespan=False), self._port).__aenter__()
        self._port = self._served.port

    async def hang_up(self) -> None:
        """As when the service is gone: open streams break, nobody answers."""
        served, self._served = self._served, None
        if served is not None:
            await served.__aexit__()

    @property
    def clock(self) -> Clock:
        clock = self.application.clock
        assert isinstance(clock, Clock)
        return clock

    async def person(self, ref: str) -> User:
        """By external id ("agent-lea") or address."""
        async with self.application.database.read(DEFAULT_TENANT) as records:
            found = await records.admin.user(ref)
        assert found is not None, ref
        return found

    async def sign_in(self, context: BrowserContext, ref: str = "agent-lea") -> User:
        """Give a browser the session of a person of the sample."""
        person = await self.person(ref)
        entered = await self.application.signing_in.begin(DEFAULT_TENANT, person, "password")
        await context.add_cookies([{"name": COOKIE, "value": entered.secret, "url": self.address, "httpOnly": True, "sameSite": "Lax"}])
        return person

    async def csrf(self, context: BrowserContext) -> str:
        """The CSRF word of the browser's session."""
        cookies = {cookie.get("name"): cookie.get("value", "") for cookie in await context.cookies(self.address)}
        return csrf_word(str(cookies[COOKIE]))

    async def say(self, conversation: str, text: str, **message: Any) -> None:
        """A customer writes in a conversation of the sample; returns once everything that follows is done."""
        from copilot.domain.base import new_id
        from copilot.domain.formats import MessageIn

        given = {"id": new_id(), "author": "customer", "text": text, "sent_at": self.clock().isoformat()} | message
        await self.application.ingest.message(DEFAULT_TENANT, conversation, MessageIn.model_validate(given))
        await settle(self.application)
