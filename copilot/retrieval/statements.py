"""What a passage says, statement by statement, and which of them an answer would be among.

A passage's vector means a little of all its sentences: whether one of them answers shows in that sentence's own vector. Encoding all of
them would cost more than a search, so few are chosen by their words, and only those are encoded (the encoder keeps what it has met).
"""

import re
from collections.abc import Mapping, Sequence

from copilot.domain.knowledge import Passage
from copilot.retrieval.passages import plain_text
from copilot.retrieval.words import stem, tokens

READ = 2
"""Passages whose statements are looked at."""

CHOSEN = 1
"""Statements encoded, beside the title: encoding is what costs here, and more were hardly better."""

SHORTEST, LONGEST = 3, 24
"""Words of a statement; a longer one is read up to there, so that a table or a log costs no more than a sentence."""

EARLIER = 0.01
"""Stems that a statement loses for each one before it: among equals the passage's first words say most."""

END = re.compile(r"(?<=[.!?…])\s+|\n+")


def statements(passage: Passage) -> list[str]:
    """Sentences, list items and table rows, without Markdown's marks, in their order."""
    pieces = (piece.split() for piece in END.split(plain_text(passage.text)))
    return [" ".join(words[:LONGEST]) for words in pieces if len(words) >= SHORTEST]


def nearest_by_words(passages: Sequence[Passage], asked: Mapping[str, float]) -> list[str]:
    """The title of the first passage, and the CHOSEN statements of the first READ that share most of the question's words.

    `asked` are stems with weights. A title is often the question itself; a statement is read under its title, for it seldom repeats the
    subject ("It takes ten days").
    """
    if not passages:
        return []
    found = [(passage.title, statement) for passage in passages[:READ] for statement in statements(passage)]
    ranked = sorted(range(len(found)), key=lambda i: EARLIER * i - _shared(found[i][1], asked))
    return [passages[0].title, *(f"{title}: {statement}" for title, statement in (found[i] for i in ranked[:CHOSEN]))]


def _shared(statement: str, asked: Mapping[str, float]) -> float:
    return sum(asked.get(word, 0.0) for word in set(map(stem, tokens(statement))))
