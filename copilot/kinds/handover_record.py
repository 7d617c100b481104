"""What the record says for a handover, part by part: in order, with dates, in the customer's own words, nothing invented."""

import re
from collections.abc import Callable
from datetime import datetime

from copilot.domain.conversation import Message
from copilot.domain.memory import Promise
from copilot.domain.people import Assurance
from copilot.domain.suggestion import HandoverAction
from copilot.domain.turn import Turn, TurnLever
from copilot.kinds import case
from copilot.kinds.asked import asks_for_known
from copilot.kinds.composing import Piece, inert, shortened
from copilot.kinds.cue import need_of
from copilot.kinds.extract import telling_stems, units
from copilot.kinds.matter import matter
from copilot.kinds.prompting import redactor
from copilot.kinds.wording import back_by, english, limit_text, spell_wait, wording
from copilot.memory.sentences import sentences
from copilot.sensing.heat import boils_at

NEXT_AGENT = "{next agent}"
"""Filled in when somebody has accepted."""
_EPISODES, _SAID, _LONGEST = 4, 6, 200
_NAMED = 60
"""Characters by which a promise is known again: in full it stands under what is promised."""
_WHOLE = 0.9
"""Share of a message's characters from which a quotation has all of it."""
_MAY_COME = 3
"""Sentences of articles and promises on what may come; the rest is read where it stands."""
_ASKS, _ANSWERS = 3, 4
"""Telling words from which a sentence of the customer, or of an answer, says something. On 250 dialogues of TweetSumm's training part
every pair from 2 to 4 and 4 to 5 is within .006 ROUGE-L of the best.
"""
_RISKS = {
    "threat_leave": "Says they will leave.",
    "threat_public": "Says they will make it public.",
    "legal": "Speaks of legal steps: no legal conclusions in writing.",
    "sarcasm": "Thanks that are not meant as thanks.",
    "profanity": "Strong words; they are about the case, not about you.",
}
_NEEDS = {
    "regard": "to be heard first, in their own words",
    "control": "a choice or a time they can count on",
    "goal": "the matter itself settled",
}
_IF = re.compile(r"^(?:if|when|wenn|falls|si|cuando)\b", re.IGNORECASE)


def _quoting(turn: Turn) -> Callable[[str], str]:
    """Makes what somebody wrote fit to be quoted: nothing on record that may not be told, nothing that only a machine reads."""
    redact = redactor(turn)
    return lambda text: redact(inert(text))


def urgency(turn: Turn) -> Piece:
    """How hot, in which direction, how long they wait, and when it boils."""
    felt = turn.evidence.emotion
    level = "High" if felt.heat >= case.ANGRY else "Normal" if felt.heat >= 35 else "Low"
    parts = [f"{level}: heat {felt.heat:.0f} of 100" + (f", {felt.trend}" if felt.measured else ", from the wait alone")]
    if turn.waiting:
        parts.append(f"waiting {spell_wait(felt.waiting_seconds)}")
    boils = boils_at(felt.base, felt.since, turn.channel, turn.as_of, turn.settings)
    if boils and turn.waiting:
        parts.append(f"waiting alone brings it to the boil {_at(turn, boils).replace('by ', 'at ', 1)}")
    return Piece("; ".join(parts) + ".")


def reason(turn: Turn) -> Piece:
    """Why it changes hands."""
    asked = case.asks_for_someone_else(turn)
    if asked and _told(turn, asked.id):
        return Piece(f"The customer asks for someone else, at {_clock(turn, asked.sent_at)}.", (f"message:{asked.id}",))
    if asked:
        return Piece(f"The customer asks for someone else: “{shortened(_quoting(turn)(asked.text), 140)}”", (f"message:{asked.id}",))
    if case.needs_supervisor(turn):
        lever = next(lever for lever in case.usable_levers(turn) if lever.authority == "supervisor")
        return Piece(f"A way out needs a supervisor's yes: {lever.offer}.", (f"lever:{lever.id}",))
    if turn.waiting and not turn.evidence.coverage.covered and not case.only_thanks(turn, wording(turn)):
        return Piece("Knowledge does not cover the question; someone who knows has to answer.")
    return Piece(f"Handed over by {turn.agent.name or 'the agent'}.")


