"""The reply without a model: phrases for the case, and whole sentences of public passages.

Order for our own mistake (Lewicki et al. 2016): responsibility, repair, then regret; forgiveness is never asked for. Without evidence of
a mistake there is empathy and no admission.
"""

from collections.abc import Callable

from copilot.domain.suggestion import Abstention, Draft, ReplyPayload
from copilot.domain.turn import Fault, Turn
from copilot.kinds import case
from copilot.kinds.composing import Part, paragraphs, shortened
from copilot.kinds.extract import Unit, answer, identity_check, identity_passage, telling_stems
from copilot.kinds.hardship import hardship
from copilot.kinds.levers import REPAIRS, ranked_levers
from copilot.kinds.matter import matter
from copilot.kinds.mirror import mirrored, telling_quote
from copilot.kinds.wording import Wording, answer_minutes, back_by, wording
from copilot.memory.sentences import sentences
from copilot.retrieval.bends import bend_of

WRITTEN = ("email", "letter")
SURE = 0.55
"""Fit from which a sentence may stand beside an apology: there, one that is beside the point does harm."""
_TELLING = 3
"""Sentences of passages, as far as there is room."""
_LONGEST = 5
"""Sentences of a reply in chat (CRAFT, Replies 8). What is quoted gives way first; one sentence of it stays."""


class PlainReply:
    """One reply in the making: the three parts and what they are made from."""

    def __init__(self, turn: Turn, words: Wording, room: int = _TELLING + 1) -> None:
        """`room`: sentences that may be quoted."""
        self.turn, self.words, self.room, self.quoted = turn, words, room, 0
        self.acknowledgement, self.resolution, self.next_step = Part(), Part(), Part()
        self.matter = matter(turn, words)
        self.written = turn.channel in WRITTEN
        self.name = case.name_to_greet(turn, self.written or (words.language == "de" and not words.familiar))
        self.within = words.within(answer_minutes(turn))
        self.time = words.clock(back_by(turn), turn.as_of)

    def draft(self) -> Draft:
        """The parts as a draft."""
        parts = (self.acknowledgement, self.resolution, self.next_step)
        text, citations = paragraphs(parts)
        payload = ReplyPayload(acknowledgement=parts[0].text, resolution=parts[1].text, next_step=parts[2].text)
        return Draft(text=text, payload=payload, citations=citations)

    def greet(self) -> None:
        """By name where it is known and may be said."""
        if case.greeted(self.turn) and not self.written:
            key = "hello_again"
        elif self.written:
            key = "hello_written"
        else:
            key = "hello_upset" if case.upset(self.turn) else "hello"
        if not self.name and key == "hello_again":
            return
        greeting = self.words.say(key, name=self.name) if self.name else self.words.say("hello_nobody")
        goes_on = greeting.endswith(",") and (not self.written or self.words.language == "de")
        self.acknowledgement.greet(greeting, goes_on=goes_on, breaks=self.written)

    def mirror(self, key: str, quote_key: str, **values: object) -> bool:
        """The customer's own words back: turned to `you` in English, quoted in other languages."""
        turned = mirrored(self.turn) if self.words.language == "en" else None
        if turned:
            self.acknowledgement.say(self.words.say(key, mirror=turned[0], **values), f"message:{turned[1]}")
            return True
        quote = telling_quote(self.turn) if self.words.language != "en" else None
        if quote:
            self.acknowledgement.say(self.words.say(quote_key, quote=quote[0], **values), f"message:{quote[1]}")
        return quote is not None

    def name_matter(self, key: str) -> bool:
        """The thing itself, as the customer calls it."""
        if self.matter:
            self.acknowledgement.say(
                self.words.say(key, matter=self.matter.text), f"message:{self.matter.message_id}", cited=self.matter.text
            )
        return self.matter is not None

    def quote(self, units: list[Unit]) -> None:
        """Sentences of passages, as they stand."""
        self.quoted += len(units)
        for unit in units:
            self.resolution.say(unit.text, unit.source)

    def next(self, key: str, **values: object) -> None:
        """What happens next."""
        self.next_step.say(self.words.say(key, within=self.within, time=self.time, **values))


