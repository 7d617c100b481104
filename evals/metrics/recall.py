"""recall@10: how many of the articles that answer are among the first ten."""

from evals.metrics.ranking import OfRanking


class Recall(OfRanking):
    """Of the first ten."""

    name = "recall@10"
    measure = "R@10"
    source = "Information retrieval's own; computed by ir-measures."
    says = "The share of the articles that answer which are among the first ten. One that is missing no draft can stand on."
