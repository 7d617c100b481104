"""A language model provider that does what a test says: OpenAI's chat-completions wire format on a local socket.

`python -m copilot.testing.provider --port 8089` starts one by itself; then COPILOT_MODEL=openai/scripted and
COPILOT_API_BASE=http://127.0.0.1:8089/v1 let the product talk to it without an account.
"""

from copilot.testing.provider.plays import Play, answers, breaks_off, fails, garbles, refuses, stalls, too_long, unfinished
from copilot.testing.provider.server import Mode, Recorded, ScriptedProvider

__all__ = [
    "Mode",
    "Play",
    "Recorded",
    "ScriptedProvider",
    "answers",
    "breaks_off",
    "fails",
    "garbles",
    "refuses",
    "stalls",
    "too_long",
    "unfinished",
]
