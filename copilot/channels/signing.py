"""Signatures of webhooks: on the very bytes, in constant time, with every secret that holds."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from copilot.domain.channels import Webhook
from copilot.domain.errors import Refused

OLDEST: Final = timedelta(hours=24)
"""A signed delivery may be so late. Less than the time for which ids of deliveries are remembered: a replay is too old or known."""
AHEAD: Final = timedelta(minutes=5)
"""By so much the tool's clock may be ahead of ours."""


def hexadecimal(secret: str, said: bytes, algorithm: str = "sha256") -> str:
    """HMAC in small hexadecimal digits."""
    return hmac.new(secret.encode(), said, algorithm).hexdigest()


def base64_of(secret: str, said: bytes, algorithm: str = "sha256") -> str:
    """HMAC in base64, with padding."""
    return base64.b64encode(hmac.new(secret.encode(), said, algorithm).digest()).decode()


def verify(given: str, secrets: Sequence[str], make: Callable[[str], str]) -> None:
    """Raises Refused unless one of the secrets makes the signature given."""
    verify_any([given], secrets, make)


def verify_any(given: Sequence[str], secrets: Sequence[str], make: Callable[[str], str]) -> None:
    """As `verify`, where a sender may give several signatures. All are compared: how long it takes says nothing."""
    if not secrets:
        raise Refused("This connection has no signing secret.", todo="Set one: copilot connections secret.")
    found = False
    for secret in secrets:
        made = make(secret).encode()
        for one in given:
            found |= hmac.compare_digest(made, one.encode("utf-8", "replace"))
    if not found:
        raise Refused("The signature is wrong.", todo="Give the tool and the connection the same signing secret.")


def moment(seconds: str, unit: float = 1.0) -> datetime:
    """A time as a header says it, in `unit` seconds since 1970. Raises Refused."""
    try:
        return datetime.fromtimestamp(float(seconds) * unit, UTC)
    except (ValueError, OverflowError, OSError):
        raise Refused("The signature has no time.", todo="Send the tool's own headers through unchanged.") from None


def fresh(webhook: Webhook, at: datetime, oldest: timedelta = OLDEST) -> None:
    """Raises Refused for what was signed too long ago, or in a time to come."""
    if not -AHEAD <= webhook.at - at <= oldest:
        raise Refused("The signature is not of now.", todo="Set the clocks of both machines; an old delivery cannot be sent again.")


def delivery_id(said: bytes) -> str:
    """By which a delivery is known again: a digest of all that was signed."""
    return hashlib.sha256(said).hexdigest()
