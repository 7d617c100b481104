"""Commitments in what agents write: found with their deadline, and later found kept or taken back."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from copilot.domain.conversation import Channel, Message
from copilot.domain.tenant import TenantSettings
from copilot.memory.commitments import ASKED_FIRST, CONDITION, EN_THING, ENGLISH, GENERAL, GERMAN, GRAMMARS, NOTED, REPORTED, TAG, Grammar
from copilot.memory.due import Due, find_due
from copilot.memory.fulfilment import kept_by, withdrawn_by
from copilot.memory.sentences import Sentence, sentences, unquoted

__all__ = ["FoundPromise", "kept_by", "read_promises", "withdrawn_by"]

_LONGEST_CLAUSE, _MOST_MARKS = 400, 12
_EVENT = re.compile(
    r"\b(?:once|as\s+soon\s+as|after(?!\s+\d)|when|sobald|nachdem|cuando|en\s+cuanto|tras)\b(?P<what>[^,;]*)", re.IGNORECASE
)
"""'Once we have the bag …': a promise, but a time inside it is not its deadline."""
_ADDRESSED = re.compile(r"\b(?:ihnen|sie|dir|dich|ihre[nrms]?|mich|uns)\b", re.IGNORECASE)
_TO_COME = re.compile(
    r"\b(?:have|had|been|was|were|already|yesterday|last\s+\w+|ago|gestern|bereits|ayer|habe|haben|hatte|wurde)\b", re.IGNORECASE
)
_SOMETHING = re.compile(
    rf"(?:it|they|that|which|everything)\b|(?:the|this|your)\s+(?!(?:[\w'’-]+\s+){{0,4}}?(?:{EN_THING})\b)|this\s+(?:will|should)\b",
    re.IGNORECASE,
)
_ALSO = re.compile(r"(?:,\s*(?:and\s+|then\s+)*|\b(?:and|then)\s+(?:then\s+|also\s+)?)(?=\w)", re.IGNORECASE)


_JOINED = re.compile(r"(?:[,;:–—]\s*(?:(?:and|but|so|then|und|aber|y|pero)\s+)?|\s(?:and|but|so|und|y)\s+)$", re.IGNORECASE)
_DEPENDENT = re.compile(
    r"(?:once|as\s+soon|after|when|by|even|until|before|sobald|nachdem|auch|bis|en\s+cuanto|cuando|aunque)\b", re.IGNORECASE
)
_GREETS = re.compile(
    r"(?:dear|hello|hi|hey|good\s+\w+|hallo|guten\s+\w+|liebe[rs]?|sehr\s+geehrte\w*|hola|estimad[oa]|buen[oa]s\s+\w+)\b[^,;:!–—]{0,50}[,;:!–—]\s*",
    re.IGNORECASE,
)
_REPEATED = re.compile(r":\s*[«„“\"][^«»„“”\"]{3,500}[»“”\"]")
"""What was said before and is said again in quotation marks ('on 1 March I told you: “I will call.”') commits to nothing new."""
_SHORT_OPENING = 3
"""Words: 'By Friday,' may stand before a commitment without being a clause of its own."""


class FoundPromise(NamedTuple):
    """A commitment as written, its deadline (UTC; None: it names none), and its place in the message's text (code points)."""

    text: str
    due: datetime | None
    span: tuple[int, int]


class _Clause(NamedTuple):
    text: str
    start: int
    marker: int
    """Where, inside the clause, somebody begins to commit."""
    after: int
    grammar: Grammar
    sort: str


def read_promises(message: Message, *, settings: TenantSettings, channel: Channel) -> list[FoundPromise]:
    """The commitments of an agent's public message, in their order; of any other message none.

    A deadline is computed from when the message was sent, in the tenant's time zone and working days.
    """
    if not message.is_answer:
        return []
    found: list[FoundPromise] = []
    repeated = [match.span() for match in _REPEATED.finditer(message.text)]
    for sentence in sentences(unquoted(message.text)):
        if sentence.asks and not TAG.search(sentence.text):
            continue
        for clause in _clauses(sentence, channel):
            if any(start <= clause.start + clause.marker < end for start, end in repeated):
                continue
            promise = _promise(clause, sentence, message, settings)
            if promise:
                found.append(promise)
    return found


