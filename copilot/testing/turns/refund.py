"""A refund that was promised and not sent: said in fury, politely, and in public."""

from typing import Any

from copilot.domain.emotion import Emotion, TrajectoryPoint
from copilot.domain.knowledge import Clause, Condition, Limit
from copilot.domain.memory import Promise
from copilot.domain.turn import Evidence, Fault, Need, Person, Turn
from copilot.testing.turns.parts import ago, detail, found, hit, lever, memory, mood, said, turn

MARGARET = Person(id="c-margaret", name="Margaret Ellison", since=ago(days=3720), tier="platinum", locale="en-GB")


MARGARET_DETAILS = (
    detail("booking_reference", "TW7K2Q", source="conversation:m1", as_of=ago(days=10)),
    detail("payment_method", "Visa ending 4417"),
    detail("email", "margaret.ellison@example.org"),
    detail("address", "14 Harbour Road, Bristol BS1 5TY", as_of=ago(days=900), state="confirm"),
)


LATE_REFUND = (
    hit(
        "refunds-how-long",
        "How long a refund takes",
        "## When it is late\n\nIf ten working days have passed, write to us with the booking reference. You should not have to wait "
        "for a bank's "
        "answer: we check on the same day whether the payment left us, and tell you what we found.",
        0.86,
        heading="When it is late",
        number=2,
    ),
    hit(
        "refunds-how-long",
        "How long a refund takes",
        "Since 15 January 2026 the rule is: **within 10 working days** from the day we confirm a refund, the money is back on the "
        "payment "
        'method you used. It applies to flights and hotels alike and replaces the earlier "up to 28 days".',
        0.74,
    ),
    hit(
        "overdue-refunds",
        "Overdue refunds: what to do",
        'First look at the payout ledger. A case marked "refund requested" without a payout line was never sent. Release it again '
        "today, by "
        "instant transfer where possible. Never tell the customer to wait another ten days.",
        0.8,
        audience="internal",
        heading="For the agent",
    ),
)


REFUND_LEVERS = (
    lever(
        "refund-instant",
        "overdue-refunds",
        "Release the refund again as an instant transfer",
        reason="promises overdue >= 1",
        when=Condition(text="A refund we promised is overdue", all=(Clause(field="promises_overdue", op=">=", value=1),)),
    ),
    lever(
        "goodwill-credit",
        "goodwill",
        "Goodwill travel credit for a broken promise",
        limit=Limit(amount_minor=5000, currency="EUR"),
        reason="promises overdue >= 1",
        when=Condition(text="We broke a promise", all=(Clause(field="promises_overdue", op=">=", value=1),)),
    ),
    lever(
        "refund-to-other-account",
        "refunds-how-long",
        "Pay the refund to another account in the customer's own name",
        limit=Limit(days=10),
        applies="unknown",
        when=Condition(text="The card or account of the booking is closed, and identity is proven"),
        reason="confirm: The card or account of the booking is closed, and identity is proven",
    ),
    lever(
        "fee-waiver-2025",
        "change-your-flight",
        "Free change of date",
        applies="no",
        until=ago(days=200),
        reason="it ended on 4 May 2026",
    ),
)


REFUND_MEMORIES = (
    memory(
        "m-refund-2",
        "E-mail, 10 November: second time she asked for the €142 refund of the cancelled Lisbon flight TW482; told it would be sent "
        "by 13 November.",
        channel="email",
        resolved=False,
        fault="company",
    ),
    memory(
        "m-refund-1",
        "Chat, 29 October: flight TW482 to Lisbon cancelled by us; she chose the refund of €142.",
        channel="chat",
        at=ago(days=22),
        resolved=False,
        fault="company",
    ),
    memory(
        "m-anniversary", "Travels to Lisbon every November to see her sister.", kind="fact", use="quotable", at=ago(days=380), score=0.4
    ),
    memory("m-hearing", "Prefers writing to calls: hard of hearing.", kind="preference", use="guide", at=ago(days=700), score=0.5),
)


