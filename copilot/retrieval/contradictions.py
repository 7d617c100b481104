"""Passages that give different figures for the same thing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from copilot.domain.knowledge import Hit
from copilot.retrieval.passages import plain_text
from copilot.retrieval.query import SearchQuery
from copilot.retrieval.words import stem, stems

ON_SUBJECT = 2 / 3
"""Share of the subject's words that a statement (title, heading, sentence) has to hold."""

ALIKE = 1 / 4
"""Share of the shorter name's words that two articles on one subject have in common."""

SAME = 0.05
"""Relative difference up to which two figures are the same: two weeks are ten working days."""

NEAR = 0.2
"""Difference of scores up to which two hits compete: a passage that answers much less well contradicts nothing."""

NUMBER = r"\d+(?:[.,]\d{3})*(?:[.,]\d{1,2})?(?!\d)"
UNITS = (
    r"minutes?|hours?|days?|weeks?|months?|years?|%|percent|per cent|kg|kilos?|cm|km|eur|euros?|usd|dollars?|gbp|pounds?|chf|points?|"
    r"€|£|\$|minuten?|stunden?|tagen?|wochen?|monaten?|jahren?|prozent"
)
QUANTITY = re.compile(
    rf"(?P<coin>[€£$])?\s?(?<![\w.,])(?P<low>{NUMBER})(?:\s?(?:-|–|to|bis)\s?(?P<high>{NUMBER}))?\s?"
    rf"(?P<working>working |business |arbeits)?(?P<unit>{UNITS})?(?!\w)",
    re.IGNORECASE,
)
DAYS = {
    "minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25,
    "minuten": 1 / 1440, "stunde": 1 / 24, "tag": 1.0, "woche": 7.0, "monat": 30.44, "jahr": 365.25,
}  # fmt: skip
WORKING_DAY = 1.4
"""Days: five working days are a week."""
NAMES = {
    "€": "eur", "euro": "eur", "$": "usd", "dollar": "usd", "£": "gbp", "pound": "gbp", "%": "percent", "per cent": "percent",
    "prozent": "percent", "kilo": "kg", "minuten": "minuten", "stunden": "stunde", "tagen": "tag", "tage": "tag", "wochen": "woche",
    "monaten": "monat", "monate": "monat", "jahren": "jahr", "jahre": "jahr",
}  # fmt: skip
MONEY = ("eur", "usd", "gbp", "chf")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
DATE = re.compile(
    rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)|(?P<d>\d{{1,2}}) (?P<name>{'|'.join(MONTHS)}) (?P<y>\d{{4}})", re.IGNORECASE
)

CUES: Mapping[str, re.Pattern[str]] = {
    "time": re.compile(
        r"\bhow (?:long|soon|fast|many (?:days|weeks|hours|months))|\b(?:when|days?|weeks?|months?|hours?|wait(?:ing|ed)?|late|deadline|"
        r"still (?:not|no|isn|haven|hasn)|wie lange|wann|tagen?|wochen?|monaten?|warte)\b",
        re.IGNORECASE,
    ),
    "money": re.compile(
        r"\b(?:how much|costs?|fees?|prices?|charges?|pay|euros?|eur|dollars?|pounds?|amount|wie viel|kostet|kosten|gebühr\w*|preis)\b|"
        r"[€£$]",
        re.IGNORECASE,
    ),
    "percent": re.compile(r"\b(?:percent|discount|rate|share|prozent|rabatt)\b|%", re.IGNORECASE),
    "size": re.compile(
        r"\b(?:kg|kilos?|cm|weighs?|weight|heavy|size|big|large|bags?|baggage|luggage|suitcases?|gepäck|koffer)\b", re.IGNORECASE
    ),
    "points": re.compile(r"\b(?:points?|miles|punkte)\b", re.IGNORECASE),
    "date": re.compile(r"\b(?:until|deadline|last day|by when|(?:what|which) (?:date|day)|expir\w+|bis wann)\b", re.IGNORECASE),
}
"""Kind of figure → how a customer asks for it. Figures nobody asked about do not contradict each other in this conversation."""


@dataclass(frozen=True)
class Statement:
    """A sentence that gives figures: what it is about (stems, with title and heading), and its values per kind."""

    about: frozenset[str]
    values: Mapping[str, frozenset[float]]


def conflicts(hits: Sequence[Hit], query: SearchQuery) -> list[tuple[Hit, Hit]]:
    """Pairs of hits, of different articles in one language, whose nearest statements answer the question with different figures.

    The subject is what question and titles share; only figures of a kind that was asked for are compared, and only statements that
    hold most of the subject.
    """
    asked = {kind for kind, cue in CUES.items() if cue.search(query.text)}
    subject = _subject(hits, query)
    if not asked or not subject:
        return []
    found = {hit.passage_id: _nearest(hit, subject, asked) for hit in hits}
    return [
        (left, right)
        for left, right in combinations(hits, 2)
        if left.article_id != right.article_id
        and left.locale == right.locale
        and abs(left.score - right.score) <= NEAR
        and _one_subject(left, right)
        and (a := found[left.passage_id]) is not None
        and (b := found[right.passage_id]) is not None
        and _differ(a, b)
    ]


