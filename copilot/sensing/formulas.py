"""Greetings and closings: forms of address that say nothing about how somebody feels."""

import re

from copilot.sensing.lexicon import is_feeling_word
from copilot.sensing.naming import MASK
from copilot.sensing.phrases import words

_HELLO = re.compile(
    r"\A\s*(?:hi(?:ya)?|hello|hey(?:a)?|hallo|dear|greetings|howdy|good[ \t]+(?:morning|afternoon|evening|day)"
    r"|to whom it may concern|hola|bonjour|guten[ \t]+tag)(?![\w'’-])[ \t]*",
    re.IGNORECASE,
)
_ADDRESSEES = words(
    """there team all everyone everybody sir sirs madam or and folks guys support customer service services care desk agent mr mrs ms
    dr"""
)
_ADDRESSEE = re.compile(rf"(?P<word>{re.escape(MASK)}|[^\W\d_][\w'’.-]*)(?P<end>[ \t]*[,!:;–—.-]+|[ \t]*(?=\n|\Z)|[ \t]+)")
_ADDRESSED_AT_MOST = 5

_CLOSING_LINE = re.compile(
    r"""[ \t]*(?:(?:with[ ])?(?:my[ ])?(?:very[ ])?(?:(?:best|kind|kindest|warm|warmest|many|sincere)[ ]){0,2}(?:regards|wishes)
      | yours?(?:[ ](?:sincerely|faithfully|truly))? | sincerely(?:[ ]yours)? | best | cheers | rgds | br
      | (?P<thanks>(?:many[ ])?thanks(?:[ ](?:again|in[ ]advance))? | thank[ ]you(?:[ ]in[ ]advance)? | thx)
      | mit[ ]freundlichen[ ]gr(?:ü|ue)(?:ß|ss)en | viele[ ]gr(?:ü|ue)(?:ß|ss)e | mfg | cordialement | saludos
    )[ \t]*+[,.–-]*+[ \t]*+(?P<who>[^,.!?\n]{0,60})[ \t.]*""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSED_INLINE = re.compile(
    r"(?<=[.!?…])[ \t]+(?:(?:best|kind|warm)[ ](?:regards|wishes)|regards|best|cheers|sincerely)"
    r"[ \t]*[,–-]?[ \t]*(?P<who>[^,.!?\n]{0,40})[ \t.]*\Z",
    re.IGNORECASE,
)
_SETS_OFF = "-–—~,.!?…\n"
"""Marks before the writer's name at the very end; a line of its own is one too."""
_INTRODUCTION = re.compile(
    rf"\A(?:(?:my name is|my name's|i am called|this is|i'm|i am)[ \t]+{re.escape(MASK)}|{re.escape(MASK)}[ \t]+(?=here\b))"
    r"(?:[ \t]*(?:here|speaking))?(?:[ \t]*[.,!;:–—-]+|[ \t]+and\b|\s*(?=\n|\Z))\s*",
    re.IGNORECASE,
)
_THANKED_BY = re.compile(r"(?P<thanks>\b(?:thanks|thank you|thx|cheers))[ \t]*[,–-][ \t]*(?P<who>[^\W\d_][\w'’-]*)[ \t.]*\Z", re.IGNORECASE)
_SIGNATURE_LINES = 7
"""Lines a closing with name, role and telephone number may have."""


def strip_formulas(text: str) -> str:
    """Without the greeting at the start and the closing with its signature at the end; names are masked already.

    "Thanks" is a closing only above a signature: on its own it is gratitude and stays.
    """
    text = _INTRODUCTION.sub("", _without_greeting(text).strip(), count=1)
    text = _without_closing(text)
    closed = _CLOSED_INLINE.search(text)
    if closed and _is_address(closed["who"]):
        text = text[: closed.start()]
    thanked = _THANKED_BY.search(text)
    if thanked and _is_address(thanked["who"]):
        text = text[: thanked.end("thanks")]
    return _without_signature(text).strip(" \t\n,-–—~")


def _without_signature(text: str) -> str:
    """Without the writer's name at the very end, if marks set it off. By strips: a pattern takes the square of a long row of marks."""
    before = text.rstrip(" \t.").removesuffix(MASK)
    if not text.rstrip(" \t.").endswith(MASK):
        return text
    kept = before.rstrip(_SETS_OFF + " \t")
    marks = before[len(kept) :]
    spaces = len(marks) - len(marks.lstrip(" \t"))
    if spaces == len(marks):
        return text
    first = marks[spaces]
    return kept + marks[:spaces] + (first if first in ".!?…" else "")


def _without_greeting(text: str) -> str:
    hello = _HELLO.match(text)
    if not hello:
        return text
    at = hello.end()
    while at < len(text) and text[at] in ",!.:;–—- \t":
        at += 1
    if at > hello.end() and text[hello.end()] in ",!.:;":
        return text[at:]
    return text[_end_of_address(text, hello.end()) :].lstrip(" \t,")


def _end_of_address(text: str, at: int) -> int:
    """Where the words that name whom the message is for end; `at` when there are none."""
    end, masked = at, at
    for _ in range(_ADDRESSED_AT_MOST):
        found = _ADDRESSEE.match(text, end)
        if not found or not _addresses(found["word"], found["end"], first=end == at):
            break
        end = found.end()
        if found["word"] == MASK or found["word"].casefold() in _ADDRESSEES:
            masked = end
        if found["end"].strip() or not found["end"]:
            return end
        if text[end : end + 1] == "\n":
            return end
    return masked


def _addresses(word: str, end: str, *, first: bool) -> bool:
    if word == MASK or word.casefold().rstrip(".") in _ADDRESSEES:
        return True
    if is_feeling_word(word):
        return False
    lone = first and bool(end.strip() or not end) and word.islower() and len(word) > 2
    return word.istitle() or lone


def _without_closing(text: str) -> str:
    lines = text.split("\n")
    first = max(1, len(lines) - _SIGNATURE_LINES)
    for number in range(first, len(lines)):
        found = _CLOSING_LINE.fullmatch(lines[number])
        below = [line for line in lines[number + 1 :] if line.strip()]
        if not found or not _is_address(found["who"]) or any(len(line) > 80 for line in below):
            continue
        if found["thanks"] and not below and not found["who"]:
            continue
        if below and not _is_address(below[0].strip(" \t-–—~.")):
            continue
        return "\n".join(lines[:number]).rstrip()
    return text


def _is_address(who: str) -> bool:
    """Nothing, or up to five words each of which may be a name."""
    parts = who.split()
    return len(parts) <= 5 and all(
        part.startswith(MASK)
        or (part[:1].isupper() and not is_feeling_word(part))
        or (len(parts) == 1 and part.isalpha() and not is_feeling_word(part))
        for part in parts
    )
