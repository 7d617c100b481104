"""What editors decided about a query beforehand: passages that must come first, and passages that must not come at all."""

from copilot.domain.base import Frozen
from copilot.domain.knowledge import Passage


class Steering(Frozen):
    """The rules that hold for one search. Blocking wins over pinning; what the record refuses cannot be pinned."""

    pinned_articles: tuple[str, ...] = ()
    """Of each the passage that fits the query best comes first."""
    pinned_passages: tuple[str, ...] = ()
    blocked_articles: tuple[str, ...] = ()
    blocked_passages: tuple[str, ...] = ()

    def blocks(self, passage: Passage) -> bool:
        return passage.article_id in self.blocked_articles or passage.id in self.blocked_passages


UNSTEERED = Steering()
