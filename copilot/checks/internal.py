"""Internal text guides the agent and is never quoted; a `guide` memory is known and not said."""

import re
from collections.abc import Iterator

from copilot.checks.allowance import comparable
from copilot.checks.base import Check, Checked
from copilot.checks.claims import Claim, claims
from copilot.checks.confidences import concepts
from copilot.checks.ledger import Ledger, ledger, of_limit
from copilot.checks.normalise import WORD, content_words, fold, listed
from copilot.checks.quoting import quotations
from copilot.checks.sources import OPEN, Origin, Source
from copilot.checks.spoken import Spoken, spoken
from copilot.domain.suggestion import CheckResult
from copilot.domain.turn import Turn

_KNOWN_TO_ALL: frozenset[Origin] = frozenset(
    ("public", "customer", "agent", "bot", "system", "memory", "promise", "detail", "derived", "lever")
)
_SPEAKS_OF_LIMITS = re.compile(
    r"\b(?:limits?|maximum|max\.?|up to|at most|no more than|allowed|authori[sz]ed|authority|can go|ceiling|cap|threshold|budget|"
    r"maximal|höchstens|grenze|obergrenze|bis zu|darf|dürfen|"
    r"befug\w*|l[íi]mite|m[áa]ximo|hasta|autorizad\w*|permitido)\b",
    re.IGNORECASE,
)
_TRIFLE = 3
"""Periods up to here (`2 days`) are too common to give an internal text away."""


class Internal(Check):
    """Withholds quotations, figures and links that only internal texts hold, and what `guide` memories say; flags internal citations."""

    name = "internal"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings with their places."""
        book = ledger(turn)
        hidden = [source for source in book.sources if source.origin in ("internal", "note")]
        guides = [source for source in book.sources if source.origin == "guide"]
        free = list(book.texts("public", "customer", "agent", "bot", "system", "promise"))
        found: list[CheckResult] = []
        for words in spoken(draft):
            quoted = quotations(words, hidden, free)
            found.extend(self._withhold(f"quotes internal text ({source.ref})", words.span(*place)) for source, place in quoted)
            found.extend(self._figures(turn, book, words))
            told = ((guide, _tells(words, guide, book)) for guide in guides)
            found.extend(self._withhold(f"says what is only to be known ({g.ref})", words.span(*at)) for g, at in told if at)
        if draft.for_customer:
            found.extend(self._citations(turn, draft))
        return found

    def _withhold(self, detail: str, span: tuple[int, int] | None) -> CheckResult:
        return CheckResult(name=self.name, outcome="withhold", detail=detail, span=span)

    def _figures(self, turn: Turn, book: Ledger, words: Spoken) -> Iterator[CheckResult]:
        """Numbers, sums and links that no one outside could know; a lever's sum may be offered, its limit not told."""
        for claim in book.claims_of(words.normal):
            if _limit_told(turn, words, claim) and not book.supports(claim, OPEN):
                yield self._withhold(f"“{claim.text}” tells how far we may go: offer, don't explain the limit", words.span(*claim.at))
                continue
            trifle = claim.unit in ("min", "day", "wday", "month", "night") and all(float(value) <= _TRIFLE for value in claim.values)
            if claim.kind in ("date", "time") or trifle or not book.supports(claim, frozenset({"internal", "note"})):
                continue
            first, last = claim.at
            context = f"{words.normal.text[max(0, first - 32) : first]}\0{words.normal.text[last : last + 24]}"
            if not book.supports(claim, _KNOWN_TO_ALL, context=context):
                yield self._withhold(f"“{claim.text}” is known only from internal text", words.span(*claim.at))

    def _citations(self, turn: Turn, draft: Checked) -> Iterator[CheckResult]:
        internal = {f"passage:{hit.passage_id}" for hit in turn.evidence.passages if hit.audience == "internal"}
        for citation in draft.citations:
            if citation.source in internal:
                first, last = max(0, citation.span[0]), min(len(draft.text), citation.span[1])
                yield CheckResult(
                    name=self.name, outcome="flag", detail=f"cites internal text ({citation.source})", span=(first, max(first, last))
                )


def _limit_told(turn: Turn, words: Spoken, claim: Claim) -> bool:
    """Whether a sentence speaks of how far we may go, with the very limit of a lever whose offer does not tell it."""
    sentence = next((s for s in words.sentences() if s.start <= claim.at[0] < s.end), None)
    if not sentence or not _SPEAKS_OF_LIMITS.search(sentence.text):
        return False
    levers = [lever for lever in turn.evidence.levers if lever.limit]
    hidden = [lever for lever in levers if not any(said.values == claim.values for said in claims(lever.offer))]
    return any(lever.limit and comparable(lever.limit, claim) and of_limit(lever.limit)[2] in claim.values for lever in hidden)


def _tells(words: Spoken, guide: Source, book: Ledger) -> tuple[int, int] | None:
    """Where the words give a guide memory away: its sensitive matter, or most of its characteristic words in one sentence."""
    said = list(book.texts("customer", "agent", "bot", "system"))
    published = list(book.texts("public", "lever", "promise", "memory"))
    return _matter(words, guide, said, published) or _words(words, guide, [*said, *published])


def _matter(words: Spoken, guide: Source, said: list[Source], published: list[Source]) -> tuple[int, int] | None:
    """A matter the customer did not speak of here. What an article speaks of too is only telling beside another word of the memory."""
    matters = concepts(guide.text).keys() - concepts(_joined(said)).keys()
    if not matters:
        return None
    common = concepts(_joined(published)).keys()
    about = {_stem(word) for word in content_words(guide.text) if word not in _COMMON}
    for sentence in words.sentences():
        for matter, (first, last) in concepts(sentence.text).items():
            beside = {_stem(word) for word in content_words(sentence.text[:first] + sentence.text[last:])}
            if matter in matters and (matter not in common or beside & about):
                return sentence.start + first, sentence.start + last
    return None


def _joined(sources: list[Source]) -> str:
    return "\n".join(source.text for source in sources)


def _words(words: Spoken, guide: Source, free: list[Source]) -> tuple[int, int] | None:
    others = {_stem(word) for source in free for word in source.content}
    own = {_stem(word) for word in content_words(guide.text) if word not in _COMMON} - others
    needed = max(2, (len(own) + 1) // 2)
    for sentence in words.sentences():
        told = [match for match in WORD.finditer(sentence.text) if _stem(fold(match[0])) in own]
        if len({_stem(fold(match[0])) for match in told}) >= needed:
            return sentence.start + told[0].start(), sentence.start + told[-1].end()
    return None


def _stem(word: str) -> str:
    """A crude stem that serves three languages: the first letters decide (`calls`, `calling`; `Anrufe`, `anrufen`)."""
    return word if word.isdigit() else word[:5]


_COMMON = frozenset(
    fold(word)
    for word in listed(
        "prefers prefer likes wants customer always never about with from that this they them their have been when does should "
        "asked said would because very please "
        "kunde kundin bevorzugt möchte immer nicht wird sich seine ihre hatte über wenn cliente prefiere quiere siempre nunca "
        "sobre desde cuando tiene"
    )
)
