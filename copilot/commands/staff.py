"""copilot tenants and copilot keys."""

from copilot.commands.connection import Api
from copilot.commands.output import print_json, say, table


async def create_tenant(api: Api, name: str, company: str, *, as_json: bool) -> int:
    """Create a tenant."""
    made = await api.post("/v1/tenants", {"id": name, "company": company})
    print_json(made) if as_json else say(
        f"Tenant {name} created. Its first key: copilot keys create --tenant {name} --role admin --name you"
    )
    return 0


async def list_tenants(api: Api, *, as_json: bool) -> int:
    """List tenants."""
    found = await api.get("/v1/tenants")
    if as_json:
        print_json(found)
    else:
        for tenant in found["tenants"]:
            say(tenant["id"] if isinstance(tenant, dict) else tenant)
    return 0


async def create_key(api: Api, role: str, name: str, user: str, *, as_json: bool) -> int:
    """Create a key; its secret is shown this once."""
    made = await api.post("/v1/keys", {"role": role, "name": name, "user": user or None})
    if as_json:
        print_json(made)
    else:
        say(made["secret"])
        say("Keep it: it is shown only this once.")
    return 0


async def list_keys(api: Api, *, as_json: bool) -> int:
    """List keys, without their secrets."""
    found = await api.get("/v1/keys")
    if as_json:
        print_json(found)
        return 0
    keys = found["keys"] if isinstance(found, dict) else found
    rows = [[k["id"], k["name"], k["role"], k["prefix"] + "…", k["created_at"][:10], (k["revoked_at"] or "")[:10]] for k in keys]
    table("", ["id", "name", "role", "begins", "created", "revoked"], rows)
    return 0


async def revoke_key(api: Api, key: str, *, as_json: bool) -> int:
    """Revoke a key at once."""
    await api.delete(f"/v1/keys/{key}")
    print_json({"revoked": key}) if as_json else say("Revoked.")
    return 0
