"""Records to store in tests: each function makes a valid one, with what the test cares about set."""

from datetime import UTC, datetime, timedelta
from typing import Any

from copilot.domain.access import EntryLink, PanelToken, Session
from copilot.domain.base import new_id
from copilot.domain.case import Handover
from copilot.domain.conversation import Conversation, Message
from copilot.domain.emotion import Emotion, Sensed
from copilot.domain.experiments import Experiment
from copilot.domain.grants import ColleagueQuestion, Grant
from copilot.domain.knowledge import Article, Passage
from copilot.domain.memory import Memory, Promise
from copilot.domain.people import Assurance, Customer
from copilot.domain.ports.records import Records
from copilot.domain.quality import QualityCase
from copilot.domain.scorecards import Rating, Rubric, Sample, Scorecard, StoredRubric, Switch
from copilot.domain.suggestion import Decision, HandoverPayload, Suggestion
from copilot.domain.tenant import TenantSettings
from copilot.domain.turn import Agent, Coverage, Evidence, Person, Turn

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def minutes(count: float) -> datetime:
    """Noon, and so many minutes later."""
    return NOON + timedelta(minutes=count)


def person(ref: str = "c1", **values: Any) -> Customer:
    return Customer(id=new_id(), external_id=ref, **({"name": "Ann Bee"} | values))


def said(ref: str, text: str = "Where is my bag?", *, at: float = 0, author: str = "customer", **values: Any) -> Message:
    return Message.model_validate({"id": new_id(), "external_id": ref, "author": author, "text": text, "sent_at": minutes(at)} | values)


def thread(ref: str = "t1", *messages: Message, **values: Any) -> Conversation:
    return Conversation(id=new_id(), external_id=ref, **({"channel": "chat", "messages": messages} | values))


async def talking(records: Records, ref: str = "1") -> tuple[Customer, Conversation]:
    """A stored customer with a stored conversation of one message."""
    customer = await records.customers.upsert(person(f"c{ref}"))
    conversation = await records.conversations.upsert(thread(f"t{ref}", said("m1"), customer_id=customer.id))
    return customer, conversation


def emotion(**values: Any) -> Emotion:
    plain = {"label": "worried", "intensity": 0.4, "trend": "rising", "heat": 55.0, "waiting_seconds": 60.0, "base": 42.0}
    rest = {"contacts_7d": 1, "contacts_30d": 3, "trigger_message_id": None, "why": "asks twice", "measured": True}
    return Emotion.model_validate(plain | rest | values)


def frozen(turn_id: str, conversation: Conversation, customer: Customer | None = None, **values: Any) -> Turn:
    return Turn(
        id=turn_id,
        tenant_id="default",
        conversation_id=conversation.id,
        conversation_ref=conversation.external_id,
        channel=conversation.channel,
        language="en",
        person=Person(id=customer.id, name=customer.name) if customer else None,
        assurance=Assurance.PROVEN,
        agent=Agent(),
        window=conversation.messages,
        unanswered=tuple(m.id for m in conversation.messages),
        as_of=NOON,
        settings=TenantSettings(),
        evidence=Evidence(emotion=emotion(**values), coverage=Coverage(covered=True, score=0.8, threshold=0.3, query="bag")),
        timings_ms={"evidence": 12.5},
    )


def draft(turn_id: str, kind: str = "reply", **values: Any) -> Suggestion:
    plain = {"id": new_id(), "turn_id": turn_id, "kind": kind, "state": "proposed", "text": "Your bag is in Lisbon.", "producer": "rules"}
    return Suggestion.model_validate(plain | values)


def decision(suggestion_id: str, **values: Any) -> Decision:
    plain = {"id": new_id(), "suggestion_id": suggestion_id, "user_id": "u1", "action": "used", "decided_at": minutes(5)}
    return Decision.model_validate(plain | values)


def memory(customer_id: str, text: str = "Prefers the aisle.", **values: Any) -> Memory:
    plain = {"id": new_id(), "customer_id": customer_id, "kind": "fact", "text": text, "source": "message:1", "at": NOON}
    return Memory.model_validate(plain | values)


def promise(customer_id: str, conversation_id: str = "", **values: Any) -> Promise:
    plain = {"id": new_id(), "customer_id": customer_id, "conversation_id": conversation_id, "text": "A call back", "owner": "Kim"}
    return Promise.model_validate(plain | {"due": minutes(60), "state": "open", "source": "message:1", "made_at": NOON} | values)


def article(ref: str = "refunds", **values: Any) -> Article:
    return Article.model_validate({"id": ref, "title": "Refunds", "text": "Refunds take 5 days.", "status": "published"} | values)


def piece(ref: str, article_id: str = "refunds", **values: Any) -> Passage:
    return Passage.model_validate({"id": ref, "article_id": article_id, "title": "Refunds", "text": f"Text of {ref}."} | values)


def sensed(message_id: str, **values: Any) -> Sensed:
    plain = {"message_id": message_id, "language": "en", "measured": True, "label": "angry", "intensity": 0.9, "mood": 71.5, "why": "never"}
    return Sensed.model_validate(plain | values)


def grant(conversation_id: str, **values: Any) -> Grant:
    plain = {"id": new_id(), "conversation_id": conversation_id, "offer": "goodwill credit", "limit": {"amount": 40, "currency": "EUR"}}
    return Grant.model_validate(plain | {"reason": "Ann waits.", "asked_by": "u1", "asked_name": "Kim", "asked_at": NOON} | values)


