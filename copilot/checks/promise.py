"""A promise is a date and an owner (CRAFT, Replies 5)."""

import re

from copilot.checks.base import Check, Checked
from copilot.checks.ledger import ledger
from copilot.checks.normalise import squeezed
from copilot.checks.spoken import Spoken, spoken
from copilot.domain.conversation import Message
from copilot.domain.suggestion import CheckResult
from copilot.domain.turn import Turn
from copilot.memory.promises import FoundPromise, read_promises

_AT_ONCE = re.compile(
    r"\b(?:today|tonight|now|right away|straight away|immediately|at once|this (?:morning|afternoon|evening)|within the hour|"
    r"heute|jetzt|sofort|umgehend|gleich|hoy|ahora|ahora mismo|enseguida|inmediatamente)\b",
    re.IGNORECASE,
)
_NO_DATE = re.compile(
    r"\b(?:as soon as possible|asap|as soon as (?:i|we) can|shortly|soon|in due course|so (?:bald|schnell) wie möglich|"
    r"schnellstmöglich|baldmöglichst|bald|in kürze|zeitnah|lo antes posible|cuanto antes|pronto|en breve)\b",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?:once|as soon as|when|after|before|until|by the time|sobald|wenn|nachdem|bevor|bis|en cuanto|cuando|antes de|después de)\b",
    re.IGNORECASE,
)
_OWNER = re.compile(
    r"\b(?:I|I['’](?:ll|m|ve)|my(?:self)?|me|ich|mein\w*|yo|mi)\b|\b\w+(?:r[ée]|oy|go)\b(?=.{0,80}\b(?:le|te|lo|la)\b)|\bvoy a\b|"
    r"\b(?:le|te|les) (?:\w+o|\w+r[ée])\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?:someone|somebody|a colleague|the team|our team|a specialist|the department|jemand|ein\w* kolleg\w+|das team|alguien|un "
    r"compañero|el equipo)\b",
    re.IGNORECASE,
)


_LONGEST = 800
"""Characters of a sentence that is read for commitments; a longer one is no writing, and reading it takes quadratic time."""


class Promise(Check):
    """Flags a commitment that says no time, or leaves open who keeps it."""

    name = "promise"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings with the place of the commitment."""
        found: list[CheckResult] = []
        public = "\n".join(source.squeezed for source in ledger(turn).texts("public"))
        for words in spoken(draft):
            for promise in _promises(turn, words):
                if squeezed(promise.text) in public:
                    continue
                wanting = _wanting(promise, words)
                if wanting:
                    detail = f"“{_short(promise.text)}” {wanting}"
                    found.append(CheckResult(name=self.name, outcome="flag", detail=detail, span=words.span(*promise.span)))
        return found


def _promises(turn: Turn, words: Spoken) -> list[FoundPromise]:
    """The commitments, read as if the agent sent these words now."""
    text = words.normal.text
    for sentence in words.sentences():
        if len(sentence.text) > _LONGEST:
            text = text[: sentence.start] + " " * len(sentence.text) + text[sentence.end :]
    message = Message(id="draft", author="agent", text=text, sent_at=turn.as_of)
    return read_promises(message, settings=turn.settings, channel=turn.channel)


def _wanting(promise: FoundPromise, words: Spoken) -> str:
    """What the promise does not say; empty when it says it all."""
    around = next((s.text for s in words.sentences() if s.start <= promise.span[0] < s.end), promise.text)
    if promise.due is None and not _AT_ONCE.search(around):
        vague = _NO_DATE.search(around)
        if vague:
            return f"says “{vague[0]}”: name a day or a time"
        if not _EVENT.search(around):
            return "names no time: say by when"
    nobody = _SOMEBODY.search(promise.text)
    if nobody and not _OWNER.search(around):
        return f"leaves open who (“{nobody[0]}”): name the person or take it yourself"
    return ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
