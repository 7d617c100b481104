"""cue: one thing to say, one to avoid, and why. For the agent, in English, at most three lines; no model.

Anger follows a path (CRAFT, Cues): a goal blocked → no control → no regard → punishment. The need is what the stage lacks.
"""

import re
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from copilot.domain.people import Assurance
from copilot.domain.suggestion import Abstention, CuePayload, Draft
from copilot.domain.turn import Turn
from copilot.kinds import case
from copilot.kinds.base import Kind
from copilot.kinds.composing import Piece, lines, shortened
from copilot.kinds.wording import back_by, english, spell_wait, wording
from copilot.memory.sentences import sentences
from copilot.sensing.heat import boils_at

Need = Literal["regard", "control", "goal"]
Moment = Literal["open", "solve", "close"]

_NO_REGARD = frozenset({"repeats", "threat_leave", "threat_public", "legal", "profanity", "accusation", "fed_up", "sarcasm", "capitals"})
_NO_CONTROL = frozenset({"asks_human", "demand", "worry", "helpless"})
_CALL_FROM = 70.0
_WRITES_ONLY = re.compile(
    r"\b(?:prefers? (?:writing|e-?mail|chat|text|not to be called)|no (?:phone )?calls?|hard of hearing|deaf|do(?:es)?n't (?:want )?calls?|"
    r"never call|gehörlos|schwerhörig|nicht anrufen|keine anrufe|no llamar|sord[oa])\b",
    re.IGNORECASE,
)
_WRITTEN = ("email", "letter", "social", "sms")


_ASKED_FIRST = (
    "booking_reference",
    "payment_method",
    "hotel_booking",
    "baggage_reference",
    "loyalty_number",
    "flight_number",
    "card_last4",
)


class _Advice(NamedTuple):
    say: str
    avoid: str
    source: str = ""


class Cue(Kind):
    """Where they are on the path of anger, what they need now, and when waiting alone will bring it to the boil."""

    name = "cue"

    def wanted(self, turn: Turn) -> str | None:
        """Always."""
        return "always" if case.switched_on(turn, self.name) else None

    def fallback(self, turn: Turn) -> Draft | Abstention:
        """Three lines: say, avoid, why."""
        emotion = turn.evidence.emotion
        need, moment = need_of(turn), moment_of(turn)
        advice = _advice(turn, need)
        action = action_of(turn)
        boils = boils_at(emotion.base, emotion.since, turn.channel, turn.as_of, turn.settings)
        why = _why(turn, action) + _forecast(turn, boils, moment)
        payload = CuePayload(say=advice.say, avoid=advice.avoid, why=why, need=need, moment=moment, action=action, boils_at=boils)
        trigger = f"message:{emotion.trigger_message_id}" if emotion.trigger_message_id in {m.id for m in turn.window} else ""
        text, citations = lines(
            [
                Piece(f"Say: {advice.say}", (advice.source,) if advice.source else ()),
                Piece(f"Avoid: {advice.avoid}"),
                Piece(f"{action.capitalize()}: {why}", (trigger,) if trigger else ()),
            ]
        )
        return Draft(text=text, payload=payload, citations=citations)


def _forecast(turn: Turn, boils: datetime | None, moment: Moment) -> str:
    """When waiting alone brings it to the boil, if that is near enough to matter."""
    if boils is None or moment == "close" or boils - turn.as_of > timedelta(days=1):
        return ""
    return f" Waiting alone brings it to the boil {english(turn).clock(boils, turn.as_of).replace('by ', 'at ', 1)}."


def need_of(turn: Turn) -> Need:
    """What they need now: regard (being heard), control (a choice, a date), or the goal itself (the fix)."""
    emotion = turn.evidence.emotion
    signs = set(emotion.signs)
    unheard = bool(signs & _NO_REGARD) or bool(turn.evidence.bot_failed) or emotion.label in ("angry", "disappointed")
    if unheard and (emotion.heat >= case.ANGRY or emotion.label in ("angry", "disappointed", "frustrated")):
        return "regard"
    waits = emotion.heat - emotion.base >= 10 or case.waited_long(turn)
    powerless = bool(signs & _NO_CONTROL) or emotion.label in ("worried", "confused") or case.asks_for_someone_else(turn) is not None
    return "control" if waits or powerless or emotion.heat >= case.ANGRY or case.broken_promise(turn) else "goal"


