"""Zendesk Support: a trigger's webhook, ticket comments (internal and public), history, an incremental poll; the sidebar is in zendesk_app.

Source: developer.zendesk.com (webhooks, tickets, ticket comments, incremental exports). Ticket activity comes from a trigger whose JSON an
administrator writes; ours is zendesk_app/trigger.json. In it stand numbers and times only: Zendesk puts values into that JSON as they are,
so a customer's words could change its shape. What was said is read from the API. It tries again up to 3 times, in no order.
That a comment made through the API does not reach a live messaging session was read in a secondary source [2nd]: such a reply is refused.
"""

import base64
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from pydantic import Field

from copilot.channels import signing, zendesk_app
from copilot.channels.base import (
    NoteSettings,
    Tool,
    again,
    changed,
    id_of,
    json_body,
    leads_here,
    number,
    objects,
    origin,
    understood,
    when,
)
from copilot.channels.calling import Calls, segment
from copilot.channels.limits import Limit
from copilot.channels.zendesk_tickets import of_ticket, via
from copilot.domain.channels import Ability, Account, Arrival, Delivery, Entrant, Missing, Page, Step, Webhook
from copilot.domain.errors import CopilotError, Invalid, NotFound, Refused

EVENTS: Final = "zen:event-type:ticket."
"""Account events whose type begins so are about a ticket; the rest is taken and tells nothing."""
LIVE: Final = ("native_messaging", "web_messaging", "mobile_messaging", "whatsapp", "line", "instagram_dm", "facebook_messenger", "chat")
"""Tickets of live sessions: what comes through the ticket API does not get into them."""
PAGES: Final = 50
"""Pages of a thread that are read (100 comments each): all that a ticket can hold."""
SETTLED: Final = timedelta(seconds=90)
"""Incremental exports leave out the last minute, and refuse to begin within it."""
BEGIN: Final = "begin:"
"""Cursor of a poll that has not asked yet, before the seconds since 1970."""


class ZendeskSettings(NoteSettings):
    """Of a Zendesk connection."""

    email: str = Field(default="", description="Whose API token it is. Empty: the token is an OAuth access token.")
    account_number: int = Field(default=0, ge=0, description="The `account_id` of its events; 0: not compared.")
    app: int = Field(default=0, ge=0, description="The number of the sidebar app's installation.")
    app_key: str = Field(default="", description="The sidebar app's public key, as PEM.", json_schema_extra={"format": "textarea"})
    people: dict[str, str] = Field(
        default={}, description="Who is who, where addresses differ: Zendesk's number of an agent → e-mail address, external id or id here."
    )


