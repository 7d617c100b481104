"""What an agent's later message says about open promises: done, or taken back.

Both err to the same side: a promise that is wrongly thought kept or withdrawn hides a broken word, one that stays open is only asked about.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from copilot.domain.conversation import Message
from copilot.domain.memory import Promise
from copilot.memory.commitments import ENGLISH, GERMAN, SPANISH
from copilot.memory.deeds import Gist, gist
from copilot.memory.sentences import sentences, unquoted

_DONE = re.compile(
    r"\b(?:i|we)(?:['’]ve|\s+have)\s+(?:\w+ly\s+|just\s+|now\s+|also\s+|both\s+|since\s+)*(?!to\b|not\b|no\b|a\b|the\b|"
    r"your\b)\w+|\b(?:has|have)\s+(?:\w+ly\s+|just\s+|now\s+|all\s+)*been\s+\w+|"
    r"\b(?:has|have)\s+(?:now\s+|just\s+|already\s+)*(?:gone|arrived|left|confirmed|replied|answered|agreed|come)\b|\bwent\s+out\b|"
    r"\b(?:is|are|was|were)\s+(?:now\s+|already\s+|just\s+|all\s+|hereby\s+)*(?:on\s+(?:its|the|their|your)\b|done|booked|"
    r"rebooked|confirmed|processed|issued|refunded|credited|paid|sent|posted|shipped|dispatched|delivered|"
    r"cancelled|canceled|replaced|exchanged|fixed|resolved|sorted|reset|unblocked|corrected|waived|removed|added|applied|"
    r"extended|complete[d]?|attached|enclosed|in\s+your|back\s+(?:in|on|with)|with\s+(?:you|the\s+courier)|settled|"
    r"registered)\b|"
    r"\b(?:i|we)\s+(?:just\s+|also\s+|already\s+|now\s+|then\s+)*(?:sent|called|rang|phoned|issued|refunded|paid|booked|"
    r"rebooked|cancelled|emailed|e-mailed|posted|shipped|replaced|fixed|corrected|waived|removed|added|applied|"
    r"extended|credited|transferred|spoke|checked|asked|wrote|got|forwarded|raised|escalated|opened|found|"
    r"tried\s+to\s+call|processed|resolved|brought|delivered|dispatched)\b|"
    r"\bas\s+(?:i\s+)?(?:promised|agreed|announced)\b|\bhere\s+(?:is|are|comes)\s+(?:the|your|my)\b|\b(?:attached|"
    r"enclosed)\s+(?:is|are|you|please)\b|^done\b|"
    r"\b(?:habe|haben)\b[^.;!?]*\b(?:ge\w+t|ge\w+en|\w+ge\w+(?:t|en)|erstattet|überwiesen|storniert|reserviert|versandt|"
    r"veranlasst|erhalten|korrigiert|informiert|verschickt|gutgeschrieben|beauftragt|bezahlt|ersetzt|behoben|"
    r"zurückgezahlt)\b|"
    r"\b(?:wurden?|ist|sind)\b[^.;!?]*\b(?:\w*ge\w+t|\w*ge\w+en|erstattet|überwiesen|storniert|reserviert|versandt|"
    r"verschickt|unterwegs|erledigt|korrigiert|ersetzt|behoben|bezahlt)\b|\bwie\s+(?:versprochen|vereinbart)\b|\banbei\b|"
    r"\b(?:he|hemos|ha\s+sido|han\s+sido|est[áa]n?)\s+(?:ya\s+)?(?:\w+(?:ado|ido|cho|sto|rto|ada|ida)s?)\b|"
    r"\ben\s+camino\b|\bcomo\s+(?:le\s+)?(?:promet[íi]|prometido|acordado)\b|\badjunt[oa]\b|\bya\s+(?:le\s+)?(?:env|mand|"
    r"reembols)\w+",
    re.IGNORECASE | re.MULTILINE,
)
_CUSTOMER_DID = re.compile(r"\b(?:you(?:['’]ve|\s+have|\s+already\s+have)|haben\s+sie|sie\s+haben|(?:usted|ust)\s+ha)\b", re.IGNORECASE)
_NOT_DONE = re.compile(
    r"\b(?:not|never|n['’]t|hasn['’]t|haven['’]t|wasn['’]t|isn['’]t|aren['’]t|couldn['’]t|yet|still\s+(?:waiting|pending|"
    r"open)|nicht|noch\s+(?:nicht|kein\w*)|nie|todav[íi]a|a[úu]n|no\s+(?:he|hemos|ha|se)|being|"
    r"will\s+have\s+been|should\s+have|would\s+have|supposed)\b|\w+n['’]t\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"\b(?:i['’]m\s+back|i\s+am\s+back|as\s+promised|as\s+agreed|i(?:['’]ve|\s+have)\s+(?:now\s+|just\s+)*(?:checked|"
    r"spoken|heard|got|an?\s+(?:answer|update)|found|looked|asked|news|received)|i\s+(?:just\s+)?(?:checked|spoke|asked|"
    r"heard|found\s+out)|"
    r"(?:the|our|my)\s+[\w\s-]{2,30}?\s+(?:has|have)\s+(?:now\s+|just\s+)*(?:confirmed|replied|answered|agreed|decided|"
    r"come\s+back|got\s+back)|here(?:['’]s|\s+is)\s+(?:the|an|my|your)\s+(?:update|answer|result|decision|news)|"
    r"(?:an?|quick|short)\s+update\b|good\s+news|bad\s+news|wie\s+versprochen|wie\s+vereinbart|"
    r"ich\s+habe\s+(?:nachgefragt|geprüft|nachgesehen|eine\s+antwort)|como\s+(?:le\s+)?promet|he\s+(?:consultado|"
    r"comprobado|hablado|revisado))\b",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"\b(?:can(?:not|['’]t|\s+not)|could\s*n['’]t|won['’]t|will\s+not|are\s+not\s+able|am\s+not\s+able|unable\s+to|"
    r"not\s+possible|no\s+longer\s+possible|isn['’]t\s+possible|not\s+going\s+to|have\s+to\s+(?:withdraw|take\s+back)|"
    r"(?:shouldn['’]t|should\s+not)\s+have\s+promised|(?:was|were)\s+wrong\s+to\s+promise|there\s+will\s+be\s+no|"
    r"nicht\s+möglich|leider\s+nicht|kann\s+(?:ich|man)?[^.;!?]{0,60}nicht|können\s+(?:wir)?[^.;!?]{0,60}nicht|"
    r"doch\s+nicht|"
    r"kein\w*\s+(?:erstattung|gutschein|umbuchung)|no\s+podemos|no\s+puedo|no\s+ser[áa]\s+posible|no\s+es\s+posible|al\s+final\s+no)\b",
    re.IGNORECASE,
)
_FOR_NOW = re.compile(
    r"\b(?:until|unless|before|yet|today|right\s+now|at\s+the\s+moment|if|without|because\s+you\s+asked|twice|again|"
    r"more\s+than|bis|bevor|solange|ohne|heute|momentan|wenn|hasta|antes|si\s|sin|por\s+ahora|hoy)\b",
    re.IGNORECASE,
)
_AFTER_ALL = re.compile(
    r"\b(?:after\s+all|no\s+longer|doch\s+(?:nicht|kein\w*)|al\s+final|wrong\s+to\s+promise|have\s+promised|withdraw|"
    r"take\s+back)\b",
    re.IGNORECASE,
)
_WE_DID = re.compile(r"\b(?:i|we)(?:['’]ve|\s+have)\b", re.IGNORECASE)
_STEP = re.compile(
    r"\b(?:asked|checked|noted|spoken?|spoke|raised|passed|requested|chased|contacted|seen|told|looked|started|begun|"
    r"reminded|read|found|got|received|"
    r"forwarded|escalated|opened|logged|informed|heard|been\s+(?:asked|told|informed|escalated|forwarded|noted|passed|"
    r"reminded|looked)|tried|"
    r"nachgefragt|gebeten|vermerkt|notiert|weitergeleitet|weitergegeben|gefragt|erhalten|informiert|preguntado|pedido|"
    r"anotado|recibido|informado)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\s(?:with|about|regarding|concerning|whether|why|how|as\s+soon\s+as|once|after|when|über|wegen|sobald|sobre|cuando)\s.*$",
    re.IGNORECASE | re.DOTALL,
)


class _Fit(NamedTuple):
    """0: another matter. 1: the same deed. 2: also the same thing. 3: also the same sum or reference. `by`: what they share."""

    score: int
    by: frozenset[str]


_NONE, _EXACT = _Fit(0, frozenset()), 3
_PLEASANT = frozenset({"return", "check"})


def kept_by(message: Message, open_promises: Sequence[Promise]) -> list[str]:
    """Ids of the promises that this agent's message says are done. Two that fit equally well stay open: the text does not say which."""
    done = _deeds_done(message)
    reported = bool(_REPORTS.search(unquoted(message.text))) if message.is_answer else False
    scores = {promise.id: _fit(_promised(promise), done, reported) for promise in _earlier(message, open_promises)}
    return _unambiguous(scores)


