"""OpenAI's chat-completions wire format: chunks, the usage chunk, the whole answer."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from copilot.testing.provider.plays import Play

DONE = b"data: [DONE]\n\n"


def head(number: int, model: str, kind: str) -> dict[str, Any]:
    """What every chunk and answer begins with."""
    return {"id": f"chatcmpl-scripted-{number}", "object": kind, "created": int(time.time()), "model": model}


def event(data: Mapping[str, Any]) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def opening(number: int, model: str) -> bytes:
    """The first chunk: a role and no text."""
    return event(_chunk(number, model, {"role": "assistant", "content": ""}, None))


def pieces(number: int, model: str, play: Play) -> Iterator[bytes]:
    """The chunks of text."""
    for piece in play.pieces:
        yield event(_chunk(number, model, {"content": piece}, None))


def closing(number: int, model: str, play: Play, used: Mapping[str, Any] | None) -> Iterator[bytes]:
    """The finish reason, the usage if it was asked for, and the end mark."""
    if play.ending != "none":
        yield event(_chunk(number, model, {}, play.ending))
        if used is not None:
            yield event({**head(number, model, "chat.completion.chunk"), "choices": [], "usage": dict(used)})
    yield DONE


def whole(number: int, model: str, play: Play, used: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request that does not stream."""
    message = {"role": "assistant", "content": play.text}
    reason = None if play.ending in ("none", "cut", "stall") else play.ending
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {**head(number, model, "chat.completion"), "choices": [choice], "usage": dict(used)}


def usage(play: Play, asked: str) -> dict[str, Any]:
    """Tokens as the play says, or about four characters each."""
    given = play.input_tokens if play.input_tokens is not None else max(1, len(asked) // 4)
    written = play.output_tokens if play.output_tokens is not None else max(1, len(play.text) // 4)
    return {"prompt_tokens": given, "completion_tokens": written, "total_tokens": given + written}


def _chunk(number: int, model: str, delta: Mapping[str, Any], finish: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish}
    return {**head(number, model, "chat.completion.chunk"), "choices": [choice]}
