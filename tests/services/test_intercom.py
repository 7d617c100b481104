"""Intercom end to end: a customer writes, the note is there, the card in the inbox shows what is on record, a teammate decides in it."""

import json
from typing import Any

import httpx
import pytest

from copilot.channels import signing
from tests.api.house import House, assert_problem
from tests.channels.doubles.intercom import APP, NOTER, IntercomDouble
from tests.channels.tools import told_intercom
from tests.services.conftest import Open
from tests.services.test_chat_tools import ASKED
from tests.services.triage_room import mail

SECRET = "client-secret-of-the-app"


class Inbox:
    """An Intercom connected to a house."""

    def __init__(self, house: House, double: IntercomDouble) -> None:
        self.house, self.double = house, double

    async def said(self, text: str = ASKED, **given: Any) -> None:
        said = self.double.say("17", text, **given)
        sent = json.dumps(told_intercom(said["id"], "Words that nobody believes.")).encode()
        headers = {"X-Hub-Signature": f"sha1={signing.hexadecimal(SECRET, sent, 'sha1')}"}
        answer = await self.house.nobody().post("/hooks/default/intercom", content=sent, headers=headers)
        assert answer.status_code == 204
        await self.house.settle()

    async def card(self, pressed: str = "", words: str = "", admin: str = "tom@ternway.example", secret: str = SECRET) -> httpx.Response:
        body: dict[str, Any] = {"workspace_id": APP, "admin": {"type": "admin", "id": "7", "name": "Tom", "email": admin}}
        body |= {"context": {"conversation_id": 17, "location": "conversation"}, "conversation": {"id": "17"}}
        body |= {"component_id": pressed, "input_values": {"words": words}} if pressed else {}
        sent = json.dumps(body).encode()
        headers = {"X-Body-Signature": signing.hexadecimal(secret, sent)}
        path = f"/intercom/default/intercom/{'submit' if pressed else 'initialize'}"
        return await self.house.nobody().post(path, content=sent, headers=headers)

    async def components(self, pressed: str = "", words: str = "", admin: str = "tom@ternway.example") -> list[dict[str, Any]]:
        answer = (await self.card(pressed, words, admin)).raise_for_status().json()
        await self.house.settle()
        found: list[dict[str, Any]] = answer["canvas"]["content"]["components"]
        return found

    async def reply(self) -> dict[str, Any]:
        turn = (await (await self.house.enter("integrator")).get("/v1/conversations/17/suggestions")).raise_for_status().json()
        return next(one for one in turn["suggestions"] if one["kind"] == "reply")

    async def decisions(self) -> list[tuple[str, str]]:
        async with self.house.application.database.read("default") as records:
            return [(one.action, one.text) for one in await records.suggestions.decisions((await self.reply())["id"])]


@pytest.fixture
async def inbox(opened: Open) -> Inbox:
    double = IntercomDouble()
    double.open(17)["source"]["body"] = ""
    house = await opened(http=double.client())
    admin = await house.enter("admin")
    made = {"id": "intercom", "kind": "intercom", "token": double.token, "signing": SECRET, "url": "https://api.intercom.example"}
    (await admin.post("/v1/connections", json=made | {"settings": {"app_id": APP, "admin_id": NOTER}})).raise_for_status()
    await house.enter("agent")
    await mail(house, "Tom Berg", "tom@ternway.example")
    return Inbox(house, double)


def shown(components: list[dict[str, Any]]) -> str:
    return "\n".join(one.get("text") or one.get("value") or "" for one in components)


async def test_a_customer_writes_and_note_and_card_are_there(inbox: Inbox) -> None:
    assert "nothing here" in shown(await inbox.components())
    await inbox.said()
    (note,) = [one for one in inbox.double.conversations["17"]["conversation_parts"]["conversation_parts"] if one["part_type"] == "note"]
    assert note["body"].startswith("<p>Rapport<br>")
    reply, components = await inbox.reply(), await inbox.components()
    assert reply["text"] in shown(components)
    assert [one["label"] for one in components if one["type"] == "button"][:3] == ["Use", "Edit", "Dismiss"]
    assert "nobody believes" not in shown(components)
    # Opening the card drafts nothing and writes nothing.
    assert inbox.double.writes == 1
    # Our own note comes back, and nothing follows from it.
    await inbox.said("x", kind="note", author={"type": "admin", "id": NOTER, "name": "Rapport"})
    assert inbox.double.writes == 1


