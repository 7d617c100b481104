"""What of an event is shown to whom (DESIGN §6): work on a case to those who work on it, never one person's figures to another."""

from collections.abc import Mapping
from typing import Any

from copilot.domain.staff import Caller

CASE = (
    *("conversation.", "message.", "turn.", "evidence.", "suggestion.", "handover."),
    *("promise.", "memory.", "customer.imported", "grant.", "correction."),
)
"""Types that those who may read conversations follow live."""
KNOWLEDGE = ("article.", "gap.", "gaps.", "question.", "import.", "fact.", "saved_reply.", "recall.")
"""Types that everyone follows; editors follow nothing else."""
QUALITY = ("quality.",)
"""Types that those who look after quality follow, for the page of cases."""
OWN_WORK = (
    *("suggestion.", "message.", "handover.", "question.", "ask.", "correction."),
    *("quality.made", "quality.rated", "quality.answered"),
)
"""Types that say how somebody works: who it was is shown to that person alone, in the audit too. (Who approved a memory, granted a gesture,
proved an identity or exported something is a change of the record, which the audit has to name.)"""
FIGURES = ("edit_distance", "action", "reason", "part")
"""Data of an event that measures the person who acted."""


def streamed(type_: str, caller: Caller) -> bool:
    """Whether an event belongs on the caller's stream. Administration and access are in the audit only."""
    if type_.startswith(KNOWLEDGE):
        return True
    if type_.startswith(QUALITY):
        return caller.role in ("qa", "admin")
    return caller.role != "editor" and type_.startswith(CASE)


def is_own(actor: str, caller: Caller) -> bool:
    """Whether the caller did it."""
    return actor in (f"user:{caller.user_id}", f"key:{caller.key_id}")


def on_stream(data: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    """An event's data as the caller's stream shows it: nobody is named but the caller."""
    actor = str(data.get("actor", ""))
    if is_own(actor, caller):
        return {**data, "own": True}
    return {name: value for name, value in data.items() if name != "actor" and name not in FIGURES}


def in_audit(type_: str, actor: str, data: Mapping[str, Any], caller: Caller) -> tuple[str, dict[str, Any]]:
    """(actor, data) as the audit shows them: access, changes and exports are named; how people work is not."""
    if not type_.startswith(OWN_WORK) or is_own(actor, caller) or not actor.startswith("user:"):
        return actor, dict(data)
    return "user", {name: value for name, value in data.items() if name not in FIGURES}
