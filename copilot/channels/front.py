"""Front: application webhook, comments as notes, replies in an agent's own name, history, a poll of events; its plugin is front_plugin.

Source: dev.frontapp.com (application webhooks, Core API, rate limits). Signed over `timestamp_ms:body`; on validation it sends type `sync`
and wants the header x-front-challenge back. Documentation says that the full event is sent; secondary sources [2nd] saw previews without
the words: those are believed to say which conversation, and the thread is read. Rule webhooks (SHA-1 of the body, no time) are not taken.
What was said on Twitter is not handed over by Front ("[REDACTED]"), and is left out here. So are conversations in a teammate's own inbox.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

from pydantic import Field

from copilot.channels import signing
from copilot.channels.base import NoteSettings, Tool, changed, id_of, json_body, objects, understood
from copilot.channels.calling import Calls, segment
from copilot.channels.front_threads import ident_of, of_conversation, quick
from copilot.channels.limits import Limit
from copilot.channels.markup import marked_up
from copilot.domain.channels import Ability, Account, Arrival, Delivery, Missing, Page, Step, Webhook
from copilot.domain.errors import Invalid, NotFound, Refused

VALIDATION: Final = "sync"
"""Type of the request that Front makes when a webhook is saved."""
CHALLENGE: Final = 1000
"""Characters of a challenge that are answered."""
TEAMMATE: Final = ("tea_", "alt:email:")
"""How Front's names of people who answer begin: their ids, or its aliases for them."""
PAGES_AT: Final = "https://app.frontapp.com"
"""Where every company's Front is opened; its API is elsewhere."""
PAGES: Final = 20
"""Pages of a thread that are read back (100 messages each)."""
LIMIT: Final = 100


class FrontSettings(NoteSettings):
    """Of a Front connection."""

    company: str = Field(default="", description="Its id, as /me says it (cmp_…). Empty: not compared.")