def story(turn: Turn) -> list[Piece]:
    """Earlier contacts, then this conversation, oldest first; the customer in their own words."""
    redact = _quoting(turn)
    told: list[tuple[datetime, Piece]] = []
    person = turn.person
    years = int((turn.as_of - person.since).days / 365.25) if person and person.since else 0
    episodes = sorted((m for m in turn.evidence.memories if m.kind == "episode"), key=lambda m: -m.score)[:_EPISODES]
    for episode in episodes:
        end = {True: " Settled.", False: " Not settled."}.get(episode.resolved, "") if episode.resolved is not None else ""
        fault = f" Fault: {episode.fault}." if episode.fault and episode.fault != "none" else ""
        said = shortened(redact(episode.text), _LONGEST)
        dated = said if _day(turn, episode.at) in said else f"{_day(turn, episode.at)}: {said}"
        text = f"{dated}{'' if dated[-1] in '.!?”…' else '.'}{end}{fault}"
        told.append((episode.at, Piece(text, (f"memory:{episode.id}",))))
    for message, said in _telling(turn):
        who = _who(turn, message)
        text = f"{_day(turn, message.sent_at)} {_clock(turn, message.sent_at)}, {who}: “{shortened(redact(said), _LONGEST)}”"
        told.append((message.sent_at, Piece(text, (f"message:{message.id}",))))
    told.sort(key=lambda pair: pair[0])
    opening = [Piece(_person(turn, years))] if person else [] if told else [Piece("Nobody we know by name.")]
    return [*opening, *(piece for _, piece in told)]


def _person(turn: Turn, years: int) -> str:
    """Who it is, as far as it is sure."""
    person = turn.person
    name = person.name if person and person.name else "A customer without a name on record"
    if turn.assurance is not Assurance.PROVEN:
        return (
            f"Says to be {name}; identity {'claimed' if turn.assurance is Assurance.CLAIMED else 'not given'}, NOT proven."
            if person
            else "Unknown."
        )
    tenure = f", a customer for {years} year{'' if years == 1 else 's'}" if years >= 1 else ", a customer for less than a year"
    tier = f", {person.tier}" if person and person.tier else ""
    return f"{name}{tenure}{tier}; identity proven. Channel: {turn.channel}."


def _telling(turn: Turn) -> list[tuple[Message, str]]:
    """The messages that carry the story, each with what it says of substance.

    What the customer came with, what turned the mood, what colleagues noted, the last answer (earlier ones stand under `tried`), and
    what waits.
    """
    customer = [m for m in turn.window if m.author == "customer"]
    request = next((m for m in customer if _substance(turn, m.text, _ASKS)), customer[0] if customer else None)
    waiting = [m for m in turn.waiting if _substance(turn, m.text, _ASKS)] or list(turn.waiting[-1:])
    wanted = {m.id for m in waiting} | {turn.evidence.emotion.trigger_message_id, request.id if request else None}
    told = [(m, " ".join(_substance(turn, m.text, _ASKS)) or m.text) for m in customer if m.id in wanted]
    told += [(m, m.text) for m in turn.window if m.author == "agent" and m.visibility == "private"]
    answers = [(m, s) for m in turn.window if m.author == "agent" and m.visibility != "private" for s in _substance(turn, m.text, _ANSWERS)]
    told += answers[-1:] or [(m, m.text) for m in turn.window if m.author == "agent" and m.visibility != "private"][-1:]
    told.sort(key=lambda pair: pair[0].sent_at)
    return told if len(told) <= _SAID else [told[0], *told[-(_SAID - 1) :]]


def _told(turn: Turn, message_id: str) -> bool:
    """Whether the story quotes it whole: then the other parts name its time, and nobody reads it twice."""
    return any(message.id == message_id and len(said) >= _WHOLE * len(message.text.strip()) for message, said in _telling(turn))


def _substance(turn: Turn, text: str, least: int) -> list[str]:
    """Its sentences with at least `least` telling words: without greetings, thanks, signatures and a lone “yes”."""
    return [s.text for s in sentences(text) if len(set(telling_stems(s.text, turn.language))) >= least]


def _who(turn: Turn, message: Message) -> str:
    if message.author == "customer":
        return "customer"
    name = message.author_name or message.author
    return f"note by {name}" if message.visibility == "private" else name


