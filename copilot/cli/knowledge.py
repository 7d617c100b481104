"""copilot knowledge."""

from pathlib import Path
from typing import Annotated

import typer

from copilot.commands.options import HELP, AsJson, Data, Tenant, with_api

app = typer.Typer(no_args_is_help=True, context_settings=HELP, help="Articles: bring them in, search them.")


@app.command("import")
def import_(
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
        return with_api(data, tenant, lambda api: import_as_job(api, path, wish, as_json=as_json), work=True)
    return with_api(data, tenant, lambda api: import_path(api, path, as_json=as_json))


@app.command("lint")
def lint(
    path: Path,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    reading_ease: Annotated[float, typer.Option(help="Least Flesch reading ease of public English texts; 0 asks for none.")] = 40.0,
    on: Annotated[str, typer.Option(help="Judge what is past as on this day, such as 2027-01-31. Default: today.")] = "",
    as_json: AsJson = False,
) -> int:
    """Say what is wrong with a folder of articles, or one file. Reads nothing else: for CI and before an import."""
    from copilot.commands.linting import lint_path

    return lint_path(path, day=on, reading_ease=reading_ease, strict=strict, as_json=as_json)


@app.command("sync")
def sync(
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
    return with_api(data, tenant, lambda api: sync_path(api, folder, wanted, check=check, as_json=as_json))


@app.command("search")
def search(
    query: str,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Passages to show.")] = 6,
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """Find the passages that answer a question."""
    from copilot.commands.knowledge import search

    return with_api(data, tenant, lambda api: search(api, query, limit, as_json=as_json))


@app.command("gaps")
def gaps(
    from_history: Annotated[bool, typer.Option("--from-history", help="First look through stored conversations for more.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Topics to show.")] = 20,
    data: Data = None,
    tenant: Tenant = "default",
    as_json: AsJson = False,
) -> int:
    """List what customers ask and articles do not answer, the most asked first."""
    from copilot.commands.gaps import gaps

    return with_api(data, tenant, lambda api: gaps(api, limit, from_history=from_history, as_json=as_json), work=from_history)


@app.command("reindex")
def reindex(data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Make the search indexes again from the records; searches go on meanwhile."""
    from copilot.commands.knowledge import reindex

    return with_api(data, tenant, lambda api: reindex(api, as_json=as_json), work=True)
