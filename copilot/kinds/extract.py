"""The sentences of found passages that answer what was asked, whole and unchanged: what a reply says when no model writes it.

Choosing is word overlap weighted by rarity, with three facts about help articles: the first sentence usually answers, a question for a
number is answered by a number, and a sentence that begins with "This" needs the one before it.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from copilot.domain.knowledge import Hit
from copilot.domain.turn import Turn
from copilot.kinds.asked import asks_for_known
from copilot.kinds.case import quotable_passages
from copilot.kinds.wording import LANGUAGES, Wording, catalogue
from copilot.memory.sentences import sentences, unquoted
from copilot.retrieval.articles import inline_text
from copilot.retrieval.words import fold, stems, tokens

_RULE = re.compile(r"[\s|:\-]+")
_HEADING = re.compile(r"\s*#{1,6}\s+(.*)")
_BULLET = re.compile(r"\s*(?:[-*+•]|\d+[.)])\s+")
_AGENT_ONLY = re.compile(r"\W*for the agent\W*", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"(?:this|these|those|that|it|they|he|she|such|all|everything|others|the rest|another|in addition|also"
    r"|if (?:not|so|it|they|that|this)|afterwards|then|otherwise|both|here|instead|dies\w*|das|sie|er|es|danach|dann|sonst|dabei"
    r"|esto|est[ae]s?|eso|entonces|después)\b",
    re.IGNORECASE,
)
_POINTS_AWAY = re.compile(r"^(?:see|siehe|véase|ver)\b|\b(?:as follows|below|above|unten|oben|following|folgende\w*)\b|:$", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\bhow (?:long|much|many|early|late|far|soon|often|big|heavy|old)\b|\bcosts?\b|\bkoste\w*\b|\bcuesta\b|\bwhen\b"
    r"|\bwie (?:lange|viele?|früh|spät|oft|groß|schwer)\b|\bwann\b"
    r"|\bcu[áa]nt[oa]s?\b|\bcu[áa]ndo\b",
    re.IGNORECASE,
)
_WE_ACT = re.compile(
    r"\bwe (?:check|pay|send|release|refund|put|call|give|tell|look|cover|move|rebook|find|bring|credit|replace|write|ask|take)\b"
    r"|\bwir\b|\b(?:pagamos|enviamos|comprobamos|revisamos|devolvemos|reembolsamos|llamamos|escribimos|abonamos|buscamos)\b",
    re.IGNORECASE,
)
_LONGEST, _LONGEST_ROW = 320, 110
"""Characters of a sentence, and of a table row, that may be quoted."""
_PREFIX = 5
"""Letters of a word that stand for it in German and Spanish: coarser than a stemmer, and `dauert` meets `Dauer`."""


Sort = Literal["said", "item", "row"]


@dataclass(frozen=True)
class Unit:
    """A sentence, list item or table row of a passage, without Markdown's marks."""

    text: str
    passage: Hit
    heading: str
    position: int
    row: bool = False

    @property
    def source(self) -> str:
        """The citation's source."""
        return f"passage:{self.passage.passage_id}"

    @property
    def fit(self) -> float:
        """How well it answers by meaning (cosine); 0 where that was not measured."""
        fits = self.passage.fits
        return fits[self.position] if self.position < len(fits) else 0.0


def telling_stems(text: str, language: str) -> list[str]:
    """The words that say what a text is about, cut to their stems."""
    if language == "en":
        return [w for w in stems(text) if len(w) > 2 or w.isdigit()]
    little = catalogue(language)["little_words"] if language in LANGUAGES else ()
    return [fold(w)[:_PREFIX] for w in tokens(text) if w.lower() not in little and (len(w) > 2 or w.isdigit())]


def units(passage: Hit) -> list[Unit]:
    """What a passage says, piece by piece; headings are remembered, not said; what follows "For the agent" is left out."""
    heading = passage.heading
    found: list[tuple[str, Sort, str]] = []
    block: list[str] = []
    for line in [*passage.text.splitlines(), ""]:
        title = _HEADING.match(line)
        if not title and line.strip() and not _AGENT_ONLY.fullmatch(line):
            block.append(line)
            continue
        found += [(text, sort, heading) for text, sort in _block(block)]
        block = []
        if _AGENT_ONLY.fullmatch(title[1] if title else line):
            break
        heading = inline_text(title[1]) if title else heading
    return [Unit(text, passage, under, place, sort == "row") for place, (text, sort, under) in enumerate(_gathered(found))]


def _gathered(pieces: Sequence[tuple[str, Sort, str]]) -> Iterator[tuple[str, Sort, str]]:
    """A short list becomes one sentence behind the words that introduce it (or its heading); a long one, or questions, stay in pieces."""
    index = 0
    while index < len(pieces):
        text, sort, heading = pieces[index]
        lead = text if sort == "said" and text.endswith(":") else ""
        start = index + bool(lead)
        end = start
        while end < len(pieces) and pieces[end][1] == "item" and pieces[end][2] == heading:
            end += 1
        items = "; ".join(item.rstrip(".") for item, _, _ in pieces[start:end])
        title = lead or f"{heading.rsplit(' › ', 1)[-1]}:"
        whole = f"{title} {items}."
        if end - start > 1 and len(whole) <= _LONGEST and len(title) > 1 and "?" not in title and "?" not in items:
            yield whole, "said", heading
            index = end
        else:
            yield pieces[index]
            index += 1