async def test_a_teammate_uses_a_draft_once_and_copies_its_words(inbox: Inbox) -> None:
    await inbox.said()
    reply = await inbox.reply()
    components = await inbox.components(f"use:{reply['id']}")
    assert (components[0]["type"], components[0]["value"]) == ("textarea", reply["text"])
    assert "Used by Tom Berg." in shown(components)
    again = await inbox.components(f"dismiss:{reply['id']}")
    assert again[0]["text"] == "Nothing was done. Used by Tom Berg."
    assert await inbox.decisions() == [("used", "")]


async def test_a_draft_is_changed_in_a_field(inbox: Inbox) -> None:
    await inbox.said()
    reply = await inbox.reply()
    (field, *buttons) = await inbox.components(f"edit:{reply['id']}")
    assert (field["type"], field["value"]) == ("textarea", reply["text"])
    assert buttons[0]["id"] == f"save:{reply['id']}"
    assert await inbox.decisions() == []
    await inbox.components(f"save:{reply['id']}", "Sorry, Marta. It left today.")
    assert await inbox.decisions() == [("edited", "Sorry, Marta. It left today.")]
    assert "cannot be decided" in shown(await inbox.components(f"edit:{reply['id']}"))


async def test_with_their_own_token_it_is_sent_in_their_name_and_matched(inbox: Inbox) -> None:
    await inbox.said()
    reply, tom = await inbox.reply(), await inbox.house.enter("agent")
    (await tom.put("/v1/connections/intercom/own-token", json={"token": inbox.double.agents["7"]})).raise_for_status()
    assert (await inbox.components(f"use:{reply['id']}"))[0]["text"] == "It is being sent in your name."
    sent = inbox.double.conversations["17"]["conversation_parts"]["conversation_parts"][-1]
    assert (sent["part_type"], sent["author"]["id"]) == ("comment", "7")
    await inbox.said("", body=None, kind="assignment")  # whatever happens next, the thread is read
    async with inbox.house.application.database.read("default") as records:
        found = await records.conversations.find("17", "intercom")
        assert found is not None
        (matched,) = await records.suggestions.sent_of(found.id)
    assert matched.suggestion_id == reply["id"]


async def test_who_is_no_agent_of_ours_sees_and_does_not_decide(inbox: Inbox) -> None:
    await inbox.said()
    reply = await inbox.reply()
    assert reply["text"] in shown(await inbox.components(admin="other@ternway.example"))
    told = await inbox.components(f"use:{reply['id']}", admin="other@ternway.example")
    assert "not known here" in told[0]["text"]
    assert await inbox.decisions() == []


async def test_a_draft_of_another_conversation_is_not_decided_here(inbox: Inbox) -> None:
    await inbox.said()
    other = next(one for one in (await inbox.house.begin("chat-9"))["suggestions"] if one["kind"] == "reply")
    told = await inbox.components(f"use:{other['id']}")
    assert "another conversation" in told[0]["text"]


async def test_in_shadow_the_card_shows_nothing(inbox: Inbox) -> None:
    admin = await inbox.house.enter("admin")
    (await admin.patch("/v1/connections/intercom", json={"shadow": True})).raise_for_status()
    await inbox.said()
    reply = await inbox.reply()
    assert reply["text"] not in shown(await inbox.components())
    await inbox.components(f"use:{reply['id']}")
    assert (await inbox.decisions(), inbox.double.writes) == ([], 0)


async def test_cards_are_for_intercom_alone_and_for_whom_it_signs(inbox: Inbox) -> None:
    assert_problem(await inbox.card(secret="guessed"), 403, "signature")
    admin = await inbox.house.enter("admin")
    (await admin.post("/v1/connections", json={"id": "crm", "kind": "webhook"})).raise_for_status()
    for name in ("crm", "nowhere"):
        assert_problem(await inbox.house.nobody().post(f"/intercom/default/{name}/initialize", content=b"{}"), 404, name)
