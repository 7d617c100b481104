"""What one row of the table of fields says, and the pieces of patterns that several rows share."""

import re
from typing import Literal, NamedTuple

Shape = Literal["code", "digits", "last4", "phone", "email", "address", "money", "date", "route", "name", "words"]
"""How a value is compared and recognised in a text; see disclosure."""


DIGIT = "\0"
"""Hint: there is a figure somewhere."""


class FieldRow(NamedTuple):
    """One field. A customer's words give its value by `reads`; after being asked for it, also by `bare`."""

    name: str
    shape: Shape
    phrases: tuple[str, ...]
    """How people ask for it, in English, German and Spanish: noun phrases, lower case."""
    reads: tuple[re.Pattern[str], ...] = ()
    """The group `v` is the value."""
    bare: re.Pattern[str] | None = None
    questions: tuple[re.Pattern[str], ...] = ()
    """Whole questions that ask for it without naming it ('when do you travel')."""
    fresh_days: int | None = 730
    """After that many days it has to be confirmed; None: it does not age."""
    carries_days: int | None = None
    """How long a value from an earlier contact is still about today's matter; None: it is the person's, not the matter's."""
    from_company: bool = False
    """Whether the company's own messages may give it (a reference that an agent just created)."""
    hints: tuple[str, ...] = ()
    """Pieces of lower-case text, or DIGIT; without one of them in the text the readers are not tried."""


def rx(*parts: str) -> re.Pattern[str]:
    """One pattern of alternatives; case does not matter unless a part says `(?-i:…)`.

    Between words stand at most a few spaces: of unlimited ones, a text of nothing but spaces would be tried in every way to share them.
    """
    return re.compile("|".join(parts).replace(r"\s+", r"\s{1,6}").replace(r"\s*", r"\s{0,6}"), re.IGNORECASE)


def said(phrases: str) -> tuple[str, ...]:
    """'your name | full name' → the phrases."""
    return tuple(phrase.strip() for phrase in phrases.split("|"))


IS = (
    r"(?:\s*(?:number|no\.?|nr\.?|code|ref(?:erence)?\.?|id|nummer|n[úu]mero|locator|of\s+the\s+flight)){0,4}\s*(?:\s(?:is|are|"
    r"was|lautet|ist|es|war)|[:#=])?\s*[:#]?\s*(?:-\s)?"
)
PLACE = r"(?-i:[A-ZÀ-ÖØ-Þ][\wÀ-ÿ'’-]{1,40}(?:\s(?:de|del|la|am|an\sder|Los|San|New|[A-Z][\wÀ-ÿ-]{1,40})){0,2})"
