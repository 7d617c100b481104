"""copilot extension: the browser extension, written out for a browser to load."""

import base64
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from copilot import channels
from copilot.commands.connection import Api
from copilot.commands.output import print_json, say
from copilot.domain.base import Frozen
from copilot.domain.errors import Conflict, Invalid
from copilot.services.people.panels import is_origin

SHIPPED: Final = Path(channels.__file__).parent / "extension"
ANYWHERE: Final = "frame-src https: http://localhost:* http://127.0.0.1:*"
"""What the shipped manifest lets its page frame: the service's address is not known there."""


class Site(Frozen):
    """A page that is a chat tool. `connection`: its account at the service, where there are several of one tool."""

    origin: str
    tool: str
    connection: str = ""


def site(text: str) -> Site:
    """Of `https://chat.example.com=chatwoot` or `…=chatwoot:eu`. Raises Invalid."""
    origin, _, named = text.partition("=")
    tool, _, connection = named.partition(":")
    tools = sorted(path.stem for path in (SHIPPED / "adapters").glob("*.js"))
    if not _is_page(origin) or tool not in tools:
        raise Invalid(f"{text!r} is not a site and its tool.", todo=f"Write https://chat.example.com=TOOL with one of: {', '.join(tools)}.")
    return Site(origin=origin, tool=tool, connection=connection)


def write(folder: Path, service: str, tenant: str, sites: list[Site]) -> str:
    """Write the extension, over an earlier one of ours. Returns its origin. Raises Conflict for a folder of something else, Invalid."""
    if service and not _is_page(service):
        raise Invalid(f"{service!r} is not an address of the service.", todo="Write it as https://copilot.example.com: no path, no slash.")
    manifest = json.loads((SHIPPED / "manifest.json").read_text())
    if folder.exists() and any(folder.iterdir()) and not _is_ours(folder, manifest["key"]):
        raise Conflict(f"{folder} holds something else.", todo="Name an empty folder.")
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    if service:
        policy = manifest["content_security_policy"]
        policy["extension_pages"] = policy["extension_pages"].replace(ANYWHERE, f"frame-src {service}")
    config = {"service": service, "tenant": tenant, "sites": [one.model_dump() for one in sites]}
    for name, content in (("manifest.json", manifest), ("config.json", config)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")
    return origin_of(manifest)


def origin_of(manifest: dict[str, Any]) -> str:
    """The origin of the extension's pages: Chromium makes its id of the key, sixteen bytes of its SHA-256 in the letters a to p."""
    digest = hashlib.sha256(base64.b64decode(manifest["key"])).hexdigest()[:32]
    return "chrome-extension://" + "".join(chr(ord("a") + int(digit, 16)) for digit in digest)


async def allow(api: Api, origin: str) -> int:
    """Let the extension open the panel."""
    settings = await api.get("/v1/settings")
    if origin not in settings["panel_origins"]:
        await api.replace("/v1/settings", settings | {"panel_origins": [*settings["panel_origins"], origin]})
    return 0


def tell(folder: Path, service: str, origin: str, *, allowed: bool, as_json: bool) -> int:
    """What was made, and what to do next."""
    if as_json:
        print_json({"folder": str(folder), "origin": origin, "service": service, "allowed": allowed})
        return 0
    say(f"The extension is in {folder}. In the browser: chrome://extensions, developer mode on, Load unpacked, this folder.")
    if not allowed:
        say(f"Its panel opens once the setting panel_origins names {origin} (or run this again with --allow).")
    if not service:
        say("It asks for the service's address in its options (or run this again with --address).")
    return 0


def _is_ours(folder: Path, key: str) -> bool:
    try:
        found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError):
        return False
    return found.get("key") == key


def _is_page(origin: str) -> bool:
    return is_origin(origin) and urlsplit(origin).scheme in ("http", "https")
