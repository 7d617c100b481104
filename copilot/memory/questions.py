"""Which fields a text asks the customer for. Offers to confirm ('is … still right?') do not ask; they are what one should do."""

import re

from copilot.memory.fields import FIELD_WORDS, TABLE
from copilot.memory.sentences import Sentence, sentences, word_list

_REQUEST = re.compile(
    r"\b(?:what(?:['’]s|\s+is|\s+was|\s+are|\s+were)|which|(?:can|could|would|will|may|might)\s+(?:you|i|"
    r"we)\b(?:\s+(?:please|kindly|just|also|quickly|then|possibly|have|get|ask|take|know))*"
    r"(?:\s+(?:give|send|tell|share|provide|confirm|let|write|type|state|repeat|supply|remind|enter|verify|note|dm|pm|email))?|"
    r"(?:please|kindly|just|simply|first)\s*,?\s+(?:(?:also|just|quickly|first)\s+)?(?:give|send|tell|share|provide|"
    r"confirm|let|write|type|state|repeat|supply|enter|verify|reply\s+with|respond\s+with|include|dm|pm|email)|"
    r"^(?:give|send|tell|share|provide|confirm|type|state|enter|dm|pm)\s+(?:me|us)?|\bneed(?:\s+to\s+(?:know|have|see|"
    r"get))?|\brequire|do\s+you\s+(?:have|know|remember|happen)|have\s+you\s+got|"
    r"let\s+(?:me|us)\s+(?:have|know)|i(?:['’]d|\s+would)\s+(?:also\s+)?(?:need|like\s+(?:to\s+have|to\s+know|your))|"
    r"remind\s+me\s+of|mind\s+(?:giving|sharing|sending|telling)|"
    r"(?:wie|was)\s+(?:lautet|lauten|ist|war)|welche[nrsm]?|(?:können|könnten|würden|dürfte|darf|kann)\s+(?:sie|ich|wir)|"
    r"bitte\b[^.!?]{0,30}?\b(?:nennen|schicken|senden|teilen|geben|mitteilen|bestätigen|angeben)|"
    r"(?:nennen|schicken|senden|geben|teilen|bestätigen)\s+sie|(?:brauche|brauchen|benötige|benötigen)|haben\s+sie|"
    r"cu[áa]l(?:es)?|qu[ée]|(?:me|nos)\s+(?:puede|podr[íi]a|puedes|da|indica|facilita|dice)|(?:puede|podr[íi]a|"
    r"puedes)\s+(?:darme|decirme|indicarme|facilitarme|enviarme|confirmar\w*)|(?:ind[íi]que|facil[íi]te|d[íi]ga|env[íi]e|"
    r"conf[íi]rme|d[ée])(?:me|nos)|necesit\w+)",
    re.IGNORECASE,
)
_ON_RECORD = re.compile(
    r"\b(?:still\s+(?:right|correct|valid|current|the\s+same|up\s+to\s+date|\S+\s*\?)|"
    r"is\s+.{1,60}\s+(?:still\s+)?(?:right|correct)\s*\?|(?:you\s+)?(?:have|see|got)\s+(?:it\s+)?on\s+(?:file|record)|"
    r"on\s+(?:file|record)|you(?:['’]ve|\s+have)\s+(?:already\s+)?(?:given|sent|told)|"
    r"(?<!may\s)(?<!can\s)(?<!could\s)(?<!might\s)(?:i|we)\s+(?:already\s+)?(?:have|see|can\s+see)\s+your|no\s+need|"
    r"don['’]t\s+need|do\s+not\s+need|you\s+need\s+not|needn['’]t|noch\s+(?:richtig|aktuell|gültig)|nicht\s+(?:nötig|"
    r"nennen|schicken)|liegt\s+(?:mir|uns)\s+vor|sigue\s+siendo|no\s+(?:hace\s+falta|necesit\w+))",
    re.IGNORECASE,
)
_NEVER_SEND = re.compile(
    r"\b(?:never|don['’]t|do\s+not|please\s+don['’]t|not\s+to|nie(?:mals)?|nunca|no\s+(?:env[íi]e|"
    r"mande))\b[^.!?]{0,20}\b(?:send|share|give|type|schicken|senden|geben|env)",
    re.IGNORECASE,
)
_CAN_YOU_SEE = re.compile(
    r"\b(?:would\s+you\s+(?:like|prefer)|do\s+you\s+want|möchten\s+sie|quiere)\b|\b(?:can|could)\s+you\s+(?:see|find|check|"
    r"open|log|use|change|update|receive|read)\b|\b(?:can|could|may|shall|should|do)\s+(?:i|we)\s+(?:use|change|update|send|"
    r"call|write|add|see|cancel|book|check|open)\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:i|we)\s+(?:will|['’]ll|can|have|am|are)?\s*(?:send|sent|check|update[d]?|add(?:ed)?|use)\b[^.!?]{0,20}$", re.IGNORECASE
)
_GAP = 70
"""Characters between asking words and the field they ask for."""
_FEW_WORDS = 6
"""A short question may be nothing but the field: 'Booking reference?'."""

