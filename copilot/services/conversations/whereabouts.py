"""Where were we: one line per conversation for whoever switches to it. What they want; what was last said or promised, by whom, when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import Frozen
from copilot.domain.conversation import Message
from copilot.domain.memory import Promise
from copilot.domain.ports.records import Database
from copilot.domain.staff import User
from copilot.domain.turn import Turn
from copilot.kinds.composing import shortened
from copilot.kinds.day_words import DayWords, day_words
from copilot.memory.episodes import asks_for_something, gist, wish
from copilot.services.conversations.reading import conversation
from copilot.services.conversations.standing import name_of, stand

LONGEST = 120
"""Characters of the line."""
WANTED = 56
"""Of them, for what the customer wants when something follows."""
LEAST = 12
"""Fewer characters of someone's words say nothing."""
THANKS = 4
"""Words that are no more than thanks."""
JOINT = " · "
MARKS = {"de": ("„", "“"), "es": ("«", "»")}


class Where(Frozen):
    """The line, and the language it is in."""

    line: str
    language: str


@dataclass(frozen=True)
class Whereabouts:
    """Says where a conversation stands, without a model."""

    database: Database
    clock: Callable[[], datetime]

    async def line(self, tenant: str, ref: str) -> Where:
        """Raises NotFound."""
        async with self.database.read(tenant) as records:
            found = await conversation(records, ref)
            turn = await stand(records, found, self.clock())
            names = names_of(await records.admin.users())
        return where(turn, names)


def names_of(users: list[User]) -> dict[str, str]:
    """People's names by every id they go by."""
    return {ident: user.name for user in users for ident in (user.id, user.external_id) if ident}


def where(turn: Turn, names: Mapping[str, str]) -> Where:
    """At most 120 characters, in the conversation's language where there are phrases, else in English."""
    words = day_words(turn)
    rest = _last(turn, words, names)
    wanted = _wanted(turn, words, WANTED if rest else LONGEST)
    whole = JOINT.join(part for part in (wanted, rest) if part) or words.say("nothing")
    return Where(line=shortened(whole, LONGEST), language=words.language)


def _wanted(turn: Turn, words: DayWords, room: int) -> str:
    said = [m for m in turn.window if m.author == "customer" and m.text.strip()]
    waiting = [m for m in said if m.id in set(turn.unanswered)]
    telling = [m for m in waiting if asks_for_something(m.text)] or (said[:1] if _says_nothing_new(waiting) else waiting)
    if not telling:
        return ""
    frame = words.say("wants", want="")
    want = wish("\n".join(m.text for m in telling)).rstrip(".")
    return words.say("wants", want=quoted(want, max(LEAST, room - len(frame)), words))


def _says_nothing_new(waiting: list[Message]) -> bool:
    """Thanks after the answer, or an answer thrown back (“28 days??”), are not what they came for: their first message is."""
    return sum(len(m.text.split()) for m in waiting) <= THANKS or any("?" in m.text for m in waiting)


def _last(turn: Turn, words: DayWords, names: Mapping[str, str]) -> str:
    """The promise that is owed, else the last answer, else that there was none."""
    room = LONGEST - WANTED - len(JOINT)
    owed = _owed(turn)
    if owed is not None:
        return _promised(owed, turn, words, room)
    answers = [m for m in turn.window if m.is_answer]
    if answers:
        return _framed(words, "said", room, answers[-1], turn, names)
    bots = [m for m in turn.window if m.author == "bot" and not m.deleted_at]
    if bots:
        return words.say("bot_said", when=words.moment(bots[-1].sent_at, turn.as_of))
    since = turn.waiting[0].sent_at if turn.waiting else None
    return words.say("unanswered", when=words.moment(since, turn.as_of)) if since else ""


def _owed(turn: Turn) -> Promise | None:
    """Of this conversation's promises the most urgent; else an overdue one of another conversation of theirs."""
    live = sorted(turn.evidence.promises, key=lambda p: (p.state != "overdue", p.due is None, p.due or turn.as_of))
    here = [p for p in live if p.conversation_id == turn.conversation_id]
    return next(iter(here), None) or next((p for p in live if p.state == "overdue"), None)


def _promised(promise: Promise, turn: Turn, words: DayWords, room: int) -> str:
    key = {"overdue": "promised_overdue"}.get(promise.state, "promised_due") if promise.due else "promised"
    values = {"who": shortened(promise.owner, 20), "when": words.moment(promise.due or promise.made_at, turn.as_of)}
    frame = words.say(key, what="", **values)
    return words.say(key, what=quoted(promise.text.rstrip("."), max(LEAST, room - len(frame)), words), **values)


def _framed(words: DayWords, key: str, room: int, message: Message, turn: Turn, names: Mapping[str, str]) -> str:
    values = {"who": shortened(name_of(message, names) or words.say("colleague"), 20), "when": words.moment(message.sent_at, turn.as_of)}
    frame = words.say(key, what="", **values)
    return words.say(key, what=quoted(gist(message.text).rstrip("."), max(LEAST, room - len(frame)), words), **values)


def quoted(text: str, room: int, words: DayWords) -> str:
    """Somebody's words in the language's quotation marks, in at most `room` characters."""
    left, right = MARKS.get(words.language, ("“", "”"))
    return f"{left}{shortened(text, room - 2)}{right}"
