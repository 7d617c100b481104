"""Examples of request bodies, as the documentation shows them. A test sends each of them through its schema."""

from typing import Any

MESSAGE: dict[str, Any] = {
    "id": "m-2",
    "author": "customer",
    "text": "It has been nine days. Where is the refund for my cancelled flight to Lisbon?",
    "sent_at": "2026-03-01T10:04:00+01:00",
}
CONVERSATION: dict[str, Any] = {
    "conversation_id": "chat-4711",
    "channel": "chat",
    "language": "en",
    "customer": {
        "id": "cust-1042",
        "name": "Ines Almeida",
        "email": "ines.almeida@example.com",
        "tier": "gold",
        "booking_reference": "TW7K2P",
        "assurance": "claimed",
    },
    "messages": [
        {"id": "m-1", "author": "bot", "text": "Hello! How can I help?", "sent_at": "2026-03-01T10:03:00+01:00"},
        MESSAGE,
    ],
}
REPLAY: dict[str, Any] = {**CONVERSATION, "as_of": "2026-03-01T10:05:00+01:00"}
CHANGE: dict[str, Any] = {"assignee": "agent-7", "assurance": "proven"}
KINDS: dict[str, Any] = {"kinds": ["reply", "options"]}
REVIEW: dict[str, Any] = {"text": "Ines, I can see that your refund of €142 is nine days late. I am on it now."}
OFFER: dict[str, Any] = {
    "to_team": "refunds",
    "note": "She has asked twice; please call.",
    "brief": {
        "urgency": "today",
        "reason": "A refund is overdue and needs the refunds team.",
        "story": ["Flight to Lisbon cancelled", "Refund promised within seven days", "Nothing arrived"],
        "tried": ["Asked the bot", "Wrote an e-mail"],
        "promises": ["Refund within seven days – overdue"],
        "emotion": "disappointed, rising",
        "known": ["booking reference TW7K2P"],
        "actions": [{"what": "Release the refund", "owner": "refunds", "by": "today 17:00"}],
        "if_then": ["If the bank rejects it, offer a voucher and say why"],
        "risks": ["Threatens to leave"],
        "introduction": "Ines, this is {next agent} from our refunds team, who has your case in front of them.",
    },
}
GRANT: dict[str, Any] = {
    "offer": "goodwill credit",
    "limit": {"amount": 40, "currency": "EUR"},
    "reason": "Nine days late, the third time she writes.",
}
GRANT_DECISION: dict[str, Any] = {
    "decision": "countered",
    "limit": {"amount": 30, "currency": "EUR"},
    "note": "Thirty, as in the other Lisbon cases.",
}
ASK: dict[str, Any] = {"question": "How long does a refund take to the card?"}
QUESTION: dict[str, Any] = {"text": "Does the bank in Porto pay out on Saturdays?", "to": "everyone"}
ANSWER: dict[str, Any] = {"text": "It does not; what arrives on Friday after 14:00 is paid on Monday."}
BRIEF: dict[str, Any] = {"brief": OFFER["brief"] | {"emotion": "calmer since the call"}}
ACCEPT: dict[str, Any] = {"read_back": "I take over Ines's overdue refund and call her before 17:00."}
NOTE: dict[str, Any] = {"note": "Done in the chat."}
DECISION: dict[str, Any] = {
    "id": "decision-0f3a",
    "action": "edited",
    "text": "Ines, your refund of €142 left us today. It reaches you by Thursday.",
}
SEEN: dict[str, Any] = {"what": "displayed"}
SENT: dict[str, Any] = {
    "text": "Ines, your refund of €142 left us today. It reaches you by Thursday.",
    "message_id": "m-3",
    "sent_at": "2026-03-01T10:09:00+01:00",
}
CUSTOMER_LINE = (
    '{"id": "cust-1042", "name": "Ines Almeida", "identities": [{"type": "email", "value": "ines.almeida@example.com", "verified": true}], '
    '"since": "2016-05-01", "tier": "gold", "preferences": ["aisle seat"], "interactions": [{"conversation_id": "mail-88", '
    '"channel": "email", "messages": [{"id": "1", "author": "agent", "author_name": "Tom", '
    '"text": "I will refund you by Friday.", "sent_at": "-P9D"}], "outcome": "refund promised"}]}'
)
CUSTOMERS: dict[str, Any] = {"lines": [CUSTOMER_LINE], "first": 1}
MEMORY_STATE: dict[str, Any] = {"state": "active"}
PROMISE_STATE: dict[str, Any] = {"state": "kept"}
ABSENCE: dict[str, Any] = {"until": "2030-03-09T08:00:00+01:00", "promises_to": "agent-8"}
OWN_ANSWER: dict[str, Any] = {"text": "Ines, your refund of €142 left us today. You will hear from me by Thursday, 5 March."}
SEEN_UNTIL: dict[str, Any] = {"message_id": "m-2"}
WRAP_UP: dict[str, Any] = {"summary": "The refund was released and arrives by Thursday.", "disposition": "solved", "resolved": True}
SHIFT: dict[str, Any] = {"to": {"team": "refunds"}, "note": "Back on Monday."}
KNOWLEDGE: dict[str, Any] = {
    "files": [
        {
            "name": "refunds.md",
            "text": "---\nid: refunds\ntitle: Refunds for cancelled flights\nstatus: published\naudience: public\nowner: refunds\n"
            "tags: [refund]\nproducts: [flights]\nlocale: en\nreview_by: 2027-01-01\n---\n\n"
            "When we cancel a flight, the fare is refunded within seven days to the card it was paid with.\n",
        }
    ]
}
IMPORT: dict[str, Any] = {"source": "Help centre", "files": [{"name": "pets.md", "text": "# Pets\n\nDogs fly too."}]}
IMPORT_FILE = "# Pets\n\nDogs fly too."
SOURCE: dict[str, Any] = {"master": True}
REVISIONS: dict[str, Any] = {"ids": ["refunds"]}
SYNC: dict[str, Any] = {
    "files": [KNOWLEDGE["files"][0] | {"id": "refunds", "revision": 1}],
    "agreed": [{"id": "baggage", "revision": 3}],
}
TENANT: dict[str, Any] = {"id": "nordic", "company": "Ternway Nordic", "time_zone": "Europe/Oslo"}
KEY: dict[str, Any] = {"role": "agent", "name": "Tom's desk", "user": "agent-7"}
USER: dict[str, Any] = {"name": "Tom Berg", "role": "agent", "email": "tom@example.com", "external_id": "agent-8", "team": "refunds"}
SETTINGS: dict[str, Any] = {
    "company": "Ternway",
    "time_zone": "Europe/Berlin",
    "hours": {"0": {"opens": 480, "closes": 1200}, "1": {"opens": 480, "closes": 1200}},
    "languages": ["en", "de"],
    "currency": "EUR",
    "quiet_period_s": 2,
}
PASSWORD: dict[str, Any] = {"password": "seven quiet trains at noon"}
PANEL_TOKEN: dict[str, Any] = {"origin": "https://chat.example.com"}
