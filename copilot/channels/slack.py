"""Slack: a triage channel. Colleagues see there what needs a look, and use, change or dismiss the drafts.

Source: docs.slack.dev (verifying requests, interactivity, views, chat.postMessage, users.info, message metadata, rate limits). Signed over
`v0:timestamp:body`, good for five minutes. Slack waits three seconds, and a modal can be opened within three seconds of a press only.
It is no channel of customers: no conversation comes from it. Each message carries, as metadata that no person sees, the key of what it
was posted for, so that one whose answer was lost is found again.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs

import httpx
from pydantic import Field

from copilot.channels import signing, slack_blocks
from copilot.channels.base import Settings, Tool, id_of, json_body, understood
from copilot.channels.calling import LIMITS, Calls
from copilot.channels.limits import Limit
from copilot.channels.slack_errors import answered
from copilot.domain.channels import Ability, Account, Delivery, Missing, Step, Webhook
from copilot.domain.errors import CopilotError, Invalid, Refused, Unavailable
from copilot.domain.triage import Act, Ask, Click, Colleague, Place, Shown

API: Final = "https://slack.com/api"
VALID: Final = timedelta(minutes=5)
ANSWERS: Final = "https://hooks.slack.com/"
"""Where a press may be answered."""
DECIDES: Final[dict[str, Act]] = {slack_blocks.USE: "used", slack_blocks.DISMISS: "dismissed"}
EVENT: Final = "rapport_shown"
LATER: Final = "This could not be kept yet. Press once more."
SCOPES: Final = ("chat:write", "users:read", "users:read.email", "metadata.message:read")
SEEN: Final = 200
"""Messages that are looked through for one that may have been posted."""


class SlackSettings(Settings):
    """Of a Slack connection."""

    team: str = Field(pattern=r"^[TE][A-Z0-9]{1,20}$", description="The workspace's id, T…: nobody of another one decides here.")
    channel: str = Field(pattern=r"^[CG][A-Z0-9]{1,20}$", description="The triage channel's id, C….")
    connections: tuple[str, ...] = Field(default=(), description="Whose conversations are shown there. Empty: all connections'.")
    agents: dict[str, str] = Field(default={}, description="By Slack's id of a person (U…) ours of them. Others are known by their e-mail.")
    quote: bool = Field(default=True, description="Whether the customer's latest words stand there.")


class Slack(Tool):
    """One channel of a workspace."""

    kind = "slack"
    title = "Slack"
    can: ClassVar[frozenset[Ability]] = frozenset({"triage"})
    settings = SlackSettings
    installs = True
    steps: ClassVar[tuple[Step, ...]] = (
        Step(text="api.slack.com, Create New App, From a manifest: slack_app/manifest.json, with this as request_url:", paste="webhook"),
        Step(text="Install the app in the workspace. Enter its signing secret below, and its bot token (xoxb-…) as the access token."),
        Step(text="Into a private channel somebody invites it: /invite @Rapport. A public one it joins by itself."),
        Step(text="Give each agent's account here the e-mail address that they have in Slack: so it is known who decided."),
        Step(text="Check permissions; then a customer's next message stands in the channel."),
    )

    limits = (Limit(calls=1, seconds=1.0, path=r"/chat\.(postMessage|update)$"),)
    """One message a second in a channel, and a connection has one."""

    def read(self, account: Account, webhook: Webhook) -> Delivery:
        """A press, a form, or Slack's own check of the address."""
        given, stamp = webhook.header("x-slack-signature"), webhook.header("x-slack-request-timestamp")
        said = f"v0:{stamp}:".encode() + webhook.body
        signing.verify(given, account.signing, lambda secret: f"v0={signing.hexadecimal(secret, said)}")
        signing.fresh(webhook, signing.moment(stamp), VALID)
        # Without the time: what Slack sends again is signed anew.
        ident = signing.delivery_id(webhook.body)
        if webhook.body.lstrip().startswith(b"{"):
            body = json_body(webhook)
            challenge = body.get("challenge") if body.get("type") == "url_verification" else None
            return Delivery(id=ident, answer={"challenge": str(challenge)[:1000]} if challenge else "")
        with understood(self.title):
            told = json.loads(parse_qs(webhook.body.decode(), strict_parsing=True)["payload"][0])
            _ours(account, told)
            if told["type"] == "view_submission":
                return _form(ident, told)
            return _press(ident, told) if told["type"] == "block_actions" else Delivery(id=ident, answer="")

    async def show(self, account: Account, shown: Shown) -> str:
        """Returns `channel:ts`: a connection may be given another channel, and a thread stays where it is."""
        channel, _, thread = shown.thread.rpartition(":")
        channel = channel or self._settings(account).channel
        body = slack_blocks.message(shown) | {"channel": channel, "unfurl_links": False, "unfurl_media": False}
        body |= {"metadata": {"event_type": EVENT, "event_payload": {"key": shown.key}}} | ({"thread_ts": thread} if thread else {})
        answer = await self._post(account, "chat.postMessage", body)
        return f"{channel}:{id_of(self.title, answer, 'ts')}"

    async def change(self, account: Account, ident: str, shown: Shown) -> None:
        channel, _, ts = ident.rpartition(":")
        metadata = {"event_type": EVENT, "event_payload": {"key": shown.key}}
        body = slack_blocks.message(shown) | {"channel": channel, "ts": ts, "metadata": metadata}
        await self._post(account, "chat.update", body)

    async def find(self, account: Account, key: str, thread: str, since: datetime) -> str:
        channel, _, parent = thread.rpartition(":")
        channel = channel or self._settings(account).channel
        query: dict[str, str | int] = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "limit": SEEN,
            "include_all_metadata": "true",
        }
        method = "conversations.replies" if parent else "conversations.history"
        calls = self._api(account)
        found = answered(await calls.get(f"/{method}", query | ({"ts": parent} if parent else {})))
        if "metadata.message:read" in _lacking(calls):
            raise Refused("What a message was posted for cannot be read.", todo="Add the scope metadata.message:read to the app.")
        with understood(self.title):
            for one in found["messages"]:
                if ((one.get("metadata") or {}).get("event_payload") or {}).get("key") == key:
                    return f"{channel}:{one['ts']}"
        return ""

    async def edit(self, account: Account, ask: Ask, text: str) -> None:
        await self._post(account, "views.open", {"trigger_id": ask.trigger, "view": slack_blocks.modal(ask, text)})

    async def whisper(self, account: Account, user: str, place: Place, text: str) -> None:
        """At the press's own address, which needs no right in the channel; from a form, as a message that only they see."""
        said = {"text": slack_blocks.escaped(text)} | ({"thread_ts": place.thread} if place.thread else {})
        if not place.answer.startswith(ANSWERS):
            await self._post(account, "chat.postEphemeral", said | {"channel": place.channel, "user": user})
            return
        body = said | {"response_type": "ephemeral", "replace_original": False}
        try:
            answer = await self._http.post(place.answer, json=body, timeout=LIMITS, follow_redirects=False)
        except httpx.HTTPError as error:
            raise Unavailable(f"Slack did not take an answer ({type(error).__name__}).") from None
        if answer.status_code >= 300:
            raise Unavailable(f"Slack did not take an answer (status {answer.status_code}).")

    async def colleague(self, account: Account, user: str) -> Colleague:
        """By the settings; else by the e-mail address that Slack has confirmed. Bots, guests and other companies' people are nobody."""
        settings = self._settings(account)
        if user in settings.agents:
            return Colleague(id=user, ours=settings.agents[user])
        with understood(self.title):
            told = (await self._get(account, "users.info", {"user": user}))["user"]
            strange = told.get("team_id") != settings.team or told.get("is_stranger") or told.get("is_restricted")
            if strange or told.get("deleted") or told.get("is_bot"):
                raise Refused("Only members of your own workspace decide here.", todo="Ask an administrator to name you in the connection.")
            profile = told.get("profile") or {}
            email = str(profile.get("email") or "") if told.get("is_email_confirmed") is True else ""
            return Colleague(id=user, name=str(told.get("real_name") or told.get("name") or ""), email=email)

    async def check(self, account: Account) -> list[Missing]:
        """Whose token it is, what it may, and whether the app is in the channel."""
        settings, calls = self._settings(account), self._api(account)
        try:
            me = answered(await calls.get("/auth.test"))
        except Refused as error:
            return [Missing(what="The bot token does not hold.", todo=error.todo)]
        found = []
        if settings.team not in (me.get("team_id"), me.get("enterprise_id")):
            found.append(
                Missing(what="The token is of another workspace.", todo="Set `team` to the id of the one the app is installed in.")
            )
        if lacking := _lacking(calls):
            found.append(Missing(what=f"The app lacks {', '.join(lacking)}.", todo="Add the scopes, then install it anew."))
        return [*found, *await self._in_channel(account)]

    async def install(self, account: Account, ours: Mapping[str, str]) -> Account:
        """Comes into the channel where it is open to all. The app itself is made in Slack, from the manifest in slack_app."""
        try:
            await self._post(account, "conversations.join", {"channel": self._settings(account).channel})
        except (Refused, Invalid):
            return account  # a private one: somebody invites it, and `check` says so
        return account

    async def _in_channel(self, account: Account) -> list[Missing]:
        channel = self._settings(account).channel
        try:
            told = (await self._get(account, "conversations.info", {"channel": channel})).get("channel") or {}
            await self._get(account, "conversations.history", {"channel": channel, "limit": 1})
        except CopilotError as error:
            return [Missing(what=f"The channel {channel} cannot be read: {error.detail}", todo=error.todo)]
        if told.get("is_archived") or told.get("is_member") is False:
            return [Missing(what="The app is not in the channel.", todo="Write /invite @Rapport there.")]
        return []

    def _settings(self, account: Account) -> SlackSettings:
        return SlackSettings.model_validate(account.settings)

    def _api(self, account: Account) -> Calls:
        headers = {"Authorization": f"Bearer {account.token}", "Content-Type": "application/json; charset=utf-8"}
        return self.calls(account.model_copy(update={"url": account.url or API}), headers)

    async def _post(self, account: Account, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return answered(await self._api(account).post(f"/{method}", body), writes=True)

    async def _get(self, account: Account, method: str, query: Mapping[str, str | int]) -> dict[str, Any]:
        return answered(await self._api(account).get(f"/{method}", query))


def _lacking(calls: Calls) -> list[str]:
    """Scopes that the app needs and has not, as Slack says with each answer."""
    had = {scope.strip() for scope in calls.heard.get("x-oauth-scopes", "").split(",")}
    return [scope for scope in SCOPES if scope not in had]


def _ours(account: Account, told: dict[str, Any]) -> None:
    team = SlackSettings.model_validate(account.settings).team
    if team not in ((told.get("team") or {}).get("id"), (told.get("enterprise") or {}).get("id")):
        raise Invalid("This press is of another workspace.", todo="Give each workspace a connection of its own.")


def _press(ident: str, told: dict[str, Any]) -> Delivery:
    action, user = told["actions"][0], _ident(told["user"]["id"])
    name = action["action_id"]
    if name not in (*DECIDES, slack_blocks.EDIT):
        return Delivery(id=ident, answer="")  # a link was opened
    message = told.get("message") or {}
    place = Place(
        channel=_ident(told["channel"]["id"]),
        message=_ident(message["ts"]),
        thread=str(message.get("thread_ts") or ""),
        answer=str(told.get("response_url") or ""),
    )
    suggestion = _ident(action["value"])
    if name == slack_blocks.EDIT:
        ask = Ask(user=user, suggestion_id=suggestion, trigger=_ident(told["trigger_id"]), place=place)
        return Delivery(id=ident, ask=ask, answer="")
    click = Click(user=user, suggestion_id=suggestion, action=DECIDES[name], place=place)
    return Delivery(id=ident, clicks=(click,), answer="", otherwise="")


def _form(ident: str, told: dict[str, Any]) -> Delivery:
    view, user = told["view"], _ident(told["user"]["id"])
    if view["callback_id"] != slack_blocks.FORM:
        return Delivery(id=ident, answer="")
    text = str(view["state"]["values"][slack_blocks.ANSWER][slack_blocks.ANSWER]["value"] or "")
    if not text.strip():
        return Delivery(id=ident, answer=_wrong("Write what the customer shall read."))
    at = json.loads(view["private_metadata"])
    place = Place(channel=_ident(at["channel"]), message=_ident(at["message"]), thread=str(at["thread"]))
    click = Click(user=user, suggestion_id=_ident(at["suggestion"]), action="edited", text=text, place=place)
    # What they wrote stays before them until it is on record.
    return Delivery(id=ident, clicks=(click,), answer="", otherwise=_wrong(LATER))


def _wrong(why: str) -> dict[str, Any]:
    """The form stays open and says so."""
    return {"response_action": "errors", "errors": {slack_blocks.ANSWER: why}}


def _ident(told: object) -> str:
    if not isinstance(told, str) or not told:
        raise ValueError("an id is missing")
    return told
