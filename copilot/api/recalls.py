"""Recalls of what a published article wrongly said: counts for editors, who was told for leads, corrections for their agents.

No route says who told it or how quickly they correct it (DESIGN §6).
"""

from typing import Annotated, Literal

from pydantic import Field

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.base import Frozen, Instant
from copilot.domain.formats import Strict
from copilot.domain.recalls import CaseRow, CaseState, Progress
from copilot.services.knowledge.recalling import Counted, Recalled

router = audience("recalls")
SAMPLE = {
    "article_id": "refund-times",
    "from_revision": 2,
    "wrong": "28 days",
    "right": "10 working days",
    "note": "Your refund comes sooner than we said.",
}


class RecallIn(Strict):
    """What was wrong, in which revisions, and what is right; values or sentences."""

    article_id: str = Field(min_length=1, max_length=200)
    from_revision: int = Field(ge=1, lt=2**31)
    to_revision: int | None = Field(default=None, ge=1, lt=2**31, description="The last wrong one; without it, only from_revision.")
    wrong: str = Field(min_length=2, max_length=1_000)
    right: str = Field(min_length=2, max_length=1_000)
    note: str = Field(default="", max_length=1_000, description="What it means for customers, said to them in the correction.")


class SettledIn(Strict):
    """Why no correction is needed, or how it was sent."""

    state: Literal["sent", "not_needed"]
    note: str = Field(min_length=1, max_length=1_000)


class RecallsView(Frozen):
    """Newest first."""

    recalls: list[Counted]


class CaseView(Frozen):
    """A customer who was told so. It names no colleague."""

    id: str
    conversation_id: str
    channel: str
    customer_name: str
    sure: bool
    state: CaseState
    told: str
    told_at: Instant
    note: str = ""

    @classmethod
    def of(cls, row: CaseRow) -> "CaseView":
        case = row.case
        return cls(
            id=case.id,
            conversation_id=row.conversation_ref,
            channel=row.channel,
            customer_name=row.customer_name,
            sure=case.sure,
            state=case.state,
            told=case.told,
            told_at=case.told_at,
            note=case.note,
        )


class CasesView(Frozen):
    """`told` were told so for sure; `may_be` hold the wrong value in an agent's own words: somebody has to look."""

    told: list[CaseView]
    may_be: list[CaseView]


class CorrectionView(CaseView):
    """A correction that is mine to send. `draft`: the words, to be read and changed before they are sent."""

    article_title: str
    right: str
    draft: str


class CorrectionsView(Frozen):
    """The sure ones first, oldest first."""

    corrections: list[CorrectionView]


@router.post("/recalls/preview")
async def preview(app: App, me: Me, given: Annotated[RecallIn, example(SAMPLE)]) -> Progress:
    """How many messages said so. Nothing is stored."""
    return await app.recalling.preview(me, Recalled.model_validate(given.model_dump()))


@router.post("/recalls", status_code=201)
async def begin(app: App, me: Me, given: Annotated[RecallIn, example(SAMPLE)]) -> Counted:
    """The recall, with a drafted correction on the desk of whoever takes care of each customer who was told so."""
    return await app.recalling.begin(me, Recalled.model_validate(given.model_dump()))


@router.get("/recalls")
async def listed(app: App, me: Me) -> RecallsView:
    """With how far their corrections are."""
    return RecallsView(recalls=await app.recalling.listed(me.tenant_id))


@router.get("/recalls/{recall_id}")
async def one(app: App, me: Me, recall_id: str) -> Counted:
    """With how far its corrections are."""
    return await app.recalling.get(me.tenant_id, recall_id)


@router.get("/recalls/{recall_id}/cases")
async def cases(app: App, me: Me, recall_id: str) -> CasesView:
    """Exactly who was told so, and who may have been, apart."""
    rows = [CaseView.of(row) for row in await app.recalling.cases(me.tenant_id, recall_id)]
    return CasesView(told=[row for row in rows if row.sure], may_be=[row for row in rows if not row.sure])


@router.get("/corrections")
async def corrections(app: App, me: Me) -> CorrectionsView:
    """Mine to send; for leads also those that nobody who works here can send."""
    rows = await app.correcting.mine(me)
    made = [
        CorrectionView(**CaseView.of(row).model_dump(), article_title=row.title, right=row.recall.right, draft=row.case.draft)
        for row in rows
    ]
    return CorrectionsView(corrections=made)


@router.patch("/corrections/{case_id}")
async def settle(
    app: App, me: Me, case_id: str, given: Annotated[SettledIn, example({"state": "not_needed", "note": "They wrote that they know."})]
) -> dict[str, str]:
    """Not needed, or sent in another way. What is sent through the conversation settles it by itself."""
    case = await app.correcting.settle(me, case_id, given.state, given.note)
    return {"id": case.id, "state": case.state}
