"""Interactions become episodes: what the customer wanted in their own words, what the company did or promised, how it ended."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from copilot.domain.base import new_id
from copilot.domain.conversation import Conversation, Message
from copilot.domain.errors import Invalid
from copilot.domain.memory import Memory
from copilot.domain.people import Customer
from copilot.domain.tenant import TenantSettings
from copilot.memory.learned import propose
from copilot.memory.promises import read_promises
from copilot.memory.sensitive import KEPT, is_sensitive
from copilot.memory.sentences import Sentence, sentences, unquoted

__all__ = ["episode", "gist", "preferences", "propose", "wish"]

_WANTED, _DID, _END = 220, 180, 160
"""Characters of each part: an episode is read at a glance and encoded whole."""
_CHANNELS = {
    "chat": "in chat",
    "email": "by e-mail",
    "phone": "on the phone",
    "social": "on social media",
    "letter": "by letter",
    "sms": "by SMS",
}
_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening|day)|hallo|guten\s+(?:tag|morgen|abend)|moin|hola|"
    r"buen[oa]s(?:\s+\w+)?|sehr\s+geehrte\w*|liebe[rs]?|estimad[oa]s?)\b[^.!?\n,]{0,40}[,.!\s]+|"
    r"thanks?(?:\s+you)?[^.!?]{0,20}[.!]\s*)+",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^(?:(?:kind|best|warm|many)\s+(?:regards|wishes)|regards|yours|sincerely|thanks?(?:\s+you)?|cheers|"
    r"mit\s+freundlichen\s+grüßen|viele\s+grüße|(?:un\s+)?saludos?|atentamente)\b.{0,60}$",
    re.IGNORECASE,
)
_DEED = re.compile(
    r"\b(?:i|we)(?:['’]ve|\s+have)\b|\b(?:is|are|was|were|has\s+been|have\s+been)\s+(?:now\s+|already\s+)?(?:cancelled|"
    r"booked|moved|refunded|paid|sent|corrected|confirmed|issued|changed|added|noted|released|closed|arranged)\b|^done\b|"
    r"\b(?:refunded|booked|cancelled|issued|offered|sent|credited|waived|replaced|explained|declined)\b|\bhabe\b|"
    r"\bwurde\b|\bist\s+(?:gefunden|eingetragen|storniert)\b|\bhe(?:mos)?\s+\w+[ai]do\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:want|need|would\s+like|please|can\s+(?:i|you)|could\s+(?:i|you)|how|when|where|why|what|which|refund|cancel|"
    r"change|problem|wrong|broken|missing|lost|late|delay\w*|not\s+(?:received|arrived|working)|never|still|charged|"
    r"möchte|brauche|bitte|kann\s+ich|können\s+sie|wann|warum|wo|quiero|necesito|puedo|puede|cu[áa]ndo|por\s+qu[ée]|d[óo]nde)\b|\d|\?",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\b(?:can|could|may|will|would|how|when|where|why|what|which|who|do|does|did|wie|wann|warum|wo|was|wer|welche\w*|kann|können|darf|"
    r"cómo|c[úu][áa]ndo|qué|dónde|quién|cu[áa]l|puedo|puede)\b",
    re.IGNORECASE,
)
_ECHO_WORDS = 3
"""Up to this many words without a question word throw something back (“28 days??”) or call (“Hello?”): they ask for nothing."""
_LONG_TALK = 8


def episode(conversation: Conversation, customer_id: str) -> Memory:
    """The account of one interaction in one to three sentences, in the order it happened, taken from its own words.

    Raises Invalid for a conversation without messages: it has no time.
    """
    said = [m for m in conversation.messages if not m.deleted_at and m.text.strip()]
    if not said:
        raise Invalid(f"Conversation {conversation.external_id or conversation.id} has no messages.", todo="An episode needs at least one.")
    parts = [part for part in (_wanted(said, conversation), _done(said, conversation), _ended(conversation)) if part]
    told = [m.text[:2000] for m in said if m.author == "customer" or m.visibility == "private"]
    sensitive = is_sensitive(" ".join(told + parts))
    at = max(m.sent_at for m in said)
    return Memory(
        id=new_id(),
        customer_id=customer_id,
        kind="episode",
        text=" ".join(parts),
        source=f"conversation:{conversation.id}",
        at=at,
        importance=_importance(conversation, said),
        use="guide" if sensitive else "quotable",
        sensitive=sensitive,
        expires_at=at + KEPT if sensitive else None,
        channel=conversation.channel,
        conversation_id=conversation.id,
        outcome=conversation.outcome,
    )


def preferences(customer: Customer) -> list[Memory]:
    """The stated preferences of a profile as memories. They hold since the customer is one."""
    at = customer.since or min((f.as_of for f in customer.fields), default=datetime(1970, 1, 1, tzinfo=UTC))
    return [_preference(customer, text.strip(), at) for text in customer.preferences if text.strip()]


def _preference(customer: Customer, text: str, at: datetime) -> Memory:
    sensitive = is_sensitive(text)
    return Memory(
        id=new_id(),
        customer_id=customer.id,
        kind="preference",
        text=text,
        source="profile",
        at=at,
        importance=0.5,
        use="guide" if sensitive else "quotable",
        sensitive=sensitive,
    )


def wish(text: str) -> str:
    """The sentence that says what someone wants, without its greeting: a question, else a wish, else the first; empty without words."""
    found = _sentences(text)
    telling = [s for s in found if s.asks and not _echo(s.text)] or [s for s in found if _WISH.search(s.text)] or found
    return _without_greeting(telling[0].text) if telling else " ".join(text.split())


def asks_for_something(text: str) -> bool:
    """Whether a question in it is more than an echo or a call."""
    return any(s.asks and not _echo(s.text) for s in _sentences(text))


def _echo(sentence: str) -> bool:
    return len(sentence.split()) <= _ECHO_WORDS and not _QUESTION.search(sentence)


def gist(text: str) -> str:
    """The sentence of an answer that says what was done, without its greeting; else its first; empty without words."""
    found = _sentences(text)
    telling = [s for s in found if _DEED.search(s.text) and not s.asks] or found
    return _without_greeting(telling[0].text) if telling else " ".join(text.split())


def _without_greeting(sentence: str) -> str:
    return " ".join((_GREETING.sub("", sentence) or sentence).split())


def _wanted(said: Sequence[Message], conversation: Conversation) -> str:
    """What they came for: the sentences of their first messages that say it."""
    where = _CHANNELS[conversation.channel]
    words = [s for m in [m for m in said if m.author == "customer"][:2] for s in _sentences(m.text)]
    if not words:
        first = next(((s.text, m.visibility) for m in said for s in _sentences(m.text)), ("", "public"))
        who = "Note" if first[1] == "private" else "The company wrote"
        return f"{who} {where}: “{_cut(first[0], _WANTED)}”" if first[0] else ""
    telling = [s for s in words if _WISH.search(s.text)] or words
    chosen = sorted(telling[:2], key=words.index)
    return f"Customer {where}: “{_cut(' '.join(_GREETING.sub('', s.text) or s.text for s in chosen), _WANTED)}”"


def _done(said: Sequence[Message], conversation: Conversation) -> str:
    """The company's last promise, else the last thing it says it did."""
    answers = [m for m in said if m.is_answer]
    promised = [p.text for m in answers for p in read_promises(m, settings=TenantSettings(), channel=conversation.channel)]
    if promised:
        return f"Promised: “{_cut(promised[-1], _DID)}”"
    deeds = [s.text for m in answers for s in _sentences(m.text) if _DEED.search(s.text) and not s.asks]
    return f"Company: “{_cut(_GREETING.sub('', deeds[-1]) or deeds[-1], _DID)}”" if deeds else ""


def _ended(conversation: Conversation) -> str:
    outcome = conversation.outcome
    if outcome is None:
        return ""
    text = _cut(outcome.text.rstrip("."), _END) or {True: "resolved", False: "not resolved", None: ""}[outcome.resolved]
    return f"Ended: {text}." if text else ""


def _sentences(text: str) -> list[Sentence]:
    return [s for s in sentences(unquoted(text)) if not _SIGNED.match(s.text) and len(_GREETING.sub("", s.text + " ").split()) > 1]


def _importance(conversation: Conversation, said: Sequence[Message]) -> float:
    """0–1: what went wrong weighs most, then what stayed open, then how they rated it, then how long it took."""
    outcome, weight = conversation.outcome, 0.35
    if outcome and outcome.fault == "company":
        weight += 0.25
    if outcome and outcome.resolved is False:
        weight += 0.15
    if conversation.csat is not None:
        weight += {1: 0.2, 2: 0.15, 5: 0.05}.get(conversation.csat, 0.0)
    weight += 0.1 if len(said) >= _LONG_TALK else 0.0
    return round(min(weight, 1.0), 2)


def _cut(text: str, length: int) -> str:
    """`text` on one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rsplit(" ", 1)[0].rstrip(",;:–-") + "…"
