"""Where an article holds a fact: its text, its title, what its levers offer, how far they go and when, the questions of a guide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from copilot.checks.claims import Claim
from copilot.checks.facts import Place, places, replaced, sentence_of
from copilot.checks.wording_tokens import same, tokens
from copilot.domain.facts import PlaceKind
from copilot.domain.knowledge import Article, Clause, Limit

UNITS = {"day": ("days", "day"), "month": ("months", "month"), "%": ("percent", "share", "rate"), "min": ("minutes", "hours")}
"""What a condition's field is called when its number is of that unit."""
HOLD_MONEY = ("amount", "sum", "price", "fare", "value", "cost", "fee", "total")
BY_HAND = "A limit is a sum, or days, months or percent, and a condition keeps its unit: write it by hand."


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in one field of an article. `path`: which field (`levers.0.offer`); `place`: in a text; `value`: of a limit or condition."""

    path: str
    kind: PlaceKind
    label: str
    sentence: str
    span: tuple[int, int]
    written: str
    instead: str = ""
    sure: bool = True
    why: str = ""
    place: Place | None = None
    value: Any = None

    @property
    def name(self) -> str:
        """Tells it from other places of the same revision."""
        return f"{self.path}:{self.place.start if self.place else 0}"


def spots(article: Article, old: str, new: str = "") -> list[Spot]:
    """Every place of the article that holds `old`."""
    language = article.locale or "en"
    found = [spot for path, kind, label, text in _texts(article) for spot in in_text(text, old, new, language, path, kind, label)]
    was, shall = _claim(old), _claim(new)
    if was is not None:
        found += _structured(article, was, shall, new)
    return found


def changed(article: Article, chosen: Sequence[Spot]) -> Article:
    """The article with the new value at these places; those without one stay as they are."""
    body = article.model_dump(mode="json")
    for path in dict.fromkeys(spot.path for spot in chosen if spot.instead):
        here = [spot for spot in chosen if spot.path == path]
        holder, last = _reach(body, path)
        written = [spot.place for spot in here if spot.place is not None]
        holder[last] = replaced(holder[last], written) if written else here[0].value
    return Article.model_validate(body)


def in_text(text: str, old: str, new: str, language: str, path: str, kind: PlaceKind, label: str = "") -> Iterator[Spot]:
    """Places of one text."""
    for place in places(text, old, new, language):
        yield Spot(
            path=path,
            kind=kind,
            label=label,
            sentence=sentence_of(text, place),
            span=_within(text, place),
            written=" ".join(text[place.start : place.end].split()),
            instead=place.instead or "",
            sure=place.sure,
            why=place.why,
            place=place,
        )


def _within(text: str, place: Place) -> tuple[int, int]:
    """Where it stands in the sentence as one line."""
    head = text[place.sentence[0] : place.start]
    start = len(" ".join(head.split())) + (1 if head[-1:].isspace() and head.strip() else 0)
    return start, start + len(" ".join(text[place.start : place.end].split()))


def _texts(article: Article) -> Iterator[tuple[str, PlaceKind, str, str]]:
    yield "title", "title", "", article.title
    yield "text", "text", "", article.text
    for number, lever in enumerate(article.levers):
        yield f"levers.{number}.offer", "offer", lever.id, lever.offer
        yield f"levers.{number}.when.text", "condition", lever.id, lever.when.text
    for number, ask in enumerate(article.asks):
        for name in ("question", "why", "decides"):
            yield f"asks.{number}.{name}", "question", ask.field, getattr(ask, name)


def _claim(text: str) -> Claim | None:
    """The one thing a value claims; None when it claims nothing, or several things."""
    found = [token.claim for token in tokens(text) if token.claim is not None]
    return found[0] if len(found) == 1 else None


def _structured(article: Article, was: Claim, shall: Claim | None, new: str) -> Iterator[Spot]:
    for number, lever in enumerate(article.levers):
        if lever.limit is not None and _limit_says(lever.limit, was):
            limit = _limit(shall) if shall is not None else None
            yield _spot(f"levers.{number}.limit", "limit", lever.id, limit_words(lever.limit), limit and limit.model_dump(), new, limit)
        for place, clause in enumerate(lever.when.all):
            if sure := _clause_says(clause, was):
                value = _clause_value(clause, was, shall)
                path = f"levers.{number}.when.all.{place}.value"
                line = f"{clause.field} {clause.op} {clause.value}"
                spot = _spot(
                    path, "condition", lever.id, line, value, new, None if value is None else f"{clause.field} {clause.op} {value}"
                )
                yield spot if sure == "yes" else _doubted(spot)


def _spot(path: str, kind: PlaceKind, label: str, line: str, value: Any, new: str, then: Limit | str | None) -> Spot:
    instead = limit_words(then) if isinstance(then, Limit) else (then or "")
    why = BY_HAND if new and not instead else ""
    return Spot(path, kind, label, line, (0, len(line)), line, instead, not why, why, None, value)


def _doubted(spot: Spot) -> Spot:
    return Spot(spot.path, spot.kind, spot.label, spot.sentence, spot.span, spot.written, spot.instead, False, spot.why, None, spot.value)


def limit_words(limit: Limit) -> str:
    """`28 days`, `25 EUR`, `10 percent`."""
    if limit.amount is not None:
        return f"{limit.amount} {limit.currency}"
    pairs = (("days", limit.days), ("months", limit.months), ("percent", limit.percent))
    return next(f"{value:g} {name}" for name, value in pairs if value is not None)


def _limit_says(limit: Limit, claim: Claim) -> bool:
    values = {Decimal(value) for value in claim.values} if claim.kind in ("money", "number", "percent") else set()
    if limit.amount is not None:
        return claim.kind == "money" and claim.unit == limit.currency and limit.amount in values
    pairs = (("day", limit.days), ("month", limit.months), ("%", limit.percent))
    return any(claim.unit == unit and value is not None and Decimal(str(value)) in values for unit, value in pairs)


def _limit(claim: Claim) -> Limit | None:
    """The value as a limit; None: a limit cannot say it."""
    if not claim.values:
        return None
    value = Decimal(claim.values[0])
    if claim.kind == "money" and len(claim.unit) == 3:
        return Limit.model_validate({"amount": value, "currency": claim.unit})
    whole = value == value.to_integral_value()
    if claim.unit in ("day", "month") and whole:
        return Limit(days=int(value)) if claim.unit == "day" else Limit(months=int(value))
    return Limit(percent=float(value)) if claim.unit == "%" else None


def _clause_says(clause: Clause, claim: Claim) -> str:
    """`yes`: the field's name says the unit; `maybe`: the number alone is the same; empty: it says something else."""
    if isinstance(clause.value, str):
        return "yes" if any(token.claim is not None and same(token.claim, claim) for token in tokens(clause.value)) else ""
    if isinstance(clause.value, bool) or not isinstance(clause.value, int | float) or claim.kind not in ("money", "number", "percent"):
        return ""
    if Decimal(str(clause.value)) not in {Decimal(value) for value in claim.values}:
        return ""
    names = HOLD_MONEY if claim.kind == "money" else UNITS.get(claim.unit, ())
    return "yes" if any(name in clause.field.casefold() for name in names) else "maybe"


def _clause_value(clause: Clause, was: Claim, shall: Claim | None) -> Any:
    if shall is None or (shall.kind, shall.unit) != (was.kind, was.unit):
        return None
    if isinstance(clause.value, str):
        days = shall.found.days if shall.found else ()
        return f"{days[0].year:04}-{days[0].month:02}-{days[0].day:02}" if days and all(days[0]) else None
    value = Decimal(shall.values[0])
    return int(value) if value == value.to_integral_value() else float(value)


def _reach(body: Any, path: str) -> tuple[Any, Any]:
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        body = body[step]
    return body, last
