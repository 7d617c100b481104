"""A hotel cancelled too late: nobody's fault but hers, and hurt all the same."""

from typing import Any

from copilot.domain.knowledge import Clause, Condition, Limit
from copilot.domain.memory import Promise
from copilot.domain.turn import Evidence, Fault, Need, Person, Turn
from copilot.testing.turns.parts import ago, detail, found, hit, lever, memory, mood, said, turn

HOTEL_LEVERS = (
    lever(
        "hotel-night-waiver",
        "stays-late-cancellation",
        "Refund the first night, up to 120 EUR",
        limit=Limit(amount_minor=12000, currency="EUR"),
        reason="tier in silver, gold, platinum; hotel booking is on record",
        when=Condition(
            text="First late cancellation in 24 months, silver member or higher", all=(Clause(field="hotel_booking", op="exists"),)
        ),
    ),
    lever(
        "hotel-night-waiver-full",
        "stays-late-cancellation",
        "Refund all charged nights, up to 300 EUR",
        limit=Limit(amount_minor=30000, currency="EUR"),
        authority="supervisor",
        applies="unknown",
        when=Condition(text="A customer for five years or more, first late cancellation in 24 months"),
        reason="confirm: A customer for five years or more, first late cancellation in 24 months",
    ),
    lever(
        "hotel-move-dates",
        "stays-late-cancellation",
        "Keep the paid night and move the stay to new dates within 6 months",
        limit=Limit(months=6),
        reason="hotel booking is on record",
        when=Condition(text="The hotel agrees; one call to the hotel is enough", all=(Clause(field="hotel_booking", op="exists"),)),
    ),
)


def customer_fault(**changes: Any) -> Turn:
    """She cancelled a day too late and is hurt; the record shows no mistake of the company. No apology, no lecture."""
    window = (
        said(
            "h1",
            "customer",
            "I cancelled the hotel in Vienna because my mother fell, and you still took 118 euros. I thought after six years you "
            "would be kinder than that.",
            ago(hours=5),
        ),
    )
    evidence = Evidence(
        passages=(
            hit(
                "stays-late-cancellation",
                "Cancelled too late: what is still possible",
                "The free period has passed and a night was charged. There are three ways that often help. Many hotels let you keep "
                "the night you paid "
                "and use it on new dates within 6 months. We write to the hotel and explain what happened. An accident, an illness "
                "or a cancelled flight "
                "helps; you can send a paper, but you do not have to. The hotel answers within one working day.",
                0.83,
            ),
            hit(
                "stays-late-cancellation",
                "Cancelled too late: what is still possible",
                "Call the hotel before you answer if it is open. Say what the confirmation said and when, once, without the word policy.",
                0.6,
                audience="internal",
                heading="For the agent",
                number=3,
            ),
        ),
        memories=(
            memory(
                "m-vienna",
                "Booking HV-20931, Hotel Lindenhof in Vienna, 19–21 November: free cancellation until 17 November; cancelled on 18 "
                "November.",
            ),
            memory("m-mother", "Her mother is ill.", kind="fact", use="guide"),
        ),
        known_details=(detail("hotel_booking", "HV-20931", source="conversation:m-vienna"),),
        emotion=mood(
            "disappointed", 52.0, waiting_seconds=18000.0, since=ago(hours=5), why="“I thought after six years you would be kinder”"
        ),
        levers=HOTEL_LEVERS,
        coverage=found("cancelled hotel Vienna charged", 0.83),
        needs=(Need(field="hotel_booking", article_id="stays-late-cancellation"),),
        fault=Fault(party="customer", text="Cancelled one day after the free period.", source="memory:m-vienna"),
    )
    person = Person(id="c-clara", name="Clara Moreau", since=ago(days=2300), tier="silver", locale="en")
    return turn("hotel", changes, channel="email", person=person, window=window, evidence=evidence)


def asks_for_supervisor(**changes: Any) -> Turn:
    """An agent has answered twice; the customer now wants somebody who may decide. A lever needs a supervisor."""
    window = (
        said("k1", "customer", "You charged me 118 euros for the Vienna hotel although my mother fell.", ago(minutes=55)),
        said(
            "k2",
            "agent",
            "I'm sorry to hear about your mother. I will ask the hotel and come back to you by 15:00.",
            ago(minutes=50),
            author_name="Jonas Weber",
        ),
        said(
            "k3",
            "agent",
            "Hotel Lindenhof said no on the phone (Ms Gruber).",
            ago(minutes=30),
            author_name="Jonas Weber",
            visibility="private",
        ),
        said(
            "k4",
            "agent",
            "The hotel did not agree to waive the night. I can refund up to 120 EUR of the first night.",
            ago(minutes=25),
            author_name="Jonas Weber",
        ),
        said("k5", "customer", "It is two nights. I want to speak to your supervisor, someone who can decide this.", ago(minutes=10)),
    )
    base = customer_fault().evidence
    open_promise = Promise(
        id="p-call",
        customer_id="c-clara",
        conversation_id="conversation-supervisor",
        text="I will ask the hotel and come back to you by 15:00.",
        owner="Jonas Weber",
        due=ago(minutes=-56),
        state="open",
        source="message:k2",
        made_at=ago(minutes=50),
    )
    emotion = mood(
        "frustrated",
        68.0,
        base=63.0,
        trend="rising",
        waiting_seconds=600.0,
        since=ago(minutes=10),
        contacts_30d=2,
        trigger_message_id="k5",
        why="asks for someone who can decide",
        signs=("asks_human",),
    )
    evidence = base.model_copy(update={"emotion": emotion, "promises": (open_promise,)})
    person = Person(id="c-clara", name="Clara Moreau", since=ago(days=2300), tier="silver", locale="en")
    return turn("supervisor", changes, person=person, window=window, evidence=evidence)