def question(conversation_id: str, **values: Any) -> ColleagueQuestion:
    plain = {"id": new_id(), "conversation_id": conversation_id, "text": "Where is Ann's bag kept?", "to": "everyone"}
    return ColleagueQuestion.model_validate(plain | {"asked_by": "u1", "asked_name": "Kim", "asked_at": NOON} | values)


def handover(conversation_id: str, turn_id: str, **values: Any) -> Handover:
    lists = dict.fromkeys(("story", "tried", "promises", "known", "actions", "if_then", "risks"), ())
    brief = HandoverPayload(urgency="soon", reason="asks for a supervisor", emotion="", introduction="", **lists)
    plain = {"id": new_id(), "conversation_id": conversation_id, "turn_id": turn_id, "suggestion_id": None, "state": "offered"}
    return Handover.model_validate(plain | {"offered_by": "u1", "brief": brief, "offered_at": NOON, "changed_at": NOON} | values)


def quality_case(conversation_id: str | None, customer_id: str | None, **values: Any) -> QualityCase:
    body = {
        "case": "reply says: bag",
        "ability": "honesty",
        "conversation": [{"customer": "Where is Ann's bag?"}],
        "must": [{"say": "bag"}],
    }
    plain = {"id": "quality", "name": body["case"], "source": "made", "origin": "made:quality", "conversation_id": conversation_id}
    made = {"customer_id": customer_id, "draft": {"kind": "reply", "text": "The bag is here, Ann."}, "body": body, "made_by": "u1"}
    return QualityCase.model_validate(plain | made | {"made_at": NOON} | values)


def experiment(**values: Any) -> Experiment:
    plain = {
        "id": "experiment",
        "name": "Shorter",
        "reason": "They cut it.",
        "kinds": ("reply",),
        "model": "openai/other",
        "share": 0.5,
    }
    plan = {"salt": "ab" * 32, "conversations": 400, "begins_at": NOON, "made_by": "u1", "made_at": NOON}
    return Experiment.model_validate(plain | plan | values)


RUBRIC = Rubric.model_validate(
    {
        "name": "How we answer",
        "points": [
            {"point": "concern", "title": "Names it", "question": "Does it?", "levels": ["no", "half", "yes"]},
            {"point": "promise", "title": "By when", "question": "Does it say?", "levels": ["no", "yes"], "measure": "promise dated"},
        ],
    }
)


def stored_rubric(version: int = 1) -> StoredRubric:
    return StoredRubric(version=version, rubric=RUBRIC, made_by="u1", made_at=NOON)


def switch(*, on: bool = True, **values: Any) -> Switch:
    given = {"id": "switch", "on": on, "reason": "We want to see whether dates are given.", "by": "u1", "by_name": "Kim", "at": NOON}
    return Switch.model_validate(given | values)


def sample(**values: Any) -> Sample:
    drawn = {"id": "sample", "since": minutes(-60), "until": minutes(60), "seed": "seed", "wanted": 1, "population": 2, "twice": 0.5}
    return Sample.model_validate(drawn | {"rubric_version": 1, "drawn_by": "u1", "drawn_at": minutes(60)} | values)


def scorecard(conversation_id: str, customer_id: str | None, message_id: str = "", **values: Any) -> Scorecard:
    seen = [{"message_id": message_id, "start": 0, "end": 4, "what": "“Ann”: no date"}]
    measured = [{"measure": "promise dated", "version": 1, "value": 0.0, "seen": seen}]
    card = {"id": "card", "sample_id": "sample", "conversation_id": conversation_id, "customer_id": customer_id, "agent_id": "u1"}
    how = {"team": "desk", "chance": 0.5, "risk": {"heat": 80.0, "broken_promise": True}, "measured": measured, "made_at": NOON}
    return Scorecard.model_validate(card | how | values)


def rating(message_id: str | None = None, role: str = "first", **values: Any) -> Rating:
    marks = [{"point": "concern", "level": 1, "comment": "Ann's bag is not named.", "message_id": message_id}, {"point": "promise"}]
    given = {"id": f"rating-{role}", "scorecard_id": "card", "rater_id": "q1", "role": role, "marks": marks, "note": "Ann waits."}
    return Rating.model_validate(given | {"rated_at": NOON} | values)


def session(user: str, **changed: Any) -> Session:
    given = {"id": "session", "tenant_id": "", "user_id": user, "way": "password", "started_at": NOON, "seen_at": NOON}
    return Session.model_validate(given | {"ends_at": NOON + timedelta(hours=12)} | changed)


def link(user: str, **changed: Any) -> EntryLink:
    given = {"id": "link", "tenant_id": "", "user_id": user, "made_at": NOON, "ends_at": NOON + timedelta(minutes=15)}
    return EntryLink.model_validate(given | changed)


def panel_token(user: str, **changed: Any) -> PanelToken:
    given = {"id": "token", "tenant_id": "", "user_id": user, "session_id": "session", "origin": "https://chat.example.com"}
    return PanelToken.model_validate(given | {"made_at": NOON, "ends_at": NOON + timedelta(hours=24)} | changed)


async def open_door(records: Records, door: Session | EntryLink | PanelToken, prefix: str = "") -> None:
    """Store it, for the tenant of `records`, under a digest of its own."""
    mine = door.model_copy(update={"tenant_id": records.tenant_id})
    digest = f"{prefix}{type(door).__name__} {door.id}"
    if isinstance(mine, Session):
        await records.access.put_session(mine, digest)
    elif isinstance(mine, EntryLink):
        await records.access.put_link(mine, digest)
    else:
        await records.access.put_panel_token(mine, digest)
