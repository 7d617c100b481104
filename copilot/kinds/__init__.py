"""The kinds of suggestion, one file each, and the catalogue that names them all."""

from copilot.domain.errors import NotFound
from copilot.kinds.acknowledge import Acknowledge
from copilot.kinds.base import Kind
from copilot.kinds.cue import Cue
from copilot.kinds.handover import Handover
from copilot.kinds.options import Options
from copilot.kinds.questions import Questions
from copilot.kinds.reply import Reply

CATALOGUE: tuple[Kind, ...] = (Cue(), Reply(), Acknowledge(), Questions(), Options(), Handover())
"""In the order they are shown."""


def by_name(name: str) -> Kind:
    """The kind of that name. Raises NotFound and lists the names there are."""
    for kind in CATALOGUE:
        if kind.name == name:
            return kind
    raise NotFound(f"There is no kind {name!r}.", todo=f"Use one of {', '.join(kind.name for kind in CATALOGUE)}.")
