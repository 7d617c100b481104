"""The command line. Exit codes: 0 done, 1 refused or partly done, 2 bad input, 3 something needed is unavailable."""

import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from copilot.cli import customers, knowledge, staff
from copilot.commands import connections, experiments, zendesk
from copilot.commands.options import HELP, AsJson, Data, Tenant, address_of, settings_of, with_api
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable

app = typer.Typer(no_args_is_help=True, add_completion=False, context_settings=HELP, pretty_exceptions_enable=False, rich_markup_mode=None)
GROUPS: dict[str, typer.Typer] = {
    "knowledge": knowledge.app,
    "customers": customers.app,
    "tenants": staff.tenants,
    "keys": staff.keys,
    "users": staff.users,
    "experiments": experiments.app,
    "connections": connections.app,
    "zendesk": zendesk.app,
}
"""In the order of `copilot --help`."""
for named, group in GROUPS.items():
    app.add_typer(group, name=named)
app.command("connect")(connections.connect)

USAGE: Any = typer.BadParameter.__mro__[2]
"""What every wrong use of the command line raises (click's ClickException, of which typer brings its own copy since 0.20)."""
EXIT: dict[type[CopilotError], int] = {Invalid: 2, NotFound: 2, Conflict: 1, Refused: 1, Unavailable: 3}


def main() -> None:
    """Entry point: errors become one clear line and an exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command and return its exit code; what `main` and the tests call."""
    # What a command writes holds people's data: for its owner only, in whichever library the file is made.
    before = os.umask(0o077)
    try:
        return _run(arguments)
    finally:
        os.umask(before)


def _plugins(arguments: list[str]) -> None:
    """Commands that other packages bring (`eval`), looked for when one is asked for that is not ours, or all are listed."""
    known = {group.name for group in app.registered_groups}
    known |= {one.name or (one.callback.__name__ if one.callback else "") for one in app.registered_commands}
    if arguments and arguments[0] in known:
        return
    for entry in entry_points(group="copilot.commands"):
        try:
            group = entry.load()
        except ImportError:  # the package is there without what its commands need
            continue
        if entry.name not in known:
            app.add_typer(group, name=entry.name)


def _run(arguments: list[str]) -> int:
    _plugins(arguments)
    try:
        result = typer.main.get_command(app).main(args=arguments, prog_name="copilot", standalone_mode=False)
    except CopilotError as error:
        sys.stderr.write(f"copilot: {error}\n")
        return EXIT.get(type(error), 1)
    except USAGE as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stdout.write(str(error) + "\n")
            return 0
        sys.stderr.write(f"copilot: {error.format_message()} See: copilot --help\n")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return 130
    return result if isinstance(result, int) else 0


@app.command()
def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Start over with fresh data.")] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    data: Data = None,
    load_only: Annotated[bool, typer.Option("--load-only", help="Load the sample and stop.")] = False,
) -> int:
    """Load the sample company and start the service: everything works, with no account anywhere."""
    from copilot.commands.demo import demo as run_demo

    return run_demo(settings_of(data, host=host, port=port), reset=reset, load_only=load_only)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 chooses a free one.")] = None,
    data: Data = None,
) -> int:
    """Run the service."""
    from copilot.commands.serving import serve as run_service

    return run_service(settings_of(data, host=host, port=port))


@app.command()
def mcp(
    address: Annotated[
        str, typer.Option(envvar="COPILOT_ADDRESS", help="Of the service. Default: the one that runs on the data folder.")
    ] = "",
    key: Annotated[str, typer.Option(envvar="COPILOT_KEY", help="Better in the environment: a command line can be seen.")] = "",
    data: Data = None,
) -> int:
    """Tools for language models on standard input and output (MCP), by a running service; the service itself has them at /mcp."""
    from copilot.commands.mcp import serve as serve_tools

    return serve_tools(address or address_of(data), key)


@app.command()
def doctor(data: Data = None, as_json: AsJson = False) -> int:
    """Say what is wrong with this installation, and what to do about it. Changes nothing."""
    from copilot.commands.doctor import doctor as examine

    return examine(settings_of(data), as_json=as_json)


@app.command()
def extension(
    folder: Annotated[Path, typer.Argument(help="Where to write it; an empty folder, or one that holds an earlier one.")],
    address: Annotated[str, typer.Option(help="Where people reach the service. Left out: the extension asks for it.")] = "",
    sites: Annotated[list[str] | None, typer.Option("--site", help="A page that is a chat tool: https://chat.example.com=chatwoot")] = None,
    allow: Annotated[bool, typer.Option("--allow", help="Let it open the panel: adds it to the setting panel_origins.")] = False,
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Write out the browser extension that puts the panel beside any web chat tool."""
    from copilot.commands import extension as made

    service = address.rstrip("/")
    origin = made.write(folder, service, "" if tenant == "default" else tenant, [made.site(one) for one in sites or []])
    if allow:
        with_api(data, tenant, lambda api: made.allow(api, origin))
    return made.tell(folder, service, origin, allowed=allow, as_json=as_json)


@app.command()
def migrate(data: Data = None, as_json: AsJson = False) -> int:
    """Bring the database to this version. Stop the service first."""
    from copilot.commands.upkeep import migrate as bring_up

    return bring_up(settings_of(data), as_json=as_json)


@app.command()
def backup(file: Path, data: Data = None, as_json: AsJson = False) -> int:
    """Write a consistent copy of all records to FILE, also while the service runs."""
    from copilot.commands.upkeep import backup as save

    return save(settings_of(data), file, as_json=as_json)


@app.command()
def restore(file: Path, data: Data = None, as_json: AsJson = False) -> int:
    """Replace all records by those of FILE. Stop the service first. Whoever was erased stays erased."""
    from copilot.commands.upkeep import restore as bring_back

    return bring_back(settings_of(data), file, as_json=as_json)


@app.command()
def suggest(
    conversation: Path,
    kinds: Annotated[
        str, typer.Option(help="Comma-separated: reply,acknowledge,cue,questions,options,handover. Default: those it wants.")
    ] = "",
    save: Annotated[bool, typer.Option("--save", help="Store the conversation and its suggestions.")] = False,
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Draft suggestions for one conversation file (- reads standard input)."""
    from copilot.commands import suggest as command

    given = command.read_conversation(conversation)
    act = command.saved if save else command.once
    return with_api(data, tenant, lambda api: act(api, given, kinds, as_json=as_json), work=save)