def moment_of(turn: Turn) -> Moment:
    """Warmth at the start and the end, solving in the middle (Packard, Li & Berger 2024)."""
    if not turn.waiting or case.only_thanks(turn, wording(turn)):
        return "close"
    heated = turn.evidence.emotion.heat >= case.ANGRY and turn.evidence.emotion.trend == "rising"
    return "open" if heated or not case.greeted(turn) else "solve"


def action_of(turn: Turn) -> str:
    """`bring in a supervisor`, `call`, `slow down` or `go on`."""
    emotion = turn.evidence.emotion
    signs = set(emotion.signs)
    if turn.agent.role == "agent":
        threatens = emotion.heat >= 75 and bool(signs & {"legal"})
        blocked = emotion.heat >= case.ANGRY and case.needs_supervisor(turn)
        if case.asks_for_someone_else(turn) or threatens or blocked:
            return "bring in a supervisor"
    worn = emotion.heat >= _CALL_FROM and (turn.channel in _WRITTEN or emotion.contacts_30d >= 3)
    if worn and turn.channel != "phone" and not _writes_only(turn) and turn.assurance is Assurance.PROVEN:
        return "call"
    return "slow down" if emotion.heat >= case.ANGRY or turn.evidence.bot_failed else "go on"


def _writes_only(turn: Turn) -> bool:
    return any(_WRITES_ONLY.search(m.text) for m in turn.evidence.memories if m.kind in ("preference", "fact"))


def _advice(turn: Turn, need: Need) -> _Advice:
    """What fits this case best; the first that holds."""
    words = english(turn)
    time = words.clock(back_by(turn), turn.as_of)
    for advice in (_settled(turn), _guarded(turn), _owned(turn), _unheard(turn), _unfounded(turn), _unknown(turn)):
        if advice:
            return advice
    emotion = turn.evidence.emotion
    if not emotion.measured or case.waited_long(turn) or need == "control":
        return _Advice(
            f"who takes care of it, and that they hear from you {time}, also if there is nothing new.",
            "“as soon as possible”, or a reason without a time.",
        )
    if turn.evidence.asks:
        return _Advice(
            "one question that decides between the choices, then the recommendation.", "recommending before you know what it is for."
        )
    quote = _asked(turn)
    return _Advice(f"the answer first{quote}, then what happens next.", "a long opening: they are calm and want to know.")


def _settled(turn: Turn) -> _Advice | None:
    if not turn.waiting:
        live = case.open_promises(turn)
        if live:
            due = f" {english(turn).clock(live[0].due, turn.as_of)}" if live[0].due else ""
            return _Advice(
                f"nothing yet; you owe them{due}: “{shortened(live[0].text, 100)}”",
                "letting that time pass in silence.",
                f"promise:{live[0].id}",
            )
        return _Advice("nothing: nobody waits.", "writing only to have written.")
    if case.only_thanks(turn, wording(turn)):
        return _Advice("one warm sentence, with the thing it was about.", "new information, a survey or a sale.")
    return None


def _guarded(turn: Turn) -> _Advice | None:
    """Identity and public places come before everything that could be said from the record."""
    if case.needs_proof(turn):
        fields = ", ".join(d.field.replace("_", " ") for d in turn.evidence.known_details) or "anything on record"
        return _Advice(
            "that you start the identity check now, and what you can already do without it.",
            f"reading out or confirming {fields}: identity is not proven.",
        )
    if case.public_place(turn) and case.upset(turn):
        return _Advice(
            "that you want to settle it, and ask for a private message.",
            "anything from the record, even that they are a customer: others read along.",
        )
    return None


def _asked_most(field: str) -> int:
    """What agents ask for first, and therefore what hurts most when it is known."""
    return _ASKED_FIRST.index(field) if field in _ASKED_FIRST else len(_ASKED_FIRST)


