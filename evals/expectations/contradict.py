"""contradict: articles that disagree on the question are shown as such."""

from typing import Any

from evals.expectations.base import Expectation, Seen, listed
from evals.outcome import Outcome


class Contradict(Expectation):
    """All of these articles are named as sides of a contradiction."""

    name = "contradict"
    takes = "Write the ids of the articles that disagree, as a list."
    value = str | list[str]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        article_of = {hit.passage_id: hit.article_id for hit in outcome.turn.evidence.passages}
        sides = {article_of[one] for one in outcome.turn.evidence.coverage.conflict if one in article_of}
        return Seen(set(listed(value)) <= sides, ", ".join(sorted(sides)) or "no contradiction is seen")
