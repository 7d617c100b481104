"""The Zendesk sidebar app: its package, who opened it, and the trigger that tells of tickets.

Source: developer.zendesk.com (manifest, signed URLs, triggers). With `signedUrls` Zendesk requests the first page by POST with a form field
`token`: a JWT signed RS256 with the app's key, `aud` the installation, `sub` the agent. It comes once and holds for minutes, so whoever
takes it remembers `Entry.once` and starts a session. Which ticket is open is told by the framing page and is signed by nobody: it only
chooses what is asked for.
"""

import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

from copilot.domain.base import Frozen
from copilot.domain.errors import Refused

PACKED: Final = ("manifest.json", "translations/en.json", "assets/logo.png", "assets/logo-small.png")
"""What goes into the package; the page itself comes from us."""
WRITTEN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The time in the package: the same files make the same bytes."""
SKEW: Final = timedelta(minutes=1)
LONGEST: Final = 8_192
"""Characters of a token."""
SUBJECT: Final = re.compile(r"/api/v2/users/(\d{1,19})(?:[/.]|$)")


class Entry(Frozen):
    """Who opened the sidebar, as Zendesk signed it."""

    agent_id: str
    once: str
    """By which a token that was used is known again."""


def package(page: str, author: str = "support@example.com") -> bytes:
    """The app as a zip to upload under Apps, Upload private app. `page`: where Zendesk loads the sidebar from."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in PACKED:
            content = files(__name__).joinpath(name).read_bytes()
            if name == "manifest.json":
                content = _filled(content, PAGE=page, ADDRESS=f"https://{urlsplit(page).netloc}", AUTHOR=author)
            archive.writestr(zipfile.ZipInfo(name, WRITTEN.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def trigger(connection: str, webhook: str) -> dict[str, Any]:
    """The trigger as POST /api/v2/triggers.json takes it. `webhook`: Zendesk's id of the webhook."""
    made: dict[str, Any] = json.loads(files(__name__).joinpath("trigger.json").read_text())
    (action,) = made["trigger"]["actions"]
    action["value"] = [webhook, body(connection)]
    return made


def body(connection: str) -> str:
    """What the trigger sends, to be pasted as its JSON body by whoever sets it up by hand."""
    made = json.loads(files(__name__).joinpath("trigger.json").read_text())
    (action,) = made["trigger"]["actions"]
    return json.dumps(action["value"][1] | {"connection": connection}, indent=2)


def tells(found: dict[str, Any], webhook: str) -> bool:
    """Whether a trigger calls that webhook."""
    return any(
        action.get("field") == "notification_webhook" and webhook in (action.get("value") or []) for action in found.get("actions") or []
    )


def is_ours(installed: dict[str, Any]) -> bool:
    """Whether an installed app is this one, by the name in its manifest."""
    name = json.loads(files(__name__).joinpath("manifest.json").read_text())["name"]
    settings = installed.get("settings")
    return isinstance(settings, dict) and name in (settings.get("name"), settings.get("title")) and bool(installed.get("enabled", True))


def entered(token: str, *, key: str, audience: str, at: datetime) -> Entry:
    """Who opened the sidebar. `key`: the app's public key as PEM; `audience`: the installation's address in Zendesk's API.

    Raises Refused for what Zendesk did not sign (RS256, this app, this installation), and for what is too old.
    """
    claims = _signed(token, key)
    if claims.get("aud") not in (audience, [audience]):
        raise Refused("This sign-in is of another installation.", todo="Set the number of the app's installation in the connection.")
    until = _time(claims, "exp")
    begins = [_time(claims, name) for name in ("nbf", "iat") if name in claims]
    if until < at - SKEW or any(begin > at + SKEW for begin in begins):
        raise Refused("This sign-in is over.", todo="Load the ticket again.")
    subject, tool = urlsplit(str(claims.get("sub") or "")), urlsplit(audience)
    agent = SUBJECT.search(subject.path)
    if agent is None or subject.netloc != tool.netloc:
        raise Refused("This sign-in names nobody of this account.", todo="Load the ticket again.")
    once = hashlib.sha256(token.encode()).hexdigest()
    return Entry(agent_id=agent[1], once=once)


def _signed(token: str, key: str) -> dict[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    if len(token) > LONGEST:
        raise Refused("This is no sign-in of Zendesk.", todo="Load the ticket again.")
    try:
        known = RSAKey.import_key(key)
    except (JoseError, ValueError, TypeError):
        raise Refused("The app's public key cannot be read.", todo="Copy it from Zendesk: /api/v2/apps/NUMBER/public_key.pem.") from None
    try:
        claims: dict[str, Any] = jwt.decode(token, known, algorithms=["RS256"]).claims
    except (JoseError, ValueError, TypeError):
        raise Refused("Zendesk did not sign this.", todo="Load the ticket again; check the app's public key.") from None
    return claims


def _time(claims: dict[str, Any], name: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(claims[name]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise Refused("This sign-in has no end.", todo="Load the ticket again.") from None


def _filled(content: bytes, **words: str) -> bytes:
    """A JSON file with words put in where they stand for something."""

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: put(inner) for name, inner in value.items()}
        for name, word in words.items():
            value = value.replace(name, word) if isinstance(value, str) else value
        return value

    return json.dumps(put(json.loads(content)), indent=2).encode()