def _owned(turn: Turn) -> _Advice | None:
    """Our mistake is on record."""
    fault = case.our_fault(turn)
    if fault is None:
        return None
    time = english(turn).clock(back_by(turn), turn.as_of)
    fresh = sorted((d.field for d in turn.evidence.known_details if d.state == "fresh"), key=lambda field: (_asked_most(field), field))
    asks = [field.replace("_", " ") for field in fresh][:2]
    known = f", or asking for the {' or the '.join(asks)}, which you have" if asks else ""
    if fault.source.startswith("promise:"):
        return _Advice(
            f"we promised “{shortened(fault.text, 90)}” and did not keep it; then what you do now, and that they hear from you {time}.",
            f"“as soon as possible”{known}.",
            fault.source,
        )
    return _Advice(
        f"that the mistake is ours, first and plainly; then what you do now, and that they hear from you {time}.",
        f"explaining before owning it{known}.",
        fault.source,
    )


def _unheard(turn: Turn) -> _Advice | None:
    """A bot failed, they ask for someone else, or they are angry: their own words first."""
    asked = case.asks_for_someone_else(turn)
    if asked and turn.agent.role == "agent":
        return _Advice(
            "yes, and who comes in by when; take along what they said so far.",
            "defending the first answer, or making them tell it again.",
            f"message:{asked.id}",
        )
    if turn.evidence.bot_failed:
        return _Advice(
            f"that you have read what the assistant missed{_quoted(turn)}; you are a person.",
            "a fast, smooth answer that could be the bot's, and its wording.",
            _trigger(turn),
        )
    return None


def _unfounded(turn: Turn) -> _Advice | None:
    """Hurt or angry, and no mistake of ours on record."""
    if not case.upset(turn):
        return None
    fault = turn.evidence.fault
    if fault and fault.party in ("customer", "third", "none"):
        return _Advice(
            f"their words back{_quoted(turn)}, then what is still possible: two ways if there are two.",
            "an apology (the record shows no mistake of ours) and reciting the rule.",
            _trigger(turn),
        )
    return _Advice(
        f"their words back{_quoted(turn)}, then a choice or a time.",
        "an apology without knowing whose mistake it was, and “I understand your frustration”.",
        _trigger(turn),
    )


def _unknown(turn: Turn) -> _Advice | None:
    """Knowledge does not answer, or says two things."""
    coverage, time = turn.evidence.coverage, english(turn).clock(back_by(turn), turn.as_of)
    if coverage.conflict:
        return _Advice(
            f"that you are finding out which rule holds for them, and that they hear from you {time}.",
            "quoting either article: they contradict each other.",
        )
    if not coverage.covered:
        return _Advice(f"that you are finding out, and that they hear from you {time}.", "a guess: no article answers this.")
    return None


def _trigger(turn: Turn) -> str:
    trigger = turn.evidence.emotion.trigger_message_id
    found = [m for m in turn.window if m.id == trigger and m.author == "customer"] or list(turn.waiting[-1:])
    return f"message:{found[0].id}" if found else ""


def _quoted(turn: Turn) -> str:
    source = _trigger(turn)
    text = next((m.text for m in turn.window if f"message:{m.id}" == source), "")
    return f" (“{shortened(text, 90)}”)" if text else ""


def _asked(turn: Turn) -> str:
    asked = [s.text for m in turn.waiting for s in sentences(m.text) if s.asks]
    return f" (“{shortened(asked[-1], 90)}”)" if asked else ""


def _why(turn: Turn, action: str) -> str:
    """The emotion's own reason, the wait, and what speaks for the action."""
    emotion = turn.evidence.emotion
    reason = emotion.why.strip().rstrip(".") or "nothing stands out"
    parts = [reason[0].upper() + reason[1:] + "."]
    if not emotion.measured:
        parts = (
            [f"Only the wait is known in this language: {spell_wait(emotion.waiting_seconds)}."]
            if turn.waiting
            else ["Emotion is not measured in this language."]
        )
    elif turn.waiting and emotion.waiting_seconds >= 300 and "Waiting" not in emotion.why:
        parts.append(f"Waiting {spell_wait(emotion.waiting_seconds)}.")
    if action == "call":
        parts.append("A voice settles in minutes what another message will not.")
    if action != "call" and emotion.heat >= _CALL_FROM and _writes_only(turn):
        parts.append("They prefer writing: do not call.")
    return " ".join(parts)
