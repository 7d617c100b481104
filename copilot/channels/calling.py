"""Calls to a chat tool's API: time limits, the tool's own pace, and no second write where a first may have been done.

Redirects are never followed: a token goes to the address that was configured, and nowhere else.
"""

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final, NoReturn
from urllib.parse import quote

import httpx
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from copilot.channels.limits import LONGEST, Line
from copilot.domain.base import now
from copilot.domain.channels import Unsure
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable

LIMITS: Final = httpx.Timeout(10.0, connect=5.0)
LARGEST: Final = 8 * 1024 * 1024
"""Bytes of an answer that are read."""
AS_SENT: Final = ("content-encoding", "content-length", "transfer-encoding")
"""Headers that tell of a body as it came over the line, not as it was read."""
TRIES: Final = 3
BEFORE_IT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Failures after which a request has surely not been done."""


class Calls:
    """The API of one account."""

    def __init__(self, http: httpx.AsyncClient, base: str, headers: Mapping[str, str], tool: str, line: Line) -> None:
        self._http, self._base, self._headers, self._tool, self._line = http, base.rstrip("/"), dict(headers), tool, line
        self.heard = httpx.Headers()
        """Headers of the latest answer."""

    async def get(self, path: str, query: Mapping[str, str | int] | None = None) -> Any:
        """Read, and again where it did not come through."""
        return await _patiently()(self._asked, "GET", path, query, None)

    async def search(self, path: str, body: Mapping[str, Any]) -> Any:
        """As `get`, where a question is asked by POST."""
        return await _patiently()(self._asked, "POST", path, None, body, reads=True)

    async def text(self, path: str) -> str:
        """Read what is no JSON, once."""
        return str(await self._asked("GET", path, None, None, plain=True))

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Write, once. Raises Unsure when it may have been done and nobody said so."""
        return await self._asked("POST", path, None, body)

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """As `post`."""
        return await self._asked("PUT", path, None, body)

    async def delete(self, path: str) -> Any:
        """As `post`."""
        return await self._asked("DELETE", path, None, None)

    async def told(self, address: str, body: bytes) -> None:
        """The very bytes, to the address itself; what is answered does not matter."""
        with self._line.call():
            await self._posted(address, body)

    async def _posted(self, address: str, body: bytes) -> None:
        headers = self._headers | {"content-type": "application/json"}
        request = self._request("POST", address, headers=headers, content=body)
        try:
            answer = await self._http.send(request, stream=True, follow_redirects=False)
            await answer.aclose()  # what it says does not matter, however much it is
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise _no_address(address) from None
        except httpx.HTTPError as error:
            raise Unavailable(f"{self._tool} did not answer ({type(error).__name__}).") from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Unavailable(f"{self._tool} answered {answer.status_code}.", retry_after=_asked_for(answer.headers.get("retry-after", "")))
        if answer.status_code >= 300:
            raise Invalid(f"{self._tool} answered {answer.status_code}.", todo="Give the address that takes events, and answer with 204.")

    def _request(self, method: str, address: str, **given: Any) -> httpx.Request:
        try:
            return self._http.build_request(method, address, timeout=LIMITS, **given)
        except UnicodeEncodeError:
            raise Invalid("The token holds a character that no token has.", todo="Copy it once more, by itself.") from None
        except (httpx.InvalidURL, ValueError):
            raise _no_address(address) from None

    async def _asked(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None,
        body: Mapping[str, Any] | None,
        *,
        reads: bool = False,
        plain: bool = False,
    ) -> Any:
        reads = reads or method == "GET"
        await self._line.turn("GET" if reads else method, path)
        with self._line.call():
            return self._read(await self._answered(method, path, query, body, reads=reads), reads=reads, plain=plain)

    async def _answered(
        self, method: str, path: str, query: Mapping[str, str | int] | None, body: Mapping[str, Any] | None, *, reads: bool
    ) -> httpx.Response:
        request = self._request(method, f"{self._base}{path}", params=query, json=body, headers=self._headers)
        try:
            return await _bounded(await self._http.send(request, stream=True, follow_redirects=False))
        except BEFORE_IT as error:
            raise Unavailable(f"{self._tool} cannot be reached ({type(error).__name__}).", todo="Look whether it runs there.") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise _no_address(self._base) from None
        except httpx.HTTPError as error:
            self._lost(type(error).__name__, reads=reads)

    def _read(self, answer: httpx.Response, *, reads: bool, plain: bool = False) -> Any:
        status, self.heard = answer.status_code, answer.headers
        if status < 300:
            if len(answer.content) > LARGEST and reads:
                raise Invalid(f"{self._tool} answered with more than {LARGEST} bytes.", todo="Ask for less.")
            if plain:
                return answer.text
            try:
                return answer.json() if answer.content else None
            except ValueError:
                if not reads:  # it was taken by somebody: perhaps by a page before the tool, perhaps by the tool
                    self._lost("no JSON", reads=False)
                raise Unavailable(f"{self._tool} did not answer in JSON.", todo="Look whether the address is that of its API.") from None
        if status == 429 or (status == 503 and (reads or "retry-after" in answer.headers)):
            raise Unavailable(f"{self._tool} asks for patience.", retry_after=_patience(answer.headers))
        if status >= 500:
            self._lost(f"status {status}", reads=reads)
        raise self._refused(status)

    def _lost(self, why: str, *, reads: bool) -> NoReturn:
        if reads:
            raise Unavailable(f"{self._tool} did not answer ({why}).")
        raise Unsure(f"{self._tool} did not say whether it was done ({why}).", todo="Look in the conversation before it is done again.")

    def _refused(self, status: int) -> CopilotError:
        if status in (401, 403):
            return Refused(f"{self._tool} does not allow it (status {status}).", todo="Give the connection a token that may do this.")
        if status == 404:
            return NotFound(f"{self._tool} has no such conversation here.", todo="Look whether it was deleted or moved.")
        if status == 409:
            return Conflict(f"{self._tool} says that something else changed it.", todo="Read it again.")
        if status < 400:
            return Invalid(f"{self._tool} sends elsewhere (status {status}).", todo="Give its address as it is after the redirect.")
        return Invalid(f"{self._tool} did not take it (status {status}).", todo="Look into the tool's own log.")


