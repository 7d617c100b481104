"""Who one is, and how people come in: passwords, one-time links, tokens of framed panels. Signing in itself is a page."""

from typing import Annotated

from fastapi import Request
from pydantic import Field

from copilot.api import examples
from copilot.api.auth import COOKIE, App, Me, csrf_word, is_ours
from copilot.api.bodies import example
from copilot.api.routing import audience
from copilot.domain.access import SESSION_KEY
from copilot.domain.base import Frozen, Instant
from copilot.domain.formats import Strict
from copilot.domain.staff import Role, User
from copilot.services.people.signing_in import LONGEST, SHORTEST

router = audience("sign-in")


class MeView(Frozen):
    """Who asks."""

    tenant_id: str
    role: Role
    name: str
    user_id: str | None = None
    until: Instant | None = None
    """When one has to sign in again; None for keys."""
    csrf: str | None = None
    """What a page sends as X-Copilot-CSRF beside the session's cookie; None for who came without one."""


class PasswordIn(Strict):
    """A password to set."""

    password: str = Field(min_length=1, max_length=1000, description=f"{SHORTEST} to {LONGEST} characters.")


class LinkView(Frozen):
    """A one-time link; `secret` is in this answer and nowhere else."""

    user: User
    path: str | None
    """Where the link leads, on this service."""
    secret: str | None
    ends_at: Instant


class PanelTokenIn(Strict):
    """The page that frames the panel."""

    origin: str = Field(max_length=300, examples=["https://chat.example.com"])


class PanelTokenView(Frozen):
    """A panel's token; `secret` is in this answer and nowhere else."""

    secret: str | None
    origin: str
    ends_at: Instant


@router.get("/me")
async def me(request: Request, me: Me) -> MeView:
    """Who one is here."""
    cookie = request.cookies.get(COOKIE) if me.key_id.startswith(SESSION_KEY) else None
    return MeView(**me.model_dump(exclude={"key_id"}), csrf=csrf_word(cookie) if cookie else None)


@router.post("/users/{user_ref}/password")
async def set_password(app: App, me: Me, user_ref: str, given: Annotated[PasswordIn, example(examples.PASSWORD)]) -> User:
    """Set a person's password. They are signed out everywhere. By id, external id or e-mail address."""
    return await app.signing_in.set_password(me, user_ref, given.password)


@router.post("/users/{user_ref}/links", status_code=201)
async def make_link(app: App, me: Me, user_ref: str) -> LinkView:
    """An address that signs a person in once, within 15 minutes. By id, external id or e-mail address."""
    made = await app.signing_in.make_link(me, user_ref)
    return LinkView(user=made.user, path=f"/enter/{made.secret}", secret=made.secret, ends_at=made.link.ends_at)


@router.post("/panel-tokens", status_code=201)
async def make_panel_token(
    request: Request, app: App, me: Me, given: Annotated[PanelTokenIn, example(examples.PANEL_TOKEN)]
) -> PanelTokenView:
    """Let a panel in that an allowed page frames, for a day. Needs the session of a person."""
    made = await app.panels.make(me, given.origin, ours=is_ours(request, given.origin))
    return PanelTokenView(secret=made.secret, origin=given.origin, ends_at=made.token.ends_at)
