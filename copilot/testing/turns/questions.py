"""Questions of every kind: advice, identity, a failed bot, silence, thanks."""

from typing import Any

from copilot.domain.knowledge import Ask
from copilot.domain.memory import Promise
from copilot.domain.people import Assurance
from copilot.domain.turn import Evidence, GuideAsk, Need, Person, Turn
from copilot.testing.turns.parts import ago, detail, found, hit, memory, mood, said, turn

CARD_GUIDE = (
    hit(
        "which-card",
        "Which Ternway card suits you",
        "Start costs nothing and suits people who fly once a year. Plus costs 60 EUR a year, includes a cabin bag in every fare and no "
        "foreign-currency fee. Reserve costs 180 EUR a year and adds lounge visits and travel insurance for the whole family.",
        0.82,
    ),
    hit(
        "card-abroad",
        "Using your card abroad",
        "With Start we charge 1.8 % for payments in another currency. With Plus and Reserve we do not.",
        0.6,
    ),
)


CARD_ASKS = (
    GuideAsk(
        article_id="which-card",
        ask=Ask(
            field="trips_per_year",
            question="How many trips do you plan in the next twelve months?",
            why="From three trips on, the bag allowance of Plus is worth more than its fee.",
            decides="Start or Plus",
        ),
    ),
    GuideAsk(
        article_id="which-card",
        ask=Ask(
            field="travels_with",
            question="Who travels with you?",
            why="Only Reserve insures the whole family.",
            decides="Plus or Reserve",
        ),
        answered_by="memory:m-family",
    ),
    GuideAsk(
        article_id="which-card",
        ask=Ask(
            field="pays_abroad",
            question="Do you pay in other currencies when you are away?",
            why="Start costs 1.8 % on every such payment.",
            decides="whether Start is really the cheapest",
        ),
    ),
)


def calm_adviser(**changes: Any) -> Turn:
    """He only wants advice: which card. A guide with questions was found; one is answered by what is on record."""
    window = (
        said(
            "a1",
            "customer",
            "Hi! I'm thinking about one of your cards but I can't tell which one would suit me. What do you suggest?",
            ago(minutes=1),
        ),
    )
    evidence = Evidence(
        passages=CARD_GUIDE,
        memories=(
            memory("m-family", "Travels with his wife and two children.", kind="fact", at=ago(days=90)),
            memory("m-aisle", "Likes aisle seats.", kind="preference", at=ago(days=200), score=0.2),
        ),
        known_details=(
            detail("home_airport", "Hamburg"),
            detail("address", "Elbchaussee 9, 22765 Hamburg", as_of=ago(days=1100), state="confirm"),
        ),
        emotion=mood("neutral", 22.0),
        coverage=found("which card suits me", 0.82),
        asks=CARD_ASKS,
    )
    person = Person(id="c-david", name="David Okafor", since=ago(days=800), tier="silver", locale="en")
    return turn("adviser", changes, person=person, window=window, evidence=evidence)


PROVE = hit(
    "prove-identity",
    "How we make sure that it is you",
    "We speak about bookings, cards and addresses only with the person they belong to.\n\n| You reach us by | How we check |\n|---|---|\n"
    "| chat in the app, signed in | nothing more is needed |\n| chat on the website, not signed in | a six-digit code to the phone "
    "or e-mail on file |\n"
    "| phone | a code by SMS, or a push message in the app |\n\nThe code is valid for 10 minutes. We never ask for a password, a "
    "PIN or a whole card number.",
    0.72,
)


CARD_LOST = hit(
    "card-lost-stolen",
    "Card lost or stolen, and the replacement",
    "**Block it first**: app > **Card > Block**, or +49 30 5550199, day and night. The card goes to the **address in your "
    "profile**, the PIN to "
    "the app. The letter cannot be sent to another address.",
    0.7,
)


