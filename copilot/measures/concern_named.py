"""concern named: the first answer says the thing itself, not “your issue”."""

from itertools import chain

from copilot.checks.normalise import content_words, listed
from copilot.domain.scorecards import Measured, Seen
from copilot.domain.turn import Turn
from copilot.measures.base import LiveRecord, Measure
from copilot.memory.sentences import sentences, unquoted

_STEM = 5
"""Letters that decide in three languages (`refund`, `refunds`; `Erstattung`, `erstattet`)."""
_SHORTEST = 3


def _stems(text: str) -> frozenset[str]:
    return frozenset(word if word.isdigit() else word[:_STEM] for word in content_words(text) if len(word) >= _SHORTEST)


_ANY_CASE = frozenset(
    word[:_STEM]
    for word in listed(
        "issue problem request matter enquiry inquiry concern case situation question message service customer contact team help answer "
        "reply check looking look sorry apologise apologies inconvenience experience understand patience possible today feedback please "
        "thank thanks hello dear anliegen problem anfrage frage nachricht fall situation geduld kunde kundin bitte danke hallo "
        "problema consulta pregunta mensaje caso situación paciencia cliente gracias hola favor"
    )
)
"""Words that any case is about."""


class ConcernNamed(Measure):
    """A word or a number of the customer's own for their matter; names are none."""

    name = "concern named"
    source = "CRAFT, Replies 1 (Packard & Berger, JCR 2021): naming the actual thing shows that someone listened."
    says = "Whether the first answer names the thing, the date or the sum that the customer wrote about."

    def read(self, record: LiveRecord) -> Measured | None:
        """None where the customer names nothing, or nobody answered."""
        first = next(record.read(), None)
        if first is None:
            return None
        message, turn = first
        theirs = _stems(unquoted(turn.said_by_customer)) - _ANY_CASE - _names(turn)
        if not theirs:
            return None
        for sentence in sentences(message.text):
            if _stems(sentence.text) & theirs:
                start = message.text.find(sentence.text)
                found = Seen(message_id=message.id, start=max(0, start), end=max(0, start) + len(sentence.text), what="names it", good=True)
                return self.measured(1.0, [found])
        return self.measured(0.0, [Seen(message_id=message.id, end=len(message.text), what="names nothing the customer wrote about")])


def _names(turn: Turn) -> frozenset[str]:
    spoken = (turn.person.name if turn.person else "", turn.agent.name, *(m.author_name for m in turn.window))
    return frozenset(chain.from_iterable(map(_stems, spoken)))
