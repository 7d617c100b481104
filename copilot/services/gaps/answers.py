"""What colleagues answered to questions that knowledge did not cover."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from copilot.domain.case import Gap
from copilot.domain.conversation import Conversation, Message
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Records
from copilot.domain.topics import HumanAnswer
from copilot.memory import details
from copilot.retrieval.query import essence
from copilot.retrieval.words import FILLER, telling, tokens
from copilot.services.gaps.opening import anonymous
from copilot.services.quality.anonymous import without_numbers

SHOWN = 3
"""Answers of a topic."""
READ = 12
"""Conversations that are read for them."""
SAYS = 4
"""Telling words of an answer that says something; "let me check" says nothing."""
LONGEST = 1500


async def answers_of(records: Records, gaps: Sequence[Gap], privacy: Privacy, at: datetime) -> tuple[HumanAnswer, ...]:
    """The best first: of conversations that ended well, then those that say most."""
    gaps = [gap for gap in gaps if gap.conversation_id][:READ]
    talks = await records.conversations.several(list({gap.conversation_id for gap in gaps}))
    found: list[tuple[tuple[bool, int, int], HumanAnswer]] = []
    for gap in gaps:
        talk = talks.get(gap.conversation_id)
        said = answer_to(talk, gap.opened_at) if talk is not None else []
        if talk is None or not said or _substance(said) < SAYS:
            continue
        text = await _nameless(records, talk, said, privacy, at)
        answer = HumanAnswer(gap_id=gap.id, text=text[:LONGEST], channel=talk.channel, at=said[-1].sent_at)
        well = bool(talk.outcome and talk.outcome.resolved), talk.csat or 0, min(_substance(said), 60)
        found.append((well, answer))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return tuple({answer.text: answer for _, answer in reversed(found)}.values())[::-1][:SHOWN]


def answer_to(talk: Conversation, asked_at: datetime) -> list[Message]:
    """The public messages of agents between a question and what the customer wrote next."""
    said: list[Message] = []
    for message in talk.messages:
        if message.sent_at <= asked_at and message.author == "customer":
            said = []
        elif message.is_answer and message.sent_at >= asked_at:
            said.append(message)
        elif message.author == "customer" and said:
            break
    return said


def answer_text(talk: Conversation, asked_at: datetime) -> str:
    """The same as one text, without greetings and signatures; empty when nobody answered."""
    return "\n".join(essence(message.text) for message in answer_to(talk, asked_at))


def _substance(said: Sequence[Message]) -> int:
    return len({word.lower() for m in said for word in tokens(m.text) if telling(word) and word.lower() not in FILLER})


async def _nameless(records: Records, talk: Conversation, said: Sequence[Message], privacy: Privacy, at: datetime) -> str:
    customer = await records.customers.find(talk.customer_id) if talk.customer_id else None
    known = details.ledger(customer, talk.messages, [], at)
    names = [customer.name] if customer else []
    names += [m.author_name for m in talk.messages if m.author_name]
    bare = "\n\n".join(anonymous(message.text, names, known) for message in said)
    return await asyncio.to_thread(without_numbers, bare, privacy)
