"""What a conversation is about, as the customer calls it: `the refund for my Lisbon flight` → `the refund for your Lisbon flight`.

A small grammar, not a parser: a possessive or article, the words up to the next verb or conjunction, and what belongs to them ("to
Madrid", "for my …"). The words of each language that start, join and end such a phrase are data in the phrase catalogue.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.domain.turn import Turn
from copilot.kinds.wording import Wording
from copilot.memory.sentences import unquoted

_WORD = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+(?:['’\-–/][^\W_]+)*|[.,;:!?…()\n\"“”„«»]")
LONGEST = 11
"""Words of the whole phrase; core of at most four, and at most three things that belong to it."""


@dataclass(frozen=True)
class Matter:
    """The thing itself, said to the customer, and the message it was read from."""

    text: str
    message_id: str


@dataclass(frozen=True)
class _Phrase:
    words: tuple[str, ...]
    mine: bool
    end: int


def matter(turn: Turn, wording: Wording) -> Matter | None:
    """The best name for what it is about; None when the words do not show one.

    The customer's own things come before others, what the found knowledge speaks of before what it does not, late before early.
    """
    grammar = wording.phrases.get("matter_grammar")
    if not grammar:
        return None
    known = _known_words(turn)
    waiting = set(turn.unanswered)
    best: tuple[float, Matter] | None = None
    for message in (m for m in turn.window if m.author == "customer"):
        text = unquoted(message.text)
        for phrase in _phrases(_WORD.findall(text), grammar):
            said = _said(phrase, grammar, turn, wording)
            if said is None:
                continue
            score = _score(phrase, known) + (0.6 if message.id in waiting else 0.0)
            if best is None or score > best[0]:
                best = (score, Matter(said, message.id))
    return best[1] if best and best[0] >= 1.0 else None


def _known_words(turn: Turn) -> frozenset[str]:
    """Words that knowledge and promises use, cut to their first six letters: a cheap stem that works in three languages."""
    texts = [f"{p.title} {p.text}" for p in turn.evidence.passages] + [p.text for p in turn.evidence.promises]
    return frozenset(w[:6].lower() for text in texts for w in _WORD.findall(text) if len(w) > 3)


def _score(phrase: _Phrase, known: frozenset[str]) -> float:
    telling = [w for w in phrase.words[1:] if len(w) > 3]
    about = sum(w[:6].lower() in known for w in telling)
    names = sum(w[0].isupper() or w[0].isdigit() for w in phrase.words[1:])
    return (1.0 if phrase.mine else 0.2) + min(about, 2) * 0.7 + min(names, 2) * 0.3


def _phrases(words: Sequence[str], grammar: Mapping[str, Any]) -> Iterator[_Phrase]:
    """Every phrase that starts with a possessive or an article, longest reading."""
    index = 0
    while index < len(words):
        found = _phrase(words, index, grammar)
        if found:
            yield found
            index = found.end
        else:
            index += 1


def _phrase(words: Sequence[str], start: int, grammar: Mapping[str, Any]) -> _Phrase | None:
    mine = words[start].lower() in grammar["mine"]
    if not mine and words[start].lower() not in grammar["leads"]:
        return None
    core = _core(words, start + 1, grammar)
    if not core or core[-1].lower() in grammar["empty"]:
        return None
    taken = [words[start], *core]
    index = start + len(taken)
    while index < len(words) and len(taken) < LONGEST and words[index].lower() in grammar["joins"]:
        tail = _tail(words, index + 1, grammar)
        if not tail or len(taken) + len(tail) >= LONGEST:
            break
        mine = mine or tail[0].lower() in grammar["mine"]
        taken += [words[index], *tail]
        index = start + len(taken)
    return _Phrase(tuple(taken), mine, index)


def _core(words: Sequence[str], start: int, grammar: Mapping[str, Any]) -> list[str]:
    """The words up to a verb, a conjunction, a join or a mark; in German the noun, which is capitalised, ends it."""
    core: list[str] = []
    for word in words[start : start + 4]:
        low = word.lower()
        if (
            not word[0].isalnum()
            or low in grammar["stops"]
            or low in grammar["joins"]
            or low in grammar["articles"]
            or low in grammar["mine"]
        ):
            break
        if core and low in grammar["closes"]:
            break
        if core and grammar.get("capital_nouns") and core[-1][0].isupper() and not word[0].isupper():
            break
        core.append(word)
    if grammar.get("capital_nouns"):
        while core and not core[-1][0].isupper():
            core.pop()
    return core


def _tail(words: Sequence[str], start: int, grammar: Mapping[str, Any]) -> list[str]:
    """What belongs to the thing: another thing, a name, a date; not just any word after a preposition."""
    if start >= len(words):
        return []
    low = words[start].lower()
    if low in grammar["mine"] or low in grammar["articles"]:
        core = _core(words, start + 1, grammar)
        return [words[start], *core] if core and core[-1].lower() not in grammar["empty"] else []
    if not (words[start][0].isupper() or words[start][0].isdigit()) or low in grammar["stops"] or low == "i":
        return []
    core = []
    for word in words[start : start + 3]:
        if not (word[0].isupper() or word[0].isdigit()) or word.lower() in grammar["stops"]:
            break
        core.append(word)
    return core


def _said(phrase: _Phrase, grammar: Mapping[str, Any], turn: Turn, wording: Wording) -> str | None:
    """The phrase with `my` turned to `your`, in the case the catalogue's sentences need; None when that case is not certain."""
    said = []
    for position, word in enumerate(phrase.words):
        turned = grammar["mine"].get(word.lower())
        if turned == "?":
            turned = _german_accusative(phrase, position, turn, grammar)
            if turned is None:
                return None
        said.append(turned or (word.lower() if word.lower() in grammar["articles"] else word))
    return " ".join(said)


def _german_accusative(phrase: _Phrase, position: int, turn: Turn, grammar: Mapping[str, Any]) -> str | None:
    """`mein Koffer` may be der or das: the article beside the same noun in the conversation or in knowledge tells which."""
    noun = next((w for w in phrase.words[position + 1 :] if w[0].isupper()), "")
    texts = " ".join([*(m.text for m in turn.window), *(p.text for p in turn.evidence.passages)])
    if re.search(rf"\b(?:der|den|einen|dieser|diesen|[Ii]hren|seinen|meinen|deinen)\s+{re.escape(noun)}\b", texts):
        return str(grammar["masculine"])
    if re.search(rf"\b(?:das|dieses|ins|ans)\s+{re.escape(noun)}\b", texts, re.IGNORECASE):
        return str(grammar["neuter"])
    return None
