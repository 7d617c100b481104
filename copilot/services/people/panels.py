"""Tokens of panels that are framed in a chat tool, where browsers keep our cookie away.

A token is bound to its person, tenant and the origin of the page that frames the panel. The panel's own requests carry *our* origin,
since the frame's page is ours; what binds a token to the chat tool's origin is that it is made for an origin that the tenant allows, is
posted to a frame whose parent has that origin, and stops to work once the tenant takes the origin off its list.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from copilot.domain.access import PANEL_KEY, SESSION_KEY, PanelToken, Session
from copilot.domain.base import Frozen, new_id
from copilot.domain.errors import Conflict, Refused
from copilot.domain.ports.records import Database, Records
from copilot.domain.staff import ANSWERING, Caller
from copilot.services.people.staff import digest

PREFIX = "panel_"
DAY: Final = timedelta(hours=24)
OWN: Final = "self"
"""In place of an origin: the panel stands in a page of our own, such as the one in Zendesk's sidebar. Which pages may show that page
is for its own policy to say. Not our address: whoever asks could claim any (header Host)."""
_EXTENSION: Final = re.compile(r"chrome-extension://[a-p]{32}")
"""A browser extension's origin: its id, which Chromium derives from its key."""


class NewPanelToken(Frozen):
    """A token just made; `secret` is for the frame and kept nowhere else."""

    secret: str
    token: PanelToken


@dataclass(frozen=True)
class Panels:
    """Who may open a panel where."""

    database: Database
    clock: Callable[[], datetime]

    async def origins(self, tenant: str) -> tuple[str, ...]:
        """Of the pages that may frame the tenant's panel."""
        async with self.database.read(tenant) as records:
            return (await records.admin.settings()).panel_origins

    async def make(self, caller: Caller, origin: str, *, ours: bool = False) -> NewPanelToken:
        """For the signed-in person. `ours`: the page is one of our own, which only pages that the tenant allows may frame in turn.

        Raises Refused for an origin that the tenant does not allow, Conflict for whoever has no session.
        """
        if caller.user_id is None or not caller.key_id.startswith(SESSION_KEY):
            raise Conflict("A panel belongs to a person who is signed in.", todo="Sign in on the desk's own page first.")
        if not ours and origin not in await self.origins(caller.tenant_id):
            raise Refused(
                f"{origin[:200] or 'This page'} may not show the panel.",
                todo="Ask an administrator to add it to the setting panel_origins.",
            )
        async with self.database.write(caller.tenant_id) as records:
            return await self._made(records, caller.user_id, caller.key_id.removeprefix(SESSION_KEY), OWN if ours else origin)

    async def put(self, records: Records, session: Session) -> NewPanelToken:
        """One for a session that has just begun, in a page of our own."""
        return await self._made(records, session.user_id, session.id, OWN)

    async def caller(self, secret: str) -> Caller | None:
        """Whom a token lets in, as an agent whatever else they are.

        None when it is unknown or over, its person left or answers customers no more, or its origin is no longer allowed.
        """
        found = await self.database.doors.panel_token(digest(secret))
        if found is None or self.clock() >= found[0].ends_at:
            return None
        token, user = found
        if user.role not in ANSWERING:
            return None
        if token.origin != OWN and token.origin not in await self.origins(token.tenant_id):
            return None
        return Caller(
            tenant_id=token.tenant_id, role="agent", key_id=PANEL_KEY + token.id, user_id=user.id, name=user.name, until=token.ends_at
        )

    async def _made(self, records: Records, user: str, session: str, origin: str) -> NewPanelToken:
        secret, at = PREFIX + secrets.token_urlsafe(32), self.clock()
        token = PanelToken(
            id=new_id(), tenant_id=records.tenant_id, user_id=user, session_id=session, origin=origin, made_at=at, ends_at=at + DAY
        )
        await records.access.put_panel_token(token, digest(secret))
        await records.log.event("panel.opened", subject_id=PANEL_KEY + token.id, actor=f"user:{user}", data={"origin": origin})
        return NewPanelToken(secret=secret, token=token)


def is_origin(text: str) -> bool:
    """Whether it is one exact origin by which a page may be reached: https, http on this machine, or a browser extension's own."""
    if _EXTENSION.fullmatch(text):
        return True
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    local = host in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        return False
    shown = f"[{host}]" if ":" in host else host
    plain = bool(host) and host.isascii() and all(c.isalnum() or c in "-.:" for c in host)
    return plain and text == f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
