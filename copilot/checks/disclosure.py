"""No value on record is told to someone not proven, nor anything personal in public (RELIABILITY, invariant 10)."""

import re
from collections.abc import Iterator

from copilot.checks.base import Check, Checked
from copilot.checks.claims import Claim
from copilot.checks.hiding import Place, is_personal, name_places, places_of
from copilot.checks.ledger import Ledger, ledger
from copilot.checks.normalise import WORD, fold, listed, squeezed
from copilot.checks.quoting import quotations
from copilot.checks.sources import OPEN, Origin
from copilot.checks.spoken import Spoken, insertable, spoken
from copilot.domain.memory import KnownDetail
from copilot.domain.people import Assurance
from copilot.domain.suggestion import CheckResult, Verdict
from copilot.domain.turn import Turn
from copilot.memory.fields import shape_of

_NOT_TELLING = frozenset(
    {"name", "first_name", "last_name", "full_name", "customer_name", "language", "locale", "preferred_language", "handle"}
)
"""Names have their own rule; which language someone writes is plain to see."""
_OTHERS_WORDS: frozenset[Origin] = frozenset(("memory", "guide", "promise"))
_SHORT = 4
"""Characters up to which a value counts as said only where it stands as a word of its own."""
_FIGURES = 3
"""Digits from which on a bare number tells a sum."""
_RUN = 5
"""Consecutive words of a memory or promise that tell it."""
_YOURS = re.compile(r"\b(?:your?|yours|you['’](?:re|ve)|ihre?[mnrs]?|sie|dein\w*|su|sus|tus?|usted)\b", re.IGNORECASE)
_PROPER = re.compile(r"(?<=[\w,;:)'\"-] )[^\W\d_a-zß-öø-ÿ][^\W\d_]{2,}")
"""A capitalised word that does not begin a sentence."""
_ADDRESS = re.compile(r"\S+@\S+")
"""An address that they posted in public is no name they go by."""
_CALENDAR = frozenset(
    listed(
        "january february march april may june july august september october november december monday tuesday wednesday thursday "
        "friday saturday sunday"
    )
)
"""Dates are judged as dates."""
_PLAIN_VALUES = frozenset({"yes", "no", "true", "false", "none", "unknown", "ja", "nein", "si", "sí"})