_COURTESY = word_list(
    """
    and the a an your please ok okay so also or what is number bitte und ihre ihr die der das por favor y su el la
    """
)
_PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (
        field,
        re.compile(
            r"(?<!\w)(?:"
            + "|".join(re.escape(p).replace(r"\ ", r"\s+").replace(r"\-", "[-‐ ]?") for p in sorted(phrases, key=len, reverse=True))
            + r")(?:s|es|n)?(?!\w)",
            re.IGNORECASE,
        ),
    )
    for field, phrases in FIELD_WORDS.items()
)


def asks_for(text: str) -> list[tuple[str, tuple[int, int]]]:
    """The fields that questions and requests in `text` ask for, with the words that ask (code points), in order."""
    found: list[tuple[str, tuple[int, int]]] = []
    for sentence in sentences(text):
        if not (sentence.asks or _REQUEST.search(sentence.text)):
            continue
        if _NEVER_SEND.search(sentence.text) or _ON_RECORD.search(sentence.text):
            continue
        for field, (start, end) in _outermost(_named(sentence) + _unnamed(sentence)):
            found.append((field, (sentence.start + start, sentence.start + end)))
    return found


def _unnamed(sentence: Sentence) -> list[tuple[str, tuple[int, int]]]:
    if not sentence.asks:
        return []
    return [(row.name, match.span()) for row in TABLE for pattern in row.questions for match in [pattern.search(sentence.text)] if match]


def _named(sentence: Sentence) -> list[tuple[str, tuple[int, int]]]:
    hits = []
    for field, phrase in _PHRASES:
        for match in phrase.finditer(sentence.text):
            start = _asking(sentence, match)
            if start is not None:
                hits.append((field, (start, match.end())))
                break
    return hits


def _asking(sentence: Sentence, named: re.Match[str]) -> int | None:
    """Where the words begin that ask for what is `named`; None when nobody asks."""
    text = sentence.text
    if named.group().lower().startswith(("which ", "welche", "qué ")):
        return named.start() if sentence.asks else None
    if sentence.asks and len(text.split()) <= _FEW_WORDS and not _CAN_YOU_SEE.search(text) and _alone(text, named):
        return named.start()
    begin = max(0, named.start() - _GAP - 40)
    for request in _REQUEST.finditer(text, begin, named.start()):
        between = text[request.end() : named.start()]
        if len(between) <= _GAP and not _CAN_YOU_SEE.search(text[request.start() : named.end()]) and not _OWN.search(between):
            return request.start()
    return None


def _alone(text: str, named: re.Match[str]) -> bool:
    """'And your booking number, please?': nothing but the field and courtesy."""
    rest = (text[: named.start()] + " " + text[named.end() :]).lower()
    return not set(re.findall(r"\w+", rest)) - _COURTESY


def _outermost(hits: list[tuple[str, tuple[int, int]]]) -> list[tuple[str, tuple[int, int]]]:
    """Of fields that end at the same words only the most specific: 'hotel booking number' is no 'booking number'."""
    longest: dict[int, tuple[str, tuple[int, int]]] = {}
    for field, span in hits:
        rival = longest.get(span[1])
        if rival is None or _SPECIFIC.get(field, 0) > _SPECIFIC.get(rival[0], 0):
            longest[span[1]] = (field, span)
    fields: dict[str, tuple[int, int]] = {}
    for field, span in longest.values():
        fields.setdefault(field, span)
    return sorted(fields.items(), key=lambda item: item[1])


_SPECIFIC = {
    "hotel_booking": 3,
    "baggage_reference": 3,
    "delivery_address": 3,
    "email": 2,
    "card_last4": 2,
    "loyalty_number": 2,
    "order_number": 1,
}
