"""What would mend a finding by itself, where that is plain: words that say nothing are left out, a mark is exchanged.

Facts are never invented.
"""

import re

from copilot.domain.base import Frozen
from copilot.domain.suggestion import CheckResult
from copilot.memory.sentences import Sentence, sentences

LEAVE_OUT = "Leave it out"
_SAYS_TOO_MUCH = ("disclosure", "public", "internal", "others")
_EMPTY = 0.4
"""Share of a sentence from which a formula is all that it says."""
_EXCLAIMED = re.compile(r"!+")
_HIDDEN = ("invisible character", "reading direction")
_EDGE = re.compile(r"[ \t]*\n?")


class Change(Frozen):
    """Exchange the words at `span` (code points, end exclusive) for `text`; `label` is the button: a verb."""

    label: str
    span: tuple[int, int]
    text: str


def change(text: str, finding: CheckResult) -> Change | None:
    """What mends the finding in one step; None where a person has to decide what is right."""
    if finding.span is None or finding.outcome == "pass":
        return None
    start, end = finding.span
    if finding.name == "shape" and any(sign in finding.detail for sign in _HIDDEN):
        return Change(label="Take it out", span=(start, end), text="")
    if finding.name == "sympathy" and _EXCLAIMED.fullmatch(text[start:end]):
        return Change(label="Use a full stop", span=(start, end), text=".")
    sentence = _around(text, start, end)
    if sentence is None or not _dispensable(finding, sentence, end - start):
        return None
    return Change(label=LEAVE_OUT, span=_with_space(text, sentence), text="")


def _dispensable(finding: CheckResult, sentence: Sentence, length: int) -> bool:
    """Whether the whole sentence goes without loss: it asks what is known, tells what it must not, or is a formula and no more."""
    if finding.name == "reask":
        return sentence.asks and "on record (" in finding.detail
    if finding.name == "sympathy":
        return length >= _EMPTY * (sentence.end - sentence.start)
    return finding.name in _SAYS_TOO_MUCH


def _around(text: str, start: int, end: int) -> Sentence | None:
    """The one sentence that holds the place; None when it reaches over several."""
    return next((one for one in sentences(text) if one.start <= start and end <= one.end), None)


def _with_space(text: str, sentence: Sentence) -> tuple[int, int]:
    """The sentence with the white space that would be left over."""
    after = _EDGE.match(text, sentence.end)
    end = after.end() if after else sentence.end
    start = sentence.start
    if end == len(text):
        start = len(text[:start].rstrip())
    return start, end
