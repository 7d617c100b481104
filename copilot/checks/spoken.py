"""The words that are meant for the customer, and where they stand in the draft."""

from collections.abc import Iterator
from dataclasses import dataclass

from copilot.checks.base import Checked
from copilot.checks.normalise import Normal, normalise
from copilot.domain.suggestion import CuePayload, HandoverPayload, OptionsPayload
from copilot.memory.sentences import sentences


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a Spoken: its perceived text and where it begins in the Spoken's normalised text."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends, exclusive."""
        return self.start + len(self.text)

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.text.rstrip("\"') ").endswith("?")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A stretch of words. `offset`: where it begins in the draft's text; None: it stands only in the payload."""

    text: str
    normal: Normal
    offset: int | None

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """A place in the normalised words → code points of the draft's text."""
        if self.offset is None:
            return None
        first, last = self.normal.span(start, end)
        return self.offset + first, self.offset + last

    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences as perceived."""
        return tuple(Sentence(found.text, found.start) for found in sentences(self.normal.text))


def spoken(draft: Checked) -> Iterator[Spoken]:
    """What the customer would read or hear: a reply's text, a handover's introduction, what a cue proposes to say."""
    if draft.for_customer:
        yield Spoken(draft.text, normalise(draft.text), 0)
        return
    words = ""
    if isinstance(draft.payload, HandoverPayload):
        words = draft.payload.introduction
    elif isinstance(draft.payload, CuePayload):
        words = draft.payload.say
    if words:
        at = draft.text.find(words)
        yield Spoken(words, normalise(words), at if at >= 0 else None)


def insertable(draft: Checked) -> Iterator[Spoken]:
    """What each way out says to the agent and, once it is inserted, to the customer."""
    if isinstance(draft.payload, OptionsPayload):
        for words in (said for option in draft.payload.options for said in (option.title, option.gain) if said):
            at = draft.text.find(words)
            yield Spoken(words, normalise(words), at if at >= 0 else None)


def whole(draft: Checked) -> Spoken:
    """The draft's whole text, whoever reads it."""
    return Spoken(draft.text, normalise(draft.text), 0)
