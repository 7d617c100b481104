"""Passwords without the tenth of a second: for tests only."""


class PlainPasswords:
    """Keeps passwords readable (the `Passwords` port)."""

    async def hash(self, password: str) -> str:
        return f"plain {password}"

    async def verify(self, password: str, kept: str) -> bool:
        return kept == f"plain {password}"
