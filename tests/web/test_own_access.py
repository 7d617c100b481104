"""My chat tools: what an agent enters once is sealed, never shown, and theirs alone."""

import httpx
from fastapi import FastAPI

from copilot.bootstrap import DEFAULT_TENANT, Application
from tests.web.connected import TROUBLED
from tests.web.test_connections import app, application, double, press, words
from tests.web.test_rooms import visitor

__all__ = ["app", "application", "double"]
SECRET = "tok-of-lea-only"


async def entered(person: httpx.AsyncClient, act: str, token: str = "", connection: str = TROUBLED) -> httpx.Response:
    return await press(person, "/my-tools", act, connection=connection, token=token)


async def test_an_agent_enters_it_once_and_may_take_it_back(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app, "agent") as lea, await visitor(application, app, "supervisor") as sara:
        first = words(await lea.get("/my-tools"))
        assert "Chatwoot: Your access token: Profile settings" in first
        assert "CRM" not in first, "nobody sends there from here"
        assert (await entered(lea, "keep", SECRET)).status_code == 303
        answer = await lea.get("/my-tools")
        assert "sends in your name" in words(answer)
        assert SECRET not in answer.text
        assert "sends in your name" not in words(await sara.get("/my-tools"))
        account = await application.chat_tools.connecting.account(DEFAULT_TENANT, TROUBLED)
        assert SECRET in account.agents.values()
        assert (await entered(lea, "forget")).status_code == 303
        assert "sends in your name" not in words(await lea.get("/my-tools"))
        account = await application.chat_tools.connecting.account(DEFAULT_TENANT, TROUBLED)
        assert SECRET not in account.agents.values()


async def test_what_is_wrong_is_said_and_nothing_is_kept(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app, "agent") as lea:
        empty = await entered(lea, "keep", "  ")
        assert (empty.status_code, "There is nothing to keep" in words(empty)) == (422, True)
        nowhere = await entered(lea, "keep", SECRET, "none")
        assert (nowhere.status_code, SECRET in nowhere.text) == (404, False)


async def test_it_is_for_those_who_answer_customers(application: Application, app: FastAPI) -> None:
    async with await visitor(application, app, "editor") as edith:
        assert (await edith.get("/my-tools")).status_code == 403
