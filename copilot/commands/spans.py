"""Times as a table shows them."""

from datetime import datetime
from typing import Final

SPANS: Final = ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h"))
"""Up to so many seconds, in that unit; days beyond."""


def when(moment: datetime | None, at: datetime, never: str = "never") -> str:
    """How far it is from `at`: "12 s ago", "in 4 min", "3 h ago"."""
    if moment is None:
        return never
    seconds = int((at - moment).total_seconds())
    size = abs(seconds)
    span = next((f"{size // unit} {name}" for limit, unit, name in SPANS if size < limit), f"{size // 86_400} d")
    return f"{span} ago" if seconds >= 0 else f"in {span}"
