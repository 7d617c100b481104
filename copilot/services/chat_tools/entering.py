"""Who opens a chat tool's own sidebar is signed in by what the tool signed for them, where that tells who they are here."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from copilot.domain.access import Session
from copilot.domain.base import new_id
from copilot.domain.channels import Entrant
from copilot.domain.errors import Refused
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import ANSWERING, User
from copilot.services.chat_tools.connecting import Connecting
from copilot.services.people.panels import NewPanelToken, Panels
from copilot.services.people.signing_in import SESSION, key_of, normal_email
from copilot.services.people.staff import digest

ROUTE: Final = "chat tool's sidebar"
"""Under which what let somebody in is remembered, for a day: longer than it would hold."""
FORM: Final = "Sign in by the form: that works for everybody."


@dataclass(frozen=True)
class Entering:
    """Signs people in."""

    database: Database
    connecting: Connecting
    panels: Panels
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def enter(self, tenant: str, connection: str, token: str) -> NewPanelToken:
        """A token for the panel in the tool's sidebar, which is a page of our own.

        Raises NotFound for a connection that is not there, and Refused for what the tool did not sign, what let somebody in before, people
        whom nobody added here, who sign in by the form, and those who do not answer customers.
        """
        account = await self.connecting.account(tenant, connection)
        at = self.clock()
        entrant = await self.connecting.channel(account.kind).entered(account, token, at)
        async with self.database.write(tenant) as records:
            user = await _person(records, entrant)
            if await records.admin.claim(f"{connection}:{entrant.once}", ROUTE, "", new_id()) is not None:
                raise Refused("This sign-in was used before.", todo=FORM)
            session = Session(
                id=new_id(), tenant_id=tenant, user_id=user.id, way="tool", started_at=at, seen_at=at, ends_at=at + SESSION, ended_at=None
            )
            # Its secret is nobody's: what the browser gets is the panel's token, which ends with the session.
            await records.access.put_session(session, digest(secrets.token_urlsafe(32)))
            await records.log.event("session.began", subject_id=key_of(session), actor=f"user:{user.id}", data={"way": "tool"})
            made = await self.panels.put(records, session)
        self.wake(tenant)
        return made


async def _person(records: Records, entrant: Entrant) -> User:
    """By an administrator's word, else by the address that the tool has verified. Raises Refused."""
    if entrant.person:
        found = await records.admin.user(entrant.person) or await records.access.user_by_email(normal_email(entrant.person))
    else:
        found = await records.access.user_by_email(normal_email(entrant.email)) if entrant.email else None
    if found is None or not found.active:
        raise Refused("Nobody here goes by the address you have there.", todo=FORM)
    if found.role not in ANSWERING:
        raise Refused("The panel is for people who answer customers.", todo="Ask an administrator for another role.")
    return found
