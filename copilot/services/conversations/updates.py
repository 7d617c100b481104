"""The words for a customer before a promise falls due, made by rule: what was promised, that it is not done, and when they hear next."""

from datetime import datetime

from copilot.domain.base import Frozen, Instant
from copilot.domain.conversation import Conversation
from copilot.domain.day import OwedRow
from copilot.domain.people import Assurance
from copilot.domain.tenant import TenantSettings
from copilot.domain.turn import Person, Turn
from copilot.kinds import case
from copilot.kinds.day_words import DayWords, day_words
from copilot.kinds.wording import back_by
from copilot.services.conversations.standing import bare, renewed

LONGEST_QUOTE = 300


class Update(Frozen):
    """A draft for the agent. `by`: when the customer hears next, which is a promise once it is sent."""

    text: str
    language: str
    by: Instant


def update_for(row: OwedRow, moved_from: str, thread: Conversation, settings: TenantSettings, now: datetime) -> Update:
    """In the customer's language and form of address where there are phrases, else in English.

    What was promised is repeated only to somebody who has proven who they are, and never in public.
    """
    turn = renewed(bare(thread, settings, now), thread, now, settings).model_copy(
        update={"person": Person(id=row.promise.customer_id, name=row.customer_name)}
    )
    words = day_words(turn)
    late = row.promise.due is not None and row.promise.due < now
    quotes = case.may_disclose(turn) and turn.assurance is Assurance.PROVEN
    key = f"update_{'late' if late else 'soon'}{'' if quotes else '_plain'}{'_moved' if moved_from else ''}"
    promise = row.promise.text.strip()
    said = promise if len(promise) <= LONGEST_QUOTE else promise[: LONGEST_QUOTE - 1] + "…"
    body = words.say(key, made=words.day(row.promise.made_at, now), promise=_closed(said), who=moved_from)
    by = back_by(turn)
    return Update(text=f"{_hello(turn, words)} {body} {words.say('update_next', time=words.by(by, now))}", language=words.language, by=by)


def _hello(turn: Turn, words: DayWords) -> str:
    name = case.name_to_greet(turn, words.language == "de" and not words.address.familiar)
    return words.say("update_hello", name=name) if name else words.say("update_hello_nobody")


def _closed(text: str) -> str:
    """A sentence that ends."""
    return text if text[-1:] in ".!?…" else f"{text}."
