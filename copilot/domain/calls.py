"""Telephone calls as a telephone system tells of them: notes and transcripts."""

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from copilot.domain.base import Instant
from copilot.domain.conversation import Author
from copilot.domain.formats import MAX_TEXT, ConversationIn, CustomerIn, MessageIn, Strict
from copilot.domain.people import Assurance, Identity

Speaker = Literal["customer", "agent", "assistant", "unknown"]
"""`assistant`: an announcement or a voice bot. `unknown`: whoever tells them apart did not know, and nobody guesses here."""
AUTHORS: Final[dict[Speaker, Author]] = {"customer": "customer", "agent": "agent", "assistant": "bot", "unknown": "system"}


def _e164(number: str) -> str:
    """Raises ValueError for what is no telephone number; empty: withheld."""
    import phonenumbers

    if not number:
        return ""
    try:
        found = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        found = None
    if found is None or not number.startswith("+") or not phonenumbers.is_possible_number(found):
        raise ValueError("write the number as E.164, such as +4915112345678; leave it empty when it is withheld")
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


Number = Annotated[str, AfterValidator(_e164)]
Ident = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9._-]+$")]


class CallAgent(Strict):
    """Who of us speaks."""

    id: str = Field(min_length=1, max_length=200)
    name: str = Field(default="", max_length=200)


class CallCustomer(Strict):
    """Whom the telephone system knows them to be, by your own id; left out: they are known by their number."""

    id: str = Field(min_length=1, max_length=200)
    name: str = Field(default="", max_length=200)


class SegmentIn(Strict):
    """A stretch of speech. Told again with the same `id`, it is corrected; with `deleted`, it was never said."""

    id: Ident
    speaker: Speaker
    offset_ms: int = Field(ge=0, le=172_800_000, description="Since the call began.")
    text: str = Field(default="", max_length=MAX_TEXT)
    final: bool = Field(default=True, description="False: still being recognised. It is taken once it is final, or the call has ended.")
    corrected_at: Instant | None = None
    deleted: bool = False


class CallNoteIn(Strict):
    """What a colleague wrote down. The customer never sees it."""

    id: Ident
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    at: Instant
    by: CallAgent | None = None


class CallIn(Strict):
    """A call, while it goes on and afterwards: what is told again adds and corrects, what is left out stays as it is."""

    call_id: str = Field(min_length=1, max_length=120)
    direction: Literal["inbound", "outbound"]
    number: Number = Field(default="", description="The other side's, as E.164. Empty: withheld.")
    attestation: Literal["A", "B", "C"] | None = Field(
        default=None, description="STIR/SHAKEN, as your carrier verified it. Only A of an inbound call proves the number."
    )
    customer: CallCustomer | None = None
    agent: CallAgent | None = None
    started_at: Instant
    ended_at: Instant | None = None
    answered: bool | None = Field(default=None, description="Whether somebody of us spoke. Left out: whether an agent is named.")
    language: str = Field(default="", max_length=20)
    segments: list[SegmentIn] = Field(default=[], max_length=20_000)
    notes: list[CallNoteIn] = Field(default=[], max_length=1000)

    @model_validator(mode="after")
    def _in_order(self) -> "CallIn":
        if self.ended_at is not None and self.ended_at < self.started_at:
            raise ValueError("ended_at is before started_at")
        for kind, ids in (("segment", [one.id for one in self.segments]), ("note", [one.id for one in self.notes])):
            if len(set(ids)) < len(ids):
                raise ValueError(f"a {kind} id stands twice; every {kind} needs its own")
        return self

    def to_conversation(self, account: str) -> tuple[ConversationIn, tuple[str, ...]]:
        """(the conversation, ids of messages that are gone). `account`: whose numbers they are.

        That somebody calls is itself told, by nobody: so there is a conversation to open before a word is recognised.
        """
        known: dict[str, object] = {
            "conversation_id": self.call_id,
            "channel": "phone",
            "messages": [self._begun(), *filter(None, map(self._said, self.segments)), *map(self._noted, self.notes)],
        }
        if self._over():
            known["status"] = "closed"  # never "open": a delivery that comes late would open it again
        if self.language:
            known["language"] = self.language
        if self.agent is not None:
            known["assignee"] = self.agent.id
        if (customer := self._customer(account)) is not None:
            known["customer"] = customer
        return ConversationIn.model_validate(known), tuple(gone for one in self.segments for gone in self._gone(one))

    def _over(self) -> bool:
        """A call that ended is; one that nobody took waits for somebody to call back."""
        answered = self.answered if self.answered is not None else self.agent is not None
        return self.ended_at is not None and answered

    def _customer(self, account: str) -> CustomerIn | None:
        if self.customer is None and not self.number:
            return None
        proven = self.direction == "inbound" and self.attestation == "A" and bool(self.number)
        return CustomerIn(
            id=self.customer.id if self.customer else f"{account}:{self.number}",
            name=self.customer.name if self.customer else "",
            phone=self.number or None,
            identities=[Identity(type="phone", value=self.number, verified=proven)] if self.number else [],
            assurance=Assurance.PROVEN if proven else Assurance.CLAIMED,
        )

    def _begun(self) -> MessageIn:
        text = "The customer called." if self.direction == "inbound" else "We called the customer."
        return MessageIn(id=f"{self.call_id}:call", author="system", text=text, sent_at=self.started_at.isoformat())

    def _said(self, one: SegmentIn) -> MessageIn | None:
        """None: nothing was said, or it is not known yet."""
        if one.deleted or not one.text.strip() or not (one.final or self.ended_at):
            return None
        agent = self.agent if one.speaker == "agent" else None
        return MessageIn(
            id=self._id(one, one.speaker),
            author=AUTHORS[one.speaker],
            text=one.text.strip(),
            sent_at=(self.started_at + timedelta(milliseconds=one.offset_ms)).isoformat(),
            author_id=agent.id if agent else "",
            author_name=agent.name if agent else "Unknown speaker" if one.speaker == "unknown" else "",
            edited_at=one.corrected_at.isoformat() if one.corrected_at else None,
        )

    def _noted(self, one: CallNoteIn) -> MessageIn:
        by = one.by or self.agent
        return MessageIn(
            id=f"{self.call_id}:note:{one.id}",
            author="agent",
            text=one.text,
            sent_at=one.at.isoformat(),
            author_id=by.id if by else "",
            author_name=by.name if by else "",
            visibility="private",
        )

    def _id(self, one: SegmentIn, speaker: Speaker) -> str:
        """Whose words they are is part of it: words that turn out to be another's are other words."""
        return f"{self.call_id}:{one.id}:{speaker}"

    def _gone(self, one: SegmentIn) -> list[str]:
        return [self._id(one, speaker) for speaker in AUTHORS if one.deleted or speaker != one.speaker]
