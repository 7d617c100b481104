"""Zammad (6 and later): webhooks of triggers, notes, replies in an agent's own name, history, a poll of changed tickets.

Source: docs.zammad.org and its own code (app/jobs/trigger_webhook_job.rb, lib/user_agent.rb, app/controllers/tickets_controller.rb): the
body `{ticket, article}` is signed with HMAC-SHA1, and no time is. So a delivery only says which ticket changed; the ticket is read from the
API before anything is believed, and a replay of any age makes it read once more. It tries again up to four times. Its API puts no draft
into the composer. That `condition` narrows /tickets/search without its search index was read in the code only, not in the documentation.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any, ClassVar, Final

from pydantic import Field

from copilot.channels import signing
from copilot.channels.base import (
    NoteSettings,
    Tool,
    again,
    attached,
    changed,
    id_of,
    json_body,
    leads_here,
    number,
    objects,
    understood,
    when,
)
from copilot.channels.calling import Calls, segment
from copilot.channels.markup import words
from copilot.domain.channels import Ability, Account, Arrival, Delivery, Missing, Page, Step, Webhook
from copilot.domain.conversation import Author, Channel, Status
from copilot.domain.errors import CopilotError, NotFound, Refused
from copilot.domain.formats import ConversationIn, CustomerIn, MessageIn
from copilot.domain.people import Assurance

CHANNELS: Final[dict[str, Channel]] = {
    "email": "email",
    "web": "email",
    "note": "email",
    "fax": "letter",
    "phone": "phone",
    "sms": "sms",
    "chat": "chat",
    "twitter direct-message": "chat",
    "telegram personal-message": "chat",
    "whatsapp message": "chat",
    "twitter status": "social",
    "facebook feed post": "social",
    "facebook feed comment": "social",
}
"""By an article's type. A type that is not known may be public, so it counts as that."""
ANSWERED_AS: Final = {
    "email": "email",
    "web": "email",
    "sms": "sms",
    "telegram personal-message": "telegram personal-message",
    "whatsapp message": "whatsapp message",
}
"""As what an answer goes out, by the type of what the customer wrote last. The rest is answered in Zammad itself."""
STATUSES: Final[dict[str, Status]] = {
    "new": "open",
    "open": "open",
    "pending reminder": "pending",
    "pending close": "pending",
    "closed": "closed",
    "merged": "closed",
    "removed": "closed",
}
"""Names as they ship; of a state that was added nothing is said."""
AUTHORS: Final[dict[str, Author]] = {"Customer": "customer", "Agent": "agent", "System": "bot"}
TRIGGERS: Final = {"create": "Rapport: new ticket", "update": "Rapport: changed ticket"}
"""Names of our triggers, by the action that calls them."""
LIMIT: Final = 100
"""Tickets that one poll reads."""


class ZammadSettings(NoteSettings):
    """Of a Zammad connection."""

    verify_tls: bool = Field(default=True, description="Whether Zammad checks our certificate; false only for one that you made yourself.")


