"""copilot zendesk: what Zendesk wants to be given by hand – the sidebar app as a zip, the trigger as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from copilot.commands.options import HELP, AsJson, Data, Tenant, with_api
from copilot.commands.output import print_json, say
from copilot.domain.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from copilot.commands.connection import Api

app = typer.Typer(no_args_is_help=True, context_settings=HELP, help="For Zendesk: its sidebar app and its trigger, to be put there.")
ZIP: Final = b"PK"
Name = Annotated[str, typer.Option("--connection", help="The connection's name.")]


@app.command("package")
def package(
    file: Annotated[Path, typer.Argument(help="Where to write the zip.")],
    address: Annotated[str, typer.Option(help="Where agents' browsers reach this service.", envvar="COPILOT_ADDRESS")],
    connection: Name = "zendesk",
    author: Annotated[str, typer.Option(help="Whom Zendesk names as the app's author.")] = "support@example.com",
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Write the sidebar app, to be uploaded in Zendesk: Apps and integrations, Zendesk Support apps, Upload private app."""
    return with_api(data, tenant, lambda api: _package(api, file, address.rstrip("/"), connection, author, tenant, as_json=as_json))


async def _package(api: "Api", file: Path, address: str, connection: str, author: str, tenant: str, *, as_json: bool) -> int:
    from copilot.channels import zendesk_app
    from copilot.channels.zendesk import Zendesk
    from copilot.services.people.panels import is_origin

    if not is_origin(address):
        raise Invalid(f"{address!r} is not an address of the service.", todo="Write it as https://copilot.example.com: no path.")
    await _is_there(api, connection)
    page = address + Zendesk.panel.format(tenant=tenant, connection=connection)
    _write(file, zendesk_app.package(page, author))
    if as_json:
        print_json({"file": str(file), "page": page})
        return 0
    say(f"The sidebar app is in {file}. It shows {page}")
    say("In Zendesk: Apps and integrations, Zendesk Support apps, Upload private app, this file.")
    say(f"Then, so that agents are signed in by themselves: copilot connections install {connection} --address {address}")
    return 0


def _write(file: Path, content: bytes) -> None:
    """Over an earlier one. Raises Conflict for a file of something else."""
    if file.exists() and not (file.is_file() and file.read_bytes()[:2] == ZIP):
        raise Conflict(f"{file} holds something else.", todo="Name another file.")
    file.write_bytes(content)


@app.command("trigger")
def trigger(connection: Name = "zendesk", data: Data = None, tenant: Tenant = "default") -> int:
    """The JSON body of the trigger that calls the webhook, for whoever makes both by hand. Paste it as it is."""

    async def act(api: "Api") -> int:
        from copilot.channels import zendesk_app

        await _is_there(api, connection)
        say(zendesk_app.body(connection))
        return 0

    return with_api(data, tenant, act)


async def _is_there(api: "Api", connection: str) -> None:
    found = (await api.get("/v1/connections"))["connections"]
    if not any((one["connection"]["id"], one["connection"]["kind"]) == (connection, "zendesk") for one in found):
        raise NotFound(f"There is no Zendesk connection {connection!r}.", todo="Make it first: copilot connect zendesk --help.")
