"""copilot connect, copilot connections: accounts of chat tools."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
import yaml

from copilot.commands.options import HELP, AsJson, Data, Tenant, with_api
from copilot.commands.output import print_json, say, table
from copilot.commands.spans import when
from copilot.domain.errors import Invalid

if TYPE_CHECKING:
    from copilot.commands.connection import Api

app = typer.Typer(no_args_is_help=True, context_settings=HELP, help="Accounts of chat tools: how they do, their secrets and tokens.")
PATH: Final = "/v1/connections"
MADE_THERE: Final = "The signing secret that the tool itself made, from COPILOT_TOOL_SECRET. Left out: one is made for you."
COLUMNS: Final = ["name", "tool", "state", "last delivery", "lag", "next poll", "waiting", "refused", "sent", "unsent"]


def connect(
    kind: Annotated[str, typer.Argument(help="A chat tool such as chatwoot or slack, email, phone, or webhook for any that can send one.")],
    url: Annotated[
        str, typer.Option(help="Where the tool's API is: https://chat.example.com; of a mailbox imaps://imap.example.com.")
    ] = "",
    token: Annotated[str, typer.Option(help="The tool's access token, from COPILOT_TOOL_TOKEN.", envvar="COPILOT_TOOL_TOKEN")] = "",
    secret: Annotated[str, typer.Option(help=MADE_THERE, envvar="COPILOT_TOOL_SECRET")] = "",
    name: Annotated[str, typer.Option(help="What to call the connection. Default: the tool's name.")] = "",
    setting: Annotated[list[str] | None, typer.Option("--set", help="One of the tool's settings, as name=value.")] = None,
    address: Annotated[str, typer.Option(help="Where the tool reaches this service: its webhook and panel are then made.")] = "",
    unsigned: Annotated[bool, typer.Option(help="The tool signs nothing: what it sends is read again from its API.")] = False,
    shadow: Annotated[bool, typer.Option(help="Read, draft and measure; write nothing into the tool.")] = False,
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Connect a chat tool: its webhook and panel are made in it where its API allows that, and checked."""
    given: dict[str, Any] = {"id": name or kind, "kind": kind, "url": url, "token": token, "settings": _settings(setting or [])}
    given |= {"signing": secret, "signed": not unsigned, "shadow": shadow}
    return with_api(data, tenant, lambda api: _connect(api, given, address, as_json=as_json))


async def _connect(api: "Api", given: dict[str, Any], address: str, *, as_json: bool) -> int:
    made = await api.post(PATH, given)
    found: dict[str, Any] = {"problems": []}
    if address:
        found = await api.post(f"{PATH}/{given['id']}/install", {"address": address})
    elif not made["path"]:  # nothing has to be made for a tool that is only asked: it is looked at at once
        found = await api.get(f"{PATH}/{given['id']}/problems")
    if as_json:
        print_json({**made, **found})
        return int(bool(found["problems"]))
    where = address.rstrip("/") or "<address of this service>"
    how = f"The tool sends its webhooks to {where}{made['path']}" if made["path"] else "It is asked every minute."
    say(f"The connection {given['id']} is made. {how}")
    if made["signing"] and not given["signing"]:
        say(f"Signing secret, shown once: {made['signing']}")
    if made["sidebar"]:
        say(f"The page for the tool's sidebar: {where}{made['sidebar']}")
    for page in made["pages"]:
        say(f"Pages of {page} may show the panel from now on (setting panel_origins), until the connection is stopped.")
    return _tell_installed(found) if address else _tell(found["problems"], checked=not made["path"])


