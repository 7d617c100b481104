"""How far a text rests on the evidence, from 0 to 1: a graded sibling of the check `unsupported`, for evaluations. No draft is held to it.

Words count as well as figures: a text whose telling words stand in the evidence, in pairs as they stand there, says what it says; one
with other words may still be true, but nobody can see from where. Against people's labels of faithful and unfaithful replies see
`copilot eval run grounding`.
"""

from itertools import pairwise

from copilot.checks.base import Checked
from copilot.checks.ledger import ledger
from copilot.checks.sources import MENTION
from copilot.checks.unsupported import Unsupported
from copilot.domain.turn import Turn
from copilot.retrieval.words import stem, telling, tokens

PAIRS = 0.3
"""What neighbouring words that stand together in the evidence count, beside the words by themselves. On BEGIN's three dev sets (1,148
replies), where it was set, .92 to .94 AUROC against .87 to .93 with words alone; between .2 and .5 no difference is above .01."""
UNSUPPORTED = 0.3
"""What one figure, date or name of a sum that stands nowhere takes away."""


def grounding(turn: Turn, text: str) -> float:
    """1: all of it stands in the evidence; 0: none. 1 for a text without telling words.

    Evidence is what may be repeated as a fact: articles, the record, what was said here; texts that speak to whoever drafts are none.
    """
    held = [tokens(source.text) for source in ledger(turn).texts(*MENTION)]
    words = {stem(word) for part in held for word in part}
    pairs = {pair for part in held for pair in _pairs(part)}
    said = tokens(text)
    telling_said = {stem(word) for word in said if telling(word) or word.isdigit()}
    if not telling_said:
        return 1.0
    joined = set(_pairs(said))
    share = (1 - PAIRS) * len(telling_said & words) / len(telling_said)
    share += PAIRS * (len(joined & pairs) / len(joined) if joined else 1.0)
    wrong = bool(Unsupported().run(turn, Checked(kind="reply", text=text)))
    return max(0.0, share - UNSUPPORTED * wrong)


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    return list(pairwise(stem(word) for word in words))