async def _bounded(answer: httpx.Response) -> httpx.Response:
    """The answer with its first bytes, one more than `LARGEST` at most: whoever sends more fills nobody's memory."""
    kept = bytearray()
    try:
        async for some in answer.aiter_bytes():
            kept += some[: LARGEST + 1 - len(kept)]
            if len(kept) > LARGEST:
                break
    finally:
        await answer.aclose()
    told = {name: value for name, value in answer.headers.items() if name not in AS_SENT}
    return httpx.Response(answer.status_code, headers=told, content=bytes(kept))


def _no_address(address: str) -> Invalid:
    return Invalid(f"{address!r} is not an address.", todo="Write it as https://support.example.com.")


def _patiently() -> AsyncRetrying:
    waiting = wait_exponential_jitter(multiplier=0.2, max=2.0, jitter=0.2)
    return AsyncRetrying(retry=retry_if_exception(_passes), stop=stop_after_attempt(TRIES), wait=waiting, reraise=True)


def segment(value: object) -> str:
    """A value as one part of a path, whatever stands in it."""
    return quote(str(value), safe="")


def _passes(error: BaseException) -> bool:
    return isinstance(error, Unavailable) and error.retry_after is None


def _patience(headers: httpx.Headers) -> float:
    """Seconds, by Retry-After; else until X-RateLimit-Reset (seconds since 1970, as Intercom says it)."""
    reset = headers.get("x-ratelimit-reset", "")
    if "retry-after" not in headers and reset.isdecimal():
        return min(LONGEST, max(0.0, float(reset) - now().timestamp()))
    return _seconds(headers.get("retry-after", ""))


def _asked_for(header: str) -> float | None:
    return _seconds(header) if header else None


def _seconds(header: str) -> float:
    """Retry-After as seconds, an hour at most: a number or a date; a minute where it says nothing."""
    try:
        told = float(header)
    except ValueError:
        try:
            told = (parsedate_to_datetime(header) - now()).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return 60.0
    return min(max(0.0, told), LONGEST) if not math.isnan(told) else 60.0
