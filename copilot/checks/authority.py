"""What may be given away, and by whom: every gift stands on a lever, within its limit, in time, with the right authority."""

from collections.abc import Iterator, Sequence

from copilot.checks.allowance import comparable, exceeds, least, levers_for, objections
from copilot.checks.base import Check, Checked
from copilot.checks.claims import Claim, claims
from copilot.checks.granted import MEASURED, given_again
from copilot.checks.ledger import Ledger, ledger
from copilot.checks.normalise import squeezed
from copilot.checks.offers import GIFTS, Offer, backed, denied, grants, offers, sorts_of
from copilot.checks.sources import COMPANY, Origin
from copilot.checks.spoken import Sentence, Spoken, spoken
from copilot.domain.suggestion import CheckResult, Option, OptionsPayload, Verdict
from copilot.domain.turn import Turn, TurnLever

_OWED: frozenset[Origin] = frozenset(("promise", "agent"))
"""What was promised, or said by an agent in this conversation, is owed and needs no lever again."""
_RECORD: frozenset[Origin] = COMPANY | {"detail", "memory"}


class Authority(Check):
    """Withholds gifts without a lever, beyond its limit, after its end, where it does not apply, or above the agent's authority."""

    name = "authority"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings: in words for the customer with their place, in options with the option's title."""
        book = ledger(turn)
        found: list[CheckResult] = []
        for words in spoken(draft):
            for offer in (*offers(words, book.language), *_bare_sums(words, book)):
                span = words.span(offer.sentence.start, offer.sentence.end)
                found.extend(CheckResult(name=self.name, outcome=o, detail=d, span=span) for o, d in self._offer(turn, book, offer))
        if isinstance(draft.payload, OptionsPayload):
            for option in draft.payload.options:
                span = _place(draft.text, option.title)
                found.extend(CheckResult(name=self.name, outcome=o, detail=d, span=span) for o, d in self._option(turn, book, option))
        return found

    def _offer(self, turn: Turn, book: Ledger, offer: Offer) -> Iterator[tuple[Verdict, str]]:
        judged = [claim for claim in offer.figures if claim.kind in MEASURED]
        if by := _owed(book, offer):
            yield from given_again(turn, offer) if by == "agent" else ()
            return
        if not offer.is_gift and _ordinary(book, offer):
            return
        levers = levers_for(turn, offer.sorts & GIFTS.keys() or offer.sorts, offer.sentence.text)
        if not levers:
            if offer.is_gift and not _published(book, offer):
                yield "withhold", f"no lever of this case allows it: {_name(offer.sorts & GIFTS.keys())}"
            return
        sums = [claim for claim in judged if not _fact_of_the_case(book, claim, judged)]
        choices = [list(objections(turn, lever, sums, asks_others=offer.asks_others, confirms=offer.confirms)) for lever in levers]
        for objection in least(choices):
            yield objection.outcome, objection.detail

    def _option(self, turn: Turn, book: Ledger, option: Option) -> Iterator[tuple[Verdict, str]]:
        if option.lever_id is None:
            yield from _without_lever(turn, option)
            return
        lever = next((lever for lever in turn.evidence.levers if lever.id == option.lever_id), None)
        if lever is None:
            yield "withhold", f"option “{option.title}” names a lever that this case does not have ({option.lever_id})"
            return
        figures = [claim for text in (option.value, option.title, option.gain) for claim in claims(text, book.language)]
        figures = [claim for claim in figures if lever.limit and comparable(lever.limit, claim) and not _known_fact(book, lever, claim)]
        for objection in objections(turn, lever, figures, asks_others=True, confirms=bool(option.confirm_first.strip())):
            yield objection.outcome, objection.detail
        if lever.authority == "supervisor" and option.authority != "supervisor":
            yield "withhold", f"option “{option.title}” needs a supervisor's yes"
        elif lever.applies == "unknown" and not option.confirm_first.strip():
            yield "flag", f"option “{option.title}” does not say what to confirm first: {lever.reason}"


