"""A room to test triage in: Slack's channel beside a connected Chatwoot, on doubles of both."""

import json
from typing import Any
from urllib.parse import urlencode

import httpx

from copilot.channels import signing
from tests.api.house import House
from tests.channels.doubles.chatwoot import ChatwootDouble
from tests.channels.doubles.slack import CHANNEL, TEAM, SlackDouble, buttons, member
from tests.services.conftest import Open
from tests.services.test_chat_tools import NUMBER, Tool

SECRET = "slack-signing-secret"
TOM, LEA, NOBODY = "U7", "U8", "U9"


class Both(httpx.AsyncBaseTransport):
    """Each double answers at its own address."""

    def __init__(self, **tools: httpx.AsyncClient) -> None:
        self._tools = tools

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = "slack" if "slack" in request.url.host else "chat"
        return await self._tools[name]._transport.handle_async_request(request)


class Room:
    """Slack's channel beside a connected Chatwoot."""

    def __init__(self, tool: Tool, slack: SlackDouble) -> None:
        self.tool, self.slack, self.house = tool, slack, tool.house

    @property
    def posts(self) -> list[dict[str, Any]]:
        return list(self.slack.messages.values())

    @property
    def card(self) -> dict[str, Any]:
        """The latest message with drafts."""
        return [one for one in self.posts if any(block.get("type") == "divider" for block in one.get("blocks", []))][-1]

    def button(self, name: str, card: dict[str, Any] | None = None) -> dict[str, Any]:
        """That of the reply, which comes first."""
        found = buttons((card or self.card)["blocks"])
        return next(one for one in found if one["action_id"] == f"rapport_{name}")

    async def deliver(self, payload: dict[str, Any], secret: str = SECRET, **headers: str) -> httpx.Response:
        sent = urlencode({"payload": json.dumps(payload)}).encode()
        stamp = f"{self.house.clock().timestamp():.0f}"
        signature = f"v0={signing.hexadecimal(secret, f'v0:{stamp}:'.encode() + sent)}"
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, **headers}
        return await self.house.nobody().post("/hooks/default/slack", content=sent, headers=signed)

    def pressed(self, name: str, user: str = TOM, card: dict[str, Any] | None = None) -> dict[str, Any]:
        card = card or self.card
        button = self.button(name, card)
        place = {"channel": {"id": CHANNEL}, "message": {"ts": card["ts"], "thread_ts": card["thread_ts"]}}
        action = {
            "type": "button",
            "action_id": button["action_id"],
            "value": button["value"],
            "action_ts": f"{self.house.clock().timestamp():.6f}",
        }
        who = {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, "actions": [action]}
        return who | place | {"trigger_id": "trigger-1", "response_url": f"https://hooks.slack.com/actions/{user}"}

    async def press(self, name: str, user: str = TOM, card: dict[str, Any] | None = None) -> None:
        """A press, acknowledged as Slack wants it, and everything that follows from it."""
        answer = await self.deliver(self.pressed(name, user, card))
        assert (answer.status_code, answer.content) == (200, b"")
        await self.settle()

    async def submit(self, text: str, user: str = TOM) -> httpx.Response:
        """The form that was opened last is sent."""
        answer = await self.deliver(self.filled_in(text, user))
        await self.settle()
        return answer

    def filled_in(self, text: str, user: str = TOM) -> dict[str, Any]:
        """That form, as it is sent."""
        view = self.slack.views[-1]["view"]
        values = {"text": {"text": {"type": "plain_text_input", "value": text}}}
        told = {"callback_id": view["callback_id"], "private_metadata": view["private_metadata"], "state": {"values": values}}
        return {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": user}, "view": told}

    async def settle(self) -> None:
        await self.house.application.chat_tools.receiving.idle()
        await self.house.settle()

    async def decisions(self) -> list[tuple[str, str, str]]:
        """(who, what, their words) about the reply."""
        async with self.house.application.database.read("default") as records:
            conversation = await records.conversations.find(str(NUMBER), "chatwoot-1")
            assert conversation is not None
            found = [one for one in await records.suggestions.of_conversation(conversation.id) if one.kind == "reply"]
            users = {one.id: one.name for one in await records.admin.users()}
            return [(users[one.user_id], one.action, one.text) for draft in found for one in await records.suggestions.decisions(draft.id)]


async def furnished_room(opened: Open, **given: Any) -> Room:
    chat, slack = ChatwootDouble(), SlackDouble()
    chat.open(NUMBER)
    slack.members = {
        TOM: member(TOM, "tom@ternway.example"),
        LEA: member(LEA, "lea@ternway.example"),
        NOBODY: member(NOBODY, "x@y.example"),
    }
    house = await opened(http=httpx.AsyncClient(transport=Both(slack=slack.client(), chat=chat.client())))
    admin = await house.enter("admin")
    settings = {"team": TEAM, "channel": CHANNEL} | given.pop("settings", {})
    made = {
        "id": "slack",
        "kind": "slack",
        "url": "https://slack.example.com",
        "token": slack.token,
        "signing": SECRET,
        "settings": settings,
    }
    (await admin.post("/v1/connections", json=made | given)).raise_for_status()
    first = {"id": "chatwoot-1", "kind": "chatwoot", "url": "https://chat.example.com", "settings": {"account_id": 3}, "token": chat.token}
    signing_secret = (await admin.post("/v1/connections", json=first | {"name": "Website"})).raise_for_status().json()["signing"]
    for name, email in (("Tom Berg", "tom@ternway.example"), ("Lea Brandt", "lea@ternway.example")):
        await house.enter("agent", name=name)
        await mail(house, name, email)
    return Room(Tool(house, chat, signing_secret), slack)


async def mail(house: House, name: str, email: str) -> None:
    async with house.application.database.write("default") as records:
        (user,) = [one for one in await records.admin.users() if one.name == name]
        await records.admin.put_user(user.model_copy(update={"email": email}))


async def later(room: Room, **by: float) -> None:
    """Time passes, and what is due is done, as the dispatcher's sweep does it."""
    room.house.clock.forward(**by)
    writing, engine = room.house.application.chat_tools.writing, room.house.application.engine
    for job, tenant, subject in await writing.unfinished(room.house.clock()):
        await engine.renew(job, tenant, subject)
    await room.settle()
