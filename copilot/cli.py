"""The command line. Exit codes: 0 done, 1 refused or partly done, 2 bad input, 3 something needed is unavailable."""

import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from copilot.commands import connections, experiments, zendesk
from copilot.commands.options import HELP, AsJson, Data, Tenant
from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable

app = typer.Typer(no_args_is_help=True, add_completion=False, context_settings=HELP, pretty_exceptions_enable=False, rich_markup_mode=None)
knowledge = typer.Typer(no_args_is_help=True, context_settings=HELP, help="Articles: bring them in, search them.")
customers = typer.Typer(no_args_is_help=True, context_settings=HELP, help="Customers: bring them in, see their card, erase them.")
tenants = typer.Typer(no_args_is_help=True, context_settings=HELP, help="Companies (or brands) that share this installation.")
keys = typer.Typer(no_args_is_help=True, context_settings=HELP, help="Keys by which people and programs come in.")
users = typer.Typer(no_args_is_help=True, context_settings=HELP, help="People who work here: add them, let them sign in.")
for group, name in ((knowledge, "knowledge"), (customers, "customers"), (tenants, "tenants"), (keys, "keys"), (users, "users")):
    app.add_typer(group, name=name)
app.add_typer(experiments.app, name="experiments")
app.add_typer(connections.app, name="connections")
app.add_typer(zendesk.app, name="zendesk")
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


def _settings(data: Path | None = None, **changed: Any) -> Any:
    from copilot.commands.beginning import read_settings

    return read_settings(data, **changed)


def _with_api(data: Path | None, tenant: str, act: Any, *, work: bool = False) -> int:
    from copilot.commands.beginning import with_api

    return with_api(data, tenant, act, work=work)


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

    return run_demo(_settings(data, host=host, port=port), reset=reset, load_only=load_only)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 chooses a free one.")] = None,
    data: Data = None,
) -> int:
    """Run the service."""
    from copilot.commands.serving import serve as run_service

    return run_service(_settings(data, host=host, port=port))


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

    return serve_tools(address or _address(data), key)


@app.command()
def doctor(data: Data = None, as_json: AsJson = False) -> int:
    """Say what is wrong with this installation, and what to do about it. Changes nothing."""
    from copilot.commands.doctor import doctor as examine

    return examine(_settings(data), as_json=as_json)


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
        _with_api(data, tenant, lambda api: made.allow(api, origin))
    return made.tell(folder, service, origin, allowed=allow, as_json=as_json)


@app.command()
def migrate(data: Data = None, as_json: AsJson = False) -> int:
    """Bring the database to this version. Stop the service first."""
    from copilot.commands.upkeep import migrate as bring_up

    return bring_up(_settings(data), as_json=as_json)


@app.command()
def backup(file: Path, data: Data = None, as_json: AsJson = False) -> int:
    """Write a consistent copy of all records to FILE, also while the service runs."""
    from copilot.commands.upkeep import backup as save

    return save(_settings(data), file, as_json=as_json)


@app.command()
def restore(file: Path, data: Data = None, as_json: AsJson = False) -> int:
    """Replace all records by those of FILE. Stop the service first. Whoever was erased stays erased."""
    from copilot.commands.upkeep import restore as bring_back

    return bring_back(_settings(data), file, as_json=as_json)


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
    return _with_api(data, tenant, lambda api: act(api, given, kinds, as_json=as_json), work=save)


