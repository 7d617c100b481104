"""What `copilot doctor` found."""

from typing import Literal

from copilot.domain.base import Frozen


class Finding(Frozen):
    """One thing that was looked at."""

    subject: str
    state: Literal["ok", "note", "problem"]
    text: str
