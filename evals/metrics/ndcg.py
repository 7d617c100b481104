"""nDCG@10: how far up the articles that answer stand."""

from evals.metrics.ranking import OfRanking


class Ndcg(OfRanking):
    """Of the first ten."""

    name = "nDCG@10"
    unit = "score"
    measure = "nDCG@10"
    source = "Järvelin & Kekäläinen, TOIS 2002; BEIR's main figure (Thakur et al., NeurIPS 2021); computed by ir-measures."
    says = "How far up the articles that answer stand among the first ten: 1 when they come first, 0 when none is there."
