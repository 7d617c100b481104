"""What people and use say about articles: rules of search, flags of agents, how often an article served."""

from typing import Literal

from copilot.domain.base import Frozen, Instant

RuleAction = Literal["pin", "block"]
RuleState = Literal["proposed", "active", "retired"]
FlagReason = Literal["wrong", "outdated", "unclear", "internal"]
FlagState = Literal["open", "fixed", "kept"]
Use = Literal["shown", "cited", "used", "edited", "dismissed", "sent", "disagreed"]


class SearchRule(Frozen):
    """A passage, or a whole article where `passage_id` is empty, pinned or blocked for a question. Counts once a second person agreed."""

    id: str
    query: str
    article_id: str
    passage_id: str = ""
    action: RuleAction
    state: RuleState = "proposed"
    note: str = ""
    author: str
    reviewer: str = ""
    made_at: Instant
    changed_at: Instant


class Flag(Frozen):
    """An agent says that a passage is wrong; editors answer, and the agent hears back."""

    id: str
    article_id: str
    passage_id: str
    conversation_id: str = ""
    turn_id: str = ""
    reason: FlagReason
    note: str = ""
    state: FlagState = "open"
    author: str
    author_name: str = ""
    answer: str = ""
    answered_by: str = ""
    flagged_at: Instant
    answered_at: Instant | None = None


class ArticleUse(Frozen):
    """An article served once. `subject_id`: the turn it was shown in, else the suggestion that cited it.

    `reason`: why a draft was dismissed; for "disagreed" the article whose figures differed in that turn.
    """

    article_id: str
    what: Use
    subject_id: str
    reason: str = ""
    at: Instant
    revision: int | None = None
