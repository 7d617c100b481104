"""Others hear of what happens, in the transaction in which it does: what they leave for it is there with it, or not at all."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec

from copilot.domain.ports.records import Records

Told = ParamSpec("Told")
Hook = Callable[Concatenate[Records, Told], Awaitable[None]]
"""Hears of something: the transaction's records, then what it is told."""


async def nobody(*_: object) -> None:
    """Hears nothing."""
