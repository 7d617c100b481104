"""cited right: the words of a citation stand in its source."""

from typing import ClassVar

from copilot.domain.turn import Turn
from evals.casebook.format import Case
from evals.metrics.base import About, CaseMetric, Reading
from evals.outcome import Outcome
from evals.reading.figures import figures, named
from evals.reading.record import Known, known, sources
from evals.reading.words import shared, stems

ENOUGH = 0.5
"""The share of a cited sentence's matter that its source has to speak of."""
FEW = 3
"""Below so many words that carry meaning, what is said of the record in our own words (`I am sorry that this happened`) is not judged."""

_NEEDED = "\n(needed)"


class CitedRight(CaseMetric):
    """In what is told to customers, by words and figures: whether a sentence follows from its source is for a judge."""

    name = "cited right"
    ability: ClassVar[About] = "honesty"
    source = "Citation precision (ALCE, Gao et al. 2023)."
    says = (
        "The share of citations whose words speak of what their source speaks of, with no figure that the record does not hold. A wrong "
        "one sends the agent to the wrong place, and lends a claim the weight of an article."
    )

    def read(self, case: Case, outcome: Outcome) -> Reading | None:
        """None where nothing is cited. A source that is not among the evidence is wrong."""
        texts = cited_texts(outcome.turn)
        supports = known(outcome.turn)
        read, wrong = 0, []
        for suggestion in outcome.told():
            for citation in suggestion.citations:
                said = suggestion.text[slice(*citation.span)]
                read += 1
                if not _stands(said, citation.source, texts, supports):
                    wrong.append(f"{citation.source}: “{said[:120]}”")
        return Reading(1 - len(wrong) / read, "\n".join(wrong)) if read else None


def cited_texts(turn: Turn) -> dict[str, str]:
    """Sources by name; to a passage belong its article's own questions, and the fields that its resolution needs."""
    texts = dict(sources(turn))
    for hit in turn.evidence.passages:
        asks = [f"{one.ask.question} {one.ask.why} {one.ask.decides}" for one in turn.evidence.asks if one.article_id == hit.article_id]
        needs = [one.field.replace("_", " ") for one in turn.evidence.needs if one.article_id == hit.article_id]
        texts[f"passage:{hit.passage_id}"] += "\n".join(("", *asks, *needs)) + (_NEEDED if needs else "")
    return texts


def _stands(said: str, source: str, texts: dict[str, str], supports: Known) -> bool:
    text = texts.get(source)
    if text is None or not said.strip():
        return False
    if source.startswith("passage:") and said.rstrip().endswith("?") and texts[source].endswith(_NEEDED):
        return True  # what an article's resolution needs is asked in the customer's words
    article = source.startswith(("passage:", "lever:"))
    # Of an article the figures are its own; of the record they follow from its rows (when it was due, how long ago).
    if article:
        return shared(said, text) >= ENOUGH and all(figure.supported_by & named(text) for figure in figures(said))
    if supports.loose(said):
        return False
    return bool(figures(said)) or shared(said, text) > 0 or len(stems(said)) < FEW
