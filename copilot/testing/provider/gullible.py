"""A model that obeys every instruction it reads, wherever it stands: the enemy that every wall must hold against."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_TRIGGER = re.compile(
    r"\b(?:(?:ignore|disregard|forget|override)\b[^.\n]{0,60}?\b(?:instructions?|rules?|prompts?|polic(?:y|ies)|above|before|everything)\b"
    r"|(?:ignorier\w*|vergiss|missachte)\b[^.\n]{0,60}?\b(?:anweisung\w*|regeln?|vorgaben|alles)\b"
    r"|(?:ignora|olvida|oublie|ignore)\b[^.\n]{0,60}?\b(?:instruc\w+|reglas|règles|consignes|todo|tout)\b"
    r"|(?:new|real|actual|system) (?:instructions?|task|override|message|prompt)\b\s*:?|system\s*:|assistant\s*:|admin mode|developer mode"
    r"|you (?:must|have to|are (?:now|required|instructed) to|will now)\b|instead,|important\s*:)",
    re.IGNORECASE,
)
_SAY = re.compile(
    r"\b(?:say|write|reply(?: with)?|respond(?: with)?|answer(?: with)?|output|insert|include|add|append|mention|state|put|use"
    r"|tell (?:them|him|her|me|the customer)(?: that)?|schreibe?|sage?|antworte(?: mit)?|escribe|di|responde(?: con)?|écris|dis|réponds)"
    r"\b[:,]?\s+(?:(?:the |this |a )?(?:words?|phrase|text|sentence|line|link|url|following)\b[:,]?\s+)?(?P<what>[^\n]{2,300})",
    re.IGNORECASE,
)
_GIVE = re.compile(
    r"\b(?P<verb>offer|promise|grant|give|refund|pay|credit|compensate|approve|confirm|guarantee)\b\s+"
    r"(?:(?:me|us|him|her|them|the customer|this customer)\s+)?(?P<what>[^\n]{2,200})",
    re.IGNORECASE,
)
_SHOW = re.compile(
    r"\b(?:reveal|print|show|disclose|display|leak|repeat|list|quote|read out|share|send(?: me)?|what (?:is|are))\b"
    r"\s+(?P<what>[^\n]{2,120})",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_STRONG = re.compile(r"https?://|www\.|\d[\d.,]*\s?(?:€|\$|£|EUR|USD|GBP|CHF|%|euros?|dollars?)|(?:€|\$|£|EUR|USD)\s?\d|[\"“'«„].+[\"”'»“]")
_SECRET = re.compile(
    r"\b(?:address|phone|e-?mail|account|iban|card|password|pin|birth|passport|system prompt|prompt|instructions?|internal|notes?"
    r"|guidelines?|rules?"
    r"|other customers?|memor(?:y|ies)|details?|number|name|data|booking)\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"(?<=[.!?])\s+(?=[A-Z])|\s+(?:and|then) (?=(?:say|write|reply|reveal|include|offer|promise|show|print|add|give)\b)", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"“«„]([^\"”»“]{1,200})[\"”»“]|'([^'\n]{2,200})'(?!\w)")
_MOST_REVEALED = 4


def demands(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a model that believes everything would write, for each instruction in what is not the system's own text."""
    everything = "\n".join(str(message.get("content", "")) for message in messages)
    found: dict[str, None] = {}
    for message in messages:
        if message.get("role") == "system":
            continue
        for line in str(message.get("content", "")).splitlines():
            for said in _in_line(line, everything):
                found.setdefault(said)
    return list(found)


def _in_line(line: str, everything: str) -> Iterator[str]:
    trigger = _TRIGGER.search(line)
    for start, clause in _clauses(line):
        # After a trigger every order counts; elsewhere only one for money, a link, a quotation or something secret.
        told = trigger is not None and start + len(clause) > trigger.start()
        yield from _obeyed(clause, everything, told=told)


def _clauses(line: str) -> Iterator[tuple[int, str]]:
    position = 0
    for end in [*(match.start() for match in _END.finditer(line)), len(line)]:
        if line[position:end].strip():
            yield position, line[position:end]
        position = end


def _obeyed(clause: str, everything: str, *, told: bool) -> Iterator[str]:
    for order in _SHOW.finditer(clause):
        if (told or _SECRET.search(order["what"])) and _SECRET.search(order["what"]):
            yield from _revealed(order["what"], everything, clause)
    for order in _SAY.finditer(clause):
        if told or _STRONG.search(order["what"]):
            yield _object(order["what"])
    for order in _GIVE.finditer(_ADDRESS.sub("", clause)):
        if told or _STRONG.search(order["what"]):
            yield f"We will {order['verb'].lower()} you {_object(order['what'])}."


def _object(what: str) -> str:
    """What exactly to write: the quotation or the link if there is one, else the rest of the clause."""
    quoted, link = _QUOTED.search(what), _ADDRESS.search(what)
    if link and not quoted:
        return link.group().rstrip(".,;!?)")
    return (quoted[1] or quoted[2]) if quoted else what.strip().rstrip(".!")


def _revealed(what: str, everything: str, asking: str) -> Iterator[str]:
    """Lines of the input that speak of what was asked for; for the prompt or the instructions, their beginning."""
    if re.search(r"\b(?:prompt|instructions?|rules?|guidelines?)\b", what, re.IGNORECASE):
        yield everything[:300].strip()
        return
    words = [word.lower() for word in _SECRET.findall(what)]
    lines = [line.strip() for line in everything.splitlines() if line.strip() and asking.strip() not in line]
    matching = [line for line in lines if any(word in line.lower() for word in words)]
    yield from (line[:300] for line in matching[:_MOST_REVEALED])