class Zammad(Tool):
    """One Zammad."""

    kind = "zammad"
    title = "Zammad"
    can: ClassVar[frozenset[Ability]] = frozenset({"history", "note", "reply", "poll"})
    settings = ZammadSettings
    own_access = "A token of yours with ticket.agent: Profile, Token Access."
    installs = True
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="Manage, Webhook: make one with this address, payload not customized.", paste="webhook"),
        Step(text="Enter the signing secret there as HMAC SHA1 Signature Token. It is shown once, when it is made."),
        Step(text="Manage, Trigger: one on “Action is created” and one on “Action is updated”, Always, that call this webhook."),
        Step(text="Write in a ticket, and see here that it was delivered."),
    )

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """Says which ticket changed, no more."""
        given = webhook.header("x-hub-signature")
        signing.verify(given, account.signing, lambda secret: f"sha1={signing.hexadecimal(secret, webhook.body, 'sha1')}")
        body = json_body(webhook)
        with understood(self.title):
            ident = number(body["ticket"]["id"])
        return Delivery(id=signing.delivery_id(webhook.body), arrivals=(changed(ident),))

    async def thread(self, account: Account, conversation_id: str) -> Arrival:
        """The ticket with all its articles, and whose it is."""
        calls, ident = self._api(account), segment(conversation_id)
        ticket = await calls.get(f"/tickets/{ident}", {"expand": "true"})
        articles = objects(await calls.get(f"/ticket_articles/by_ticket/{ident}", {"expand": "true"}))
        with understood(self.title):
            customer = await _user(calls, ticket["customer_id"])
            return await asyncio.to_thread(_of_ticket, account, ticket, articles, customer)

    async def since(self, account: Account, cursor: str) -> Page:
        """Tickets that changed at or after the cursor (a time), the oldest change first."""
        if not cursor:
            return Page(cursor=datetime.now(UTC).isoformat())
        query: dict[str, str | int] = {
            "condition[ticket.updated_at][operator]": "after (absolute)",
            "condition[ticket.updated_at][value]": cursor,
            "sort_by": "updated_at",
            "order_by": "asc",
            "limit": LIMIT,
            "expand": "true",
        }
        found = objects(await self._api(account).get("/tickets/search", query))
        with understood(self.title):
            newest = max((when(one["updated_at"]) for one in found), default=when(cursor))
            arrivals = tuple(changed(number(one["id"])) for one in found if when(one["updated_at"]) >= when(cursor))
            return Page(arrivals=arrivals, cursor=newest.isoformat(), more=len(found) >= LIMIT and newest > when(cursor))

    async def note(self, account: Account, conversation_id: str, text: str) -> str:
        """An internal note by the connection's own user."""
        body = {"type": "note", "sender": "Agent", "internal": True, "content_type": "text/plain", "body": text}
        return await _write(self._api(account), conversation_id, body)

    async def reply(self, account: Account, conversation_id: str, text: str, agent: str) -> str:
        """As the agent, the same way as the customer wrote last. Raises Refused without the agent's own token."""
        calls = self._api(account, self._own(account, agent))
        articles = objects(await calls.get(f"/ticket_articles/by_ticket/{segment(conversation_id)}", {"expand": "true"}))
        last: dict[str, Any] = next((one for one in reversed(articles) if one.get("sender") == "Customer" and not one.get("internal")), {})
        way = ANSWERED_AS.get(str(last.get("type")))
        if way is None:
            raise Refused(f"What came in as {last.get('type') or 'nothing'} is not answered from here.", todo="Answer it in Zammad.")
        body = {"type": way, "sender": "Agent", "internal": False, "content_type": "text/plain", "body": text, "to": _back_to(last)}
        return await _write(calls, conversation_id, body)

    async def check(self, account: Account) -> list[Missing]:
        """Whether the token may read tickets, and webhook and triggers are there."""
        calls = self._api(account)
        try:
            await calls.get("/tickets", {"per_page": 1, "page": 1})
        except (Refused, NotFound) as error:
            return [Missing(what="The token may not read tickets.", todo=error.todo or "Give it the right ticket.agent.")]
        try:
            hooks = [hook for hook in objects(await calls.get("/webhooks")) if leads_here(account, hook.get("endpoint"))]
            triggers = objects(await calls.get("/triggers"))
        except CopilotError:
            todo = "Only a token with admin.webhook and admin.trigger may look."
            return [Missing(what="Whether the webhook is there cannot be seen.", todo=todo)]
        if not hooks:
            return [Missing(what="There is no webhook for this connection.", todo=again(account))]
        if not any(hook.get("active") for hook in hooks):
            return [Missing(what="The webhook is switched off.", todo="Switch it on under Manage, Webhook.")]
        calling = {_calls(trigger) for trigger in triggers if trigger.get("active")}
        if not any(str(hook.get("id")) in calling for hook in hooks):
            return [Missing(what="No trigger calls the webhook.", todo=again(account))]
        return []

    async def install(self, account: Account, ours: Mapping[str, str]) -> Account:
        """The webhook, with this connection's newest secret, and the triggers that call it."""
        calls, settings = self._api(account), ZammadSettings.model_validate(account.settings)
        if not account.signing:
            raise Refused("Without a signing secret Zammad's webhooks are not taken.", todo="Make one: copilot connections secret.")
        given = {"name": f"Rapport ({account.id})", "endpoint": ours["webhook"], "signature_token": account.signing[-1], "active": True}
        given |= {"ssl_verify": settings.verify_tls, "note": "Tells Rapport which ticket changed."}
        hooks = objects(await calls.get("/webhooks"))
        made = next((hook for hook in hooks if hook.get("endpoint") == ours["webhook"]), None)
        # A secret that is there cannot be read back: it is written anew, so that both sides have the same.
        made = await (calls.post("/webhooks", given) if made is None else calls.put(f"/webhooks/{segment(made.get('id'))}", given))
        hook = int((made or {}).get("id") or 0)
        there = {str(one.get("name")) for one in objects(await calls.get("/triggers")) if _calls(one) == str(hook)}
        for action, name in TRIGGERS.items():
            if (called := f"{name} ({account.id})") not in there:
                await calls.post("/triggers", _trigger(called, action, hook))
        return account

    def _api(self, account: Account, token: str = "") -> Calls:
        inside = account.model_copy(update={"url": f"{account.url}/api/v1"})
        return self.calls(inside, {"Authorization": f"Token token={token or account.token}"})