def _block(lines: Sequence[str]) -> Iterator[tuple[str, Sort]]:
    """A paragraph's sentences, a list's items, a table's rows."""
    if lines and lines[0].lstrip().startswith("|"):
        yield from ((row, "row") for row in _rows(lines))
        return
    paragraph: list[str] = []
    item = False
    for line in lines:
        if _BULLET.match(line):
            yield from _said(paragraph, item)
            paragraph, item = [_BULLET.sub("", line, count=1)], True
        else:
            paragraph.append(line)
    yield from _said(paragraph, item)


def _said(paragraph: Sequence[str], item: bool) -> Iterator[tuple[str, Sort]]:
    text = inline_text(" ".join(line.strip() for line in paragraph))
    for place, sentence in enumerate(sentences(text)):
        ended = sentence.text if sentence.text[-1] in ".!?…:”\"'»)" else f"{sentence.text}."
        yield ended, "item" if item and place == 0 else "said"


def _rows(lines: Sequence[str]) -> Iterator[str]:
    """`| Post | 5 days | free |` under `| | Arrives in | Cost |` gives `Post: Arrives in 5 days, Cost free`."""
    table = [[inline_text(cell) for cell in line.strip().strip("|").split("|")] for line in lines if not _RULE.fullmatch(line)]
    for first, *cells in table[1:]:
        titled = [
            f"{name} {cell}".strip() if len(cells) > 1 else cell
            for name, cell in zip(table[0][1:], cells, strict=False)
            if re.search(r"\w", cell)
        ]
        if titled and re.search(r"[^\W\d_]", first):
            yield f"{first}: {', '.join(titled)}."


FIT = 8.0
"""What a cosine of 1 counts beside the words: by meaning "a shirt" is answered by "clothes and toiletries"."""
ROOM = 340
"""Characters that quoted sentences may take in chat; twice as many in writing."""
_NEAR = 0.8
"""Share of the best passage's score from which another passage may add a sentence."""
_ADDS = 0.35
"""Share of what was asked that such a sentence has to answer beside what is said already."""


def answer(turn: Turn, wording: Wording, most: int, *, only_we_act: bool = False, but: Hit | None = None) -> list[Unit]:
    """At most `most` pieces that answer, in reading order: neighbours of one passage, and one more from elsewhere if it adds much.

    `only_we_act`: what the company does, not what the rule is; for someone whom the company has let down. `but`: leave this passage out.
    """
    passages = [p for p in quotable_passages(turn) if p is not but][:4]
    pool = [[u for u in units(p) if _fit_to_say(turn, u) and (not only_we_act or _WE_ACT.search(u.text))] for p in passages]
    asked = _Asked.of(turn, wording.language, [u for pieces in pool for u in pieces])
    room = ROOM * (2 if turn.channel in ("email", "letter") else 1)
    windows = [w for pieces in pool for w in _windows(pieces, most, room)]
    if not windows:
        return []
    best = max(windows, key=lambda w: (asked.worth(w), -w[0].position))
    guide = best[0].passage.article_id in {a.article_id for a in turn.evidence.asks}
    whole = next(pieces for pieces in pool if best[0] in pieces)
    if guide and len(whole) <= most and not any(u.row for u in whole):
        return whole
    others = [u for pieces in pool for u in pieces if u not in best and u.passage.score >= _NEAR * best[0].passage.score]
    more = max(others, key=lambda u: asked.adds(best, u), default=None)
    fits = more is not None and len(best) < most and sum(len(u.text) for u in (*best, more)) <= room and not _POINTS_BACK.match(more.text)
    return _titled([*best, more] if more is not None and fits and asked.adds(best, more) >= _ADDS else best)


def _windows(pieces: Sequence[Unit], most: int, room: int) -> Iterator[list[Unit]]:
    """Neighbouring pieces of one section that may be said together; none begins with a sentence that points back."""
    for start, first in enumerate(pieces):
        if _POINTS_BACK.match(first.text):
            continue
        for end in range(start + 1, min(start + most, len(pieces)) + 1):
            window = list(pieces[start:end])
            gap = any((b.position - a.position > 1 or a.row) and _POINTS_BACK.match(b.text) for a, b in pairwise(window))
            if gap or window[-1].heading != first.heading or (len(window) > 1 and sum(len(u.text) for u in window) > room):
                break
            yield window


