"""What a measure is: one thing about a real conversation that can be counted from its records, with its version and source."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from copilot.checks.base import Check, Checked
from copilot.domain.case import Handover
from copilot.domain.conversation import Conversation, Message
from copilot.domain.memory import Promise
from copilot.domain.scorecards import Measured, Seen
from copilot.domain.suggestion import CheckResult
from copilot.domain.tenant import TenantSettings
from copilot.domain.turn import Turn


@dataclass(frozen=True)
class LiveRecord:
    """A closed conversation as the record has it. Nothing here senses the agent's messages: what they felt is not our business.

    `names`: under which the agent who is looked at may stand as an author. `turns`: frozen ones, oldest first. `promises`: made in it.
    """

    conversation: Conversation
    names: frozenset[str]
    settings: TenantSettings
    turns: tuple[Turn, ...] = ()
    promises: tuple[Promise, ...] = ()
    handovers: tuple[Handover, ...] = ()

    @property
    def answers(self) -> tuple[Message, ...]:
        """What this agent sent to the customer, oldest first; what colleagues sent is theirs."""
        return tuple(m for m in self.conversation.messages if m.is_answer and (m.author_id or m.author_name) in self.names)

    def read(self) -> Iterator[tuple[Message, Turn]]:
        """Each answer with the evidence that lay before the agent; answers without any are left out."""
        for message in self.answers:
            before = [turn for turn in self.turns if turn.as_of <= message.sent_at and turn.unanswered]
            if before:
                yield message, before[-1]


class Measure(ABC):
    """One file, one entry in the catalogue. Raise `version` whenever the same conversation could get another value."""

    name: ClassVar[str]
    """As people say it."""
    version: ClassVar[int] = 1
    source: ClassVar[str]
    """Where the idea comes from: a paper, a page of CRAFT, a rule of DESIGN."""
    says: ClassVar[str]
    """What it counts, in one plain sentence."""

    @abstractmethod
    def read(self, record: LiveRecord) -> Measured | None:
        """Pure. 1: as it should be. None: there is nothing to count in this conversation."""

    def measured(self, value: float, seen: Iterable[Seen] = ()) -> Measured:
        """A value with its evidence, under this measure's name and version."""
        return Measured(measure=self.name, version=self.version, value=value, seen=tuple(seen))


def checked(check: Check, message: Message, turn: Turn) -> list[CheckResult]:
    """What a check finds in words that an agent sent, as if they asked for it before sending."""
    return check.run(turn, Checked(kind="own", text=message.text))


def at(message: Message, result: CheckResult) -> Seen:
    """A check's finding as evidence."""
    start, end = result.span or (0, len(message.text))
    return Seen(message_id=message.id, start=start, end=end, what=result.detail)


class CheckedMeasure(Measure):
    """The share of an agent's answers in which a check finds nothing."""

    check: ClassVar[Check]

    def counts(self, message: Message, turn: Turn) -> bool:
        """Whether there is anything to find in this answer."""
        return True

    def wanted(self, result: CheckResult) -> bool:
        """Whether a finding is one of this measure's."""
        return True

    def read(self, record: LiveRecord) -> Measured | None:
        """None where no answer has evidence behind it."""
        clean, read = 0, 0
        seen: list[Seen] = []
        for message, turn in record.read():
            if not self.counts(message, turn):
                continue
            found = [at(message, result) for result in checked(self.check, message, turn) if self.wanted(result)]
            read, clean, seen = read + 1, clean + (not found), [*seen, *found]
        return self.measured(clean / read, seen) if read else None
