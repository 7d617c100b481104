"""A published article turned out wrong: who was told so, and the corrections they are owed."""

from typing import Literal

from copilot.domain.base import Frozen, Instant

CaseState = Literal["open", "sent", "not_needed"]


class Recall(Frozen):
    """What was wrong in which revisions (both ends inclusive), and what is right.

    `wrong` and `right`: a value ("28 days" and "10 working days") or a sentence. `note`: what it means for customers; it goes into the
    corrections.
    """

    id: str
    article_id: str
    from_revision: int
    to_revision: int
    wrong: str
    right: str
    note: str = ""
    author: str
    made_at: Instant
    closed_at: Instant | None = None


class RecallCase(Frozen):
    """One customer who was told so in one message.

    `sure`: a draft that quoted the article was sent with the wrong statement in it; else an agent's own words hold it, and a person looks
    first. `told`: the sentence as it was sent; `user_id`: who sent it (empty: not known); `draft`: the correction.
    """

    id: str
    recall_id: str
    conversation_id: str
    message_id: str
    customer_id: str | None = None
    user_id: str = ""
    sure: bool
    state: CaseState = "open"
    told: str
    draft: str
    note: str = ""
    told_at: Instant
    changed_at: Instant


class SentWords(Frozen):
    """What left for a customer, and the sources that the draft it came from cites (empty: an agent's own words)."""

    conversation_id: str
    message_id: str
    customer_id: str | None
    user_id: str | None
    author: str
    """Who wrote the message, as its sender names them."""
    text: str
    sent_at: Instant
    sources: tuple[str, ...] = ()


class CaseRow(Frozen):
    """A case with what a list shows of its conversation. `assignee`: as the conversation names them."""

    case: RecallCase
    recall: Recall
    title: str
    """Of the article."""
    conversation_ref: str
    channel: str
    assignee: str
    customer_name: str


class Progress(Frozen):
    """How far the corrections of a recall are: numbers of customers' messages, nobody's names."""

    told: int = 0
    may_be: int = 0
    open: int = 0
    sent: int = 0
    not_needed: int = 0
