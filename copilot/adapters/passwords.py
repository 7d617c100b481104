"""Passwords by Argon2 (pwdlib), in threads: a hash takes a tenth of a second and 64 MB."""

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pwdlib import PasswordHash

AT_ONCE = 2
"""Hashes computed at the same time; more would only take memory."""
DECOY = "nobody has this password"


class Argon2Passwords:
    """The `Passwords` port."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    @cached_property
    def _argon2(self) -> "PasswordHash":
        from pwdlib import PasswordHash

        return PasswordHash.recommended()

    @cached_property
    def _decoy(self) -> str:
        return self._argon2.hash(DECOY)

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(lambda: self._argon2.hash(password))

    async def verify(self, password: str, kept: str) -> bool:
        async with self._turn:
            return await asyncio.to_thread(self._verify, password, kept)

    def _verify(self, password: str, kept: str) -> bool:
        from pwdlib.exceptions import UnknownHashError

        try:
            return self._argon2.verify(password, kept or self._decoy) and bool(kept)
        except UnknownHashError:
            return False
