"""The search lab: what a search makes of a question or a conversation, why a passage is used or not, and the rules that steer it."""

from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field

from copilot.api.auth import App, Me
from copilot.api.lab import LONGEST_PASTED
from copilot.bootstrap import Application
from copilot.domain.base import Frozen
from copilot.domain.curation import SearchRule
from copilot.domain.formats import Strict
from copilot.domain.staff import Caller
from copilot.domain.transcripts import is_conversation
from copilot.retrieval.passages import plain_text
from copilot.services.searching.lab import Explained, Rated
from copilot.web.render import page
from copilot.web.sessions import page_router

router = page_router()
WORDS: Final = 24
"""Words of the query that are shown."""
FAINT: Final = 0.05
OPEN: Final = 12
"""Passages that were not used and are shown at first sight of them; the rest is counted."""
CHANGES: Final = {
    "enters": "New with the draft",
    "leaves": "Not used any more with the draft",
    "rises": "Higher with the draft",
    "falls": "Lower with the draft",
    "rewritten": "In new words",
}
STATES: Final = (("proposed", "Proposed"), ("active", "In force"), ("retired", "Retired"))


class LabIn(Strict):
    """What is typed or pasted, and the draft to try. It is searched and forgotten."""

    text: str = Field(max_length=LONGEST_PASTED)
    draft_id: str = Field(default="", max_length=200)


class Measure(Frozen):
    """One of the three views of a passage. `share`: 0–100, how long its bar is; None where it could not be asked."""

    label: str
    share: int | None
    hint: str


class Row(Frozen):
    """A passage as it is shown."""

    rated: Rated
    measures: tuple[Measure, ...]
    fits: int | None
    """0–100: how likely it answers."""
    change: str
    excerpt: str


class RuleRow(Frozen):
    """A rule with the names that its page needs."""

    rule: SearchRule
    title: str
    author: str
    reviewer: str
    mine: bool


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * min(1.0, max(0.0, share)))


def _row(rated: Rated) -> Row:
    return Row(
        rated=rated,
        measures=(
            Measure(label="Words", share=_percent(rated.covered), hint="How much of what the question's words say stands in it"),
            Measure(label="Meaning", share=_percent(rated.meaning), hint="How near it is to the question as a whole"),
            Measure(label="Name", share=_percent(rated.named), hint="How surely its title is what the conversation is about"),
        ),
        fits=_percent(rated.score),
        change=CHANGES.get(rated.change, ""),
        excerpt=plain_text(rated.text),
    )


def _words(found: Explained) -> list[tuple[str, bool]]:
    """(word, whether it weighs in full), the weightiest first."""
    ranked = sorted(found.query.terms.items(), key=lambda pair: -pair[1])[:WORDS]
    return [(word, weight >= 1) for word, weight in ranked if weight > FAINT]


async def _rules(app: Application, me: Caller) -> dict[str, Any]:
    """What `fragments/search-rules.html` shows, as its variable `ruled`."""
    rules = await app.rules.all(me.tenant_id)
    async with app.database.read(me.tenant_id) as records:
        articles = await records.articles.many(sorted({rule.article_id for rule in rules}))
        names = {user.id: user.name for user in await records.admin.users()}
    rows = [
        RuleRow(
            rule=rule,
            title=articles[rule.article_id].title if rule.article_id in articles else rule.article_id,
            author=names.get(rule.author, "a program"),
            reviewer=names.get(rule.reviewer, "a program") if rule.reviewer else "",
            mine=rule.author == me.who,
        )
        for rule in rules
    ]
    return {"groups": [(state, label, [row for row in rows if row.rule.state == state]) for state, label in STATES]}


@router.get("/knowledge/lab")
async def lab(request: Request, app: App, me: Me) -> Response:
    """The page. `?question=` fills the field, `?draft=` chooses the draft."""
    async with app.database.read(me.tenant_id) as records:
        after = await records.log.last_event()
        drafts = await records.editing.drafts(("draft", "in_review", "approved"))
    return page(
        request,
        "knowledge/lab.html",
        after=after,
        drafts=drafts,
        question=request.query_params.get("question", "")[:2_000],
        draft_id=request.query_params.get("draft", "")[:200],
        ruled=await _rules(app, me),
    )


@router.post("/knowledge/lab/f/result")
async def result(request: Request, app: App, me: Me, given: LabIn) -> Response:
    """What the search makes of it. A POST, so that what is pasted stands in no address."""
    talk = is_conversation(given.text)
    ask = app.lab.conversation if talk else app.lab.question
    found = await ask(me.tenant_id, given.text, given.draft_id)
    rows = [_row(one) for one in found.candidates]
    return page(
        request,
        "fragments/lab.html",
        found=found,
        talk=talk,
        words=_words(found),
        used=[row for row in rows if row.rated.used],
        lost=[row for row in rows if not row.rated.used and (row.rated.change == "leaves" or row.rated.verdict == "blocked")],
        others=[row for row in rows if not row.rated.used and row.rated.change != "leaves" and row.rated.verdict != "blocked"],
        most=OPEN,
        threshold=round(100 * found.coverage.threshold),
        sure=round(100 * found.coverage.score),
    )


@router.get("/knowledge/lab/f/rules")
async def rules(request: Request, app: App, me: Me) -> Response:
    """The list of rules alone."""
    return page(request, "fragments/search-rules.html", ruled=await _rules(app, me))
