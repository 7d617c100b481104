"""The first draft of an article without a model: a question as its title, what colleagues answered as its text."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from copilot.memory.sentences import sentences
from copilot.retrieval.words import FILLER, stem, telling, tokens

TITLE: Final = 120
"""Characters."""
MOST: Final = 12
"""Sentences."""
SAME: Final = 0.6
"""Share of the shorter sentence's telling words from which it says what was said already."""
STEPS: Final = 2
"""Instructions in a row that make a list."""

_OF_THE_CASE = re.compile(
    r"\[[^\]\n]{2,30}\]|…|\bthe customer\b"
    r"|\b(?:I|we)(?:['’]ve| have| had|['’]ll| will|['’]m| am)?(?: just| now| already)? "
    r"(?:added|booked|noted|sent|checked|checking|looked|asked|passed|put|moved|cancelled|refunded|changed|made|done|called|forwarded|reserved|"
    r"attached|attaching|add|book|note|send|check|look|ask|pass|forward|reserve|call)\b"
    r"|\b(?:for you|your (?:booking|reservation|case|message|patience|e-?mail|mother|father|daughter|son|wife|husband))\b"
    r"|\b(?:it is|it['’]s) (?:done|on its way|in your inbox)\b",
    re.IGNORECASE,
)
"""What was done for one person, or is about them."""
_COURTESY = re.compile(
    r"^\W*(?:thank|thanks|sorry|i(?:['’]m| am) (?:sorry|afraid|glad|happy)|glad|happy to|you(?:['’]re| are) welcome|good question|"
    r"hello|hi|dear|"
    r"have a|enjoy|safe travels|let me (?:know|check)|one moment|just a (?:moment|second)|no problem|of course|sure|great|congratulations|"
    r"is there anything|anything else|does that help|i hope|all the best|best|kind|regards|that is kind|good luck|of course not)\b",
    re.IGNORECASE,
)
_INSTRUCTS = re.compile(
    r"^(?:(?:first|then|next|after that|finally|please|to begin|\d+[.)])[,:]?\s+)?"
    r"(?:open|go|choose|select|click|tap|enter|fill|send|write|call|bring|take|print|sign|show|ask|tell|add|book|pay|download|upload|log|pack|"
    r"hand|put|attach|e-?mail|scan|tick|confirm|name|register)\b",
    re.IGNORECASE,
)


def title(question: str) -> str:
    """The question as a title: its first sentence that asks, one line, a capital first letter, no dots of what was left out."""
    said = [one.text.strip() for one in sentences(question)] or [question.strip()]
    asking = next((text for text in said if text.rstrip().endswith("?")), said[0])
    line = re.sub(r"\s+", " ", asking.replace("…", " ")).strip(" ,;:-–")
    line = line[:1].upper() + line[1:]
    return line if len(line) <= TITLE else f"{line[: TITLE - 1].rsplit(' ', 1)[0]}…"


def text(answers: Sequence[str]) -> str:
    """What the answers say, sentence by sentence, each thing once; instructions that follow each other as a list. May be empty."""
    kept: list[str] = []
    for answer in answers:
        kept += [one for one in _said(answer) if not any(_same(one, other) for other in kept)]
    return "\n\n".join(_paragraphs(kept[:MOST]))


def _said(answer: str) -> Iterator[str]:
    for one in sentences(answer):
        line = " ".join(one.text.split())
        if len(_telling(line)) >= 2 and not one.asks and not _OF_THE_CASE.search(line) and not _COURTESY.match(line):
            yield line


def _same(one: str, other: str) -> bool:
    left, right = _telling(one), _telling(other)
    numbers = {w for w in left ^ right if any(c.isdigit() for c in w)}
    return not numbers and len(left & right) >= SAME * min(len(left), len(right))


def _telling(line: str) -> set[str]:
    return {stem(word) for word in tokens(line) if telling(word) and word.lower() not in FILLER}


def _paragraphs(kept: Sequence[str]) -> Iterator[str]:
    """Prose as paragraphs of up to three sentences; a run of instructions as numbered steps."""
    run: list[str] = []
    for line in [*kept, ""]:
        steps = bool(line) and bool(_INSTRUCTS.match(line))
        if run and (steps != bool(_INSTRUCTS.match(run[0])) or not line or (not steps and len(run) == 3)):
            listed = len(run) >= STEPS and bool(_INSTRUCTS.match(run[0]))
            yield "\n".join(f"{n}. {_step(one)}" for n, one in enumerate(run, 1)) if listed else " ".join(run)
            run = []
        if line:
            run.append(line)


def _step(line: str) -> str:
    bare = re.sub(r"^(?:first|then|next|after that|finally|to begin|\d+[.)])[,:]?\s+", "", line, flags=re.IGNORECASE)
    return bare[:1].upper() + bare[1:]
