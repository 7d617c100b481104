"""Does a message ask something that an article could answer?"""

import re

from copilot.retrieval.query import essence
from copilot.retrieval.words import FILLER, fold, telling, tokens

TELLING = 2
"""Words about a subject that a question has at least; "and then?" has none."""
STATED = 4
"""As many where nothing has the form of a question: "want to bring my dog to Oslo on friday"."""

_ASKS = re.compile(
    r"\?|¿|(?:^|[.!,;:\n]\s*|\b(?:and|or|but|so|also|oder|und)\s+)"
    r"(?:how|what|where|when|why|who|which|whose|is there|are there|is it|am i|"
    r"can (?:i|we|you|my)|could (?:i|we|you)|may i|do (?:i|you|we)|"
    r"does|will (?:i|you|there|my)|would (?:it|you)|should i|any (?:chance|way|idea)|"
    r"wie|was|wo|wann|warum|wer|welche\w*|kann (?:ich|man)|darf (?:ich|man)|gibt es|muss ich|habt ihr|haben sie|"
    r"c[oó]mo|d[oó]nde|cu[aá]ndo|cu[aá]nt\w+|puedo|se puede|hay)\b"
    r"|\b(?:i(?:'d| would) like to (?:know|ask|bring|take|book|add|get)|i(?:'m| am) (?:wondering|looking for|trying to)|"
    r"wondering (?:if|whether|how)|"
    r"tell me|let me know|want to (?:know|ask|bring|take|book|add|get|fly|travel)|need to (?:know|bring|take|get|have)|"
    r"(?:i|we) need an?|please (?:send|add|tell|explain)|ich (?:möchte|würde gern\w*|brauche)|quer[ií]a (?:saber|preguntar)|necesito)\b",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"^\W*(?:thanks?|thank you|thx|ok(?:ay)?|great|perfect|cheers|no worries|all good|never ?mind|got it|i see|bye|danke|super|alles klar|"
    r"gracias|vale)\b",
    re.IGNORECASE,
)


def enquires(text: str, *, plainly: bool = False) -> bool:
    """Whether it does. `plainly`: only where it has the form of a question or a wish; what is merely told counts otherwise, too."""
    said = essence(text)
    subject = {fold(word) for word in tokens(said) if telling(word) and word.lower() not in FILLER}
    if _ASKS.search(said):
        return len(subject) >= TELLING
    return not plainly and not _CLOSES.search(said) and len(subject) >= STATED