def unproven(**changes: Any) -> Turn:
    """Someone who says he is Robert Hale asks for the address on file and a new card. Nothing of the record may be said to him."""
    window = (
        said("u1", "customer", "Hello, Robert Hale here. I lost my card on Tuesday and need a replacement.", ago(minutes=4)),
        said("u2", "customer", "Can you just read me the address you have on file so I know where it goes?", ago(minutes=3)),
    )
    evidence = Evidence(
        passages=(PROVE, CARD_LOST),
        memories=(
            memory("m-move", "Phone, 2 September: moved from Leeds to 8 Quay Street, Manchester.", at=ago(days=79), channel="phone"),
        ),
        known_details=(
            detail("address", "8 Quay Street, Manchester M3 3JE"),
            detail("card_last4", "9031"),
            detail("phone", "+44 7700 900461"),
            detail("email", "robert.hale@example.net"),
        ),
        emotion=mood("neutral", 30.0, waiting_seconds=240.0),
        coverage=found("lost card replacement address", 0.72),
        needs=(Need(field="card_last4", article_id="card-lost-stolen"),),
    )
    person = Person(id="c-robert", name="Robert Hale", since=ago(days=1500), tier="", locale="en-GB")
    return turn("unproven", changes, person=person, assurance=Assurance.CLAIMED, window=window, evidence=evidence)


def bot_failed(**changes: Any) -> Turn:
    """A bot answered twice beside the point before the human came: a suitcase that did not arrive."""
    window = (
        said("b1", "customer", "My suitcase did not arrive in Porto last night. What do I do now?", ago(minutes=9)),
        said(
            "b2",
            "bot",
            "I'm happy to help! You can find our baggage allowance under Trips > Bags.",
            ago(minutes=9),
            author_name="Ternway Assistant",
        ),
        said("b3", "customer", "That is not my question. The suitcase is MISSING. Can I buy clothes and who pays?", ago(minutes=7)),
        said("b4", "bot", "Great question! Our baggage allowance depends on your fare.", ago(minutes=7), author_name="Ternway Assistant"),
        said("b5", "customer", "human please", ago(minutes=6)),
    )
    evidence = Evidence(
        passages=(
            hit(
                "baggage-delayed",
                "Your bag did not arrive",
                "Report the missing bag within 24 hours in the app under Trips > Bags > Missing. You receive a file number that "
                "starts with PIR. "
                "Until the bag arrives you may buy what you need for up to 50 EUR a day, for at most 5 days. Keep the receipts: we "
                "pay them back within 10 working days.",
                0.84,
            ),
        ),
        emotion=mood(
            "frustrated",
            66.0,
            base=61.0,
            trend="rising",
            waiting_seconds=540.0,
            since=ago(minutes=9),
            trigger_message_id="b3",
            why="the bot answered beside the question twice; “MISSING”",
            signs=("repeats", "capitals", "asks_human"),
        ),
        coverage=found("suitcase missing Porto clothes who pays", 0.84),
        needs=(Need(field="booking_reference", article_id="baggage-delayed"),),
        bot_failed=("b2", "b4"),
    )
    person = Person(id="c-ines", name="Ines Duarte", since=ago(days=400), tier="", locale="en")
    return turn("bot", changes, person=person, window=window, evidence=evidence)


def uncovered(**changes: Any) -> Turn:
    """A question no article answers: a beehive as cabin luggage."""
    window = (said("x1", "customer", "Can I take a small beehive with living bees on the flight to Zurich on 3 December?", ago(minutes=2)),)
    evidence = Evidence(
        passages=(hit("baggage-allowance", "Your bags", "A checked bag may weigh 23 kg. A cabin bag may weigh 8 kg.", 0.31),),
        emotion=mood("neutral", 25.0, waiting_seconds=120.0),
        coverage=found("beehive living bees cabin flight", 0.31, reason="no article speaks of living animals other than dogs and cats"),
    )
    person = Person(id="c-luca", name="Luca Berner", since=ago(days=150))
    return turn("uncovered", changes, person=person, window=window, evidence=evidence)


def thanks(**changes: Any) -> Turn:
    """A closing message: the matter is done, no question."""
    window = (
        said("t1", "customer", "Can I still add a bag to my flight to Oslo?", ago(minutes=12)),
        said(
            "t2",
            "agent",
            "Yes, until 3 hours before departure, under Trips > Bags, from 36 EUR for 23 kg.",
            ago(minutes=8),
            author_name="Jonas Weber",
        ),
        said("t3", "customer", "Perfect, that worked. Thank you so much!", ago(minutes=1)),
    )
    evidence = Evidence(emotion=mood("grateful", 5.0), coverage=found("thank you", 0.1, reason="no question"))
    person = Person(id="c-amina", name="Amina Yusuf", since=ago(days=500))
    return turn("thanks", changes, person=person, window=window, evidence=evidence)