async def _user(calls: Calls, ident: object) -> dict[str, Any]:
    """Empty: it is not there any more."""
    try:
        found = await calls.get(f"/users/{segment(number(ident))}")
    except NotFound:
        return {}
    return found if isinstance(found, dict) else {}


async def _write(calls: Calls, ticket: str, body: dict[str, Any]) -> str:
    answer = await calls.post("/ticket_articles", {"ticket_id": int(number(ticket)), **body})
    return id_of("Zammad", answer, "id")


def _trigger(name: str, action: str, hook: int) -> dict[str, Any]:
    return {
        "name": name,
        "activator": "action",
        "execution_condition_mode": "always",
        "condition": {"ticket.action": {"operator": "is", "value": action}},
        "perform": {"notification.webhook": {"webhook_id": hook}},
        "active": True,
        "note": "Made by copilot connect.",
    }


def _calls(trigger: dict[str, Any]) -> str:
    """The webhook that a trigger calls; empty: none."""
    performed = trigger.get("perform")
    called = performed.get("notification.webhook") if isinstance(performed, dict) else None
    return str(called.get("webhook_id") or "") if isinstance(called, dict) else ""


def _back_to(article: dict[str, Any]) -> str:
    """To whom an answer goes: as Zammad's own composer chooses."""
    told = str(article.get("reply_to") or article.get("from") or "")
    return parseaddr(told)[1] or told if "@" in told else told


def _of_ticket(account: Account, ticket: dict[str, Any], articles: Iterable[dict[str, Any]], customer: dict[str, Any]) -> Arrival:
    listed = list(articles)
    known: dict[str, Any] = {
        "conversation_id": number(ticket["id"]),
        "channel": _channel(listed),
        "messages": [found for one in listed if (found := _message(one)) is not None],
    }
    if (status := str(ticket.get("state") or "").lower()) in STATUSES:
        known["status"] = STATUSES[status]
    # Whom nobody took belongs to user 1, whose name is a dash.
    owner = str(ticket.get("owner_id") or "")
    known["assignee"] = "" if owner == "1" else owner
    if customer:
        known["customer"] = _customer(account, customer)
    return Arrival(conversation=ConversationIn(**known), complete=True)


def _message(told: dict[str, Any]) -> MessageIn | None:
    """None: an article in which nothing stands."""
    body = str(told.get("body") or "")
    text = words(body) if "html" in str(told.get("content_type") or "") else body
    files = attached([one | {"type": _type(one)} for one in objects(told.get("attachments"))], name="filename", kind="type")
    if not text.strip() and not files:
        return None
    return MessageIn(
        id=number(told["id"]),
        author=AUTHORS.get(str(told.get("sender")), "system"),
        text=text,
        sent_at=when(told["created_at"]).isoformat(),
        author_id=str(told.get("origin_by_id") or told.get("created_by_id") or ""),
        author_name=parseaddr(str(told.get("from") or ""))[0] or str(told.get("from") or ""),
        # Without the word nothing is taken for public: a note must never count as an answer.
        visibility="public" if told.get("internal") is False else "private",
        attachments=files,
    )


def _type(file: dict[str, Any]) -> str:
    kept = file.get("preferences")
    return str(kept.get("Content-Type") or kept.get("Mime-Type") or "") if isinstance(kept, dict) else ""


def _channel(articles: list[dict[str, Any]]) -> Channel:
    """Public as soon as one article is; else as the customer's first one came."""
    found = [CHANNELS.get(str(one.get("type")), "social") for one in articles]
    theirs = (CHANNELS.get(str(one.get("type")), "social") for one in articles if one.get("sender") == "Customer")
    return "social" if "social" in found else next(theirs, found[0] if found else "email")


def _customer(account: Account, user: dict[str, Any]) -> CustomerIn:
    """Whoever Zammad holds for the customer: by an address that anybody can write in a From line, so it stays a claim."""
    email, phone = user.get("email") or None, user.get("mobile") or user.get("phone") or None
    name = " ".join(str(user[part]) for part in ("firstname", "lastname") if user.get(part))
    return CustomerIn(
        id=f"{account.id}:{number(user['id'])}",
        name=name or str(user.get("login") or ""),
        email=email,
        phone=phone,
        assurance=Assurance.CLAIMED if email or phone else Assurance.NONE,
    )
