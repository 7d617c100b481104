"""Numbers, dates, times, money, links, addresses and commitments must stand in the Turn's evidence (RELIABILITY, invariant 9)."""

import re
from collections.abc import Iterator
from datetime import datetime

from copilot.checks.allowance import covers
from copilot.checks.base import Check, Checked
from copilot.checks.calendar import Found
from copilot.checks.claims import Claim, claims_in
from copilot.checks.ledger import Ledger, ledger
from copilot.checks.offers import DUES, Offer, backed, denied, offers
from copilot.checks.sources import COMPANY, MENTION, Origin
from copilot.checks.spoken import Spoken, spoken, whole
from copilot.domain.suggestion import AcknowledgePayload, CheckResult, Verdict
from copilot.domain.turn import Turn

BINDING: frozenset[Origin] = COMPANY | {"memory", "detail", "derived"}
"""Where a sum that we say we will pay must stand: never only in what the customer or a bot wrote."""
LINKS: frozenset[Origin] = COMPANY
_SCALE = "100"
_NAMES = {
    "money": "the sum",
    "number": "the number",
    "percent": "the percentage",
    "date": "the date",
    "time": "the time",
    "link": "the link",
    "email": "the address",
    "phone": "the phone number",
    "code": "the reference",
}
_GUARANTEE = re.compile(
    r"\b(?:guarantee[ds]?|guaranteeing|i promise|we promise|promise you|you have my word|without fail|garantier\w*|verspreche\w*|"
    r"versichere ihnen|zugesichert|sichere ihnen zu|"
    r"garantiz\w+|le prometo|prometemos|le aseguro|tiene mi palabra)\b",
    re.IGNORECASE,
)
_ABOUT_GUARANTEES = re.compile(r"\bguarantee|garantie|garantier|garant[íi]", re.IGNORECASE)


class Unsupported(Check):
    """Flags what the evidence does not hold; withholds links and commitments of money or guarantees in drafts (an agent's own: flags)."""

    name = "unsupported"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings with the place of each claim."""
        book = ledger(turn)
        severe: Verdict = "flag" if draft.kind == "own" else "withhold"
        found = [result for words in spoken(draft) for result in self._commitments(turn, book, words, severe)]
        committed = {result.span for result in found}
        words = whole(draft)
        for claim in claims_in(words.normal, book.language):
            if claim.span in committed or _supported(book, claim, words, draft):
                continue
            outcome: Verdict = severe if claim.kind == "link" else "flag"
            found.append(self._say(outcome, f"{_NAMES[claim.kind]} “{claim.text}” stands nowhere in the evidence", claim.span))
        return found

    def _say(self, outcome: Verdict, detail: str, span: tuple[int, int] | None) -> CheckResult:
        return CheckResult(name=self.name, outcome=outcome, detail=detail, span=span)

    def _commitments(self, turn: Turn, book: Ledger, words: Spoken, severe: Verdict) -> Iterator[CheckResult]:
        for offer in offers(words, book.language):
            start = offer.sentence.start
            for claim in offer.figures:
                if claim.kind in ("money", "percent") and not book.supports(claim, BINDING) and not covers(turn, offer.sorts, claim):
                    span = words.span(start + claim.at[0], start + claim.at[1])
                    yield self._say(severe, f"“{claim.text}” is promised, but no article, lever or promise holds it", span)
            if missing := _unbacked(book, offer):
                span = words.span(start, offer.sentence.end)
                yield self._say(severe, f"promises a {missing}, and no article, lever or promise speaks of one", span)
        for sentence in words.sentences():
            match = _GUARANTEE.search(sentence.text)
            if match and not denied(sentence.text) and not _guaranteed(book):
                span = words.span(sentence.start + match.start(), sentence.start + match.end())
                yield self._say(severe, f"“{match[0]}” goes beyond the evidence; say what will be done, and by when", span)


def _supported(book: Ledger, claim: Claim, words: Spoken, draft: Checked) -> bool:
    first, last = claim.at
    context = f"{words.normal.text[max(0, first - 32) : first]}\0{words.normal.text[last : last + 24]}"
    if book.supports(claim, LINKS if claim.kind == "link" else MENTION, context=context):
        return True
    if claim.text == _SCALE and not draft.for_customer and context.partition("\0")[0].endswith("of "):
        return True  # heat 72 of 100
    return claim.found is not None and any(_falls_on(claim.found, book, moment) for moment in _computed(book, draft))


def _computed(book: Ledger, draft: Checked) -> Iterator[datetime]:
    """Times that rules computed: an acknowledgement's `back_by`, and, for colleagues, when waiting brings it to the boil."""
    if isinstance(draft.payload, AcknowledgePayload):
        yield draft.payload.back_by
    if not draft.for_customer and book.boils_at:
        yield book.boils_at


def _falls_on(found: Found, book: Ledger, moment: datetime) -> bool:
    local = book.calendar.local(moment)
    today = local.date()
    if found.minutes is not None:
        return 0 <= found.minutes - (local.hour * 60 + local.minute) <= 1
    if found.offset is not None:
        return (today - book.now.date()).days == found.offset
    return found.weekday == today.weekday() or any(day[1:] == (today.month, today.day) for day in found.days)


def _unbacked(book: Ledger, offer: Offer) -> str:
    """The sort of due that nothing of the company's speaks of; gifts are judged against the levers (check `authority`)."""
    for sort in sorted(offer.sorts & DUES.keys()):
        if offer.is_gift or backed(book.texts(*COMPANY), sort):
            continue
        if sort == "pay" and "refund" in offer.sorts:
            continue
        return sort
    return ""


def _guaranteed(book: Ledger) -> bool:
    return any(_ABOUT_GUARANTEES.search(source.text) and not denied(source.text) for source in book.texts("public", "lever", "promise"))
