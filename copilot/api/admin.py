"""For administrators and operators: tenants, keys, users, settings, the audit."""

from typing import Annotated

from fastapi import Query, Request

from copilot.api import examples
from copilot.api.auth import App, Me
from copilot.api.bodies import KeyIn, TenantIn, example
from copilot.api.routing import audience
from copilot.api.shown import in_audit
from copilot.api.views import EventsView, EventView, KeysView, NewKeyView, TenantsView, TenantView, UsersView
from copilot.domain.staff import User
from copilot.domain.tenant import TenantSettings
from copilot.services.people import administration
from copilot.services.people.administration import NewUser

router = audience("administration")


@router.get("/tenants")
async def tenants(app: App, me: Me) -> TenantsView:
    """All companies of this installation. Only with the local owner token."""
    return TenantsView(tenants=[TenantView(id=name) for name in await app.staff.tenants()])


@router.post("/tenants", status_code=201)
async def create_tenant(app: App, me: Me, given: Annotated[TenantIn, example(examples.TENANT)]) -> TenantView:
    """Create a company. Only with the local owner token."""
    settings = TenantSettings(company=given.company, time_zone=given.time_zone)
    administration.check(settings)
    await app.staff.create_tenant(given.id, settings)
    return TenantView(id=given.id)


@router.get("/keys")
async def keys(app: App, me: Me) -> KeysView:
    """Keys, oldest first, without their secrets."""
    return KeysView(keys=await app.staff.keys(me.tenant_id))


@router.post("/keys", status_code=201)
async def create_key(app: App, me: Me, given: Annotated[KeyIn, example(examples.KEY)]) -> NewKeyView:
    """Make a key. Its secret is in this answer and nowhere else."""
    made = await app.staff.create_key(me.tenant_id, given.role, given.name, given.user)
    return NewKeyView(**made.key.model_dump(), secret=made.secret)


@router.delete("/keys/{key_id}", status_code=204)
async def revoke_key(app: App, me: Me, key_id: str) -> None:
    """Revoke a key, at once."""
    await app.staff.revoke(me.tenant_id, key_id)
    app.live.wake(me.tenant_id)


@router.get("/users")
async def users(app: App, me: Me) -> UsersView:
    """Who works here, to hand a conversation to. E-mail addresses are shown to administrators."""
    found = await app.administration.users(me.tenant_id)
    return UsersView(users=found if me.role == "admin" else [user.model_copy(update={"email": ""}) for user in found])


@router.post("/users", status_code=201)
async def put_user(app: App, me: Me, given: Annotated[NewUser, example(examples.USER)]) -> User:
    """Create a person, or change one by id."""
    return await app.administration.put_user(me, given)


@router.get("/settings")
async def settings(app: App, me: Me) -> TenantSettings:
    """The tenant's settings, newest version."""
    return await app.administration.settings(me.tenant_id)


@router.put("/settings")
async def change_settings(app: App, me: Me, given: Annotated[TenantSettings, example(examples.SETTINGS)]) -> TenantSettings:
    """Store settings as the next version. What is left out takes its default; turns made before keep theirs."""
    return await app.administration.change_settings(me, given)


@router.get("/events")
async def events(
    app: App,
    me: Me,
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> EventsView:
    """The audit: who saw, changed, exported what. How people work with drafts stays without a name (DESIGN §6)."""
    found = await app.administration.events(me.tenant_id, after, limit)
    refs = await request.app.state.references.of(me.tenant_id, [event.conversation_id for event in found])
    lines = []
    for event in found:
        actor, data = in_audit(event.type, event.actor, event.data, me)
        ref = refs.get(event.conversation_id, event.conversation_id)
        lines.append(EventView(**event.model_dump(include={"id", "type", "at", "subject_id"}), conversation_id=ref, actor=actor, data=data))
    return EventsView(events=lines, next=found[-1].id if found else after)