def _clauses(sentence: Sentence, channel: Channel) -> Iterator[_Clause]:
    """The sentence cut where a new commitment begins; words before the first belong to it ('By Friday I will …')."""
    marks = sorted(set(_marks(sentence.text, channel)), key=lambda mark: (mark[0], -mark[1]))[:_MOST_MARKS]
    kept: list[tuple[int, int, Grammar, str]] = []
    for mark in marks:
        if not kept or mark[0] >= kept[-1][1]:
            kept.append(mark)
    for index, (start, after, grammar, sort) in enumerate(kept):
        begin = _begin(sentence.text, start) if index == 0 else start
        end = _trim(sentence.text, kept[index + 1][0]) if index + 1 < len(kept) else len(sentence.text)
        yield _Clause(sentence.text[begin:end][:_LONGEST_CLAUSE], sentence.start + begin, start - begin, after - begin, grammar, sort)


def _begin(text: str, start: int) -> int:
    """Where the first commitment's clause begins: 'By Friday' belongs to it, a finished clause before 'and' does not."""
    if _GREETS.fullmatch(text[:start]):
        return start
    joined = _JOINED.search(text[:start])
    if joined and len(text[: joined.start()].split()) > _SHORT_OPENING and not _DEPENDENT.match(text):
        return start
    return 0


def _marks(text: str, channel: Channel) -> Iterator[tuple[int, int, Grammar, str]]:
    for grammar in GRAMMARS:
        for sort in ("marker", "given", "now_and_then"):
            for match in getattr(grammar, sort).finditer(text):
                start = match.start() + len(match.group()) - len(match.group().lstrip(" ,;:.–—-"))
                yield start, match.end(), grammar, sort
    if channel == "phone":
        for match in NOTED.finditer(text):
            yield match.start(), match.end(), ENGLISH, "noted"


def _trim(text: str, end: int) -> int:
    """Without the word that joins this clause to the next."""
    return len(re.sub(r"(?:\s*[,;:–—-])?\s*(?:\b(?:and|und|y|but|aber|pero|so|then)\s*)?$", "", text[:end], flags=re.IGNORECASE))


def _promise(clause: _Clause, sentence: Sentence, message: Message, settings: TenantSettings) -> FoundPromise | None:
    if _undone(clause, sentence):
        return None
    due = _due(clause, message, settings)
    if not _binds(clause, due):
        return None
    text = clause.text.rstrip().rstrip(".!;,:").rstrip()
    return FoundPromise(text, due.at if due else None, (clause.start, clause.start + len(text)))


def _undone(clause: _Clause, sentence: Sentence) -> bool:
    """An offer, a wish, somebody else's words or a rule of the house is no promise."""
    before = sentence.text[: clause.start - sentence.start + clause.marker]
    around = before[-200:] + clause.text[clause.marker :]
    if CONDITION.search(around) or ASKED_FIRST.search(before) or REPORTED.search(before):
        return True
    return bool(GENERAL.search(clause.text)) or (clause.sort != "given" and bool(clause.grammar.never.match(clause.text, clause.after)))


def _due(clause: _Clause, message: Message, settings: TenantSettings) -> Due | None:
    blanked = _EVENT.sub(lambda match: match.group().removesuffix(match["what"]) + " " * len(match["what"]), clause.text)
    return find_due(blanked, message.sent_at, settings)


def _binds(clause: _Clause, due: Due | None) -> bool:
    """Whether a concrete deed is named, or a vague one with a time."""
    grammar, rest = clause.grammar, clause.text[clause.after :]
    if clause.sort == "given":
        return _is_given(clause, due)
    if clause.sort == "now_and_then":
        return _is_planned(clause, due)
    if clause.sort == "noted":
        return True
    heads = (0, *(match.end() for match in _ALSO.finditer(rest)))
    if any(grammar.firm.match(rest, head) for head in heads):
        return True
    return due is not None and any(grammar.soft.match(rest, head) for head in heads)


def _is_given(clause: _Clause, due: Due | None) -> bool:
    """'You will receive …' binds by itself; a thing as subject ('your bag will arrive'), and German's present tense, need a time."""
    if _SOMETHING.match(clause.text, clause.marker):
        return due is not None
    return due is not None or clause.grammar is not GERMAN


def _is_planned(clause: _Clause, due: Due | None) -> bool:
    """A present tense counts with a time to come, and in German also with the person addressed."""
    if _TO_COME.search(clause.text):
        return False
    if due is not None:
        return True
    return clause.grammar is GERMAN and bool(_ADDRESSED.search(clause.text[clause.after :])) and bool(GERMAN_DEED.search(clause.text))


GERMAN_DEED = re.compile(r"\b(?:erstatte|überweise|schicke|sende|rufe|melde|buche|ersetze|storniere)n?\b", re.IGNORECASE)
"""Deeds that can be seen to be done: 'Ich schicke Ihnen den Gutschein'."""
