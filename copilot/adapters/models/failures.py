"""Why a model did not answer: vendor errors translated once, with what may be done about each."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any


class Failure(Exception):
    """One attempt failed. `reason` is for people and holds nothing the provider wrote.

    `passing`: the same model may answer if asked again, after `wait_s` seconds where the provider says so.
    `blames_model`: it counts against the model's breaker (the question itself is not at fault).
    """

    def __init__(self, reason: str, *, passing: bool = False, blames_model: bool = True, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing
        self.blames_model = blames_model
        self.wait_s = wait_s


def translated(error: BaseException, at: datetime) -> Failure:
    """Any error of LiteLLM, its HTTP clients or the vendors' own classes as a Failure. `at` is now, for a Retry-After that is a date."""
    if isinstance(error, Failure):
        return error
    original = getattr(error, "original_exception", None)
    if isinstance(original, Exception) and original is not error:
        return translated(original, at)
    named = _BY_NAME.get(type(error).__name__)
    if named is not None:
        reason, blames_model = named
        return Failure(reason, blames_model=blames_model)
    status = getattr(error, "status_code", None)
    # A connection that fails has no response; LiteLLM still gives it status 500.
    if type(error).__name__ == "APIConnectionError" or not isinstance(status, int) or (status == 500 and _UNREACHABLE.search(str(error))):
        return Failure("the connection to the provider failed", passing=True)
    return _by_status(status, error, at)


_BY_NAME = {
    "ContextWindowExceededError": ("the question is too long for the model", False),
    "ContentPolicyViolationError": ("the provider's content policy refuses the question", False),
    "AuthenticationError": ("the provider does not accept the API key", True),
    "PermissionDeniedError": ("the provider does not allow this model with this API key", True),
    "NotFoundError": ("the provider does not know the model", True),
    "LiteLLMUnknownProvider": ("LiteLLM does not know the model's provider", True),
    "PaymentRequiredError": ("the account with the provider has no credit", True),
    "Timeout": ("the provider did not answer in time", True),
}
"""Class names, not classes: naming one would import LiteLLM."""

_UNREACHABLE = re.compile(r"connection error|cannot connect|connect call failed|name or service not known", re.IGNORECASE)
_NO_CREDIT = re.compile(r"insufficient_quota|exceeded your current quota|credit balance", re.IGNORECASE)
"""An empty account answers 429 too, but will not fill up by waiting."""


def _by_status(status: int, error: BaseException, at: datetime) -> Failure:
    if status == 429:
        if _NO_CREDIT.search(str(error)):
            return Failure("the account with the provider has no credit")
        return Failure("the provider takes no more questions for now (429)", passing=True, wait_s=retry_after(_headers(error), at))
    if status in (408, 409, 425) or status >= 500:
        return Failure(f"the provider failed ({status})", passing=True, wait_s=retry_after(_headers(error), at))
    return Failure(f"the provider refuses the question ({status})", blames_model=False)


def _headers(error: BaseException) -> Mapping[str, Any]:
    """The response's headers, wherever LiteLLM left them."""
    for holder in (getattr(error, "response", None), error):
        for name in ("headers", "litellm_response_headers"):
            found = getattr(holder, name, None)
            if found:
                return {str(key).lower(): value for key, value in found.items()}
    return {}


def retry_after(headers: Mapping[str, Any], at: datetime) -> float | None:
    """Seconds to wait by `retry-after-ms` or `retry-after` (seconds or an HTTP date; RFC 9110 §10.2.3); None when not said."""
    for name, factor in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = str(headers.get(name, "")).strip()
        try:
            seconds = float(text) * factor
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    try:
        return max(0.0, (parsedate_to_datetime(str(headers.get("retry-after", ""))) - at).total_seconds())
    except (ValueError, TypeError):
        return None