class Disclosure(Check):
    """Withholds what the record says of the customer from anyone not proven, and from the public."""

    name = "disclosure"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings with their places; none for a proven person in a private channel."""
        public = turn.channel == "social"
        if turn.assurance == Assurance.PROVEN and not public:
            return []
        book = ledger(turn)
        why = "this channel is public" if public else "who writes is not proven"
        found: list[CheckResult] = []
        for words in (*spoken(draft), *insertable(draft)):
            places = [*_details(turn, book, words, public=public), *_record(turn, book, words), *_names(turn, words, public=public)]
            for place, what, outcome in places:
                found.append(CheckResult(name=self.name, outcome=outcome, detail=f"discloses {what}: {why}", span=words.span(*place)))
        return found


Finding = tuple[Place, str, Verdict]


def _details(turn: Turn, book: Ledger, words: Spoken, *, public: bool) -> Iterator[Finding]:
    """Values of known details, but for what they wrote themselves; in public not even that, when it points to the person."""
    said = squeezed(turn.said_by_customer)
    common = " ".join(fold(source.text) for source in book.texts("public", "system"))
    for detail in turn.evidence.known_details:
        if detail.field in _NOT_TELLING or detail.value.strip().casefold() in _PLAIN_VALUES:
            continue
        places = places_of(words, detail) or [*_measured(book, words, detail), *_bare_sum(book, words, detail)]
        for place in places:
            told = words.normal.text[slice(*place)]
            if _was_said(turn, detail, told, said) or _said_otherwise(book, words, place):
                if not (public and is_personal(detail)):
                    continue
            elif not is_personal(detail) and fold(told) in common and not _of_theirs(words, place):
                continue
            yield place, f"the {detail.field.replace('_', ' ')}", "withhold"


def _was_said(turn: Turn, detail: KnownDetail, told: str, said: str) -> bool:
    """Whether they wrote it themselves; `robert.hale` is not said by who signs Robert Hale."""
    if "@" in detail.value:
        return detail.value.strip().casefold() in turn.said_by_customer.casefold()
    plain = squeezed(told)
    if len(plain) <= _SHORT:  # `BER` is not said in `number`
        return re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", fold(turn.said_by_customer)) is not None
    return plain in said


def _measured(book: Ledger, words: Spoken, detail: KnownDetail) -> Iterator[Place]:
    """Short numbers, sums and dates, compared as what they mean (`delay_minutes: 190`, `3 h 10`)."""
    ours = [claim for source in _as_claims(book, detail) for claim in source]
    for claim in book.claims_of(words.normal):
        for own in ours:
            same_kind = claim.kind == own.kind and claim.unit == own.unit
            if same_kind and (set(claim.values) & set(own.values) or _same_day(claim, own)):
                yield claim.at


def _bare_sum(book: Ledger, words: Spoken, detail: KnownDetail) -> Iterator[Place]:
    """`142` for a refund of 142 EUR, unless the number stands in what they can read anyway."""
    whole = re.match(r"\d+", re.sub(r"^\D+|(?<=\d)[ ,.'](?=\d{3}\b)", "", detail.value)) if shape_of(detail.field) == "money" else None
    if whole is None or len(whole[0]) < _FIGURES:
        return
    pattern = re.compile(rf"(?<![\w.,]){whole[0]}(?![\w]|[.,]\d)")
    if not any(pattern.search(source.text) for source in book.texts("public", "system")):
        yield from (match.span() for match in pattern.finditer(words.normal.text))


def _as_claims(book: Ledger, detail: KnownDetail) -> Iterator[tuple[Claim, ...]]:
    unit = detail.field.replace("_", " ").split()[-1:] or [""]
    for text in (detail.value, f"{detail.value} {unit[0]}"):
        yield tuple(claim for claim in book.claims(text) if claim.unit or claim.found or claim.kind != "number")


def _same_day(claim: Claim, own: Claim) -> bool:
    if not claim.found or not own.found:
        return False
    return any(a.fits(b) and a.day and b.day for a in claim.found.days for b in own.found.days)


def _said_otherwise(book: Ledger, words: Spoken, place: Place) -> bool:
    """They gave the same sum, date or number in another form."""
    inside = [claim for claim in book.claims_of(words.normal) if claim.at[0] >= place[0] - 2 and claim.at[1] <= place[1] + 2]
    return bool(inside) and all(book.supports(claim, frozenset({"customer"})) for claim in inside)


def _of_theirs(words: Spoken, place: Place) -> bool:
    """`Your card is the Plus` tells what `The Plus card costs 60 EUR` does not."""
    return bool(_YOURS.search(words.normal.text[max(0, place[0] - 40) : place[0]]))


def _record(turn: Turn, book: Ledger, words: Spoken) -> Iterator[Finding]:
    """Sums, dates and references, or whole phrases, that only a memory or a promise holds."""
    known: frozenset[Origin] = OPEN | {"lever", "internal"}
    for claim in book.claims_of(words.normal):
        small = claim.kind == "number" and (claim.unit or len(re.sub(r"\D", "", claim.text)) < _FIGURES)
        if small or claim.kind in ("percent", "time") or _is_today(book, claim):
            continue
        if not book.supports(claim, known) and book.supports(claim, _OTHERS_WORDS):
            yield claim.at, f"“{claim.text}” from the record", "withhold"
    if not turn.language.startswith("de"):
        yield from ((place, "a name from the record", "withhold") for place in _proper_names(turn, book, words))
    told = [source for source in book.sources if source.origin in _OTHERS_WORDS]
    for source, place in quotations(words, told, book.texts(*OPEN), _RUN):
        yield place, f"what is on record ({source.ref})", "withhold"


def _proper_names(turn: Turn, book: Ledger, words: Spoken) -> Iterator[Place]:
    """Places and people that only a memory or a promise names (in German every noun is written like a name)."""
    told = {match[0] for source in book.texts("memory", "guide", "promise") for match in _PROPER.finditer(source.text)}
    free = {fold(word) for source in book.texts(*OPEN, "lever", "internal") for word in WORD.findall(source.text)}
    free |= {fold(word) for name in (turn.agent.name, turn.person.name if turn.person else "") for word in WORD.findall(name)}
    for match in _PROPER.finditer(words.normal.text):
        if match[0] in told and fold(match[0]) not in free and fold(match[0]) not in _CALENDAR:
            yield match.span()


def _is_today(book: Ledger, claim: Claim) -> bool:
    today = book.now.date()
    return claim.found is not None and any(day[1:] == (today.month, today.day) for day in claim.found.days)


def _names(turn: Turn, words: Spoken, *, public: bool) -> Iterator[Finding]:
    """A name is theirs once they gave it or the channel shows it; someone who claims to be the customer has given it."""
    if turn.person is None or not turn.person.name:
        return
    named = [m.author_name for m in turn.window if m.author == "customer"]
    handles = [re.sub(r"[\W\d_]+", " ", name) for name in named if name.startswith("@")]
    said = _ADDRESS.sub(" ", turn.said_by_customer) if public else turn.said_by_customer
    shown = fold(" ".join([said, *named, *handles]))
    for name in turn.person.name.split():
        if len(name) < 3 or re.search(rf"(?<!\w){re.escape(fold(name))}(?!\w)", shown):
            continue
        if turn.assurance != Assurance.NONE and not public:
            continue
        for place in name_places(words, name):
            yield place, "the name on record", "withhold"
