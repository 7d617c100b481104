"""Did a bot fail before the human came? Then the reply must neither repeat it nor sound like one."""

import re
from collections.abc import Sequence

from copilot.domain.conversation import Message
from copilot.sensing.phrases import phrases

_NOT_UNDERSTOOD = phrases(
    r"""
    (?:did|do|could|can) ?N'T (?:quite )?(?:understand|get that|catch that|find an? |find any )
    (?:can(?:not|'t|’t)|could ?N'T) (?:understand|help (?:you )?with|find)
    not sure (?:that )?i (?:understand|follow)
    (?:please )?rephrase
    did ?N'T recogni[sz]e
    try (?:asking|again) (?:in )?(?:another|a different|with other)
    nicht verstanden
    verstehe (?:sie|dich|die frage|das) (?:leider )?nicht
    anders formulieren
    pas compris
    reformuler
    no (?:he )?entend
    non ho capito
    niet begrepen
    """
)
_WANTS_HUMAN = phrases(
    r"""
    \b(?:speak|talk|chat|connect\w*|transfer\w*|put)\b[^.!?\n]{0,25}\b(?:human|person|someone|somebody|agent|representative|operator|people)\b
    \b(?:speak|talk|chat|connect\w*|transfer\w*|put)\b[^.!?\n]{0,25}\b(?:advis[eo]r|supervisor|manager)\b
    \b(?:real|actual|live) (?:person|human|agent)\b
    \bhuman (?:please|agent|being|now)\b
    ^\W{0,9}(?:human|agent|operator|representative)\W{0,9}$
    \bnot (?:talk\w* to )?a (?:bot|robot|machine)\b
    \b(?:stupid|useless|dumb) bot\b
    \b(?:echten?|richtigen?) menschen\b
    \bmit (?:einem )?(?:menschen|mitarbeiter)
    \bun (?:humain|conseiller)\b
    \buna persona\b
    \been (?:mens|medewerker)\b
    """,
    start="",
)
_NOT_HELPED = phrases(
    r"""
    (?:that|this|it)(?:'s|’s| is| was)? not (?:what i|my question|it\b|help)
    (?:that|this|it) (?:is|was|does|did) ?N'T (?:what i|help|answer|work|my question|it\b)
    already (?:tried|did|told|said)
    same answer
    as i said
    i (?:just )?(?:said|told you)
    wrong answer
    you (?:do|did) ?N'T understand
    """
)
_WORDS = re.compile(r"[^\W_]{3,}")
_SAME = 0.7
"""Share of common words from which two messages say the same."""
_FEWEST = 3


def failed_bot(messages: Sequence[Message]) -> tuple[str, ...]:
    """Ids of the bot's public messages before the first human answer that did not help.

    A bot message failed when it says that it did not understand, repeats an earlier one, or is followed by a customer who asks for a
    person, says that it did not help, or has to say the same again.
    """
    before = _before_human(messages)
    failed: list[str] = []
    for place, message in enumerate(before):
        if message.author != "bot":
            continue
        earlier_bots = [m.text for m in before[:place] if m.author == "bot"]
        asked = [m.text for m in before[:place] if m.author == "customer"]
        reply = next((m.text for m in before[place + 1 :] if m.author == "customer"), "")
        if _NOT_UNDERSTOOD.search(message.text) or _repeats(message.text, earlier_bots) or _unhappy(reply, asked):
            failed.append(message.id)
    return tuple(failed)


def _before_human(messages: Sequence[Message]) -> list[Message]:
    found: list[Message] = []
    for message in messages:
        if message.is_answer:
            break
        if message.visibility == "public" and not message.deleted_at:
            found.append(message)
    return found


def _unhappy(reply: str, asked: Sequence[str]) -> bool:
    return bool(reply) and bool(_WANTS_HUMAN.search(reply) or _NOT_HELPED.search(reply) or _repeats(reply, asked))


def _repeats(text: str, earlier: Sequence[str]) -> bool:
    said = _set(text)
    if len(said) < _FEWEST:
        return any(text.strip().casefold() == before.strip().casefold() for before in earlier) and bool(said)
    for before in earlier:
        known = _set(before)
        if len(known) >= _FEWEST and len(said & known) / min(len(said), len(known)) >= _SAME:
            return True
    return False


def _set(text: str) -> set[str]:
    return {word.casefold() for word in _WORDS.findall(text)}