def plain_reply(turn: Turn) -> Draft | Abstention:
    """The reply that fits the case; an abstention where no honest one can be put together without a model."""
    words = wording(turn)
    if words is None:
        return Abstention(
            reason=f"There are no phrases in the customer's language ({turn.language}). Write it yourself, or let a model translate: "
            f"{_what_is_known(turn)}"
        )
    write = next((route for fits, route in _ROUTES if fits(turn, words)), _answering)
    reply = PlainReply(turn, words)
    made = write(reply)
    while isinstance(made, Draft) and reply.room > 1 and not reply.written and len(sentences(made.text)) > _LONGEST:
        reply = PlainReply(turn, words, max(1, reply.quoted - 1))
        made = write(reply)
    return made


def _closing(reply: PlainReply) -> Draft:
    """Thanks are answered warmly and briefly; what is still promised is not forgotten."""
    words, name = reply.words, reply.name
    reply.acknowledgement.say(words.say("closing", name=name) if name else words.say("closing_nobody"))
    live = case.open_promises(reply.turn) if case.may_disclose(reply.turn) else []
    if live:
        reply.resolution.say(words.say("closing_promise", promise=shortened(live[0].text, 200)), f"promise:{live[0].id}")
    if reply.matter:
        text = words.say("closing_next_matter", matter=reply.matter.text)
        reply.next_step.say(text, f"message:{reply.matter.message_id}", cited=reply.matter.text)
    else:
        reply.next_step.say(words.say("closing_next"))
    return reply.draft()


def _in_public(reply: PlainReply) -> Draft:
    """Others read along: the matter moves to a private message, and nothing of the record is said."""
    reply.greet()
    if not reply.name_matter("public_matter"):
        reply.acknowledgement.say(reply.words.say("public"))
    if not case.upset(reply.turn):
        reply.quote(answer(reply.turn, reply.words, min(_TELLING, reply.room)))
    reply.next("public_next")
    return reply.draft()


def _proof_first(reply: PlainReply) -> Draft:
    """What anybody may know at once; what is on file only after the identity check."""
    turn, words = reply.turn, reply.words
    reply.greet()
    if not reply.mirror("mirror", "mirror_quote"):
        reply.name_matter("ack_read")
    if turn.evidence.coverage.covered:
        reply.quote(answer(turn, words, min(2, reply.room), but=identity_passage(turn)))
    check = identity_check(turn)
    if check:
        reply.resolution.say(words.say("prove_how", how=check.text), check.source, cited=check.text)
    else:
        reply.resolution.say(words.say("prove"))
    reply.next_step.say(words.say("prove_start"))
    if reply.matter:
        reply.next("prove_next", matter=reply.matter.text)
    else:
        reply.next("prove_next_plain")
    return reply.draft()


def _someone_else(reply: PlainReply) -> Draft:
    """They ask for someone who may decide: that is what happens now."""
    asked = case.asks_for_someone_else(reply.turn)
    reply.greet()
    if reply.matter:
        text = reply.words.say("asks_person_matter", matter=reply.matter.text)
        reply.acknowledgement.say(text, f"message:{asked.id}" if asked else "", f"message:{reply.matter.message_id}")
    else:
        reply.acknowledgement.say(reply.words.say("asks_person"), f"message:{asked.id}" if asked else "")
    fault = case.our_fault(reply.turn)
    if fault:
        _own(reply, fault)
    reply.next("asks_person_next")
    return reply.draft()


def _answering(reply: PlainReply) -> Draft | Abstention:
    """The ordinary reply: acknowledged, resolved, what comes next."""
    turn, words = reply.turn, reply.words
    fault = case.our_fault(turn)
    owed = None
    if fault and not _is_about(turn, fault):
        fault, owed = None, fault
    promised = fault is not None and fault.source.startswith("promise:")
    most = 1 if promised else 2 if fault else _TELLING - case.upset(turn) + reply.written
    units = answer(turn, words, min(most, reply.room), only_we_act=promised)
    if promised and units and max(u.fit for u in units) < SURE and any(u.passage.fits for u in units):
        units = []
    if not units and not promised:
        return Abstention(
            reason=f"No public passage can be quoted in the customer's language ({turn.language}). Write it yourself, or let a model "
            f"translate: {_what_is_known(turn)}"
        )
    reply.greet()
    if fault:
        _own(reply, fault)
        _repair(reply, fault)
        if not _can_do(reply):
            reply.quote(units)
        _regret(reply, fault)
        reply.next("hear_from_me")
        return reply.draft()
    _empathy(reply)
    # With room for one sentence more, that one is the answer and not that it was looked for.
    if case.upset(turn) and not turn.evidence.bot_failed and not case.missing_needs(turn) and (reply.written or reply.room > 1):
        _look_twice(reply)
    reply.quote(units)
    _what_next(reply, " ".join(u.text for u in units))
    _still_owed(reply, owed)
    return reply.draft()


