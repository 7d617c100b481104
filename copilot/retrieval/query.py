"""From a conversation to what is searched: the open question, its words, and the names said on the way."""

import re
from collections.abc import Collection, Iterable, Sequence

from copilot.domain.base import Frozen
from copilot.domain.conversation import Message
from copilot.domain.conversation import unanswered as waiting
from copilot.retrieval.words import STOPWORDS, fold, telling, tokens

WINDOW = 12
"""Messages that are looked at; a name said earlier than that has been said again or is over."""

FADES = 0.9
"""What a word keeps of its weight for each message further back. Measured on dialogues; .88 to .95 differ by less than .01 nDCG."""

LONG, PIECE, PARTS = 40, 28, 5
"""Words from which a question is searched in pieces too; words of a piece; pieces at most."""
CONTEXT = 0.35
"""Weight of what was said earlier (a name, or the message before a thin question) among the words of the question."""

LONGEST_TEXT = 160
"""Words the encoder is given (it reads 256 word pieces)."""

LONGEST_MESSAGE = 8000
"""Characters of a message that are read: its beginning and its end."""

THIN = 3
"""A question with fewer telling words than this ("and how long does it take?") is also read together with what the customer said before."""


class SearchQuery(Frozen):
    """What to search for."""

    text: str
    """What the encoder reads: the open question."""
    context: str = ""
    """The question with what came before it, for the encoder too; empty when the question says enough by itself."""
    terms: dict[str, float]
    """Words with weights, for lexical search."""
    parts: tuple[str, ...] = ()
    """Pieces of a long question or a burst, each searched by itself too: one vector for eighty words means a little of everything."""
    said: dict[str, float] = {}
    """Words of the whole conversation, 1 for the last message and less for older ones: a title among them is what it is about.

    Empty while nothing was said before the question: then both searches see the name where it stands.
    """
    language: str = ""
    """ISO 639-1 code of the question's language; empty where nobody looked: English is assumed."""

    @property
    def texts(self) -> tuple[str, ...]:
        """What to encode: one text, or two; pieces where the question is long."""
        return (self.text, *((self.context,) if self.context else ()), *self.parts)

    @property
    def own_terms(self) -> dict[str, float]:
        """Words of the open question itself, without those of its context."""
        return {word: weight for word, weight in self.terms.items() if weight >= 1}

    def about(self, matter: str) -> "SearchQuery":
        """The same question, knowing what it is about (a promise that is open): searched as a piece of it."""
        terms = {word: CONTEXT * weight for word, weight in _weighted([(matter, 1.0)]).items()} | self.terms
        return self.model_copy(update={"parts": (matter, *self.parts)[:PARTS], "terms": terms})


def plain(text: str, language: str = "") -> SearchQuery:
    """A typed question."""
    asked = _shorten(text.strip()[:LONGEST_MESSAGE])
    return SearchQuery(text=asked, terms=_weighted([(asked, 1.0)]), language=language)


def compose(messages: Sequence[Message], unanswered: Collection[str], language: str = "") -> SearchQuery:
    """The open question in its conversation. `unanswered` are the ids of the messages that wait for an answer.

    Where none waits (a search on demand) the customer's last message is the question.
    """
    shown = [m for m in messages if m.visibility == "public" and not m.deleted_at and m.author != "system"]
    open_ids = set(unanswered) or {m.id for m in waiting(shown)} or {m.id for m in shown if m.author == "customer"} - _earlier(shown)
    asked = [essence(m.text) for m in shown if m.id in open_ids]
    before = [essence(m.text) for m in shown if m.id not in open_ids and m.author == "customer"][-1:]
    telling_words = len(_telling(asked))
    if not telling_words:
        asked, before = before + asked, []
    question = _shorten("\n".join(part for part in asked if part))
    context = _shorten("\n".join([*before, question])) if before and telling_words < THIN else ""
    terms = _weighted([(question, 1.0), (context, CONTEXT)])
    recent = [essence(m.text) for m in reversed(shown[-WINDOW:])]
    for name, weight in _names(recent).items():
        terms.setdefault(name, CONTEXT * weight)
    said = _said(recent) if len(open_ids) < len(shown) else {}
    return SearchQuery(text=question, context=context, terms=terms, said=said, parts=_parts(asked), language=language)


