"""Servers of the tests of e-mail."""

from collections.abc import AsyncIterator

import httpx
import pytest

from copilot.channels.email import Email
from tests.channels.doubles.mail import MailDouble


@pytest.fixture
async def server() -> AsyncIterator[MailDouble]:
    """A mail server of this test."""
    async with MailDouble() as double:
        yield double


@pytest.fixture
def tool() -> Email:
    return Email(httpx.AsyncClient())
