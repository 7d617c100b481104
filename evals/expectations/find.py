"""find: search brings this article."""

from typing import Any

from evals.expectations.base import Expectation, Seen, listed
from evals.outcome import Outcome


class Find(Expectation):
    """Whether a passage of the article is among those on the agent's screen."""

    name = "find"
    takes = "Write the id of an article, or a list of which one is enough."
    value = str | list[str]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        found = list(dict.fromkeys(hit.article_id for hit in outcome.turn.evidence.passages))
        return Seen(bool(set(found) & set(listed(value))), ", ".join(found) or "nothing was found")