def _is_about(turn: Turn, fault: Fault) -> bool:
    """Whether the mistake on record is what they write about: they are upset, or name the same thing."""
    if case.upset(turn) or not fault.source.startswith("promise:"):
        return True
    said = set(telling_stems(" ".join(m.text for m in turn.waiting), turn.language[:2]))
    return bool(said & set(telling_stems(fault.text, turn.language[:2]))) or case.broken_promise(turn) is None


def _still_owed(reply: PlainReply, owed: Fault | None) -> None:
    """Something else that we promised and have not done: they hear it from us first."""
    if owed:
        reply.next_step.say(reply.words.say("also_owed", promise=shortened(owed.text, 200), time=reply.time), owed.source)


def _own(reply: PlainReply, fault: Fault) -> None:
    """Responsibility first: what we said and did not do, with its date."""
    turn, words = reply.turn, reply.words
    promise = next((p for p in turn.evidence.promises if f"promise:{p.id}" == fault.source), None)
    if promise:
        made = words.day(promise.made_at, turn.as_of)
        text = words.say("owned_promise", made=made, promise=shortened(promise.text, 220).rstrip(". "))
        reply.acknowledgement.say(text, fault.source)
        return
    memory = next((m for m in turn.evidence.memories if f"memory:{m.id}" == fault.source), None)
    date = words.day(memory.at if memory else turn.as_of, turn.as_of)
    if reply.matter:
        reply.acknowledgement.say(words.say("owned_record_matter", date=date, matter=reply.matter.text), fault.source)
    else:
        reply.acknowledgement.say(words.say("owned_record", date=date), fault.source)


def _repair(reply: PlainReply, fault: Fault) -> None:
    """What I do about it now, with whom."""
    owner = next((p.owner.strip() for p in reply.turn.evidence.promises if f"promise:{p.id}" == fault.source), None)
    key = "repair_record" if owner is None else with_whom("repair", owner, reply.turn)
    reply.resolution.say(reply.words.say(key, owner=owner), fault.source if owner and key != "repair_self" else "")


def _can_do(reply: PlainReply) -> bool:
    """What policy lets this agent do about it at once, for somebody whom we have let down and who is proven."""
    turn = reply.turn
    if reply.words.language != "en" or not case.may_disclose(turn):
        return False
    mine = [lever for lever in ranked_levers(turn) if lever.applies == "yes" and lever.authority == "agent"]
    solving = next((lever for lever in mine if bend_of(lever.offer).bends in REPAIRS), None)
    if solving is None:
        return False
    offer = solving.offer[0].lower() + solving.offer[1:].rstrip(".")
    reply.resolution.say(reply.words.say("can_do", offer=offer), f"lever:{solving.id}")
    return True


def with_whom(stem: str, owner: str, turn: Turn) -> str:
    """The phrase for asking a team, a person, or nobody but myself."""
    if not owner or owner.casefold() in (turn.agent.name.casefold(), turn.agent.id.casefold()):
        return f"{stem}_self"
    return f"{stem}_person" if owner[0].isupper() and len(owner.split()) <= 3 else f"{stem}_team"


def _regret(reply: PlainReply, fault: Fault) -> None:
    """After the repair: sorry for exactly what happened, and only once in a conversation."""
    turn, words = reply.turn, reply.words
    if case.apologised(turn):
        return
    years = case.years_with_us(turn)
    due = next((p.due for p in turn.evidence.promises if f"promise:{p.id}" == fault.source), None)
    key = ("regret_since" if due else "regret") + ("_years" if years else "")
    values = {"years": words.number(years), "due": words.day(due, turn.as_of) if due else ""}
    reply.next_step.say(words.say(key, **values), fault.source)


