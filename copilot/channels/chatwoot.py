"""Chatwoot (4.11 and later): account and agent-bot webhooks, notes, replies in an agent's own name, history.

Source: its own code (4.15): `lib/webhooks/trigger.rb`, `app/listeners`, `app/presenters`, the API under /api/v1/accounts/{account_id}.
Signed from 4.11.2 (account webhooks) and 4.13.0 (bots, API channels); older ones are not signed: their secret stands in the address, and
nothing in them is believed before it was read from the API. An agent bot signs in the same way with a secret of its own, and tries three
times; its token cannot read history. The API puts no draft into the composer: there is the note, and the browser side panel.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

from pydantic import Field

from copilot.channels import signing
from copilot.channels.base import NoteSettings, Tool, again, changed, id_of, json_body, leads_here, objects, origin, understood
from copilot.channels.calling import Calls, segment
from copilot.channels.chatwoot_threads import EVENTS, PROBED, ident, of_conversation, told_of
from copilot.channels.limits import Limit
from copilot.domain.channels import SECRETS, Ability, Account, Arrival, Delivery, Missing, Page, Step, Webhook
from copilot.domain.errors import CopilotError, NotFound, Refused

PAGES: Final = 20
"""Pages of a thread that are read back (20 messages each)."""
CHECK: Final = "Rapport connection check"
"""Name of the contact by which a connection is tried: made, and taken away when its delivery came."""


class ChatwootSettings(NoteSettings):
    """Of a Chatwoot connection."""

    account_id: int = Field(ge=1, description="The number in /app/accounts/NUMBER.")


class Chatwoot(Tool):
    """One account of a Chatwoot."""

    kind = "chatwoot"
    title = "Chatwoot"
    can: ClassVar[frozenset[Ability]] = frozenset({"history", "note", "reply", "poll"})
    settings = ChatwootSettings
    own_access = "Your access token: Profile settings, at the bottom."
    panel = "/chatwoot/panel?tenant={tenant}&connection={connection}"
    limits = (Limit(calls=200, seconds=60, path=r"/messages$", writes=True, each=True), Limit(calls=3000, seconds=60))
    installs = True
    steps: ClassVar[tuple[Step, ...]] = (
        Step(
            text="Settings, Integrations, Webhooks: add this address. Choose: conversation created, updated and status changed; message "
            "created and updated; contact created.",
            paste="webhook",
        ),
        Step(text="Chatwoot then shows the secret that it signs with (from 4.11.2). Enter it below as the signing secret."),
        Step(text="Settings, Integrations, Dashboard apps: add one called Rapport with this address.", paste="panel"),
        Step(text="Write in a conversation, and see here that it was delivered."),
    )
    unheard = (
        "See in Chatwoot's own log (Sidekiq) why. From 4.14 on it calls private addresses only where it runs with "
        "SAFE_FETCH_ALLOW_PRIVATE_NETWORK=true (4.14.1)."
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Signed ones are believed; of others only the conversation's number."""
        given, stamp = webhook.header("x-chatwoot-signature"), webhook.header("x-chatwoot-timestamp")
        said = f"{stamp}.".encode() + webhook.body
        if account.signing or given:
            signing.verify(given, account.signing, lambda secret: f"sha256={signing.hexadecimal(secret, said)}")
            signing.fresh(webhook, signing.moment(stamp))
        body = json_body(webhook)
        with understood(self.title):
            arrival = told_of(account, body)
        if arrival is not None and not account.signing:
            arrival = changed(arrival.conversation.conversation_id, "chat")
        heard = body.get("event") == PROBED
        return Delivery(id=signing.delivery_id(said), arrivals=(arrival,) if arrival else (), heard=heard)

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        """All of it, with who it is with."""
        calls, path = self._api(account), f"/conversations/{segment(conversation_id)}"
        told = await calls.get(path)
        messages: dict[int, dict[str, Any]] = {}
        before: int | None = None
        for _ in range(PAGES):
            page = _page((await calls.get(f"{path}/messages", {"before": before} if before else {})).get("payload"))
            messages = {int(one["id"]): one for one in page} | messages
            if not page or (oldest := min(int(one["id"]) for one in page)) == before:
                break
            before = oldest
        return of_conversation(account, told, messages.values())

    async def since(self, account: Account, cursor: str) -> Page:
        """Conversations with activity at or after the cursor (seconds since 1970), newest first as Chatwoot lists them, 25 at a time.

        A cursor is that second, and behind it, while there are more pages, the latest second seen and the page that comes next. What moves
        up meanwhile is newer than that second: the next question finds it.
        """
        if not cursor:
            return Page(cursor=str(int(datetime.now(UTC).timestamp())))
        begun, _, rest = cursor.partition("|")
        seen, _, page = rest.partition("|")
        query: dict[str, str | int] = {"status": "all", "assignee_type": "all", "sort_by": "last_activity_at_desc", "page": int(page or 1)}
        listed = _page((await self._api(account).get("/conversations", query))["data"]["payload"])
        fresh = [one for one in listed if one.get("id") and int(one.get("last_activity_at") or 0) >= int(begun)]
        newest = max([int(seen or begun), *(int(one["last_activity_at"]) for one in fresh)])
        arrivals = tuple(changed(ident(one), "chat") for one in fresh)
        more = bool(fresh) and len(fresh) == len(listed)
        return Page(arrivals=arrivals, cursor=f"{begun}|{newest}|{int(page or 1) + 1}" if more else str(newest), more=more)

    async def earlier(self, account: Account, conversation_id: str) -> tuple[str, ...]:
        """The contact's other conversations; Chatwoot lists the latest twenty."""
        calls = self._api(account)
        told = await calls.get(f"/conversations/{segment(conversation_id)}")
        contact = told["meta"]["sender"]["id"]
        listed = _page((await calls.get(f"/contacts/{segment(contact)}/conversations"))["payload"])
        return tuple(number for one in listed if (number := ident(one)) != conversation_id)

    async def note(self, account: Account, conversation_id: str, text: str) -> str:
        """A private note by the connection's own user. It cannot be edited later."""
        return await self._write(self._api(account), conversation_id, text, private=True)

    async def reply(self, account: Account, conversation_id: str, text: str, agent: str) -> str:
        """In the name of the agent whose own token is known. Raises Refused without one."""
        return await self._write(self._api(account, self._own(account, agent)), conversation_id, text, private=False)

    async def check(self, account: Account) -> list[Missing]:
        """Whether the token may read conversations, and webhook and dashboard app are there."""
        calls = self._api(account)
        try:
            await calls.get("/conversations", {"status": "all", "page": 1})
        except (Refused, NotFound) as error:
            return [Missing(what="The token may not read conversations.", todo=error.todo or "Use an administrator's token.")]
        try:
            with understood(self.title):
                hooks, apps = await _hooks(calls), _page(await calls.get("/dashboard_apps"))
                found = [] if any(leads_here(account, hook.get("url")) for hook in hooks) else ["webhook"]
                found += [] if any(_shows(account, app) for app in apps) else ["dashboard app"]
        except CopilotError:
            todo = "Only an administrator's token may look."
            return [Missing(what="Whether the webhook and the dashboard app are there cannot be seen.", todo=todo)]
        return [Missing(what=f"There is no {one} for this connection.", todo=again(account)) for one in found]

    async def install(self, account: Account, ours: Mapping[str, str]) -> Account:
        """Its webhook, with the secret that Chatwoot makes for it, and the panel as dashboard app."""
        calls = self._api(account)
        wanted = {"webhook": {"url": ours["webhook"], "subscriptions": list(EVENTS)}}
        made = next((hook for hook in await _hooks(calls) if hook.get("url") == ours["webhook"]), None)
        if made is None:
            made = (await calls.post("/webhooks", wanted))["payload"]["webhook"]
        elif not set(EVENTS) <= set(made.get("subscriptions") or ()):
            await calls.put(f"/webhooks/{segment(made['id'])}", wanted)
        if not any(_shows(account, app) for app in _page(await calls.get("/dashboard_apps"))):
            await calls.post("/dashboard_apps", {"title": "Rapport", "content": [{"type": "frame", "url": ours["panel"]}]})
        secret = str(made.get("secret") or "")
        if not secret or secret in account.signing:
            return account
        # The other one may be an agent bot's.
        return account.model_copy(update={"signing": (*account.signing, secret)[-SECRETS:]})

    @asynccontextmanager
    async def probe(self, account: Account) -> AsyncIterator[None]:
        """A contact without an address. It has to be there until its delivery was made: Chatwoot looks it up when it delivers."""
        calls = self._api(account)
        with understood(self.title):
            made = (await calls.post("/contacts", {"name": CHECK}))["payload"]["contact"]["id"]
        try:
            yield
        finally:
            await calls.delete(f"/contacts/{segment(made)}")

    def pages(self, url: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return origin(url)

    def _api(self, account: Account, token: str = "") -> Calls:
        number = ChatwootSettings.model_validate(account.settings).account_id
        inside = account.model_copy(update={"url": f"{account.url}/api/v1/accounts/{number}"})
        return self.calls(inside, {"api_access_token": token or account.token})

    async def _write(self, calls: Calls, conversation_id: str, text: str, *, private: bool) -> str:
        body = {"content": text, "message_type": "outgoing", "private": private, "content_type": "text", "content_attributes": {}}
        answer = await calls.post(f"/conversations/{segment(conversation_id)}/messages", body)
        return id_of(self.title, answer, "id")


async def _hooks(calls: Calls) -> list[dict[str, Any]]:
    return _page((await calls.get("/webhooks"))["payload"]["webhooks"])


def _page(found: object) -> list[dict[str, Any]]:
    """What is listed. Raises TypeError for what is no list: it is not taken for an empty one."""
    if not isinstance(found, list):
        raise TypeError("no list")
    return objects(found)


def _shows(account: Account, app: dict[str, Any]) -> bool:
    """Whether a dashboard app is this connection's panel."""
    for one in objects(app.get("content")):
        parts = urlsplit(str(one.get("url")))
        query = parse_qs(parts.query)
        if parts.path.endswith("/chatwoot/panel") and (query.get("tenant"), query.get("connection")) == ([account.tenant_id], [account.id]):
            return True
    return False