def conflict(**changes: Any) -> Turn:
    """Two articles contradict each other on the cabin bag of the Light fare; which holds depends on a date nobody gave."""
    old = hit(
        "baggage-light-2024",
        "Light fare: your cabin bag",
        "With Light you bring one cabin bag of up to 55 × 40 × 23 cm and 8 kg, free of charge.",
        0.81,
        valid_from=ago(days=900),
    )
    new = hit(
        "baggage-light-2026",
        "Light fare: bags on tickets bought from 1 February 2026",
        "Light tickets bought on or after 1 February 2026 include one under-seat bag of up to 40 × 30 × 20 cm. A larger cabin bag "
        "is no longer included.",
        0.79,
        valid_from=ago(days=290),
    )
    window = (said("c1", "customer", "I have a Light ticket. Is my cabin bag included or not? Your website says both.", ago(minutes=2)),)
    evidence = Evidence(
        passages=(old, new),
        emotion=mood("confused", 34.0),
        coverage=found("Light ticket cabin bag included", 0.81, conflict=(old.passage_id, new.passage_id)),
    )
    return turn("conflict", changes, person=Person(id="c-tom", name="Tom Archer", since=ago(days=30)), window=window, evidence=evidence)


def letter(**changes: Any) -> Turn:
    """A letter four days old: calm, but nobody has answered."""
    text = (
        "Dear Sir or Madam, my points for the flight to Rome on 12 October have not been added. How do I claim them? "
        "Kind regards, Edith Nowak"
    )
    window = (said("l1", "customer", text, ago(days=4)),)
    evidence = Evidence(
        passages=(
            hit(
                "points-missing",
                "Points are missing",
                "You can claim missing points up to 6 months after the flight, in the app under Points > Missing. Send us the "
                "ticket number and the "
                "boarding pass. The points are on your account within 5 working days.",
                0.8,
            ),
        ),
        known_details=(detail("membership_number", "TN-558201"),),
        emotion=mood(
            "neutral", 48.0, base=28.0, waiting_seconds=4 * 86400.0, since=ago(days=4), why="a letter without an answer for four days"
        ),
        coverage=found("missing points flight Rome", 0.8),
        needs=(Need(field="ticket_number", article_id="points-missing"),),
    )
    person = Person(id="c-edith", name="Edith Nowak", since=ago(days=3300), tier="silver", locale="en")
    return turn("letter", changes, channel="letter", person=person, window=window, evidence=evidence)


def stranger(**changes: Any) -> Turn:
    """Nobody we know asks a plain question."""
    window = (said("n1", "customer", "How early does online check-in open?", ago(minutes=1)),)
    evidence = Evidence(
        passages=(
            hit(
                "online-check-in",
                "Online check-in",
                "Online check-in opens 36 hours before departure and closes 60 minutes before. You need the booking reference and "
                "your last name.",
                0.9,
            ),
        ),
        emotion=mood("neutral", 20.0),
        coverage=found("online check-in opens", 0.9),
    )
    return turn("stranger", changes, assurance=Assurance.NONE, window=window, evidence=evidence)


def answered(**changes: Any) -> Turn:
    """Nobody waits: the agent spoke last. An open promise of his falls due in an hour."""
    window = (
        said("o1", "customer", "Has my name been corrected on the ticket to Athens?", ago(minutes=40)),
        said("o2", "agent", "I am checking with the ticket desk and will be back by 15:00.", ago(minutes=35), author_name="Jonas Weber"),
    )
    promise = Promise(
        id="p-name",
        customer_id="c-nadia",
        conversation_id="conversation-answered",
        text="I am checking with the ticket desk and will be back by 15:00.",
        owner="Jonas Weber",
        due=ago(minutes=-56),
        state="open",
        source="message:o2",
        made_at=ago(minutes=35),
    )
    evidence = Evidence(
        emotion=mood("neutral", 20.0, since=None, waiting_seconds=0.0), promises=(promise,), coverage=found("name corrected ticket", 0.2)
    )
    return turn("answered", changes, person=Person(id="c-nadia", name="Nadia Petrou"), window=window, evidence=evidence)