def _empathy(reply: PlainReply) -> None:
    """What happened to this person, in their words; no admission."""
    turn, words = reply.turn, reply.words
    if turn.evidence.bot_failed:
        _after_bot(reply)
        return
    hard = hardship(turn)
    if hard:
        reply.acknowledgement.say(words.say(f"hardship_{hard[0]}"), f"message:{hard[1]}")
    if case.waited_long(turn):
        too_late(reply)
    if case.waited_long(turn) and not case.upset(turn):
        reply.name_matter("matter")
    elif (case.upset(turn) or hard) and reply.mirror("mirror", "mirror_quote"):
        pass
    elif turn.evidence.asks:
        reply.acknowledgement.say(words.say("advice"))
    else:
        reply.name_matter("matter")
    years = case.years_with_us(turn)
    if years and not case.upset(turn):
        since = [f"detail:{d.field}" for d in turn.evidence.known_details if d.field == "since"]
        reply.acknowledgement.say(words.say("thanks_years", years=words.number(years)), *since)


def _after_bot(reply: PlainReply) -> None:
    """The earlier contact is named, a person has come, and nothing has to be told again."""
    agent = reply.turn.agent.name.split()[:1]
    named = "_named" if agent else ""
    values: dict[str, object] = {"agent": agent[0]} if agent else {}
    if not reply.mirror(f"mirror_bot{named}", f"bot_failed_quote{named}", **values):
        reply.acknowledgement.say(reply.words.say(f"bot_failed{named}", **values), f"message:{reply.turn.evidence.bot_failed[0]}")


def introduce_self(reply: PlainReply) -> None:
    """After a bot: a person, by name where it is known, and no repetition."""
    agent = reply.turn.agent.name.split()
    words = reply.words
    reply.acknowledgement.say(words.say("this_is", agent=agent[0]) if agent else words.say("no_repeat"))


def too_late(reply: PlainReply) -> None:
    """They waited longer than we allow ourselves: said once, with the day or the hour."""
    turn, words = reply.turn, reply.words
    first = turn.waiting[0]
    if reply.written:
        text = words.say("too_late_written", date=words.day(first.sent_at, turn.as_of))
    else:
        text = words.say("too_late_spoken", time=f"{first.sent_at.astimezone(words.zone):%H:%M}")
    reply.acknowledgement.say(text, f"message:{first.id}")


def _look_twice(reply: PlainReply) -> None:
    """For someone hurt without our fault: not the rule, but what is still possible."""
    years = case.years_with_us(reply.turn)
    key = "look_twice_years" if years else "look_twice"
    reply.resolution.say(reply.words.say(key, years=reply.words.number(years)))


def _what_next(reply: PlainReply, said: str) -> None:
    """One question where an answer is needed, else how it goes on; always with a time."""
    turn, words = reply.turn, reply.words
    missing = [f for f in case.missing_needs(turn) if words.label(f).casefold() not in said.casefold()]
    asks = [a.ask.question for a in turn.evidence.asks if not a.answered_by] if words.language == case.language_of_asks(turn) else []
    mine = next(
        (p for p in case.open_promises(turn) if p.state == "open" and p.due and p.owner == turn.agent.name and case.may_disclose(turn)),
        None,
    )
    if missing:
        reply.next("next_need", question=words.need(missing[0]))
    elif case.upset(turn):
        reply.next("next_upset")
    elif asks:
        reply.next("next_ask", question=asks[0])
    elif mine and mine.due:
        reply.next_step.say(words.say("next_promise", time=words.clock(mine.due, turn.as_of)), f"promise:{mine.id}")
    else:
        reply.next("next_open")


def _what_is_known(turn: Turn) -> str:
    """The best passages by title, for the agent."""
    titles = list(dict.fromkeys(p.title for p in turn.evidence.passages))[:2]
    return ("the answer stands in " + " and ".join(f"“{t}”" for t in titles) + ".") if titles else "no passage was found."


def _discreet(turn: Turn, words: Wording) -> bool:
    """In public, and about this person's own matter: who they are is not proven there, either."""
    about_them = turn.evidence.needs or turn.evidence.promises or turn.evidence.fault or case.upset(turn) or case.needs_proof(turn)
    return case.public_place(turn) and bool(about_them)


_ROUTES: tuple[tuple[Callable[[Turn, Wording], bool], Callable[[PlainReply], Draft | Abstention]], ...] = (
    (case.only_thanks, _closing),
    (_discreet, _in_public),
    (lambda turn, words: case.needs_proof(turn), _proof_first),
    (lambda turn, words: turn.agent.role == "agent" and case.asks_for_someone_else(turn) is not None, _someone_else),
)