def withdrawn_by(message: Message, open_promises: Sequence[Promise]) -> list[str]:
    """Ids of the promises that this agent's message takes back. 'Not today' or 'not until …' puts off, it does not withdraw."""
    if not message.is_answer:
        return []
    taken_back: list[tuple[Gist, bool]] = []
    for sentence in sentences(unquoted(message.text)):
        if sentence.asks or not _REFUSES.search(sentence.text):
            continue
        if _FOR_NOW.search(sentence.text) and not _AFTER_ALL.search(sentence.text):
            continue
        taken_back.append((_refused(sentence.text), bool(_AFTER_ALL.search(sentence.text))))
    return _unambiguous({promise.id: _taken_back(_promised(promise), taken_back) for promise in _earlier(message, open_promises)})


def _taken_back(promise: Gist, refusals: Sequence[tuple[Gist, bool]]) -> _Fit:
    """As _overlap; a refusal that does not say that it changes its mind has to name the thing too."""
    scores = [(_overlap(promise, refused), final) for refused, final in refusals]
    return max((fit for fit, final in scores if fit.score > 1 or final), default=_NONE, key=lambda fit: fit.score)


def _earlier(message: Message, promises: Sequence[Promise]) -> list[Promise]:
    return [p for p in promises if p.state in ("open", "overdue") and p.made_at < message.sent_at]