class Zendesk(Tool):
    """One Zendesk account."""

    kind = "zendesk"
    title = "Zendesk"
    can: ClassVar[frozenset[Ability]] = frozenset({"history", "note", "reply", "draft", "poll"})
    settings = ZendeskSettings
    own_access = "An OAuth token of yours, with the scope tickets:write."
    panel = "/zendesk/sidebar/{tenant}/{connection}"
    installs = True
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="Admin Center, Apps and integrations, Webhooks: make one for triggers, POST, JSON, with this address.", paste="webhook"),
        Step(text="Copy its signing secret, and enter it below."),
        Step(
            text="Objects and rules, Triggers: make one for tickets that are created or updated, which notifies that webhook. Its JSON "
            "body is printed by: copilot zendesk trigger. Leave it as it is."
        ),
        Step(
            text="For the sidebar: copilot zendesk package FILE --address ADDRESS writes the app. Upload it under Zendesk Support apps as "
            "a private app and install it; then copilot connections install NAME --address ADDRESS learns the app's number and key."
        ),
        Step(text="Write in a ticket, and see here that it was delivered."),
    )
    limits = (
        Limit(calls=10, seconds=60, path=r"^/incremental/"),
        Limit(calls=30, seconds=600, path=r"^/tickets/", writes=True, each=True),
        Limit(calls=100, seconds=60, path=r"^/tickets/", writes=True),
        Limit(calls=200, seconds=60),
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Says which ticket; the ticket itself is read from the API."""
        given, stamp = webhook.header("x-zendesk-webhook-signature"), webhook.header("x-zendesk-webhook-signature-timestamp")
        said = stamp.encode() + webhook.body
        signing.verify(given, account.signing, lambda secret: signing.base64_of(secret, said))
        signing.fresh(webhook, _signed_at(stamp))
        body = json_body(webhook)
        with understood(self.title):
            ident = _ticket(account, body)
        return Delivery(id=signing.delivery_id(said), arrivals=(changed(ident),) if ident else ())

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        """The ticket, its requester and all its comments."""
        calls, path = self._api(account), f"/tickets/{segment(conversation_id)}"
        told = await calls.get(f"{path}.json", {"include": "users"})
        with understood(self.title):
            users = objects(told.get("users"))
            comments: dict[str, dict[str, Any]] = {}
            async for page in _pages(calls, f"{path}/comments.json"):
                comments |= {str(one["id"]): one for one in objects(page.get("comments"))}
                users += objects(page.get("users"))
            return of_ticket(account, told["ticket"], comments.values(), {str(user["id"]): user for user in users})

    async def since(self, account: Account, cursor: str) -> Page:
        """Tickets that changed, by Zendesk's own cursor. One request (of the 10 a minute that it allows)."""
        now = datetime.now(UTC)
        if not cursor:
            return Page(cursor=f"{BEGIN}{now.timestamp():.0f}")
        query: dict[str, str | int] = {"exclude_deleted": "true"}
        if cursor.startswith(BEGIN):
            begin = signing.moment(cursor.removeprefix(BEGIN))
            if now - begin < SETTLED:
                return Page(cursor=cursor)
            query["start_time"] = int(begin.timestamp())
        else:
            query["cursor"] = cursor
        found = await self._api(account).get("/incremental/tickets/cursor.json", query)
        with understood(self.title):
            arrivals = tuple(changed(number(one["id"])) for one in objects(found.get("tickets")))
            after = str(found.get("after_cursor") or "")
            return Page(arrivals=arrivals, cursor=after or cursor, more=bool(after) and found.get("end_of_stream") is False)

    async def note(self, account: Account, conversation_id: str, text: str) -> str:
        """An internal comment by the connection's own user."""
        return await _comment(self._api(account), conversation_id, text, public=False)

    async def reply(self, account: Account, conversation_id: str, text: str, agent: str) -> str:
        """A public comment with the agent's own OAuth token. Raises Refused without one, and for a live messaging session."""
        calls = self._api(account, self._own(account, agent))
        ticket = (await calls.get(f"/tickets/{segment(conversation_id)}.json")).get("ticket") or {}
        if via(ticket) in LIVE:
            raise Refused("A live session does not get what comes through the ticket API.", todo="Use the sidebar: it fills the editor.")
        return await _comment(calls, conversation_id, text, public=True)

    async def check(self, account: Account) -> list[Missing]:
        """Whether the token is an administrator's (the poll needs that), and webhook and trigger are there."""
        calls, found = self._api(account), []
        try:
            me = (await calls.get("/users/me.json")).get("user") or {}
        except (Refused, NotFound) as error:
            return [Missing(what="The token may not read.", todo=error.todo or "Use an administrator's token.")]
        if me.get("role") not in ("admin", "agent"):
            return [Missing(what="The token is nobody's who answers tickets.", todo="Use an administrator's; check the e-mail.")]
        if me.get("role") != "admin":
            found.append(Missing(what="What changed cannot be asked for.", todo="Only an administrator's token may export."))
        return [*found, *await self._hooked(account, calls)]

    async def _hooked(self, account: Account, calls: Calls) -> list[Missing]:
        """What is missing of webhook and trigger."""
        try:
            hooks = objects((await calls.get("/webhooks")).get("webhooks"))
            triggers = objects((await calls.get("/triggers/active.json")).get("triggers"))
        except CopilotError:
            return [Missing(what="Whether webhook and trigger are there cannot be seen.", todo="Only an administrator's token may look.")]
        ours = next((hook for hook in hooks if leads_here(account, hook.get("endpoint"))), None)
        if ours is None:
            return [Missing(what="There is no webhook for this connection.", todo=again(account))]
        if ours.get("status") != "active":
            return [Missing(what="The webhook is switched off.", todo="Switch it on under Apps and integrations, Webhooks.")]
        if not any(zendesk_app.tells(trigger, str(ours.get("id"))) for trigger in triggers):
            return [Missing(what="No trigger calls the webhook.", todo=again(account))]
        return []

    async def install(self, account: Account, ours: Mapping[str, str]) -> Account:
        """The webhook, with the secret that Zendesk makes for it, and the trigger that calls it; and the uploaded app's number and key."""
        calls = self._api(account)
        hooks = objects((await calls.get("/webhooks")).get("webhooks"))
        made = next((hook for hook in hooks if hook.get("endpoint") == ours["webhook"]), None)
        if made is None:
            made = (await calls.post("/webhooks", {"webhook": _webhook(ours["webhook"])})).get("webhook") or {}
        ident = str(made.get("id") or "")
        secret = str(((await calls.get(f"/webhooks/{segment(ident)}/signing_secret")).get("signing_secret") or {}).get("secret") or "")
        triggers = objects((await calls.get("/triggers/active.json")).get("triggers"))
        if not any(zendesk_app.tells(trigger, ident) for trigger in triggers):
            await calls.post("/triggers.json", zendesk_app.trigger(account.id, ident))
        settings = account.settings | await self._sidebar(account, calls)
        return account.model_copy(update={"signing": (secret,) if secret else account.signing, "settings": settings})

    async def _sidebar(self, account: Account, calls: Calls) -> dict[str, Any]:
        """What signed sign-in needs to know of the sidebar app, once it was uploaded; nothing before, or where it may not be asked."""
        try:
            found = objects((await calls.get("/apps/installations.json") or {}).get("installations"))
            ours = next((one for one in found if zendesk_app.is_ours(one)), None)
            if ours is None:
                return {}
            key = await calls.text(f"/apps/{segment(number(ours.get('app_id')))}/public_key.pem")
        except CopilotError:
            return {}
        return {"app": int(number(ours.get("id"))), "app_key": key} if key.startswith("-----BEGIN") else {}

    async def entered(self, account: Account, token: str, at: datetime) -> Entrant:
        """By the token of the sidebar's first request. Whose address it is says the API: the token names only a number."""
        settings = ZendeskSettings.model_validate(account.settings)
        if not settings.app or not settings.app_key:
            raise Refused("Signed sign-in is not set up.", todo="Set `app` and `app_key` in the connection.")
        audience = f"{account.url}/api/v2/apps/installations/{settings.app}.json"
        entry = zendesk_app.entered(token, key=settings.app_key, audience=audience, at=at)
        if person := settings.people.get(entry.agent_id, ""):
            return Entrant(agent=entry.agent_id, person=person, once=entry.once)
        return Entrant(agent=entry.agent_id, email=await self._email(account, entry.agent_id), once=entry.once)

    async def _email(self, account: Account, ident: str) -> str:
        """Empty unless Zendesk verified that it is theirs, and they answer tickets there."""
        found = (await self._api(account).get(f"/users/{segment(ident)}.json") or {}).get("user") or {}
        works = found.get("role") in ("agent", "admin") and not found.get("suspended") and found.get("active") is not False
        proven = str(found.get("id")) == ident and found.get("verified") is True and works
        return str(found.get("email") or "") if proven else ""

    def pages(self, url: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return origin(url)

    def _api(self, account: Account, agent: str = "") -> Calls:
        """An API token goes with the e-mail of its person; an OAuth token alone. An agent's own token is always OAuth."""
        email = ZendeskSettings.model_validate(account.settings).email
        if email and not agent:
            given = f"Basic {base64.b64encode(f'{email}/token:{account.token}'.encode()).decode()}"
        else:
            given = f"Bearer {agent or account.token}"
        return self.calls(account.model_copy(update={"url": f"{account.url}/api/v2"}), {"Authorization": given})


async def _pages(calls: Calls, path: str) -> AsyncIterator[dict[str, Any]]:
    after = ""
    for _ in range(PAGES):
        query: dict[str, str | int] = {"include": "users", "page[size]": 100}
        page = await calls.get(path, {**query, "page[after]": after} if after else query)
        yield page
        meta = page.get("meta") or {}
        after = str(meta.get("after_cursor") or "")
        if not meta.get("has_more") or not after:
            return


async def _comment(calls: Calls, ticket: str, text: str, *, public: bool) -> str:
    """Returns the comment's id: that of the audit's event, by which comments are listed."""
    answer = await calls.put(f"/tickets/{segment(ticket)}.json", {"ticket": {"comment": {"body": text, "public": public}}})
    audit = answer.get("audit") if isinstance(answer, dict) else None
    events = objects(audit.get("events")) if isinstance(audit, dict) else []
    return id_of("Zendesk", next((one for one in events if one.get("type") == "Comment"), audit), "id")


def _webhook(address: str) -> dict[str, Any]:
    return {
        "name": "Rapport",
        "endpoint": address,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": ["conditional_ticket_events"],
    }


def _signed_at(stamp: str) -> datetime:
    """A time as text. Raises Refused."""
    try:
        return when(stamp)
    except ValueError:
        return signing.moment(stamp)


def _ticket(account: Account, body: dict[str, Any]) -> str:
    """The ticket's number; empty: it is about something else."""
    if "type" in body:
        own = ZendeskSettings.model_validate(account.settings).account_number
        if own and int(body["account_id"]) != own:
            raise Invalid("This event is of another account.", todo="Give each account a connection of its own.")
        return number(body["detail"]["id"]) if str(body["type"]).startswith(EVENTS) else ""
    if body.get("connection") != account.id:
        raise Invalid("This trigger is of another connection.", todo=f"Print this one's: copilot zendesk trigger --connection {account.id}")
    return number(body["ticket"]["id"])
