"""hit@5: whether one article that answers is among the first five."""

from evals.metrics.ranking import OfRanking


class Hit(OfRanking):
    """Of the first five."""

    name = "hit@5"
    measure = "Success@5"
    source = "Information retrieval's own (success@k); computed by ir-measures."
    says = "The share of questions with an article that answers among the first five: about as many as an agent sees."
