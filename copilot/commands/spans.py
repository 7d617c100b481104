"""Times as a table shows them."""

from datetime import datetime


def when(moment: datetime | None, at: datetime, never: str = "never") -> str:
    """How far it is from `at`: "12 s ago", "in 4 min", "3 h ago"."""
    if moment is None:
        return never
    seconds = int((at - moment).total_seconds())
    size = abs(seconds)
    span = (
        f"{size} s"
        if size < 120
        else f"{size // 60} min"
        if size < 7200
        else f"{size // 3600} h"
        if size < 172_800
        else f"{size // 86_400} d"
    )
    return f"{span} ago" if seconds >= 0 else f"in {span}"