def _without_lever(turn: Turn, option: Option) -> Iterator[tuple[Verdict, str]]:
    """The ordinary route of a passage: it must be one of this Turn's, and give nothing that needs a lever."""
    known = {ref for hit in turn.evidence.passages for ref in (hit.passage_id, hit.article_id, hit.title, f"passage:{hit.passage_id}")}
    if not any(ref and ref.casefold() in option.basis.casefold() for ref in known):
        yield "flag", f"option “{option.title}” names neither a lever nor an article of this case"
    for text in (option.title, option.gain, option.value):
        gifts = sorts_of(text) & (GIFTS.keys() - {"points"})
        if gifts and not denied(text) and (grants(text) or claims(text)) and not _in_public(turn, gifts):
            yield "withhold", f"option “{option.title}” gives what needs a lever: {_name(gifts)}"
            return


def _in_public(turn: Turn, gifts: frozenset[str]) -> bool:
    return any(gifts <= sorts_of(source.text) for source in ledger(turn).texts("public"))


def _bare_sums(words: Spoken, book: Ledger) -> Iterator[Offer]:
    """`Compensation: 500 EUR`: a gift with a sum that no record of ours holds counts as given, whatever the verb."""
    for sentence in words.sentences():
        gifts = sorts_of(sentence.text) & GIFTS.keys()
        if not gifts or grants(sentence.text) or denied(sentence.text):
            continue
        sums = tuple(claim for claim in claims(sentence.text, book.language) if claim.kind == "money" and not book.supports(claim, _RECORD))
        if sums:
            yield Offer(Sentence(sentence.text, sentence.start), gifts, sums, asks_others=False, confirms=False)


def _owed(book: Ledger, offer: Offer) -> Origin | None:
    """What binds us already: a promise on record of the same sort with every sum of the offer, else an agent's words here."""
    for source in sorted(book.texts(*_OWED), key=lambda source: source.origin != "promise"):
        if offer.sorts & sorts_of(source.text) and all(
            _same(claim, source.claims) for claim in offer.figures if claim.kind in ("money", "percent")
        ):
            return source.origin
    return None


def _same(claim: Claim, others: Sequence[Claim]) -> bool:
    return any(claim.kind == other.kind and claim.unit == other.unit and set(claim.values) & set(other.values) for other in others)


def _ordinary(book: Ledger, offer: Offer) -> bool:
    """A refund or payment that our own texts speak of, with sums they hold, follows from them, lever or not."""
    spoken_of = all(backed(book.texts("public", "internal", "promise", "agent"), sort) for sort in offer.sorts)
    return spoken_of and all(book.supports(claim, _RECORD - {"lever"}) for claim in offer.figures if claim.kind in ("money", "percent"))


def _published(book: Ledger, offer: Offer) -> bool:
    """A public article's own sentence, without a sum: general information, not a gift to this person."""
    own = squeezed(offer.sentence.text)
    summed = any(claim.kind in ("money", "percent") for claim in offer.figures)
    return not summed and any(own in source.squeezed for source in book.texts("public"))


def _fact_of_the_case(book: Ledger, claim: Claim, figures: Sequence[Claim]) -> bool:
    """`For your 900 EUR flight I can offer 50 EUR`: of several sums, one that is on record and not the smallest is no gift."""
    sums = [other for other in figures if other.kind == claim.kind]
    return (
        len(sums) > 1
        and claim is not min(sums, key=lambda c: float(c.values[0]))
        and book.supports(claim, frozenset({"detail", "memory", "promise", "public"}))
    )


def _known_fact(book: Ledger, lever: TurnLever, claim: Claim) -> bool:
    """An option may name a sum of the case (`your 900 EUR flight`) beside what it gives."""
    return lever.limit is not None and exceeds(lever.limit, claim) and book.supports(claim, frozenset({"detail", "promise"}))


def _name(sorts: frozenset[str]) -> str:
    return " or ".join(sorted(sorts))


def _place(text: str, title: str) -> tuple[int, int] | None:
    at = text.find(title) if title else -1
    return (at, at + len(title)) if at >= 0 else None