def tried(turn: Turn) -> list[Piece]:
    """What has not helped: the bot, earlier contacts left unsettled, and what agents answered here that the story does not tell."""
    redact = _quoting(turn)
    pieces: list[Piece] = []
    bots = turn.evidence.bot_failed
    if bots:
        times = {1: "once", 2: "twice"}.get(len(bots), f"{len(bots)} times")
        pieces.append(Piece(f"The assistant (bot) answered {times}, beside the question.", tuple(f"message:{b}" for b in bots)))
    for episode in sorted((m for m in turn.evidence.memories if m.kind == "episode" and m.resolved is False), key=lambda m: m.at):
        where = f" ({episode.channel})" if episode.channel else ""
        pieces.append(Piece(f"Contact of {_day(turn, episode.at)}{where}: did not settle it.", (f"memory:{episode.id}",)))
    for message in [m for m in [m for m in turn.window if m.author == "agent"][-3:] if m.visibility == "private" or not _told(turn, m.id)]:
        kind = "Note" if message.visibility == "private" else "Answered"
        pieces.append(
            Piece(f"{kind} at {_clock(turn, message.sent_at)}: “{shortened(redact(message.text), 140)}”", (f"message:{message.id}",))
        )
    return pieces


def promises(turn: Turn) -> list[Piece]:
    """Every promise that is neither kept nor withdrawn, overdue first."""
    redact = _quoting(turn)
    return [
        Piece(
            f"{p.state.upper()}: “{redact(p.text)}” – {p.owner or 'no owner'}, {_due(turn, p)}, made {_day(turn, p.made_at)}",
            (f"promise:{p.id}",),
        )
        for p in case.open_promises(turn)
    ]


def emotion(turn: Turn) -> Piece:
    """In words: what they feel, where it turned, what they need now."""
    felt = turn.evidence.emotion
    trigger = next((m for m in turn.window if m.id == felt.trigger_message_id), None)
    if not felt.measured:
        return Piece(
            f"Not measured in this language; they have waited {spell_wait(felt.waiting_seconds)}. They need {_NEEDS[need_of(turn)]}."
        )
    quote = f": “{shortened(_quoting(turn)(trigger.text), 120)}”" if trigger and not _told(turn, trigger.id) else "."
    turned = f" It turned at {_clock(turn, trigger.sent_at)}{quote}" if trigger else ""
    label = (felt.label or "neutral").capitalize()
    why = felt.why.strip().rstrip(".")
    return Piece(
        f"{label}, {felt.trend}: {why}.{turned} They need {_NEEDS[need_of(turn)]}.",
        (f"message:{trigger.id}",) if trigger else (),
    )


def known(turn: Turn) -> list[Piece]:
    """Details on record. Values only for a proven person; else which fields there are, so that nobody reads them out."""
    details = turn.evidence.known_details
    if details and turn.assurance is not Assurance.PROVEN:
        fields = ", ".join(detail.field.replace("_", " ") for detail in details)
        return [Piece(f"Not to be said, identity is not proven: {fields}", tuple(f"detail:{detail.field}" for detail in details))]
    pieces = []
    for detail in details:
        state = {"fresh": "", "confirm": " (confirm: still right?)", "disputed": " (disputed: sources differ)"}[detail.state]
        pieces.append(Piece(f"{detail.field.replace('_', ' ')}: {detail.value}{state}", (f"detail:{detail.field}",)))
    return pieces


def actions(turn: Turn) -> list[tuple[HandoverAction, str]]:
    """What has to be done: promises first, then identity, what is missing, what somebody may grant, and the answer by its time."""
    redact = _quoting(turn)
    todo = [
        (
            HandoverAction(what=f"Keep or renew: “{shortened(redact(p.text), _NAMED)}”", owner=p.owner or NEXT_AGENT, by=_due(turn, p)),
            f"promise:{p.id}",
        )
        for p in case.open_promises(turn)
    ]
    if case.needs_proof(turn):
        todo.append((HandoverAction(what="Check who is speaking before anything on record is said", owner=NEXT_AGENT, by=""), ""))
    missing = [field.replace("_", " ") for field in case.missing_needs(turn)[:2]]
    todo += [(HandoverAction(what=f"Ask for the {field}", owner=NEXT_AGENT, by=""), "") for field in missing]
    todo += [_lever(lever) for lever in case.usable_levers(turn)[:3]]
    if turn.waiting:
        todo.append(
            (
                HandoverAction(
                    what="Answer the customer, also if it is only where it stands", owner=NEXT_AGENT, by=_at(turn, back_by(turn))
                ),
                "",
            )
        )
    return todo