def _parts(asked: Sequence[str]) -> tuple[str, ...]:
    """The pieces of a question of more than LONG words: its messages, and what is long among them sentence by sentence."""
    if sum(len(text.split()) for text in asked) <= LONG:
        return ()
    pieces: list[str] = []
    for text in asked:
        piece = ""
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
            if piece and len(piece.split()) + len(sentence.split()) > PIECE:
                pieces.append(piece)
                piece = ""
            piece = f"{piece} {sentence}".strip()
        pieces.append(piece)
    telling_ones = [piece for piece in pieces if len(_telling([piece])) >= 2]
    ranked = sorted(telling_ones, key=lambda piece: ("?" not in piece, -_density(piece)))[:PARTS]
    return tuple(piece for piece in pieces if piece in ranked)


def _earlier(shown: Sequence[Message]) -> set[str]:
    """Ids of the customer's messages but the last."""
    return {m.id for m in [m for m in shown if m.author == "customer"][:-1]}


def _telling(texts: Iterable[str]) -> set[str]:
    return {fold(word) for text in texts for word in tokens(text) if telling(word)}


def _weighted(texts: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Telling words → the highest weight they were said with."""
    weights: dict[str, float] = {}
    for text, weight in texts:
        for word in sorted(_telling([text])):
            weights[word] = max(weight, weights.get(word, 0.0))
    return weights


def _said(recent: Sequence[str]) -> dict[str, float]:
    """Every word → how recently it was said. Stop words too: they are part of names ("The Good Luck", "Home from Home")."""
    weights: dict[str, float] = {}
    for age, text in enumerate(recent):
        for word in tokens(text):
            weights.setdefault(fold(word), FADES**age)
    return weights


def _names(recent: Sequence[str]) -> dict[str, float]:
    """Proper names, products, codes and numbers of the conversation → how recently they were said."""
    names: dict[str, float] = {}
    for age, text in enumerate(recent):
        for word in proper_words(text):
            names.setdefault(word, FADES**age)
    return names


def proper_words(text: str) -> list[str]:
    """Words with a capital inside a sentence, and words with digits; folded."""
    found = []
    for sentence in re.split(r"(?<=[.!?:])\s+|\n", text):
        for position, word in enumerate(tokens(sentence)):
            capital = word[0].isupper() and (position > 0 or (len(word) > 1 and word.isupper()))
            if telling(word) and (capital or any(c.isdigit() for c in word)):
                found.append(fold(word))
    return found


SALUTATION = re.compile(
    r"^\s*(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)|liebe[rs]?|"
    r"sehr geehrte[rs]?|bonjour|hola)\b[^.!?\n]{0,40}?[,!.\n]+\s*)+",
    re.IGNORECASE,
)
SIGN_OFF = re.compile(
    r"(?:^|\n)[^\S\n]*+(?:(?:kind|best|warm|many)\s{1,3}regards|regards|yours\s{1,3}\w+|sincerely|best wishes|all the best|cheers|"
    r"thanks(?: again)?|thank you|mit freundlichen gr[üu](?:ß|ss)en|viele gr[üu](?:ß|ss)e|beste gr[üu](?:ß|ss)e|cordialement|saludos)"
    r"[ \t]*+[,.!]?[ \t]*+\n(?:[^\n]*\n){0,5}[^\n]*\Z",
    re.IGNORECASE,
)
QUOTED = re.compile(r"^(?:>.*|On .{5,80} wrote:|Am .{5,80} schrieb.*:|-{2,} ?Original Message ?-{2,})$", re.MULTILINE)


def essence(text: str) -> str:
    """A message without its salutation, signature and the mail it quotes; the message itself when nothing would be left."""
    if len(text) > LONGEST_MESSAGE:
        text = f"{text[: LONGEST_MESSAGE // 2]}\n{text[-LONGEST_MESSAGE // 2 :]}"
    bare = QUOTED.sub("", text).strip()
    bare = SIGN_OFF.sub("", SALUTATION.sub("", bare)).strip()
    return bare or text.strip()


def _shorten(text: str) -> str:
    """At most what the encoder reads: questions and the sentences with the most telling words stay, in their order."""
    if len(text.split()) <= LONGEST_TEXT:
        return text
    sentences = [s for s in re.split(r"(?<=[.!?])\s+|\n+", text) if s.strip()]
    ranked = sorted(range(len(sentences)), key=lambda i: (not sentences[i].rstrip().endswith("?"), -_density(sentences[i])))
    kept: set[int] = set()
    words = 0
    for i in ranked:
        size = len(sentences[i].split())
        if words + size <= LONGEST_TEXT:
            kept.add(i)
            words += size
    chosen = " ".join(sentences[i] for i in sorted(kept))
    return chosen or " ".join(text.split()[:LONGEST_TEXT])


def _density(sentence: str) -> float:
    """Telling words among all words, 0–1."""
    words = tokens(sentence)
    return sum(1 for w in words if w.lower() not in STOPWORDS) / max(len(words), 6)
