"""What a customer says about themselves in live work: proposed as a memory, pending until a person approves it."""

import re
from typing import NamedTuple

from copilot.domain.base import new_id
from copilot.domain.conversation import Message
from copilot.domain.memory import Memory, MemoryKind
from copilot.memory.sensitive import KEPT, is_sensitive
from copilot.memory.sentences import Sentence, sentences, unquoted

_LONGEST = 240


class _Sign(NamedTuple):
    kind: MemoryKind
    pattern: re.Pattern[str]
    confidence: float


def _sign(kind: MemoryKind, confidence: float, *parts: str) -> _Sign:
    return _Sign(kind, re.compile("|".join(parts), re.IGNORECASE), confidence)


_CONTACT = r"(?:call|phone|ring|contact|write(?:\s+to)?|e-?mail|text|message|reach|send|address)"
_SIGNS = (
    _sign(
        "preference",
        0.8,
        rf"\b(?:please\s+)?(?:only|always|never|don['’]t|do\s+not)\s+(?:ever\s+)?{_CONTACT}\s+(?:me|to\s+me|us)\b",
        rf"\b{_CONTACT}\s+me\s+(?:only|always|never|by\s+(?:e-?mail|phone|text|sms|letter|post)\b|in\s+(?:english|german|"
        r"spanish|french)|after\s+\d|before\s+\d|between\s+\d)",
        rf"\b(?:please\s+)?(?:only|just)\s+(?:by\s+)?{_CONTACT}\b.{{0,20}}?\b(?:after|before|between|on|by|via|in)\b",
        r"\b(?:bitte\s+)?(?:nur|immer|nie|niemals|nicht|erst)\s+(?:per|ab|nach|vor|zwischen|am|auf|telefonisch|schriftlich|anrufen)\b",
        r"\brufen\s+sie\s+mich\s+(?:bitte\s+)?(?:nur|nicht|nie|erst|immer)\b",
        r"\b(?:ll[áa]me(?:n|nme|me)?|escr[íi]ba(?:n|nme|me)?|contacte(?:n|nme)?)\b.{0,20}?\b(?:solo|s[óo]lo|siempre|nunca|"
        r"despu[ée]s|por)\b",
        r"(?:^|\bplease\s+|\bjust\s+)(?:call|address)\s+me\s+(?-i:[A-ZÀ-Þ])\w+",
    ),
    _sign(
        "preference",
        0.75,
        r"\b(?:i|we)(?:\s+(?:really|always|usually|generally|much))*\s+prefer\b(?!\s+(?:not\s+to\s+(?:say|wait)))",
        r"\b(?:i|we)(?:['’]d|\s+would)\s+(?:always\s+|generally\s+)(?:rather|prefer)\b",
        r"\b(?:from\s+now\s+on|in\s+(?:the\s+)?future|generally|as\s+always|as\s+usual),?\s+(?:please|i|we|only|no)\b",
        r"\b(?:i|we)\s+(?:always|never|usually|only\s+ever)\s+(?:fly|travel|book|stay|take|sit|pay|want|need|eat|drink|use|bring|choose)\b",
        r"\b(?:ich|wir)\s+(?:fliegen?|reisen?|buchen?|nehmen?|sitzen?|zahlen?|bevorzugen?)\s+(?:immer|nie|lieber|"
        r"am\s+liebsten|grundsätzlich|stets)\b|\b(?:ich|wir)\s+bevorzugen?\b|\bkünftig\s+bitte\b",
        r"\b(?:prefiero|preferimos|siempre\s+(?:vuelo|volamos|viajo|viajamos|reservo|pago)|nunca\s+(?:vuelo|viajo))\b",
        r"\b(?:my|our)\s+(?:favou?rite|usual|preferred)\s+\w+\s+is\b",
        r"\bi\s+(?:hate|can['’]t\s+stand|love)\s+(?:window|aisle|middle|early|late|being\s+called|phone|calls)\b",
    ),
    _sign(
        "fact",
        0.75,
        r"\b(?:i|we|my\s+\w+|our\s+\w+|he|she)(?:['’]m|['’]re|['’]s|\s+am|\s+is|\s+are)\s+(?:severely\s+|highly\s+|"
        r"very\s+)?(?:allergic|diabetic|coeliac|celiac|vegan|vegetarian|pregnant|deaf|blind|disabled|epileptic|autistic|"
        r"widowed|retired|lactose|gluten|hard\s+of\s+hearing)\b",
        r"\b(?:i|we|my\s+\w+|our\s+\w+|he|she)\s+(?:have|has|need|needs|use|uses|suffer|suffers|live|lives)\s+(?:(?:a|an|"
        r"from|with|severe|to\s+use)\s+)*(?:\w+\s+)?(?:allergy|diabetes|wheelchair|pacemaker|walking\s+frame|asthma|"
        r"epilepsy|dementia|autism|disability|condition|guide\s+dog|assistance\s+dog|hearing\s+aid)\b",
        r"\bmy\s+(?:husband|wife|mother|father|mum|mom|dad|son|daughter|brother|sister|partner)\s+(?:has\s+|just\s+|"
        r"recently\s+)*(?:died|passed\s+away)\b",
        r"\bi\s+(?:work\s+(?:nights|night\s+shifts?|shifts|until|from\s+home|as)|only\s+speak|don['’]t\s+speak|"
        r"don['’]t\s+have\s+(?:a\s+)?(?:smartphone|e-?mail|internet|mobile)|live\s+in|have\s+moved|moved\s+to|"
        r"am\s+a\s+(?:nurse|doctor|teacher|pilot|student|musician|pensioner|lawyer|driver))\b",
        r"\b(?:i|we)\s+(?:have|own)\s+(?:a|an|two|three|four|\d)\s+(?:small\s+|little\s+)?(?:child(?:ren)?|kids?|dogs?|"
        r"cats?|bab(?:y|ies)|twins|sons?|daughters?)\b",
        r"\b(?:ich\s+bin|mein\w*\s+\w+\s+ist)\s+(?:schwer\s+|stark\s+)?(?:allergisch|zuckerkrank|schwanger|gehörlos|blind|"
        r"schwerbehindert|vegan|vegetarisch|vegetarier\w*)\b|\bich\s+habe\s+(?:eine?\s+)?(?:zöliakie|allergie|diabetes|"
        r"kinder|zwei\s+kinder)\b|\bich\s+arbeite\s+(?:nachts|im\s+schichtdienst|bis)\b",
        r"\b(?:soy|mi\s+\w+\s+es)\s+(?:muy\s+)?(?:al[ée]rgic[oa]|diab[ée]tic[oa]|cel[íi]ac[oa]|vegan[oa]|vegetarian[oa]|"
        r"sord[oa]|cieg[oa])\b|\btrabajo\s+(?:de\s+noche|hasta)\b|\bme\s+he\s+mudado\b",
        r"\b(?:my|our)\s+(?:birthday|anniversary|wedding|honeymoon)\s+is\b",
    ),
)
_ONLY_NOW = re.compile(
    r"\b(?:today|tomorrow|tonight|right\s+now|this\s+(?:time|afternoon|evening|morning)|asap|heute|morgen|jetzt|diesmal|hoy|"
    r"mañana|ahora|esta\s+vez|if\s+(?:i|you)|would\s+have|could\s+have|wenn|si\s)\b",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(
    r"\b(?:you|they|nobody|no\s+one|sie|man)\s+(?:always|never|immer|nie)\b|\b(?:i|we)\s+(?:never|always)\s+(?:get|got|"
    r"receive[d]?|had|have\s+to|end)\b",
    re.IGNORECASE,
)


def propose(message: Message, customer_id: str) -> list[Memory]:
    """Pending facts and preferences that a customer's message tells, in the customer's own words. Questions and one-off wishes are none."""
    if message.author != "customer" or message.visibility != "public" or message.deleted_at:
        return []
    found = []
    for sentence in sentences(unquoted(message.text)):
        sign = _read(sentence)
        if sign:
            found.append(_pending(sentence.text, sign, message, customer_id))
    return found


def _read(sentence: Sentence) -> _Sign | None:
    if sentence.asks or _COMPLAINT.search(sentence.text):
        return None
    for sign in _SIGNS:
        if sign.pattern.search(sentence.text):
            once = _ONLY_NOW.search(sentence.text) and not is_sensitive(sentence.text)
            return None if once else sign
    return None


def _pending(text: str, sign: _Sign, message: Message, customer_id: str) -> Memory:
    line = " ".join(text.split())
    sensitive = is_sensitive(line)
    return Memory(
        id=new_id(),
        customer_id=customer_id,
        kind=sign.kind,
        text=line if len(line) <= _LONGEST else line[: _LONGEST - 1].rsplit(" ", 1)[0] + "…",
        source=f"message:{message.id}",
        at=message.sent_at,
        confidence=sign.confidence,
        importance=0.6 if sensitive else 0.5,
        use="guide" if sensitive else "quotable",
        state="pending",
        sensitive=sensitive,
        expires_at=message.sent_at + KEPT if sensitive else None,
    )
