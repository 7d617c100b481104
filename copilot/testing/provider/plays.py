"""What the provider does with one request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Event
from typing import Any, Literal

from pydantic import BaseModel

Ending = Literal["stop", "length", "content_filter", "none", "cut", "stall"]
"""How a stream ends: with a finish reason, properly but without one, with the socket closed, or not at all."""

_CODES = {400: "invalid_request_error", 401: "invalid_api_key", 403: "forbidden", 404: "model_not_found", 429: "rate_limit_exceeded"}
_CUT_AFTER = "\u27e6_"
"""The opening bracket of a placeholder and what stands in its middle."""


@dataclass(frozen=True)
class Play:
    """One answer. `status` other than 200: an error with `headers` and `body`. `pieces`: the text in the chunks it is streamed in."""

    pieces: tuple[str, ...] = ()
    ending: Ending = "stop"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    before_s: float = 0.0
    """Seconds until the first chunk."""
    between_s: float = 0.0
    input_tokens: int | None = None
    output_tokens: int | None = None
    """As the provider counts them; None: about four characters a token."""
    rest: Event | None = None
    """The second half of the pieces comes when this is set."""

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def answers(
    what: BaseModel | Mapping[str, Any] | str,
    *,
    size: int = 24,
    before_s: float = 0.0,
    between_s: float = 0.0,
    tokens: tuple[int, int] | None = None,
    rest: Event | None = None,
) -> Play:
    """A complete answer: an object as JSON, or a text as it stands; in chunks of `size` characters, its second half once `rest` is set."""
    used = tokens or (None, None)
    pieces = _pieces(_text(what), size)
    return Play(pieces, before_s=before_s, between_s=between_s, input_tokens=used[0], output_tokens=used[1], rest=rest)


def stalls(after: BaseModel | Mapping[str, Any] | str = "") -> Play:
    """Nothing more comes after this text; nothing at all when it is empty."""
    return Play(_pieces(_text(after), 24), ending="stall")


def breaks_off(after: BaseModel | Mapping[str, Any] | str = "") -> Play:
    """The socket is closed in the middle of the stream, after this text."""
    return Play(_pieces(_text(after), 24), ending="cut")


def unfinished(after: BaseModel | Mapping[str, Any] | str = "") -> Play:
    """The stream ends in good form after this text, but without a finish reason."""
    return Play(_pieces(_text(after), 24), ending="none")


def too_long(after: BaseModel | Mapping[str, Any] | str = "") -> Play:
    """The model ran into its limit of tokens: finish reason `length`."""
    return Play(_pieces(_text(after), 24), ending="length")


def refuses(status: int = 429, *, retry_after: str | float | None = None, code: str = "", message: str = "") -> Play:
    """An error answer in the vendor's form, with Retry-After where given."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    code = code or _CODES.get(status, "server_error")
    error = {"error": {"message": message or f"scripted {status}", "type": code, "code": code}}
    return Play(status=status, headers=headers, body=json.dumps(error))


def fails(status: int = 500) -> Play:
    """An error page instead of an answer."""
    return Play(status=status, body="<html>scripted failure</html>")


def garbles() -> Play:
    """A stream whose chunks are no JSON (a proxy between that rewrites them)."""
    return Play(status=200, body='data: {"choices": [{"delta": {"cont\n\ndata: [DONE]\n\n')


def _text(what: BaseModel | Mapping[str, Any] | str) -> str:
    if isinstance(what, BaseModel):
        return what.model_dump_json()
    return what if isinstance(what, str) else json.dumps(what, ensure_ascii=False)


def _pieces(text: str, size: int) -> tuple[str, ...]:
    """The text in chunks of that many characters, cut inside placeholders too, as real streams do."""
    inside = (place + 1 for place, character in enumerate(text) if character in _CUT_AFTER)
    cuts = sorted({*range(0, len(text), max(1, size)), *inside})
    return tuple(text[start:end] for start, end in pairwise([*cuts, len(text)]) if start < end)
