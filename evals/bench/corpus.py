"""A large installation to measure on: articles that read like articles, customers with years of history. Made, not copied."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from copilot.domain.base import new_id
from copilot.domain.conversation import Channel, Conversation, Message
from copilot.domain.knowledge import Article
from copilot.domain.memory import Memory
from copilot.domain.people import Customer, Identity

SUBJECTS = (
    "refund",
    "rebooking",
    "baggage",
    "seat",
    "invoice",
    "card",
    "points",
    "hotel night",
    "transfer",
    "voucher",
    "meal",
    "insurance",
)
PLACES = ("Lisbon", "Oslo", "Vienna", "Porto", "Kraków", "Malmö", "Bilbao", "Gdańsk", "Riga", "Naples", "Tallinn", "Ghent")
SITUATIONS = (
    "after a delay",
    "for a group",
    "with a child",
    "on a partner airline",
    "in winter",
    "without a receipt",
    "for a business trip",
)
STEPS = (
    "Open the booking and choose the {s} section.",
    "You will have the answer within {n} working days.",
    "Keep the receipt: sums above {m} EUR need one.",
    "The counter in {p} is open until {h}:00.",
    "If the {s} was bought together with another product, both are changed.",
    "For journeys to {p} the limit is {m} EUR for each person.",
    "A change {x} is free of charge once; each further change costs {n} EUR.",
    "Write the number of the {s} on every letter, so that we find it at once.",
)
PER_ARTICLE = 4
WORDS = tuple("the delayed flight and the money that was promised but never came although I called twice about it".split())  # noqa: SIM905


def articles(passages: int, seed: int = 1) -> Iterator[Article]:
    """Enough articles for about that many passages."""
    chance = random.Random(seed)
    for number in range(passages // PER_ARTICLE):
        subject, place, case = chance.choice(SUBJECTS), chance.choice(PLACES), chance.choice(SITUATIONS)
        sections = []
        for part in range(PER_ARTICLE):
            lines = [_line(chance, subject, place, case) for _ in range(9)]
            sections.append(f"## {subject.capitalize()} {case}, part {part + 1} of case {number}\n\n" + " ".join(lines))
        title = f"{subject.capitalize()} {case} in {place} ({number})"
        yield Article(id=f"bench-{number}", title=title, text="\n\n".join(sections), status="published", products=("flights",))


def _line(chance: random.Random, subject: str, place: str, case: str) -> str:
    return chance.choice(STEPS).format(
        s=subject, p=place, x=case, n=chance.randint(2, 60), m=chance.randint(20, 900), h=chance.randint(14, 22)
    )


def customer(number: int, now: datetime) -> Customer:
    """A customer of the large installation."""
    identities = (Identity(type="email", value=f"person{number}@example.org", verified=True),)
    since = now - timedelta(days=400 + number % 3000)
    return Customer(id=new_id(), external_id=f"bench-{number}", name=f"Person {number}", since=since, tier="gold", identities=identities)


def interaction(person: Customer, number: int, chance: random.Random, now: datetime) -> tuple[Conversation, Memory]:
    """One earlier conversation of theirs, and its episode."""
    at = now - timedelta(days=chance.randint(1, 1500), minutes=number % 1000)
    said = f"About my {chance.choice(SUBJECTS)} to {chance.choice(PLACES)}: {' '.join(chance.sample(WORDS, 9))}"
    message = Message(id=new_id(), external_id=f"{person.external_id}-{number}-1", author="customer", text=said, sent_at=at)
    channel: Channel = chance.choice(("chat", "email", "phone"))
    reference = f"{person.external_id}-{number}"
    conversation = Conversation(
        id=new_id(), external_id=reference, channel=channel, status="closed", customer_id=person.id, messages=(message,)
    )
    episode = Memory(
        id=new_id(),
        customer_id=person.id,
        kind="episode",
        text=said,
        source=f"conversation:{reference}",
        at=at,
        conversation_id=conversation.id,
    )
    return conversation, episode


def present() -> datetime:
    """The time the benchmark counts from."""
    return datetime.now(UTC)
