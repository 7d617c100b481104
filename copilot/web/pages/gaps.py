"""Gaps: what customers ask and articles do not answer, the most asked first; and what publishing a draft would change."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import Path, Query, Request
from fastapi.responses import Response

from copilot.api.auth import App, Me
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.staff import Caller
from copilot.domain.topics import Topic
from copilot.services.searching.trying import MOST, Change, Tried
from copilot.web.render import page
from copilot.web.sessions import page_router
from copilot.web.trends import Trend, trend

router = page_router()
DraftId = Annotated[str, Path(max_length=200)]
Turns = Annotated[int, Query(ge=1, le=MOST)]
FIRST: Final = 20
"""Topics shown at first, and with each "Show more"."""
CHANNELS: Final = {
    "chat": "in chat",
    "email": "by e-mail",
    "social": "in social media",
    "sms": "by text message",
    "phone": "by phone",
    "letter": "by letter",
}
CAUSES: Final = {
    "abstained": "no draft was possible",
    "uncovered": "nothing was found",
    "knowledge_missing": "an agent missed it",
    "knowledge_wrong": "an agent found it wrong",
    "history": "from earlier conversations",
}
EFFECTS: Final = {
    "answers": "Would be answered",
    "silences": "Would not be answered any more",
    "leads": "The article would come first",
    "falls": "The article would not come first any more",
    "enters": "The article would be among the sources",
    "leaves": "The article would not be among the sources any more",
    "rewritten": "The same sources, in new words",
    "reorders": "The same sources in another order, or other ones",
}


class Row(Frozen):
    """A topic's line."""

    topic: Topic
    drawn: Trend
    channels: str
    causes: str


def _row(topic: Topic) -> Row:
    return Row(
        topic=topic,
        drawn=trend(topic.weeks, 0, max(2, *topic.weeks)),
        channels=_counted(list(topic.channels.items()), CHANNELS),
        causes=_counted(list(topic.causes.items()), CAUSES),
    )


def _counted(counts: Sequence[tuple[str, int]], words: Mapping[str, str]) -> str:
    """As in “3 in chat, 1 by e-mail”; a single one without its number."""
    alone = len(counts) == 1
    return ", ".join(words.get(name, name) if alone else f"{count} {words.get(name, name)}" for name, count in counts)


async def shown(request: Request, app: Application, me: Caller) -> dict[str, Any]:
    """What `fragments/gaps.html` shows, as its variable `gaps`."""
    asked = request.query_params.get("upto", "")
    upto = min(max(int(asked) if asked.isdecimal() and len(asked) < 6 else FIRST, FIRST), 500)
    found = await app.gaps.topics.page(me.tenant_id, 0, upto)
    return {
        "rows": [_row(topic) for topic in found.topics],
        "total": found.total,
        "count": found.gaps,
        "waiting": found.waiting,
        "looking": found.looking,
        "more": f"/knowledge/gaps?upto={upto + FIRST}" if found.next else "",
        "src": f"/knowledge/gaps/f/list?upto={upto}",
    }


@router.get("/knowledge/gaps")
async def gaps(request: Request, app: App, me: Me) -> Response:
    """The page."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
    return page(request, "knowledge/gaps.html", after=after, gaps=await shown(request, app, me))


@router.get("/knowledge/gaps/f/list")
async def fragment(request: Request, app: App, me: Me) -> Response:
    """The list alone."""
    return page(request, "fragments/gaps.html", gaps=await shown(request, app, me))


@router.get("/knowledge/drafts/{draft_id}/try")
async def tried(request: Request, app: App, me: Me, draft_id: DraftId, turns: Turns = 100) -> Response:
    """The page: at once, with the place where the result will stand."""
    draft = await app.editing.draft(me.tenant_id, draft_id)
    return page(request, "knowledge/try.html", draft=draft, turns=turns)


@router.get("/knowledge/drafts/{draft_id}/f/try")
async def result(request: Request, app: App, me: Me, draft_id: DraftId, turns: Turns = 100) -> Response:
    """What publishing the draft would change; it takes seconds."""
    draft = await app.editing.draft(me.tenant_id, draft_id)
    found = await app.gaps.trying.run(me, draft_id, turns)
    return page(request, "fragments/try.html", tried=found, groups=grouped(found), effects=EFFECTS, article=draft.article.id)


def grouped(found: Tried) -> list[tuple[str, str, list[Change]]]:
    """(key, title, changes): what is lost, what is won, what else is found differently. Empty ones are left out."""
    lost = [one for one in found.changes if one.disturbs or one.effect == "silences"]
    won = [one for one in found.changes if one not in lost and one.effect == "answers"]
    rest = [one for one in found.changes if one not in lost and one not in won]
    groups = (
        ("disturbed", "Good answers that it would disturb", lost),
        ("won", "Would be answered", won),
        ("rest", "Would find something else", rest),
    )
    return [group for group in groups if group[2]]
