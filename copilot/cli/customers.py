"""copilot customers."""

from pathlib import Path

import typer

from copilot.commands.options import HELP, AsJson, Data, Tenant, with_api

app = typer.Typer(no_args_is_help=True, context_settings=HELP, help="Customers: bring them in, see their card, erase them.")


@app.command("import")
def import_(file: Path, data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Bring in customers and their history, one JSON object a line. Good lines land, bad ones are listed."""
    from copilot.commands.customers import import_file

    return with_api(data, tenant, lambda api: import_file(api, file, as_json=as_json))


@app.command("card")
def card(customer: str, data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Show who a customer is to us."""
    from copilot.commands.customers import card

    return with_api(data, tenant, lambda api: card(api, customer, as_json=as_json))


@app.command("erase")
def erase(customer: str, data: Data = None, tenant: Tenant = "default", as_json: AsJson = False) -> int:
    """Erase a person everywhere, with a receipt."""
    from copilot.commands.customers import erase

    return with_api(data, tenant, lambda api: erase(api, customer, as_json=as_json), work=True)