def _lever(lever: TurnLever) -> tuple[HandoverAction, str]:
    """A way out: whose yes it needs, and what to confirm first."""
    value = limit_text(lever.limit)
    named = f" ({value})" if not set(re.findall(r"\d+", value)) <= set(re.findall(r"\d+", lever.offer)) else ""
    confirm = f"; first confirm: {lever.reason.removeprefix('confirm:').strip()}" if lever.applies == "unknown" and lever.reason else ""
    asks = lever.authority == "supervisor"
    what = f"{'Decide' if asks else 'May be granted'}: {lever.offer}{named}{confirm}"
    return HandoverAction(what=what, owner="supervisor" if asks else NEXT_AGENT, by=""), f"lever:{lever.id}"


def if_then(turn: Turn) -> list[Piece]:
    """What the articles say may come and what then; internal ones too, a colleague reads this."""
    pieces: list[Piece] = [
        Piece(f"If {_at(turn, p.due).removeprefix('by ')} cannot be kept: tell the customer before, not after.", (f"promise:{p.id}",))
        for p in case.open_promises(turn)
        if p.due and p.state == "open"
    ]
    for hit in [p for p in turn.evidence.passages[:4] if p.audience == "internal"][:1]:
        pieces += [Piece(f"For the agent, “{hit.title}”: {u.text}", (u.source,)) for u in units(hit)[:1]]
    for hit in turn.evidence.passages[:4] if turn.evidence.coverage.covered else ():
        found = [
            u
            for u in units(hit)
            if _IF.match(u.text) and not u.text.endswith("?") and len(u.text) <= 220 and not asks_for_known(turn, u.text)
        ]
        pieces += [Piece(u.text, (u.source,)) for u in found[:1] if not any(u.text in p.text for p in pieces)]
    return pieces[:_MAY_COME]


def risks(turn: Turn) -> list[Piece]:
    """What could go wrong: threats, what must not be said, what is not sure."""
    felt = turn.evidence.emotion
    trigger = f"message:{felt.trigger_message_id}" if felt.trigger_message_id else ""
    pieces = [Piece(text, (trigger,) if trigger else ()) for sign, text in _RISKS.items() if sign in felt.signs]
    if turn.assurance is not Assurance.PROVEN:
        pieces.append(Piece("Identity is not proven: nothing on record may be said or confirmed."))
    if case.public_place(turn):
        pieces.append(Piece("Others read along in this channel: nothing on record belongs there."))
    if turn.evidence.fault and turn.evidence.fault.party != "company":
        pieces.append(Piece("The record shows no mistake of ours: no apology for one.", (turn.evidence.fault.source,)))
    if turn.evidence.coverage.conflict:
        pieces.append(Piece("Articles contradict each other on this.", tuple(f"passage:{i}" for i in turn.evidence.coverage.conflict)))
    disputed = [d.field for d in turn.evidence.known_details if d.state == "disputed"]
    pieces += [Piece(f"Sources differ on the {field.replace('_', ' ')}.", (f"detail:{field}",)) for field in disputed]
    redact = _quoting(turn)
    guides = [m for m in turn.evidence.memories if m.use == "guide"][:3]
    pieces += [Piece(f"Know it, don't say it: {shortened(redact(guide.text), 140)}", (f"memory:{guide.id}",)) for guide in guides]
    return pieces


def introduction(turn: Turn) -> Piece:
    """The words for the customer: who comes, what they know already, what happens now. In the customer's language, else English."""
    words = wording(turn) or english(turn)
    name = case.name_to_greet(turn, words.language == "de" and not words.familiar)
    time = words.clock(back_by(turn), turn.as_of)
    found = matter(turn, words)
    if not name:
        return Piece(words.say("introduce_nobody", agent=NEXT_AGENT, time=time))
    if found is None:
        return Piece(words.say("introduce_plain", customer=name, agent=NEXT_AGENT, time=time))
    text = words.say("introduce", customer=name, agent=NEXT_AGENT, matter=found.text, time=time)
    return Piece(text, (f"message:{found.message_id}",), cited=found.text)


def _day(turn: Turn, moment: datetime) -> str:
    return english(turn).day(moment, turn.as_of)


def _clock(turn: Turn, moment: datetime) -> str:
    return f"{moment.astimezone(english(turn).zone):%H:%M}"


def _at(turn: Turn, moment: datetime) -> str:
    return english(turn).clock(moment, turn.as_of)


def _due(turn: Turn, promise: Promise) -> str:
    if promise.due is None:
        return "no date"
    late = promise.at(turn.as_of).state == "overdue"
    return f"was due {_day(turn, promise.due)}" if late else f"due {_at(turn, promise.due)}"
