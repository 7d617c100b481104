"""Secrets of connections, sealed with the installation's keys (Fernet: AES-128-CBC with HMAC-SHA256) before they reach the database."""

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from copilot.domain.errors import Unavailable

_PURPOSE = b"rapport: secrets of connections"
"""Sealing and tombstones have the same source and not the same key."""


class FernetVault:
    """Seals with the first key; opens with any of them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    def seal(self, secret: str) -> str:
        """Of any length."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises Unavailable when the key is another one now."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unavailable(
                "The secrets of this connection were sealed with another key.",
                todo="Set COPILOT_SECRET_KEY to that key, or enter the connection's token and secret again.",
            ) from None


def _derived(key: bytes) -> bytes:
    """Of an installation's key, which may have any length, as Fernet takes one."""
    digest = hashlib.blake2b(_PURPOSE, key=hashlib.sha256(key).digest(), digest_size=32).digest()
    return base64.urlsafe_b64encode(digest)
