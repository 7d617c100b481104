"""MRR: how far down the first article that answers stands."""

from evals.metrics.ranking import OfRanking


class Mrr(OfRanking):
    """Of the whole ranking."""

    name = "MRR"
    unit = "score"
    measure = "RR"
    source = "Voorhees, TREC-8 1999 (mean reciprocal rank); computed by ir-measures."
    says = "One over the place of the first article that answers, on average: 1 when it always comes first, 0.5 when second."
