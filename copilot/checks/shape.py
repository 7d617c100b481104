"""The form of a text: not empty, not long, plain, and free of what belongs to the machinery."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator

from copilot.checks.base import Check, Checked
from copilot.checks.ledger import ledger
from copilot.checks.normalise import Normal, normalise
from copilot.checks.ordered import obeyed
from copilot.checks.sources import MENTION
from copilot.domain.suggestion import CheckResult, Verdict
from copilot.domain.turn import Turn
from copilot.memory.sentences import LONGEST, sentences

SENTENCES, QUESTIONS = 6, 1
"""Most sentences and questions of a reply in chat and SMS (CRAFT, Replies 8)."""
_SHORT_CHANNELS = ("chat", "sms")
_HTML = re.compile(r"<\s*/?\s*[a-z][\w-]*(?:\s[^<>]{0,2000})?/?\s*>|<!--|<!doctype|&(?:lt|#0*60|#x0*3c);", re.IGNORECASE)
_MARKDOWN = re.compile(r"!\[[^\]\n]{0,300}\]\s?[(\[]|\[[^\]\n]{0,300}\]\(\s*[^)\s]+|^[ \t]*\[[^\]\n]{1,300}\]:\s*\S+", re.MULTILINE)
_MARKUP = re.compile(r"(?:^|\n)\s{0,3}(?:#{1,6}\s|```)|\*\*[^*\n]{1,300}\*\*|(?:^|\n)\|[^\n]*\|")
_LEAKS = re.compile(
    r"⟦|⟧|<<<|>>>|\{\{|\}\}|\[(?:name|insert|your|customer|agent|date|company|placeholder)[^\]\n]{0,30}\]|\b(?:NAME|EMAIL|PHONE|"
    r"ADDRESS|PERSON|SECRET|VALUE|IBAN)_\d+\b"
    r"|\bas an? (?:ai|artificial intelligence|language model|llm|virtual assistant|assistant model)\b|\bi am an? (?:ai|language "
    r"model|llm)\b|\bals (?:ki|künstliche intelligenz|sprachmodell)\b|\bcomo (?:una? )?(?:ia|inteligencia artificial|modelo de "
    r"lenguaje)\b"
    r"|\b(?:system|developer) (?:prompt|message)\b|\bmy (?:instructions|prompt|guidelines) (?:say|tell|are|state|require)|"
    r"\b(?:BEGIN|END|START)[ _](?:DATA|EVIDENCE|MESSAGE|PASSAGE|ARTICLE|CUSTOMER|UNTRUSTED|CONTEXT)\b"
    r"|<\|[^|\n]{1,40}\|>|\[/?INST\]|\b(?:passage|memory|message|promise|detail|lever):[\w#-]{4,}|\"(?:acknowledgement|"
    r"resolution|next_step|payload)\"\s*:",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"(?<![\w/+=-])(?:[A-Za-z0-9+/_-]{12,}={0,2}|(?:[0-9a-fA-F]{2}[ :]?){8,})(?![\w/+=])")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
_JOINER = "\u200d"
_UNUSUAL = re.compile(r"[^\x20-\x7e\n\r\tà-ÿ]")
"""Characters that are worth a look, one by one."""


class Shape(Check):
    """Withholds empty, coded or machine-made text in drafts; flags length and more than one question in short channels."""

    name = "shape"

    def run(self, turn: Turn, draft: Checked) -> list[CheckResult]:
        """Findings with their places."""
        if not draft.text.strip():
            return [self._say("withhold", "the text is empty", None)]
        severe: Verdict = "flag" if draft.kind == "own" else "withhold"
        if len(draft.text) > LONGEST:
            return [self._say("withhold", f"longer than {LONGEST} characters: too long to check", (LONGEST, len(draft.text)))]
        found = [self._say(severe, detail, span) for detail, span in _foreign(turn, draft)]
        if draft.for_customer or draft.kind == "options":
            told = obeyed(turn, normalise(draft.text))
            found.extend(self._say(severe if sure else "flag", detail, span) for detail, span, sure in told)
        if draft.for_customer and (mark := _MARKUP.search(draft.text)):
            found.append(self._say("flag", "is marked up: customers read it as plain text", mark.span()))
        if draft.kind in ("reply", "own") and turn.channel in _SHORT_CHANNELS:
            found.extend(self._length(turn, draft))
        return found

    def _say(self, outcome: Verdict, detail: str, span: tuple[int, int] | None) -> CheckResult:
        return CheckResult(name=self.name, outcome=outcome, detail=detail, span=span)

    def _length(self, turn: Turn, draft: Checked) -> Iterator[CheckResult]:
        parts = [s for s in sentences(draft.text) if any(char.isalnum() for char in s.text)]
        # Owning a mistake has parts of its own (CRAFT, Replies 4): one sentence more.
        most = SENTENCES + (turn.evidence.fault is not None and turn.evidence.fault.party == "company")
        if len(parts) > most:
            yield self._say("flag", f"{len(parts)} sentences: two to five are read", (parts[most].start, parts[-1].end))
        questions = [s for s in parts if s.asks]
        if len(questions) > QUESTIONS:
            yield self._say("flag", f"{len(questions)} questions: ask one at a time", (questions[QUESTIONS].start, questions[-1].end))


def _foreign(turn: Turn, draft: Checked) -> Iterator[tuple[str, tuple[int, int]]]:
    """What no person writes to a customer."""
    text = draft.text
    normal = normalise(text)
    for pattern, detail in ((_HTML, "holds markup that a browser would run or load"), (_MARKDOWN, "holds a hidden link or picture")):
        for source in (text, None):
            match = pattern.search(source if source is not None else normal.text)
            if match:
                yield detail, match.span() if source is not None else normal.span(*match.span())
                break
    leak = next((found for found in _LEAKS.finditer(normal.text) if draft.for_customer or not _was_written(turn, found[0])), None)
    if leak:
        yield f"“{leak[0].strip()}” belongs to the instructions, not to the reply", normal.span(*leak.span())
    yield from _characters(text)
    yield from _encoded(turn, normal)


def _was_written(turn: Turn, words: str) -> bool:
    """Whether somebody wrote it in this conversation: a brief for colleagues quotes them, whatever they write."""
    return any(words.strip().casefold() in normalise(message.text).text.casefold() for message in turn.window)


def _characters(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    for found in _UNUSUAL.finditer(text):
        index, char = found.start(), found[0]
        if char in _BIDI:
            yield "holds a character that turns the reading direction", (index, index + 1)
            return
        if _hidden(text, index, char):
            yield f"holds an invisible character (U+{ord(char):04X})", (index, index + 1)
            return


def _hidden(text: str, index: int, char: str) -> bool:
    """Controls and invisible characters; joiners inside emoji and non-Latin words are writing."""
    if char.isascii():
        return (char < " " and char not in "\n\t\r") or char == "\x7f"
    if char in (_JOINER, "\u200c", "\u00ad", "\u200e", "\u200f"):
        around = text[max(0, index - 2) : index] + text[index + 1 : index + 3]
        return any(c.isascii() and c.isalnum() for c in around[:1] + around[-1:]) or char == "\u00ad"
    return unicodedata.category(char) in ("Cf", "Cc", "Co", "Cs")


def _encoded(turn: Turn, normal: Normal) -> Iterator[tuple[str, tuple[int, int]]]:
    """Base64 or hex that reads as text and stands in no source."""
    for match in _ENCODED.finditer(normal.text):
        if _reads(match[0]) and not ledger(turn).holds(re.sub(r"[\W_]", "", match[0]).casefold(), MENTION):
            yield "hides text in an encoding", normal.span(*match.span())


def _reads(token: str) -> bool:
    raw = re.sub(r"[ :]", "", token)
    decoded = [_unhex(raw)] if re.fullmatch(r"[0-9a-fA-F]+", raw) else []
    if re.search(r"[a-z]", raw) and re.search(r"[A-Z]", raw):
        decoded.append(_unbase64(raw))
    return any(len(text) >= 8 and all(char.isprintable() for char in text) for text in decoded)


def _unhex(raw: str) -> str:
    try:
        text = bytes.fromhex(raw).decode("ascii")
    except ValueError:
        return ""
    return text if not raw.isdigit() or sum(char.isalpha() for char in text) * 2 >= len(text) else ""


def _unbase64(raw: str) -> str:
    plain = raw.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
