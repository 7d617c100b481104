"""What a prompt gets from a Turn: evidence as plain text with short handles, inside marks that carry a random code.

Nothing that the speaker may not learn is given as quotable: with unproven identity, or in public, values on record are replaced by the
name of their field, and for texts meant for the customer memories and promises are left out altogether.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from copilot.domain.conversation import Message
from copilot.domain.memory import KnownDetail
from copilot.domain.people import Assurance
from copilot.domain.suggestion import KindName
from copilot.domain.turn import Turn
from copilot.kinds import case
from copilot.kinds.base import Kind
from copilot.kinds.wording import back_by, english, limit_text
from copilot.memory.disclosure import mentions_value

FOR_THE_CUSTOMER: tuple[KindName, ...] = ("reply", "questions", "options")
"""Kinds whose text the customer reads."""
_LANGUAGES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
}
_PLACES = {
    "chat": "a live chat",
    "sms": "text messages",
    "phone": "a phone call (the words are spoken)",
    "email": "e-mail",
    "social": "a public post that others read",
    "letter": "a letter",
}


def handles(turn: Turn) -> dict[str, str]:
    """Short handle → full source id: P passages, M memories, R promises, D details, L levers, U customer's and A other messages."""
    evidence = turn.evidence
    found: dict[str, str] = {}
    for letter, kind, ids in (
        ("P", "passage", [p.passage_id for p in evidence.passages]),
        ("M", "memory", [m.id for m in evidence.memories]),
        ("R", "promise", [p.id for p in evidence.promises]),
        ("D", "detail", [d.field for d in evidence.known_details]),
        ("L", "lever", [lever.id for lever in evidence.levers]),
        ("U", "message", [m.id for m in turn.window if m.author == "customer"]),
        ("A", "message", [m.id for m in turn.window if m.author != "customer"]),
    ):
        found |= {f"{letter}{number}": f"{kind}:{id_}" for number, id_ in enumerate(ids, 1)}
    return found


def variables(turn: Turn, kind: Kind, fence: str) -> dict[str, Any]:
    """The variables that every prompt takes, and the kind's own.

    `fence`: a random code, new for each call, that no text of the evidence can know.
    """
    words = english(turn)
    language = turn.language or turn.settings.languages[0]
    return {
        "fence": fence,
        "company": turn.settings.company or "the company",
        "agent": turn.agent.name or "the agent",
        "language": _LANGUAGES.get(language[:2].lower(), language),
        "place": _PLACES[turn.channel],
        "back_by": words.clock(back_by(turn), turn.as_of),
        "feeling": _feeling(turn),
        **evidence_variables(turn, fence, for_customer=kind.name in FOR_THE_CUSTOMER),
        **kind.variables(turn),
    }


def evidence_variables(turn: Turn, fence: str, *, for_customer: bool) -> dict[str, Any]:
    """Who speaks, the time, and the evidence between marks. `for_customer`: for words that the customer will read."""
    return {
        "now": f"{turn.as_of.astimezone(english(turn).zone):%A %d %B %Y, %H:%M}",
        "speaker": _speaker(turn),
        **{name: fenced(name, fence, lines) for name, lines in evidence_lines(turn, for_customer=for_customer).items()},
    }


def evidence_lines(turn: Turn, *, for_customer: bool) -> dict[str, list[str]]:
    """Conversation, records and knowledge as lines, not yet between marks."""
    return {
        "conversation": _conversation(turn),
        "records": _records(turn, for_customer=for_customer),
        "knowledge": _knowledge(turn),
    }


def fenced(name: str, fence: str, lines: Sequence[str]) -> str:
    """Lines between marks; what looks like a mark inside loses its look."""
    inside = "\n".join(lines) or "(nothing)"
    inside = inside.replace(fence, "").replace("<<<", "‹‹‹").replace(">>>", "›››") if fence else inside
    return f"<<<{name} {fence}>>>\n{inside}\n<<<end {name} {fence}>>>"


def hidden_details(turn: Turn) -> list[KnownDetail]:
    """The details on record that this speaker may not be told: all they did not write here themselves."""
    if case.may_disclose(turn):
        return []
    said = turn.said_by_customer
    return [d for d in turn.evidence.known_details if d.value.strip() and not mentions_value(said, d)]


def redactor(turn: Turn) -> Callable[[str], str]:
    """A function that makes a text fit to be quoted: every hidden value, however it is written, becomes the name of its field.

    A link that somebody pasted becomes `[link]`: a brief that repeated it would be withheld, and should be.
    """
    hidden = hidden_details(turn)

    def redact(text: str) -> str:
        for detail in hidden:
            for start, end in reversed(mentions_value(text, detail)):
                text = f"{text[:start]}[{detail.field.replace('_', ' ')} on record]{text[end:]}"
        return _LINK.sub("[link]", text)

    return redact


_LINK = re.compile(
    r"\b(?:https?://|www\.)\S+|(?<![\w@.-])(?:[\w-]{2,63}\.){1,4}(?:com|net|org|io|de|es|at|ch|eu|uk|info|biz|app|shop|site|online|xyz|link|"
    r"top|click|live|ly|me|example)\b(?:/\S*)?",
    re.IGNORECASE,
)


def _speaker(turn: Turn) -> str:
    """Who it is, as far as it may be known, and what follows."""
    if turn.person is None:
        return "Nobody we know. Say nothing about any record."
    if turn.assurance is not Assurance.PROVEN:
        name = case.name_to_greet(turn)
        called = f"calls themselves {name}" if name else "has not said a name; use none"
        return f"Identity NOT PROVEN ({turn.assurance.value}): {called}. Disclose nothing that they did not write in this conversation."
    if case.public_place(turn):
        return "A known customer in a PUBLIC place: say nothing of their record, not even that they are a customer."
    years = case.years_with_us(turn)
    long = f", a customer for {years} years: say so once" if years else ""
    return f"{turn.person.name or 'A known customer'}, identity proven{long}."


