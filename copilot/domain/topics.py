"""Gaps that ask for the same thing, as an editor sees them."""

from copilot.domain.base import Frozen, Instant
from copilot.domain.case import GapCause
from copilot.domain.conversation import Channel


class HumanAnswer(Frozen):
    """What a colleague answered to one of the questions, without who asked and who answered."""

    gap_id: str
    text: str
    channel: Channel
    at: Instant


class NearArticle(Frozen):
    """An article that search found nearest, and that does not answer."""

    article_id: str
    title: str


class Topic(Frozen):
    """One thing that customers ask and knowledge does not cover. `id` is the gap of its most central question."""

    id: str
    question: str
    count: int
    gap_ids: tuple[str, ...]
    questions: tuple[str, ...]
    """Other wordings, the newest first."""
    quoted: tuple[str, ...] = ()
    """Gaps whose words `question` and `questions` are: what is made of them goes when one of their people is erased."""
    channels: dict[Channel, int]
    causes: dict[GapCause, int]
    first_at: Instant
    last_at: Instant
    weeks: tuple[int, ...]
    """Questions in each of the last weeks, oldest first; the last one ends now."""
    answers: tuple[HumanAnswer, ...] = ()
    nearest: tuple[NearArticle, ...] = ()
    draft_id: str = ""
    """An open draft that was begun from it."""
    set_aside: str = ""
    """Why an editor said of the same question before that it is no gap."""


class Topics(Frozen):
    """The most asked first. `waiting`: open gaps that are not sorted in yet."""

    topics: tuple[Topic, ...]
    total: int
    gaps: int
    waiting: int = 0
    looking: bool = False
    """Earlier conversations are being looked through."""
    next: int = 0
    """Where to go on; 0 at the end."""


def gaps_of(origin: str) -> tuple[str, ...]:
    """Ids of the gaps that a draft was begun from, by its origin; the topic's own first."""
    kind, _, ids = origin.partition(":")
    return tuple(ids.split(",")) if kind == "gap" and ids else ()