def _promised(promise: Promise) -> Gist:
    """What the promise binds to do; what it is to be told about ('write to you with the date of the payment') is no deed of its own."""
    whole = gist(promise.text)
    return whole._replace(deeds=gist(_ABOUT.sub("", promise.text)).deeds)


def _refused(text: str) -> Gist:
    """What a refusal refuses: the clause it stands in, with the sums of the sentence."""
    match = _REFUSES.search(text)
    clause = re.split(r"[,;:–—]", text[match.start() :])[0] if match else text
    before = re.split(r"[,;:–—]", text[: match.start()])[-1] if match else ""
    return gist(f"{before} {clause}")._replace(sums=gist(text).sums)


def _deeds_done(message: Message) -> list[Gist]:
    """What the message says is done. Asking, noting and passing on are steps: they complete nothing but themselves."""
    if not message.is_answer:
        return []
    found = []
    for sentence in sentences(unquoted(message.text)):
        text = _before_next_promise(sentence.text)
        if sentence.asks or _NOT_DONE.search(text) or (_CUSTOMER_DID.search(text) and not _WE_DID.search(text)):
            continue
        verbs = [match.group() for match in _DONE.finditer(text)]
        if not verbs:
            continue
        if all(_STEP.search(verb) for verb in verbs):
            found.append(Gist(gist(" ".join(verbs)).deeds, frozenset(), frozenset(), frozenset()))
        else:
            found.append(gist(text))
    return found


def _before_next_promise(text: str) -> str:
    starts = [match.start() for grammar in (ENGLISH, GERMAN, SPANISH) for match in grammar.marker.finditer(text)]
    return text[: min(starts)] if starts else text


def _unambiguous(fits: dict[str, _Fit]) -> list[str]:
    """What fits by sum or reference; of what fits by thing or deed, only what no other promise fits as well."""
    found = []
    for key, fit in fits.items():
        rivals = [other for name, other in fits.items() if name != key and other.score >= fit.score and other.by & fit.by]
        if fit.score >= _EXACT or (fit.score and not rivals):
            found.append(key)
    return found


def _fit(promise: Gist, done: list[Gist], reported: bool) -> _Fit:
    best = max((_overlap(promise, deed) for deed in done), default=_NONE, key=lambda fit: fit.score)
    if not best.score and reported and promise.deeds and promise.deeds <= _PLEASANT:
        return _Fit(1, promise.deeds)
    return best


def _overlap(promise: Gist, said: Gist) -> _Fit:
    """How well a deed said fits the deed promised; sums or references that differ make it another matter."""
    sums, references = promise.sums & said.sums, promise.references & said.references
    if (promise.sums and said.sums and not sums) or (promise.references and said.references and not references):
        return _NONE
    things, deeds = promise.things & said.things, (promise.deeds & said.deeds) - {"check"}
    if (sums or references) and (things or deeds):
        return _Fit(_EXACT, things | deeds)
    if not (deeds or (things and said.deeds)) or (promise.things and said.things and not things):
        return _NONE
    return _Fit(2 if things else 1, things | deeds)