@dataclass(frozen=True)
class _Asked:
    """What was asked: stems with their weights, the rare ones heavier; and the stems of every piece."""

    weights: dict[str, float]
    stems: dict[tuple[str, int], frozenset[str]]
    titles: dict[str, frozenset[str]]
    number: bool

    @classmethod
    def of(cls, turn: Turn, language: str, everything: Sequence[Unit]) -> "_Asked":
        """Words of the waiting messages count in full, earlier ones less."""
        waiting = {m.id for m in turn.waiting}
        said: dict[str, float] = {}
        for message in (m for m in turn.window if m.author == "customer"):
            for word in set(telling_stems(unquoted(message.text), language)):
                said[word] = max(said.get(word, 0.0), 1.0 if message.id in waiting else 0.4)
        found = {_key(u): frozenset(telling_stems(u.text, language)) for u in everything}
        titles = {u.source: frozenset(telling_stems(f"{u.passage.title} {u.heading}", language)) for u in everything}
        spread = Counter(word for words in found.values() for word in words)
        most = math.log(1 + len(everything)) or 1.0
        # Rarity is damped: among a few passages a word may be rare by accident.
        rare = {word: 0.5 + 0.5 * math.log(1 + len(everything) / spread[word]) / most if spread[word] else 0.0 for word in said}
        return cls({w: said[w] * rare[w] for w in said}, found, titles, any(_QUANTITY.search(m.text) for m in turn.waiting))

    def worth(self, window: Sequence[Unit]) -> float:
        """What the pieces answer together, how likely their passage is the right one, and whether they stand at its head."""
        covered = frozenset().union(*(self.stems[_key(u)] for u in window))
        titled = self.titles[window[0].source] - covered
        answered = sum(self.weights.get(w, 0.0) for w in covered) + 0.5 * sum(self.weights.get(w, 0.0) for w in titled)
        number = 0.8 if self.number and any(re.search(r"\d", u.text) for u in window) else 0.0
        rows = sum(0.4 if self.number or self.stems[_key(u)] & self.weights.keys() else 2.0 for u in window if u.row)
        meant = FIT * (0.6 * max(u.fit for u in window) + 0.4 * sum(u.fit for u in window) / len(window))
        return meant + answered + 4.0 * window[0].passage.score + 0.8 / (1 + window[0].position) + number - 0.1 * len(window) - rows

    def adds(self, window: Sequence[Unit], unit: Unit) -> float:
        """The share of what was asked that this piece answers and the window does not."""
        total = sum(self.weights.values())
        covered = frozenset().union(*(self.stems[_key(u)] for u in window))
        new = sum(self.weights.get(w, 0.0) for w in self.stems[_key(unit)] - covered)
        return (new / total if total else 0.0) + (0.2 if self.number and unit.row and new else 0.0)


def _key(unit: Unit) -> tuple[str, int]:
    return unit.source, unit.position


def _titled(chosen: Sequence[Unit]) -> list[Unit]:
    """The first row of a table is said with its heading: `The replacement, standard post: …`."""
    titled: list[Unit] = []
    for unit in chosen:
        title = unit.heading.rsplit(" › ", 1)[-1]
        first = unit.row and not any(u.row and u.heading == unit.heading for u in titled)
        titled.append(replace(unit, text=f"{title}, {unit.text}") if first and title and len(title) <= 40 and "?" not in title else unit)
    return titled


def _fit_to_say(turn: Turn, unit: Unit) -> bool:
    """Not a question, not a pointer elsewhere, not said already, and not asking for what is on record."""
    text = unit.text
    longest = _LONGEST_ROW if unit.row else _LONGEST
    if text.endswith("?") or _POINTS_AWAY.search(text) or len(text.split()) < 3 or len(text) > longest:
        return False
    said = [m.text for m in turn.window if m.author in ("agent", "bot")]
    if any(_same(text, earlier) for earlier in said):
        return False
    return not asks_for_known(turn, text)


def _same(sentence: str, earlier: str) -> bool:
    """Whether four fifths of the sentence's words were said before."""
    words = {w.lower() for w in tokens(sentence)}
    return bool(words) and len(words & {w.lower() for w in tokens(earlier)}) >= 0.8 * len(words)


_IDENTITY = re.compile(r"\b(?:identi\w+|it is you|who you are|verif\w+|prove|Sie es sind|es usted|eres tú)\b", re.IGNORECASE)
_CHECKED_BY = re.compile(
    r"\b(?:code|push|confirm\w*|verif\w*|call(?:ed)? back|video|Code|bestätig\w*|código|confirm\w*|llamada)\b", re.IGNORECASE
)
_CHANNEL_WORDS = {
    "chat": ("chat",),
    "sms": ("sms", "text message"),
    "phone": ("phone", "telefon", "teléfono"),
    "email": ("e-mail", "email", "mail", "correo"),
    "social": ("social", "soziale", "redes"),
    "letter": ("letter", "post", "brief", "carta"),
}


def identity_passage(turn: Turn) -> Hit | None:
    """The public passage that says how people prove who they are."""
    named = [p for p in quotable_passages(turn) if _IDENTITY.search(f"{p.title} {p.heading}")]
    return named[0] if named else None


def identity_check(turn: Turn) -> Unit | None:
    """How it is checked in this channel, as that passage says it."""
    passage = identity_passage(turn)
    words = _CHANNEL_WORDS[turn.channel]
    fitting = [u for u in units(passage) if _CHECKED_BY.search(u.text)] if passage else []
    return next((u for u in fitting if u.text.casefold().startswith(words)), None) or next(
        (u for u in fitting if any(word in u.text.casefold() for word in words)), None
    )
