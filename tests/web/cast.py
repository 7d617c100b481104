"""People of the sample company as callers of the services, for arranging what a test needs."""

from copilot.bootstrap import DEFAULT_TENANT
from copilot.domain.staff import Caller
from copilot.services.conversations.answering import OwnAnswer
from copilot.testing.application import settle
from tests.web.site import Site


async def caller(site: Site, ref: str) -> Caller:
    """Somebody of the sample, as if they had signed in."""
    person = await site.person(ref)
    return Caller(tenant_id=DEFAULT_TENANT, role=person.role, key_id="test", user_id=person.id, name=person.name)


async def answer(site: Site, ref: str, conversation: str, text: str) -> None:
    """An agent answers a customer; returns once everything that follows is done."""
    await site.application.day.answering.answer(await caller(site, ref), conversation, OwnAnswer(text=text), "")
    await settle(site.application)
