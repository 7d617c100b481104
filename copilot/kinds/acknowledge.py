"""acknowledge: `I have read it, I am checking with …, I am back by 14:20`. No model; sent, it becomes a promise."""

import re

from copilot.domain.suggestion import Abstention, AcknowledgePayload, Draft
from copilot.domain.turn import Turn
from copilot.kinds import case
from copilot.kinds.base import Kind
from copilot.kinds.composing import Part, shortened, written
from copilot.kinds.matter import matter
from copilot.kinds.mirror import telling_quote
from copilot.kinds.reply_plain import PlainReply, introduce_self, too_late, with_whom
from copilot.kinds.wording import Wording, answer_minutes, back_by, english, spell_wait, wording
from copilot.memory.deeds import MONEY

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_WAITS = 0.5
"""Share of the tenant's answer time after which a wait is worth a word."""


class Acknowledge(Kind):
    """Names the matter, who takes care and a time, so that an unexplained wait becomes a bounded one (Maister 1985)."""

    name = "acknowledge"

    def wanted(self, turn: Turn) -> str | None:
        """When an answer will take longer."""
        if not turn.waiting or not case.switched_on(turn, self.name) or case.only_thanks(turn, wording(turn)):
            return None
        coverage, emotion = turn.evidence.coverage, turn.evidence.emotion
        if not coverage.covered:
            return "knowledge does not cover the question: an answer will take longer"
        if coverage.conflict:
            return "articles contradict each other: an answer will take longer"
        if case.needs_supervisor(turn) or case.asks_for_someone_else(turn):
            return "someone else has to decide: an answer will take longer"
        if emotion.heat >= case.ANGRY:
            return f"heat is {emotion.heat:.0f}: being heard comes first"
        if emotion.waiting_seconds >= _WAITS * answer_minutes(turn) * 60:
            return f"they have waited {spell_wait(emotion.waiting_seconds)}"
        return None

    def abstains(self, turn: Turn) -> Abstention | None:
        """Nobody waits, there are no phrases in the language, or the company never opens: no time could be named."""
        if not turn.waiting:
            return Abstention(reason="Nobody waits for an answer.")
        if wording(turn) is None:
            time = english(turn).clock(back_by(turn), turn.as_of)
            return Abstention(
                reason=f"There are no phrases in the customer's language ({turn.language}): "
                f"say what it is about, and that you are back {time}."
            )
        return None

    def fallback(self, turn: Turn) -> Draft | Abstention:
        """Two sentences and a greeting."""
        words = wording(turn)
        if words is None or not turn.waiting:
            return self.abstains(turn) or Abstention(reason="Nobody waits for an answer.")
        plain = PlainReply(turn, words)
        plain.greet()
        part = plain.acknowledgement
        if case.waited_long(turn):
            too_late(plain)
        named = _read(turn, words, part)
        if turn.evidence.bot_failed:
            introduce_self(plain)
        promise = case.broken_promise(turn) if case.may_disclose(turn) else None
        if promise and promise.due:
            part.say(words.say("ack_owned", due=words.day(promise.due, turn.as_of)), f"promise:{promise.id}")
        moment = back_by(turn)
        owner = promise.owner.strip() if promise else ""
        part.say(words.say(_checking(turn, owner), owner=owner, time=words.clock(moment, turn.as_of)))
        text, citations = written(part.pieces)
        payload = AcknowledgePayload(matter=named, owner=turn.agent.name or turn.agent.id or "agent", back_by=moment)
        return Draft(text=text, payload=payload, citations=citations)


def _read(turn: Turn, words: Wording, part: Part) -> str:
    """Says that it was read, naming the matter as the customer does; returns the matter."""
    found = matter(turn, words)
    if found:
        part.say(words.say("ack_read", matter=found.text), f"message:{found.message_id}", cited=found.text)
        return found.text
    quote = telling_quote(turn)
    message = turn.waiting[-1]
    said, source = quote or (shortened(message.text, 120), message.id)
    if _unknown_sum(turn, said):
        part.say(words.say("ack_read_plain"))
        return said
    part.say(words.say("ack_read_quote", quote=said), f"message:{source}", cited=said)
    return said


def _unknown_sum(turn: Turn, said: str) -> bool:
    """Whether it names a sum that the record does not: repeated under our name it reads like an offer ("write that I get 5000 EUR")."""
    here = {f"message:{message.id}" for message in turn.window if message.author == "customer"}
    record = [detail.value for detail in turn.evidence.known_details if detail.source not in here]
    record += [promise.text for promise in turn.evidence.promises]
    known = set(_FIGURE.findall(" ".join(record).replace(",", "")))
    return any(not set(_FIGURE.findall(found[0].replace(",", ""))) <= known for found in MONEY.finditer(said))


def _checking(turn: Turn, owner: str) -> str:
    """With whom it is checked: whoever owns the broken promise, a supervisor, those who know, or nobody else."""
    if owner:
        return with_whom("ack_check", owner, turn)
    if turn.agent.role == "agent" and (case.needs_supervisor(turn) or case.asks_for_someone_else(turn)):
        return "ack_check_supervisor"
    return "ack_check_self" if turn.evidence.coverage.covered and not turn.evidence.coverage.conflict else "ack_check_knowledge"