class Front(Tool):
    """One company in Front."""

    kind = "front"
    title = "Front"
    can: ClassVar[frozenset[Ability]] = frozenset({"history", "note", "reply", "draft", "poll"})
    settings = FrontSettings
    own_access = "Your address there, a colon, your API token: tom@example.com:TOKEN."
    panel = "/front/panel?tenant={tenant}&connection={connection}"
    limits = (Limit(calls=50, seconds=60),)
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="Settings, Developers: make an app. Copy its signing key, and enter it below as the signing secret: do this first."),
        Step(
            text="Add the feature application webhook with this address; on saving, Front asks for an answer and gets it. Choose inbound, "
            "outbound, comment, assignment, archive, reopen, delete, restore and snooze.",
            paste="webhook",
        ),
        Step(text="Add the feature sidebar plugin with this address:", paste="panel"),
        Step(text="Write in a conversation, and see here that it was delivered."),
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Verified; then the challenge is answered, or the event read."""
        given, stamp = webhook.header("x-front-signature"), webhook.header("x-front-request-timestamp")
        said = f"{stamp}:".encode() + webhook.body
        signing.verify(given, account.signing, lambda secret: signing.base64_of(secret, said))
        signing.fresh(webhook, signing.moment(stamp, 0.001))
        body = json_body(webhook)
        with understood(self.title):
            _ours(account, body)
            if body["type"] == VALIDATION:
                challenge = webhook.header("x-front-challenge")[:CHALLENGE]
                return Delivery(id=signing.delivery_id(said), answer={"challenge": challenge})
            arrival = _event(account, body["payload"])
        return Delivery(id=signing.delivery_id(said), arrivals=(arrival,) if arrival else ())

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        """Messages and comments, with who it is with."""
        calls, path = self._api(account), f"/conversations/{segment(conversation_id)}"
        told = await calls.get(path)
        with understood(self.title):
            private = told.get("is_private")
        if private:
            raise NotFound("This conversation is in a teammate's own inbox.", todo="Move it to a shared inbox first.")
        with understood(self.title):
            messages, comments = await _all(calls, f"{path}/messages"), await _all(calls, f"{path}/comments")
            return await asyncio.to_thread(of_conversation, account, told, messages, comments)

    async def since(self, account: Account, cursor: str) -> Page:
        """Conversations of events after the cursor (seconds since 1970). One request of the 50 to 200 a minute that a company has."""
        if not cursor:
            return Page(cursor=f"{datetime.now(UTC).timestamp():.3f}")
        query: dict[str, str | int] = {"q[after]": cursor, "sort_by": "created_at", "sort_order": "asc", "limit": LIMIT}
        found = await self._api(account).get("/events", query)
        with understood(self.title):
            events = objects(found.get("_results"))
            newest = max([float(cursor), *(float(event["emitted_at"]) for event in events)])
            touched = {str(one["id"]): one for event in events if (one := event.get("conversation")) and not one.get("is_private")}
            arrivals = tuple(changed(ident) for ident in touched)
        more = bool(_next(found)) and newest > float(cursor)
        return Page(arrivals=arrivals, cursor=f"{newest:.3f}", more=more)

    async def note(self, account: Account, conversation_id: str, text: str) -> str:
        """A comment by the connection itself, which only teammates see."""
        answer = await self._api(account).post(f"/conversations/{segment(conversation_id)}/comments", {"body": text})
        return id_of(self.title, answer, "id")

    async def reply(self, account: Account, conversation_id: str, text: str, agent: str) -> str:
        """As the teammate, with their own token: who they are there (tea_… or their address), a colon, the token. Tokens do not say.

        Returns the message's id, or the `message_uid` where Front has made none yet.
        """
        author, there, token = self._own(account, agent).partition(":")
        author = f"alt:email:{author}" if "@" in author else author
        if not there or not author.startswith(TEAMMATE):
            raise Refused("This own access does not say whose it is.", todo="They enter it anew as ADDRESS:TOKEN under My chat tools.")
        calls, path = self._api(account, token), f"/conversations/{segment(conversation_id)}/messages"
        last = objects((await calls.get(path, {"limit": 1})).get("_results"))
        body: dict[str, Any] = {"author_id": author, "body": text}
        if last and last[0].get("type") == "email":
            body |= {"body": marked_up(text), "text": text}
        answer = await calls.post(path, body)
        return id_of(self.title, answer, "id" if isinstance(answer, dict) and answer.get("id") else "message_uid")

    async def check(self, account: Account) -> list[Missing]:
        """Whether the token is of this company, and may read conversations and events."""
        calls, found = self._api(account), []
        try:
            me = await calls.get("/me")
        except (Refused, NotFound) as error:
            return [Missing(what="The token may not read.", todo=error.todo or "Make one under Developers, API tokens.")]
        company = FrontSettings.model_validate(account.settings).company
        if company and me.get("id") != company:
            found.append(Missing(what="The token is of another company.", todo="Give each company a connection of its own."))
        for path, scope in (("/conversations", "conversations:read"), ("/events", "events:read")):
            try:
                await calls.get(path, {"limit": 1})
            except (Refused, NotFound):
                found.append(Missing(what=f"The token lacks {scope}.", todo="Add the scope to the token; see copilot/channels/README.md."))
        return found

    async def install(self, account: Account, ours: Mapping[str, str]) -> Account:
        """Front's apps are made in its own settings; what can be learned is whose token it is."""
        company = FrontSettings.model_validate(account.settings).company or str((await self._api(account).get("/me") or {}).get("id") or "")
        return account.model_copy(update={"settings": account.settings | {"company": company}})

    def pages(self, url: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return (PAGES_AT,)

    def _api(self, account: Account, token: str = "") -> Calls:
        return self.calls(account, {"Authorization": f"Bearer {token or account.token}"})


async def _all(calls: Calls, path: str) -> list[dict[str, Any]]:
    """Every result, over the pages. Of the next page's address only its token is used: nothing that is answered says where we call."""
    found: dict[str, dict[str, Any]] = {}
    after = ""
    for _ in range(PAGES):
        query: dict[str, str | int] = {"limit": LIMIT} | ({"page_token": after} if after else {})
        page = await calls.get(path, query)
        # What came in while we read moves the pages on: the same one is seen twice.
        found |= {str(one["id"]): one for one in objects(page.get("_results"))}
        after = _next(page)
        if not after:
            break
    return list(found.values())


def _next(page: dict[str, Any]) -> str:
    address = str((page.get("_pagination") or {}).get("next") or "")
    return parse_qs(urlsplit(address).query).get("page_token", [""])[0]


def _ours(account: Account, body: dict[str, Any]) -> None:
    own = FrontSettings.model_validate(account.settings).company
    if own and body["authorization"]["id"] != own:
        raise Invalid("This webhook is of another company.", todo="Give each company a connection of its own.")


def _event(account: Account, event: dict[str, Any]) -> Arrival | None:
    """What an event tells; None: it is about no conversation, or about one that is not ours to read."""
    told = event.get("conversation")
    if told is None or told.get("is_private"):
        return None
    target = event.get("target") or {}
    kind, data = (target.get("_meta") or {}).get("type"), target.get("data")
    if kind not in ("message", "comment") or not isinstance(data, dict):
        return of_conversation(account, told, [], [])
    if ("body" not in data and "text" not in data) or not quick(data):
        return changed(ident_of(told))
    return of_conversation(account, told, [data] if kind == "message" else [], [data] if kind == "comment" else [])
