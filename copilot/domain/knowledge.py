"""Articles, the passages that are searched and cited, and the levers policy allows."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from pydantic import Field, field_validator, model_serializer, model_validator

from copilot.domain.base import Frozen, Instant

Audience = Literal["public", "internal"]
ArticleStatus = Literal["draft", "in_review", "published", "archived"]
Authority = Literal["agent", "supervisor"]
Op = Literal["=", "!=", "<", "<=", ">", ">=", "in", "exists"]
Applies = Literal["yes", "no", "unknown"]

MINOR_UNITS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3}
"""Decimal places of the currencies that do not have two (ISO 4217)."""


LARGEST = 10**12
"""No figure of a limit reaches it: one that is written shortly (1e99999) could be stored and never be read again."""
LONGEST_LIST = 1000
"""Values of a clause."""


def _number(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(f"{str(value)[:40]!r} is not a number")
    if abs(number) >= LARGEST:
        raise ValueError(f"{str(value)[:40]!r} is larger than any sum")
    return number


class Limit(Frozen):
    """How far a lever goes: exactly one of money, days, months, percent. Written in major units, kept in minor."""

    amount_minor: int | None = None
    currency: str | None = None
    days: int | None = Field(default=None, lt=LARGEST)
    months: int | None = Field(default=None, lt=LARGEST)
    percent: float | None = Field(default=None, lt=LARGEST, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _major_to_minor(cls, data: Any) -> Any:
        if isinstance(data, dict) and "amount" in data:
            data = dict(data)
            currency = str(data.get("currency", "")).upper()
            if not currency:
                raise ValueError("a limit with an amount needs a currency")
            places = MINOR_UNITS.get(currency, 2)
            minor = _number(data.pop("amount")) * 10**places
            if minor != int(minor):
                raise ValueError(f"{currency} has {places} decimal places")
            data |= {"amount_minor": int(minor), "currency": currency}
        return data

    @model_validator(mode="after")
    def _exactly_one(self) -> "Limit":
        given = [v for v in (self.amount_minor, self.days, self.months, self.percent) if v is not None]
        if len(given) != 1:
            raise ValueError("a limit is exactly one of amount+currency, days, months, percent")
        return self

    @property
    def amount(self) -> Decimal | None:
        """The sum in major units."""
        if self.amount_minor is None:
            return None
        return Decimal(self.amount_minor).scaleb(-MINOR_UNITS.get(self.currency or "", 2))

    @model_serializer
    def _as_written(self) -> dict[str, Any]:
        if self.amount is not None:
            number = int(self.amount) if self.amount == int(self.amount) else float(self.amount)
            return {"amount": number, "currency": self.currency}
        pairs = (("days", self.days), ("months", self.months), ("percent", self.percent))
        return {name: value for name, value in pairs if value is not None}


class Clause(Frozen):
    """One comparison on a known detail or on a fact of the case."""

    field: str
    op: Op
    value: Any = None
    """A word, a number, yes or no; a list of these for `in`."""

    @field_validator("value")
    @classmethod
    def _comparable(cls, value: Any) -> Any:
        some = value if isinstance(value, list | tuple) else [value]
        if len(some) > LONGEST_LIST or any(isinstance(one, Mapping | list | tuple | set | frozenset) for one in some):
            raise ValueError(f"a value is a word, a number, or a list of up to {LONGEST_LIST} of these")
        if any(isinstance(one, int | float) and not abs(one) < LARGEST for one in some):
            raise ValueError("a number is too large, or none")
        return value


class Condition(Frozen):
    """When a lever may be used. Without clauses a person has to judge the text."""

    text: str = ""
    all: tuple[Clause, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        return {"text": data} if isinstance(data, str) else data


class Lever(Frozen):
    """A typed allowance in an article."""

    id: str
    offer: str
    limit: Limit | None = None
    authority: Authority = "agent"
    when: Condition = Condition()
    until: Instant | None = None


class Ask(Frozen):
    """A guide's advisor question: which field it fills, why it matters, what its answer decides."""

    field: str
    question: str
    why: str = ""
    decides: str = ""


class Article(Frozen):
    """One revision of a knowledge article, as written. `id` is the editor's, stable over revisions."""

    id: str
    title: str
    text: str
    status: ArticleStatus = "draft"
    audience: Audience = "public"
    owner: str = ""
    tags: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    locale: str = ""
    group: str | None = None
    valid_from: Instant | None = None
    review_by: Instant | None = None
    levers: tuple[Lever, ...] = ()
    asks: tuple[Ask, ...] = ()
    needs: tuple[str, ...] = ()
    policy: bool = False
    """What it says binds: like an article with levers, it is published only after a second person has read it."""
    revision: int = 1


class Passage(Frozen):
    """A piece of an article that is searched and cited. The id is made of the article and the text's hash, so unchanged text keeps it."""

    id: str
    article_id: str
    title: str
    heading: str = ""
    text: str
    audience: Audience = "public"
    locale: str = ""
    position: int = 0
    valid_from: Instant | None = None


class Hit(Frozen):
    """A passage that search found. `score` 0–1: how likely it answers the question."""

    article_id: str
    title: str
    passage_id: str
    text: str
    score: float
    audience: Audience
    heading: str = ""
    locale: str = ""
    valid_from: Instant | None = None
    fits: tuple[float, ...] = ()
    """How well each of its sentences answers (cosine), in the order of `kinds.extract.units`; empty before that was measured."""