def _one_subject(left: Hit, right: Hit) -> bool:
    """Two articles can only contradict each other about what both are named after; a table holds figures for several cases."""
    if left.text.lstrip().startswith("|") or right.text.lstrip().startswith("|"):
        return False
    names = [set(stems(f"{hit.title} {hit.heading}")) for hit in (left, right)]
    return bool(all(names)) and len(names[0] & names[1]) >= ALIKE * min(map(len, names))


def newest_first(hits: Sequence[Hit], query: SearchQuery) -> list[Hit]:
    """The same hits; where two contradict each other, the one whose validity began later comes before the older article's pieces."""
    ordered = list(hits)
    for left, right in conflicts(hits, query):
        if left.valid_from is None or right.valid_from is None or left.valid_from == right.valid_from:
            continue
        newer, older = (left, right) if left.valid_from > right.valid_from else (right, left)
        i, j = ordered.index(newer), next(k for k, hit in enumerate(ordered) if hit.article_id == older.article_id)
        if i > j:
            ordered.insert(j, ordered.pop(i))
    return ordered


def _subject(hits: Sequence[Hit], query: SearchQuery) -> frozenset[str]:
    """Stems that the question shares with a title or heading, without those that only ask for a figure."""
    asking = {stem(word) for cue in CUES.values() for match in cue.finditer(query.text) for word in match.group().split()}
    titles = {word for hit in hits for word in stems(f"{hit.title} {hit.heading}")}
    asked = {stem(word) for word, weight in query.terms.items() if weight >= 1}
    # "How much is the annual fee?" asks for a figure with the word that is also its subject.
    return frozenset(asked & titles - asking or asked & titles)


def _nearest(hit: Hit, subject: frozenset[str], asked: set[str]) -> Statement | None:
    """The statement with most of the subject among those that give an asked figure; None when none is on the subject."""
    context = frozenset(stems(f"{hit.title} {hit.heading}"))
    best: tuple[float, Statement] | None = None
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ0-9])|\n+", plain_text(hit.text)):
        values = {kind: figures for kind, figures in figures_of(sentence).items() if _family(kind) in asked}
        if not values:
            continue
        own = frozenset(stems(sentence))
        share = len(subject & (context | own)) / len(subject)
        # Of two sentences under one heading the one that itself names the subject says it.
        near = share + 0.1 * len(subject & own) / len(subject)
        if share >= ON_SUBJECT and (best is None or near > best[0]):
            best = (near, Statement(context | own, values))
    return best[1] if best else None


def _differ(a: Statement, b: Statement) -> bool:
    return differ(a.values, b.values)


def differ(a: Mapping[str, frozenset[float]], b: Mapping[str, frozenset[float]]) -> bool:
    """Whether two sets of figures (as of `figures_of`) have a kind in common without a value in common."""
    return any(kind in b and not _meet(values, b[kind], 0.0 if kind == "date" else SAME) for kind, values in a.items())


def _meet(left: frozenset[float], right: frozenset[float], tolerance: float) -> bool:
    return any(abs(x - y) <= tolerance * max(abs(x), abs(y)) for x in left for y in right)


def _family(kind: str) -> str:
    """The cue that asks for this kind."""
    if kind in MONEY:
        return "money"
    return {"kg": "size", "cm": "size", "point": "points"}.get(kind, kind)


def figures_of(sentence: str) -> dict[str, frozenset[float]]:
    """Kind of unit → values: times in days, dates as day numbers, money per currency. Numbers without a unit say too little."""
    found: dict[str, set[float]] = {}
    for day in DATE.finditer(sentence):
        if (number := _day_number(day)) is not None:
            found.setdefault("date", set()).add(number)
    for match in QUANTITY.finditer(DATE.sub(" ", sentence)):
        unit = (match["unit"] or match["coin"] or "").lower()
        if unit:
            kind, factor = _kind(unit, working=bool(match["working"]))
            found.setdefault(kind, set()).update(_number(text) * factor for text in (match["low"], match["high"]) if text)
    return {kind: frozenset(values) for kind, values in found.items()}


def _day_number(match: re.Match[str]) -> float | None:
    try:
        if match["year"]:
            return float(date(int(match["year"]), int(match["month"]), int(match["day"])).toordinal())
        return float(date(int(match["y"]), MONTHS.index(match["name"].lower()) + 1, int(match["d"])).toordinal())
    except ValueError:
        return None


def _kind(unit: str, *, working: bool) -> tuple[str, float]:
    single = NAMES.get(unit) or NAMES.get(unit.removesuffix("s")) or unit.removesuffix("s")
    if single in DAYS:
        return "time", DAYS[single] * (WORKING_DAY if working else 1.0)
    return single, 1.0


def _number(text: str) -> float:
    """`1,200` and `1.200` are twelve hundred, `1.5` and `1,5` one and a half."""
    if re.search(r"[.,]\d{3}(?:[.,]|$)", text):
        text = re.sub(r"[.,](?=\d{3}(?:[.,]|$))", "", text)
    return float(text.replace(",", "."))