def _feeling(turn: Turn) -> str:
    """The emotion in a line."""
    emotion = turn.evidence.emotion
    if not emotion.measured:
        return f"not measured in this language; waiting {round(emotion.waiting_seconds / 60)} minutes"
    wait = f"waiting {round(emotion.waiting_seconds / 60)} minutes"
    return f"{emotion.label}, {emotion.trend}, heat {round(emotion.heat)} of 100, because {emotion.why}; {wait}"


def _conversation(turn: Turn) -> list[str]:
    """The transcript, one line a message."""
    by_source = {source: handle for handle, source in handles(turn).items()}
    waiting = set(turn.unanswered)
    redact = redactor(turn)
    return [_line(turn, m, by_source[f"message:{m.id}"], m.id in waiting, redact) for m in turn.window]


def _line(turn: Turn, message: Message, handle: str, waits: bool, redact: Callable[[str], str]) -> str:
    kind = "private note" if message.visibility == "private" else message.author
    text = message.text if message.author == "customer" else redact(message.text)
    mark = " (waits for an answer)" if waits else ""
    return f"[{handle}] {_when(turn, message.sent_at)} {kind}{mark}: {' '.join(text.split())}"


def _records(turn: Turn, *, for_customer: bool) -> list[str]:
    """Details, promises, memories, whose fault it is."""
    open_to_them = case.may_disclose(turn)
    redact = redactor(turn)
    lines = _details(turn)
    if not open_to_them and for_customer:
        count = len(turn.evidence.memories) + len(turn.evidence.promises)
        return [*lines, f"({count} memories and promises are not shown: this speaker may not be told of them)"]
    note = "" if open_to_them else " DO NOT DISCLOSE"
    for number, promise in enumerate(turn.evidence.promises, 1):
        due = f", due {_when(turn, promise.due)}" if promise.due else ", no date"
        state = promise.at(turn.as_of).state.upper()
        made = f"made {_when(turn, promise.made_at)} by {promise.owner or 'one of us'}"
        lines.append(f"[R{number}] promise{note}, {state}{due}, {made}: {redact(promise.text)}")
    for number, memory in enumerate(turn.evidence.memories, 1):
        use = " GUIDE ONLY: know it, never mention it" if memory.use == "guide" else note
        lines.append(f"[M{number}] {memory.kind}{use}, {_when(turn, memory.at)}: {redact(memory.text)}")
    if turn.evidence.fault:
        lines.append(f"The record shows whose mistake it was: {turn.evidence.fault.party}. {redact(turn.evidence.fault.text)}")
    return lines


def _details(turn: Turn) -> list[str]:
    hidden = {detail.field for detail in hidden_details(turn)}
    lines = []
    for number, known in enumerate(turn.evidence.known_details, 1):
        value = "(on record, DO NOT DISCLOSE)" if known.field in hidden else known.value
        lines.append(f"[D{number}] {known.field.replace('_', ' ')} = {value} ({known.state}; never ask for it)")
    return lines


def _knowledge(turn: Turn) -> list[str]:
    """Passages and levers, best first."""
    lines = []
    for number, hit in enumerate(turn.evidence.passages, 1):
        use = "GUIDE ONLY: internal, never quote or mention" if hit.audience == "internal" else "public"
        since = f", valid from {hit.valid_from:%d %B %Y}" if hit.valid_from else ""
        head = f"{hit.title} › {hit.heading}" if hit.heading else hit.title
        lines.append(f"[P{number}] {use}{since}, {head}: {hit.text.strip()}")
    for number, lever in enumerate(turn.evidence.levers, 1):
        limit = f", {limit_text(lever.limit)}" if lever.limit else ""
        lines.append(f"[L{number}] lever, applies: {lever.applies} ({lever.reason}), {lever.authority} may say yes{limit}: {lever.offer}")
    return lines


def _when(turn: Turn, moment: datetime) -> str:
    return f"{moment.astimezone(english(turn).zone):%d %b %Y %H:%M}"


def stance(turn: Turn) -> str:
    """What this case allows and forbids in a text for the customer, one rule a line."""
    rules = []
    fault = case.our_fault(turn)
    if fault:
        rules.append(
            "The record shows OUR mistake: own it first and plainly, then say what you do about it, then that you are sorry, once."
        )
    else:
        rules.append("No mistake of ours may be admitted or apologised for: empathy without admission.")
    if turn.evidence.bot_failed:
        rules.append("A bot failed before you: say that you have read what they told it; do not repeat or resemble its answers.")
    if case.needs_proof(turn):
        rules.append(
            "What they want needs proven identity: ask for the identity check that the knowledge describes, not for details on record."
        )
    if case.public_place(turn):
        rules.append("Others read along: move anything about the person to a private message.")
    if case.only_thanks(turn, english(turn)):
        rules.append("They are thanking: one or two warm sentences, no information, no sale.")
    if not case.waited_long(turn):
        rules.append("They have not waited long: no word about waiting for this answer.")
    missing = [f.replace("_", " ") for f in case.missing_needs(turn)]
    if missing:
        rules.append(f"Missing, and needed to resolve it (ask for at most one): {', '.join(missing)}.")
    return "\n".join(f"- {rule}" for rule in rules)