@knowledge.command("import")
def knowledge_import(
    path: Annotated[Path | None, typer.Argument(help="A file, a folder, or a zip; left out with --url.")] = None,
    kind: Annotated[
        str,
        typer.Option(help="zendesk, intercom, chatwoot, markdown, html, confluence, docx, pdf or beir. Default: by what it holds."),
    ] = "",
    source: Annotated[str, typer.Option(help="What to call where it comes from; the same name again updates the same articles.")] = "",
    master: Annotated[bool, typer.Option("--master", help="The source stays the master: its texts are read-only here.")] = False,
    audience: Annotated[str, typer.Option(help="internal: nothing of it may be quoted to customers.")] = "",
    owner: Annotated[str, typer.Option(help="Owner of articles that name none.")] = "",
    archive_missing: Annotated[bool, typer.Option("--archive-missing", help="Archive what the source does not hold any more.")] = False,
    url: Annotated[list[str] | None, typer.Option(help="A public page to fetch; may be given several times.")] = None,
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Bring in exports of Zendesk, Intercom, Chatwoot or Confluence, Markdown, HTML, Word, PDF. Good files land, bad ones are listed."""
    from copilot.commands.importing import Wish, import_as_job, needs_job
    from copilot.commands.knowledge import import_path

    wish = Wish(
        kind=kind,
        source=source,
        master=master,
        audience=audience,
        owner=owner,
        archive_missing=archive_missing,
        urls=tuple(url or ()),
    )
    if path is None or needs_job(path, wish):
        return _with_api(data, tenant, lambda api: import_as_job(api, path, wish, as_json=as_json), work=True)
    return _with_api(data, tenant, lambda api: import_path(api, path, as_json=as_json))


@knowledge.command("lint")
def knowledge_lint(
    path: Path,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    reading_ease: Annotated[float, typer.Option(help="Least Flesch reading ease of public English texts; 0 asks for none.")] = 40.0,
    on: Annotated[str, typer.Option(help="Judge what is past as on this day, such as 2027-01-31. Default: today.")] = "",
    as_json: AsJson = False,
) -> int:
    """Say what is wrong with a folder of articles, or one file. Reads nothing else: for CI and before an import."""
    from copilot.commands.linting import lint_path

    return lint_path(path, day=on, reading_ease=reading_ease, strict=strict, as_json=as_json)


@knowledge.command("sync")
def knowledge_sync(
    folder: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
    check: Annotated[bool, typer.Option("--check", help="As --dry-run; exit 1 when anything is out of step. For CI.")] = False,
    take_file: Annotated[list[str] | None, typer.Option(metavar="ID", help="Of this article, the file wins (repeatable).")] = None,
    take_record: Annotated[list[str] | None, typer.Option(metavar="ID", help="Of this article, the record wins (repeatable).")] = None,
    archive_missing: Annotated[bool, typer.Option("--archive-missing", help="Archive articles whose files were taken away.")] = False,
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Bring a folder of Markdown and the record in step: changed files come in, changed articles go out, conflicts are shown."""
    from copilot.commands.syncing import Wanted, sync_path

    sides = {"take_file": frozenset(take_file or ()), "take_record": frozenset(take_record or ())}
    wanted = Wanted(write=not (dry_run or check), archive_missing=archive_missing, **sides)
    return _with_api(data, tenant, lambda api: sync_path(api, folder, wanted, check=check, as_json=as_json))


@knowledge.command("search")
def knowledge_search(
    query: str,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Passages to show.")] = 6,
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Find the passages that answer a question."""
    from copilot.commands.knowledge import search

    return _with_api(data, tenant, lambda api: search(api, query, limit, as_json=as_json))


@knowledge.command("gaps")
def knowledge_gaps(
    from_history: Annotated[bool, typer.Option("--from-history", help="First look through stored conversations for more.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Topics to show.")] = 20,
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """List what customers ask and articles do not answer, the most asked first."""
    from copilot.commands.gaps import gaps

    return _with_api(data, tenant, lambda api: gaps(api, limit, from_history=from_history, as_json=as_json), work=from_history)


@knowledge.command("reindex")
def knowledge_reindex(data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Make the search indexes again from the records; searches go on meanwhile."""
    from copilot.commands.knowledge import reindex

    return _with_api(data, tenant, lambda api: reindex(api, as_json=as_json), work=True)


@customers.command("import")
def customers_import(file: Path, data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Bring in customers and their history, one JSON object a line. Good lines land, bad ones are listed."""
    from copilot.commands.customers import import_file

    return _with_api(data, tenant, lambda api: import_file(api, file, as_json=as_json))


@customers.command("card")
def customers_card(customer: str, data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Show who a customer is to us."""
    from copilot.commands.customers import card

    return _with_api(data, tenant, lambda api: card(api, customer, as_json=as_json))


@customers.command("erase")
def customers_erase(customer: str, data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Erase a person everywhere, with a receipt."""
    from copilot.commands.customers import erase

    return _with_api(data, tenant, lambda api: erase(api, customer, as_json=as_json), work=True)


@tenants.command("create")
def tenants_create(
    name: str,
    company: Annotated[str, typer.Option(help="The company's name as customers know it.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> int:
    """Create a tenant."""
    from copilot.commands.staff import create_tenant

    return _with_api(data, "default", lambda api: create_tenant(api, name, company, as_json=as_json))


@tenants.command("list")
def tenants_list(data: Data = None, as_json: AsJson = False) -> int:
    """List tenants."""
    from copilot.commands.staff import list_tenants

    return _with_api(data, "default", lambda api: list_tenants(api, as_json=as_json))


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

    return _with_api(data, tenant, lambda api: create_key(api, role, name, user, as_json=as_json))


@keys.command("list")
def keys_list(data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """List keys, without their secrets."""
    from copilot.commands.staff import list_keys

    return _with_api(data, tenant, lambda api: list_keys(api, as_json=as_json))


@keys.command("revoke")
def keys_revoke(key: str, data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Revoke a key at once."""
    from copilot.commands.staff import revoke_key

    return _with_api(data, tenant, lambda api: revoke_key(api, key, as_json=as_json))


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
    return _with_api(data, tenant, lambda api: add(api, person, as_json=as_json))


@users.command("list")
def users_list(data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """List the people who work here."""
    from copilot.commands.users import list_users

    return _with_api(data, tenant, lambda api: list_users(api, as_json=as_json))


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
    return _with_api(data, tenant, lambda api: set_password(api, user, password, as_json=as_json))


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

    where = address or _address(data)
    return _with_api(data, tenant, lambda api: make_link(api, user, where, as_json=as_json))


def _address(data: Path | None) -> str:
    """Of the running service; else where one would listen."""
    from copilot.adapters.owner import running_service

    settings = _settings(data)
    owner = running_service(Path(settings.data_dir))
    return owner.address if owner else f"http://{settings.host}:{settings.port}"