@app.command("list")
def list_all(data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """List connections: last delivery, what waits, what was refused."""
    return with_api(data, tenant, lambda api: _list(api, as_json=as_json))


async def _list(api: "Api", *, as_json: bool) -> int:
    found = await api.get(PATH)
    if as_json:
        print_json(found)
    elif not found["connections"]:
        say(f"No chat tool is connected. There are: {', '.join(found['kinds'])}. See: copilot connect --help")
    else:
        table("", COLUMNS, [_row(one) for one in found["connections"]])
        for name, problem in ((one["connection"]["id"], problem) for one in found["connections"] for problem in one["problems"]):
            say(f"✗ {name}: {problem['what']} {problem['todo']}")
    return 0


def _row(one: dict[str, Any]) -> list[str]:
    known, traffic = one["connection"], one["traffic"]
    state = "needs attention" if one["state"] == "attention" else one["state"]
    lag = "none" if one["lag_s"] is None else f"{one['lag_s']:.0f} s"
    times = (_when(traffic["last_delivery"]), lag, _when(one["next_poll"]))
    counts = (traffic["waiting"], known["refused"], traffic["sent"], traffic["unsent"])
    return [known["id"], known["kind"], state, *times, *map(str, counts)]


def _when(told: str | None) -> str:
    return when(datetime.fromisoformat(told) if told else None, datetime.now(UTC))


@app.command("check")
def check(connection: str, data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Ask the tool what is missing. Exit 1 when something is."""
    return with_api(data, tenant, lambda api: _check(api, connection, as_json=as_json))


async def _check(api: "Api", connection: str, *, as_json: bool) -> int:
    found = await api.get(f"{PATH}/{connection}/problems")
    if as_json:
        print_json(found)
        return int(bool(found["problems"]))
    return _tell(found["problems"])


@app.command("install")
def install(
    connection: str,
    address: Annotated[str, typer.Option(help="Where the tool reaches this service.", envvar="COPILOT_ADDRESS")],
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Make in the tool what the connection needs, and learn from it what can be asked: again whenever something there was changed."""

    async def act(api: "Api") -> int:
        found = await api.post(f"{PATH}/{connection}/install", {"address": address})
        if as_json:
            print_json(found)
            return int(bool(found["problems"]))
        return _tell_installed(found)

    return with_api(data, tenant, act)


@app.command("secret")
def secret(
    connection: str,
    given: Annotated[str, typer.Option("--secret", help=MADE_THERE, envvar="COPILOT_TOOL_SECRET")] = "",
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Make a new signing secret, shown once, or take over the tool's. The one before holds until the next."""

    async def act(api: "Api") -> int:
        made = await api.post(f"{PATH}/{connection}/secret", {"secret": given})
        print_json(made) if as_json else say(f"{connection}: taken over." if given else made["secret"])
        return 0

    return with_api(data, tenant, act)


@app.command("change")
def change(
    connection: str,
    url: Annotated[str | None, typer.Option(help="Where the tool's API is. For another server, access tokens are forgotten.")] = None,
    active: Annotated[bool | None, typer.Option("--active/--stopped", help="Take deliveries, or none.")] = None,
    shadow: Annotated[bool | None, typer.Option("--shadow/--writing", help="Write nothing into the tool, or write.")] = None,
    setting: Annotated[list[str] | None, typer.Option("--set", help="One of the tool's settings, as name=value; the others stay.")] = None,
    data: Data = None,
    tenant: Tenant = "default",
) -> int:
    """Stop a connection, let it only watch, or set it otherwise."""
    values = {"url": url, "active": active, "shadow": shadow, "settings": _settings(setting) if setting else None}
    given = {name: value for name, value in values.items() if value is not None}

    async def act(api: "Api") -> int:
        await api.patch(f"{PATH}/{connection}", given)
        say(f"{connection}: changed.")
        return 0

    return with_api(data, tenant, act)


def _settings(given: list[str]) -> dict[str, Any]:
    """`name=value`, the value as YAML reads it: 3 is a number, true is true."""
    found = {}
    for one in given:
        name, there, value = one.partition("=")
        if not there:
            raise Invalid(f"{one!r} is not name=value.", todo="Write it as --set account_id=3.")
        try:
            found[name] = yaml.safe_load(value)
        except yaml.YAMLError:
            found[name] = value
    return found


def _tell(problems: list[dict[str, str]], *, checked: bool = True) -> int:
    for one in problems:
        say(f"✗ {one['what']} {one['todo']}")
    if not problems and checked:
        say("✓ Nothing is missing.")
    return int(bool(problems))


def _tell_installed(found: dict[str, Any]) -> int:
    wrong = _tell(found["problems"])
    if found["delivered"]:
        say("✓ A delivery of the tool came through.")
    elif found["todo"]:
        say(found["todo"])
    return wrong
