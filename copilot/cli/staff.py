"""copilot tenants, copilot keys, copilot users: who shares an installation, and who comes in."""

from typing import Annotated

import typer

from copilot.commands.options import HELP, AsJson, Data, Tenant, address_of, with_api

tenants = typer.Typer(no_args_is_help=True, context_settings=HELP, help="Companies (or brands) that share this installation.")
keys = typer.Typer(no_args_is_help=True, context_settings=HELP, help="Keys by which people and programs come in.")
users = typer.Typer(no_args_is_help=True, context_settings=HELP, help="People who work here: add them, let them sign in.")


@tenants.command("create")
def tenants_create(
    name: str,
    company: Annotated[str, typer.Option(help="The company's name as customers know it.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> int:
    """Create a tenant."""
    from copilot.commands.staff import create_tenant

    return with_api(data, "default", lambda api: create_tenant(api, name, company, as_json=as_json))


@tenants.command("list")
def tenants_list(data: Data = None, as_json: AsJson = False) -> int:
    """List tenants."""
    from copilot.commands.staff import list_tenants

    return with_api(data, "default", lambda api: list_tenants(api, as_json=as_json))


@keys.command("create")
def keys_create(
    role: Annotated[str, typer.Option(help="agent, editor, qa, supervisor, integrator or admin.")],
    name: Annotated[str, typer.Option(help="Who or what will use it.")],
    user: Annotated[str, typer.Option(help="The person it belongs to (their id in the chat tool); new ones are created.")] = "",
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Create a key; its secret is shown once."""
    from copilot.commands.staff import create_key

    return with_api(data, tenant, lambda api: create_key(api, role, name, user, as_json=as_json))


@keys.command("list")
def keys_list(data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """List keys, without their secrets."""
    from copilot.commands.staff import list_keys

    return with_api(data, tenant, lambda api: list_keys(api, as_json=as_json))


@keys.command("revoke")
def keys_revoke(key: str, data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Revoke a key at once."""
    from copilot.commands.staff import revoke_key

    return with_api(data, tenant, lambda api: revoke_key(api, key, as_json=as_json))


@users.command("add")
def users_add(
    email: Annotated[str, typer.Argument(help="Their work address, by which they sign in.")],
    name: Annotated[str, typer.Option(help="As customers and colleagues see it.")],
    role: Annotated[str, typer.Option(help="agent, editor, qa, supervisor, integrator or admin.")] = "agent",
    team: Annotated[str, typer.Option(help="The team they work in.")] = "",
    external_id: Annotated[str, typer.Option(help="Their id in the chat tool.")] = "",
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Add a person. Then give them a password, or a link that signs them in once."""
    from copilot.commands.users import add

    person = {"email": email, "name": name, "role": role, "team": team, "external_id": external_id}
    return with_api(data, tenant, lambda api: add(api, person, as_json=as_json))


@users.command("list")
def users_list(data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """List the people who work here."""
    from copilot.commands.users import list_users

    return with_api(data, tenant, lambda api: list_users(api, as_json=as_json))


@users.command("password")
def users_password(
    user: Annotated[str, typer.Argument(help="Their address or id.")],
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Set a person's password: asked for on a terminal, else read from standard input. They are signed out everywhere."""
    from copilot.commands.users import read_password, set_password

    password = read_password()
    return with_api(data, tenant, lambda api: set_password(api, user, password, as_json=as_json))


@users.command("link")
def users_link(
    user: Annotated[str, typer.Argument(help="Their address or id.")],
    address: Annotated[str, typer.Option(help="Where people reach the service, such as https://desk.example.com.")] = "",
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Print a link that signs a person in once, within 15 minutes."""
    from copilot.commands.users import make_link

    where = address or address_of(data)
    return with_api(data, tenant, lambda api: make_link(api, user, where, as_json=as_json))
