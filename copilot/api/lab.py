"""For knowledge editors: why a search finds what it finds, and the rules that steer it."""

from typing import Annotated, Self

from fastapi import Query
from pydantic import Field, model_validator

from copilot.api.auth import App, Me
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.base import Frozen
from copilot.domain.curation import RuleAction, RuleState, SearchRule
from copilot.domain.formats import Strict
from copilot.services.searching.lab import Explained
from copilot.services.searching.rules import LONGEST

router = audience("search lab")
LONGEST_PASTED = 200_000


class ExplainIn(Strict):
    """A question, or a conversation: lines that begin with who wrote (“Customer: …”), or JSON of our format. It is not stored."""

    question: str = Field(default="", max_length=8_000)
    conversation: str = Field(default="", max_length=LONGEST_PASTED)
    draft_id: str = Field(default="", max_length=200, description="A draft to put in the place of what is published.")
    limit: int = Field(default=6, ge=1, le=50)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.question.strip()) == bool(self.conversation.strip()):
            raise ValueError("give a question or a conversation, one of them")
        return self


class RuleIn(Strict):
    """`passage_id`: a passage, or a whole article by its id."""

    query: str = Field(min_length=1, max_length=LONGEST)
    passage_id: str = Field(min_length=1, max_length=300)
    action: RuleAction
    note: str = Field(default="", max_length=2_000)


class RulesView(Frozen):
    """Newest first."""

    rules: list[SearchRule]


@router.post("/knowledge/explain")
async def explain(
    app: App, me: Me, given: Annotated[ExplainIn, example({"question": "How long does a refund for a cancelled flight take?"})]
) -> Explained:
    """Search as a conversation would, and say of every passage by what it was rated and why it is used or not. Nothing is stored."""
    if given.conversation.strip():
        return await app.lab.conversation(me.tenant_id, given.conversation, given.draft_id, given.limit)
    return await app.lab.question(me.tenant_id, given.question, given.draft_id, given.limit)


@router.post("/search-rules", status_code=201)
async def propose(
    app: App,
    me: Me,
    given: Annotated[
        RuleIn, example({"query": "refund for a cancelled flight", "passage_id": "refunds", "action": "pin", "note": "Asked daily."})
    ],
) -> SearchRule:
    """Pin or block a passage for a question. It counts once somebody else agreed."""
    return await app.rules.propose(me, given.query, given.passage_id, given.action, given.note)


@router.get("/search-rules")
async def rules(app: App, me: Me, state: Annotated[RuleState | None, Query()] = None) -> RulesView:
    """All rules, or those of one state."""
    return RulesView(rules=await app.rules.all(me.tenant_id, (state,) if state else ("proposed", "active", "retired")))


@router.post("/search-rules/{rule_id}/activate")
async def activate(app: App, me: Me, rule_id: str) -> SearchRule:
    """Agree to a rule that somebody else proposed: the next search obeys it."""
    return await app.rules.activate(me, rule_id)


@router.post("/search-rules/{rule_id}/retire")
async def retire(app: App, me: Me, rule_id: str) -> SearchRule:
    """Take a rule back, or turn a proposal down."""
    return await app.rules.retire(me, rule_id)
