"""cite: a suggestion stands on this article."""

from typing import Any

from evals.expectations.base import Expectation, Seen, listed
from evals.outcome import Outcome


class Cite(Expectation):
    """Whether words of a shown suggestion are cited to a passage of the article."""

    name = "cite"
    takes = "Write the id of an article, or a list of which one is enough."
    value = str | list[str]

    def look(self, outcome: Outcome, value: Any, kind: str | None) -> Seen:
        article_of = {f"passage:{hit.passage_id}": hit.article_id for hit in outcome.turn.evidence.passages}
        levers = {f"lever:{lever.id}": lever.article_id for lever in outcome.turn.evidence.levers}
        sources = [citation.source for suggestion in outcome.shown(kind) for citation in suggestion.citations]
        cited = {(article_of | levers).get(source, "") for source in sources} - {""}
        wanted = cited & set(listed(value))
        return Seen(bool(wanted), ", ".join(sorted(wanted or cited)) or "nothing is cited")
