"""What the pages of a handover show: whose it is to do what, the parts of the brief, and what changed since it was offered."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from copilot.api.auth import App, Me
from copilot.domain.base import Frozen
from copilot.domain.case import Handover
from copilot.domain.conversation import Conversation
from copilot.domain.errors import NotFound
from copilot.domain.staff import Caller, User
from copilot.domain.suggestion import HandoverPayload
from copilot.services.handovers.briefs import LISTS, News
from copilot.services.handovers.offering import OPEN, is_for
from copilot.web.pages.promises import by_team

CHANNELS: Final = {"chat": "Chat", "email": "E-mail", "phone": "Phone", "social": "Social media", "letter": "Letter", "sms": "Text message"}
HEADINGS: Final = {
    "urgency": "How urgent",
    "reason": "Why it changes hands",
    "emotion": "How they feel",
    "promises": "Promised",
    "actions": "To do",
    "story": "The story",
    "tried": "Tried so far",
    "known": "On record, do not ask",
    "if_then": "If … then",
    "risks": "Mind",
    "introduction": "Introduction, for the customer",
}
"""The parts in the order in which they are read: how it burns, what is owed, how it came about, what may come."""
LONG, VERY_LONG = 3000, 6500
"""Characters of a brief from which a printed page needs smaller type."""
Role = Literal["draft", "offered", "for_me", "others", "taken", "given", "ended"]
"""Whose turn it is. draft: nothing is offered. offered: by me. for_me: I may accept. others: between other people. taken: I accepted it.
given: somebody else did. ended: introduced, declined or returned."""


class Part(Frozen):
    """A part of the brief as it is shown. `corrected`: after it was offered. `moved`: something happened that touches it."""

    name: str
    heading: str
    kind: Literal["line", "list", "actions"]
    value: Any
    corrected: bool
    moved: bool


class Shown(Frozen):
    """A handover, or what would be one."""

    role: Role
    conversation: Conversation
    customer: str
    channel: str
    handover: Handover | None
    ended: Handover | None
    """The one before, which was declined, returned or introduced."""
    brief: HandoverPayload
    suggestion_id: str | None
    parts: tuple[Part, ...]
    news: News
    editable: bool
    names: dict[str, str]
    to: str
    takes_back: bool
    colleagues: list[tuple[str, list[User]]]
    away: frozenset[str]
    channels: dict[str, str]

    @property
    def key(self) -> str:
        """Changes when everything on it changes."""
        return f"{self.handover.id}-{self.handover.state}-{self.role}" if self.handover else f"draft-{self.conversation.id}"

    @property
    def length(self) -> str:
        """How small the type has to be for one printed page."""
        size = len(self.brief.model_dump_json())
        return "very-long" if size > VERY_LONG else "long" if size > LONG else ""

    def name(self, ident: str | None) -> str:
        """A person as colleagues call them."""
        return self.names.get(ident or "", "a colleague")


async def of_conversation(app: App, me: Me, ref: str) -> Shown:
    """The handover that is under way, else what would be handed over. Raises NotFound."""
    all_ = await app.handovers.of_conversation(me, ref)
    latest = all_[-1] if all_ else None
    if latest is not None and latest.state in OPEN:
        return await _shown(app, me, ref, latest, None)
    return await _shown(app, me, ref, None, latest)


async def one(app: App, me: Me, handover_id: str) -> Shown:
    """A handover by its id, whatever became of it. Raises NotFound."""
    handover = await app.handovers.get(me, handover_id)
    return await _shown(app, me, handover.conversation_id, handover, None)


async def _shown(app: App, me: Me, ref: str, handover: Handover | None, ended: Handover | None) -> Shown:
    thread = await app.reading.thread(me.tenant_id, ref)
    users = await app.administration.users(me.tenant_id)
    names = {ident: user.name for user in users for ident in (user.id, user.external_id) if ident}
    user = next((u for u in users if u.id == me.user_id), None)
    role = role_of(handover, me, user)
    if handover is None:
        drafted = await app.briefs.proposal(me, ref)
        brief, suggestion_id, news = drafted.payload, drafted.suggestion_id, News()
    else:
        brief, suggestion_id = handover.brief, handover.suggestion_id
        news = await app.briefs.news(me, handover) if handover.state in OPEN else News()
    lead = me.role in ("supervisor", "admin")
    mine = handover is not None and me.user_id in (handover.offered_by, handover.accepted_by)
    return Shown(
        role=role,
        conversation=thread.conversation,
        customer=(thread.customer.name if thread.customer else "") or "A customer we do not know yet",
        channel=CHANNELS.get(thread.conversation.channel, thread.conversation.channel),
        handover=handover,
        ended=ended,
        brief=brief,
        suggestion_id=suggestion_id,
        parts=tuple(parts(brief, news, role)),
        news=news,
        editable=role == "draft" or (role != "ended" and (mine or lead)),
        names=names,
        to=receiver(handover, names),
        takes_back=role == "offered" or (role in ("others", "for_me") and lead),
        colleagues=by_team(users, me.user_id) if handover is None else [],
        away=await _away(app, me) if handover is None else frozenset(),
        channels={name: label for name, label in CHANNELS.items() if name != thread.conversation.channel},
    )


def role_of(handover: Handover | None, me: Caller, user: User | None) -> Role:
    """What the reader has to do with it."""
    if handover is None:
        return "draft"
    if handover.state not in OPEN:
        return "ended"
    if handover.state == "accepted":
        return "taken" if handover.accepted_by == me.user_id else "given"
    if handover.offered_by in (me.user_id, me.key_id):
        return "offered"
    return "for_me" if user is not None and is_for(handover, user) else "others"


def parts(brief: HandoverPayload, news: News, role: Role) -> Sequence[Part]:
    """Those that say something; all of them while they can be written. The introduction is for who may still change it: nobody else yet."""
    shown = []
    for name, heading in HEADINGS.items():
        value = getattr(brief, name)
        if name == "introduction" and role not in ("draft", "offered"):
            continue
        if not value and role not in ("draft", "offered"):
            continue
        kind: Literal["line", "list", "actions"] = "actions" if name == "actions" else "list" if name in LISTS else "line"
        corrected = name in news.corrected
        shown.append(
            Part(name=name, heading=heading, kind=kind, value=value, corrected=corrected, moved=name in news.sections and not corrected)
        )
    return shown


def receiver(handover: Handover | None, names: Mapping[str, str]) -> str:
    """To whom it goes, in words."""
    if handover is None:
        return ""
    if handover.to_user:
        return names.get(handover.to_user, "a colleague")
    if handover.to_team:
        return f"the team {handover.to_team}"
    return f"whoever takes it by {CHANNELS[handover.to_channel].lower()}" if handover.to_channel else "everybody at the desk"


async def _away(app: App, me: Me) -> frozenset[str]:
    async with app.database.read(me.tenant_id) as records:
        return frozenset(absence.user_id for absence in await records.day.absent(app.clock()))


async def offers(app: App, me: Me) -> list[dict[str, Any]]:
    """Offers that wait for the reader, oldest first, each with who it is about."""
    found = []
    waiting = await app.handovers.waiting(me)
    users = await app.administration.users(me.tenant_id) if waiting else []
    names = {user.id: user.name for user in users}
    for handover in waiting:
        try:
            thread = await app.reading.thread(me.tenant_id, handover.conversation_id)
        except NotFound:  # erased since
            continue
        found.append(
            {
                "handover": handover,
                "ref": thread.conversation.external_id,
                "customer": (thread.customer.name if thread.customer else "") or "A customer",
                "giver": names.get(handover.offered_by, "The chat tool"),
                "fell": bool(handover.fell_from),
                "personal": bool(handover.to_user),
            }
        )
    return found
