"""copilot users."""

import sys
from typing import Any
from urllib.parse import quote

from copilot.commands.connection import Api
from copilot.commands.output import print_json, say, table
from copilot.domain.errors import Invalid


async def add(api: Api, person: dict[str, str], *, as_json: bool) -> int:
    """Create a person."""
    made = await api.post("/v1/users", person)
    print_json(made) if as_json else say(f"{made['name']} is added. Let them in: copilot users link {made['email']}")
    return 0


async def list_users(api: Api, *, as_json: bool) -> int:
    """List the people who work here."""
    found = await api.get("/v1/users")
    if as_json:
        print_json(found)
        return 0
    rows = [[u["name"], u["role"], u["team"], u["email"], u["external_id"], "" if u["active"] else "left"] for u in found["users"]]
    table("", ["name", "role", "team", "e-mail", "id in the chat tool", ""], rows)
    return 0


async def set_password(api: Api, user: str, password: str, *, as_json: bool) -> int:
    """Set a person's password."""
    changed = await api.post(f"/v1/users/{_part(user)}/password", {"password": password})
    print_json(changed) if as_json else say(f"{changed['name']} can sign in with the new password, and is signed out everywhere else.")
    return 0


async def make_link(api: Api, user: str, address: str, *, as_json: bool) -> int:
    """Print a one-time link."""
    made: dict[str, Any] = await api.post(f"/v1/users/{_part(user)}/links")
    link = address.rstrip("/") + made["path"]
    if as_json:
        print_json({"link": link, "ends_at": made["ends_at"], "user": made["user"]})
        return 0
    say(link)
    say(f"Signs {made['user']['name']} in once, within 15 minutes.")
    return 0


def read_password() -> str:
    """Typed twice on a terminal, so that it is in no history; else the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    import getpass

    given = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != given:
        raise Invalid("The two do not agree.", todo="Try again.")
    return given


def _part(ref: str) -> str:
    return quote(ref, safe="@")