REFUND_PROMISE = Promise(
    id="p-refund",
    customer_id="c-margaret",
    conversation_id="m-refund-2",
    text="The refund of €142 for your Lisbon flight will be sent by 13 November.",
    owner="refunds team",
    due=ago(days=6, hours=21),
    state="overdue",
    source="message:m-refund-2-3",
    made_at=ago(days=10),
)


def _refund_evidence(emotion: Emotion) -> Evidence:
    return Evidence(
        passages=LATE_REFUND,
        memories=REFUND_MEMORIES,
        known_details=MARGARET_DETAILS,
        promises=(REFUND_PROMISE,),
        emotion=emotion,
        levers=REFUND_LEVERS,
        coverage=found("refund Lisbon flight late", 0.86),
        needs=(Need(field="booking_reference", article_id="refunds-how-long"), Need(field="payment_method", article_id="refunds-how-long")),
        fault=Fault(party="company", text="The refund of €142 promised by 13 November was not sent.", source="promise:p-refund"),
    )


def furious(**changes: Any) -> Turn:
    """Ten years a customer, third contact, a refund promised for a week ago and never sent. She is right to be angry."""
    window = (
        said("f1", "customer", "This is the THIRD time I am writing about the refund for my Lisbon flight.", ago(minutes=20)),
        said(
            "f2",
            "customer",
            "You promised the 142 euros by 13 November. Nothing has arrived. You never do what you say! Where is my money? "
            "If this is not solved today I cancel my card and everyone will read about it.",
            ago(minutes=18),
        ),
    )
    points = (
        TrajectoryPoint(message_id="f1", label="frustrated", intensity=0.7, heat=70, why="third contact; capitals"),
        TrajectoryPoint(message_id="f2", label="angry", intensity=0.9, heat=84, why="“never”; threatens to leave and to go public"),
    )
    emotion = mood(
        "angry",
        88.0,
        base=80.0,
        trend="rising",
        waiting_seconds=1200.0,
        since=ago(minutes=20),
        contacts_7d=2,
        contacts_30d=3,
        trigger_message_id="f2",
        why="A promise of ours is a week overdue; third contact; “You never do what you say!”",
        signs=("repeats", "capitals", "absolutes", "threat_leave", "threat_public"),
        trajectory=points,
    )
    return turn("furious", changes, person=MARGARET, window=window, evidence=_refund_evidence(emotion))


def furious_but_polite(**changes: Any) -> Turn:
    """The same case as `furious` in calm words under another name: the options must be the same."""
    window = (
        said("f1", "customer", "Hello, I am writing for the third time about the refund for my Lisbon flight.", ago(minutes=20)),
        said(
            "f2",
            "customer",
            "The 142 euros were due on 13 November. Could you please tell me where the money is? Thank you.",
            ago(minutes=18),
        ),
    )
    emotion = mood("disappointed", 64.0, base=58.0, waiting_seconds=1200.0, since=ago(minutes=20), contacts_30d=3, why="a broken promise")
    person = MARGARET.model_copy(update={"name": "Thuy Nguyen"})
    return turn("polite", changes, person=person, window=window, evidence=_refund_evidence(emotion))


def public_post(**changes: Any) -> Turn:
    """A known, proven customer asks in public: nothing of her record may appear there."""
    window = (said("s1", "customer", "@ternway still no refund for my cancelled flight after FOUR weeks?? #fail", ago(hours=3)),)
    evidence = _refund_evidence(
        mood(
            "angry",
            76.0,
            base=70.0,
            waiting_seconds=10800.0,
            since=ago(hours=3),
            contacts_30d=3,
            trigger_message_id="s1",
            why="goes public; capitals",
            signs=("capitals", "threat_public"),
        )
    )
    return turn("social", changes, channel="social", person=MARGARET, window=window, evidence=evidence)
