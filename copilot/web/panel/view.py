"""Everything the panel shows of one conversation, read at once."""

import difflib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from copilot.api.asked import GrantView, QuestionView
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.case import StoredTurn
from copilot.domain.conversation import unanswered
from copilot.domain.errors import Conflict, NotFound
from copilot.domain.staff import Caller
from copilot.domain.suggestion import CuePayload, Decision
from copilot.domain.turn import Turn
from copilot.services.conversations.reading import Drafted, Thread
from copilot.web.panel import before, curve, person, words

State = Literal["draft", "writing", "abstained", "withheld", "failed", "none"]
FRESH_WORK = ("minted", "frozen")
DRAFTED_PARTS = ("questions", "options")
SENT_KINDS = ("reply", "acknowledge", *DRAFTED_PARTS)


class Change(Frozen):
    """Words that an agent kept, took out or put in."""

    how: Literal["same", "out", "in"]
    text: str


class Shown(Frozen):
    """A draft in its place. `written` is None unless there is one to show."""

    kind: str
    state: State
    id: str = ""
    text: str = ""
    reason: str = ""
    written: words.Written | None = None
    stale: bool = False
    outdated: bool = False
    """An article that it quotes was changed."""
    by_rules: bool = False
    """Made from articles and records, without a model."""
    decided: Decision | None = None
    changes: tuple[Change, ...] = ()


class Named(Frozen):
    """The conversation that a page has open, as that page names it."""

    ref: str = ""
    tool: str = ""
    """The kind of the chat tool whose page it is; empty: ours, or one that does not say."""
    connection: str = ""


async def shown(app: Application, me: Caller, named: Named) -> dict[str, Any]:
    """What the panel's template calls `panel`. `state`: none (nothing open), missing, several (accounts have that id), or ready."""
    if not named.ref:
        return {"state": "none"}
    try:
        ref = await app.reading.named(me.tenant_id, named.ref, named.tool, named.connection)
        thread = await app.reading.thread(me.tenant_id, ref)
    except NotFound:
        return {"state": "missing", "named": named}
    except Conflict as error:
        return {"state": "several", "named": named, "why": f"{error.detail} {error.todo}"}
    drafted = await app.reading.current(me, ref)
    now = app.clock()
    stored = drafted.stored
    turn = stored.turn if stored else None
    card = await app.customers.card(me.tenant_id, thread.customer.id) if thread.customer else None
    by_kind = {one.kind: one for one in reversed(drafted.suggestions)}
    story = await app.switching.story(me, thread.conversation.id)
    waits = bool(unanswered(thread.conversation.messages)) and thread.conversation.status != "closed"
    cue = by_kind.get("cue")
    return {
        "state": "ready",
        "as_named": named.ref,
        "id": thread.conversation.id,
        "ref": thread.conversation.external_id or thread.conversation.id,
        "answered_here": thread.answered_here,
        "channel": thread.conversation.channel,
        "team": thread.conversation.team,
        "waits": waits,
        "closed": thread.conversation.status == "closed",
        "wraps_up": thread.conversation.status == "closed" and await app.day.wrapping.waits(me.tenant_id, thread.conversation.id),
        "working": stored is not None and stored.current and stored.state in FRESH_WORK,
        "evidence": turn is not None,
        "minted_at": stored.minted_at if stored else None,
        "mood": curve.mood(turn, now, waiting=waits) if turn else None,
        "cue": CuePayload.model_validate(cue.payload) if cue and cue.state == "proposed" else None,
        "person": person.person(thread, card, turn, now, story.details if story else ()),
        "story": before.shown(story, thread.conversation),
        "named": person.names,
        "matches": await app.matching.of(me, thread.customer.id) if thread.customer else [],
        "outdated": _outdated(drafted),
        "model": bool(app.models.configured),
        "reply": place(drafted, "reply"),
        "acknowledge": place(drafted, "acknowledge"),
        "questions": place(drafted, "questions"),
        "options": place(drafted, "options"),
        "parts": {kind: by_kind[kind].payload.get(kind, []) for kind in DRAFTED_PARTS if kind in by_kind},
        "levers": _levers(turn),
        "currency": (await app.administration.settings(me.tenant_id)).currency,
        "teams": sorted({user.team for user in await app.administration.users(me.tenant_id) if user.team}),
        **await _asked(app, me, thread, now),
    }


def place(drafted: Drafted, kind: str) -> Shown:
    """What stands where the draft of a kind goes."""
    stored = drafted.stored
    found = next((one for one in drafted.suggestions if one.kind == kind), None)
    if found is None or stored is None or stored.turn is None:
        return Shown(kind=kind, state=_awaited(stored, kind))
    decided = drafted.decided.get(found.id)
    state: State = "draft" if found.state == "proposed" else found.state
    return Shown(
        kind=kind,
        state=state,
        id=found.id,
        text=found.text,
        reason=found.reason,
        written=words.written(stored.turn, found) if state == "draft" else None,
        stale=found.stale,
        outdated=bool(found.outdated_by),
        by_rules=found.producer == "fallback",
        decided=decided,
        changes=changes(found.text, decided.text) if decided and decided.action == "edited" else (),
    )


def _outdated(drafted: Drafted) -> str:
    """The most prominent kind whose draft quotes an article that was changed, while somebody waits for the answer."""
    if drafted.stored is None or not drafted.stored.current:
        return ""
    kinds = {one.kind for one in drafted.suggestions if one.outdated_by and one.state == "proposed"}
    return next((kind for kind in (*SENT_KINDS, *sorted(kinds)) if kind in kinds), "")


def changes(before: str, after: str) -> tuple[Change, ...]:
    """Word by word, what an edit took out and put in."""
    old, new = before.split(" "), after.split(" ")
    made: list[Change] = []
    for how, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            made.append(Change(how="same", text=" ".join(old[a:b])))
            continue
        made += [Change(how="out", text=" ".join(old[a:b]))] if b > a else []
        made += [Change(how="in", text=" ".join(new[c:d]))] if d > c else []
    return tuple(made)


def _awaited(stored: StoredTurn | None, kind: str) -> State:
    """Of a kind without a draft."""
    if stored is None:
        return "none"
    if stored.state == "failed":
        return "failed"
    at_work = stored.current and stored.state in FRESH_WORK
    return "writing" if kind in stored.requested or (at_work and kind == "reply") else "none"


def _levers(turn: Turn | None) -> list[dict[str, Any]]:
    """What a supervisor could be asked for."""
    found = turn.evidence.levers if turn else ()
    return [
        {"id": one.id, "offer": one.offer, "limit": words_of(one.limit), "authority": one.authority}
        for one in found
        if one.grant_id is None and one.applies != "no"
    ]


def words_of(limit: Any) -> str:
    """How far an allowance goes, in words; empty without a limit."""
    from copilot.kinds.wording import limit_text

    return limit_text(limit)


async def _asked(app: Application, me: Caller, thread: Thread, now: datetime) -> Mapping[str, Any]:
    """What was asked of supervisors and colleagues here, newest first."""
    ref = thread.conversation.id
    grants = await app.grants.of_conversation(me, ref)
    questions = await app.questions.of_conversation(me, ref)
    name = thread.conversation.external_id
    return {
        "grants": [GrantView.of(one, name, me, now) for one in reversed(grants)],
        "colleagues": [QuestionView.of(one, name, me) for one in reversed(questions)],
        "limit": words_of,
    }
