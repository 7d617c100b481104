"""copilot knowledge gaps: what customers ask and articles do not answer."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from copilot.commands.output import print_json, say

if TYPE_CHECKING:
    from copilot.commands.connection import Api

POLL_S: Final = 0.5


async def gaps(api: "Api", limit: int, *, from_history: bool, as_json: bool) -> int:
    """Print the topics; with `from_history` once everything stored has been looked through."""
    if from_history:
        await api.post("/v1/gaps/history", {"again": True})
    found = await api.get("/v1/gaps/topics", limit=limit)
    while from_history and (found["looking"] or found["waiting"]):
        await asyncio.sleep(POLL_S)
        found = await api.get("/v1/gaps/topics", limit=limit)
    if as_json:
        print_json(found)
        return 0
    say(f"{found['gaps']} questions on {found['total']} topics." if found["total"] else "No open gaps.")
    for topic in found["topics"]:
        _print(topic)
    return 0


def _print(topic: dict[str, Any]) -> None:
    channels = ", ".join(f"{count} {name}" for name, count in topic["channels"].items())
    say(f"{topic['count']:4}  {' '.join(topic['question'].split())[:200]}")
    say(f"      {channels}  [{topic['id']}]" + ("  answered by colleagues" if topic["answers"] else ""))
