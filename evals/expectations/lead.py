"""lead: the article that stands first on the agent's screen."""

from typing import Any

from evals.expectations.base import Expectation, Seen, listed
from evals.outcome import Outcome


class Lead(Expectation):
    """The first passage that was found is of this article."""

    name = "lead"
    takes = "Write the id of an article, or a list of which one is enough."
    value = str | list[str]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        found = list(dict.fromkeys(hit.article_id for hit in outcome.turn.evidence.passages))
        return Seen(bool(found) and found[0] in listed(value), ", ".join(found) or "nothing was found")
