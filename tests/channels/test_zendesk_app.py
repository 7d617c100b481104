"""The sidebar app: its package, the trigger that ships, and who opened it."""

import base64
import hmac
import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from copilot.channels import zendesk_app
from copilot.domain.errors import Refused

KEY, OTHER = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
PUBLIC = KEY.as_pem(private=False).decode()
TOOL = "https://ternway.zendesk.com"
AUDIENCE = f"{TOOL}/api/v2/apps/installations/9001.json"
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def claims(**given: Any) -> dict[str, Any]:
    known = {"iss": "ternway.zendesk.com", "aud": AUDIENCE, "sub": f"{TOOL}/api/v2/users/7/5f3d.json", "iat": int(AT.timestamp())}
    return known | {"nbf": int(AT.timestamp()), "exp": int((AT + timedelta(minutes=5)).timestamp())} | given


def signed(*, key: Any = KEY, alg: str = "RS256", **given: Any) -> str:
    made = {name: value for name, value in claims(**given).items() if value is not None}
    return jwt.encode({"alg": alg}, made, key, algorithms=[alg])


def enter(token: str, at: datetime = AT) -> zendesk_app.Entry:
    return zendesk_app.entered(token, key=PUBLIC, audience=AUDIENCE, at=at)


def test_who_opened_it_is_told_and_the_token_is_known_again() -> None:
    token = signed()
    entry = enter(token)
    assert entry.agent_id == "7"
    assert entry.once == enter(token).once != enter(signed(jti="another")).once


@pytest.mark.parametrize(
    "given",
    [
        {"aud": f"{TOOL}/api/v2/apps/installations/9002.json"},
        {"aud": "https://other.zendesk.com/api/v2/apps/installations/9001.json"},
        {"aud": [AUDIENCE, "https://other.example.com"]},
        {"aud": None},
        {"exp": int((AT - timedelta(minutes=2)).timestamp())},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": int((AT + timedelta(minutes=2)).timestamp())},
        {"iat": int((AT + timedelta(minutes=2)).timestamp())},
        {"sub": "https://other.zendesk.com/api/v2/users/7.json"},
        {"sub": f"{TOOL}/api/v2/users/me.json"},
        {"sub": f"{TOOL}/api/v2/users/7x"},
        {"sub": None},
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        enter(signed(**given))


def test_only_the_apps_own_key_signs() -> None:
    with pytest.raises(Refused):
        enter(signed(key=OTHER))
    head, body, _ = signed().split(".")
    unsigned, shared = "eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9"
    # As if the public key, which everybody may know, were a shared secret.
    made = base64.urlsafe_b64encode(hmac.digest(PUBLIC.encode(), f"{shared}.{body}".encode(), "sha256")).decode().rstrip("=")
    for token in (f"{shared}.{body}.{made}", f"{unsigned}.{body}.", f"{head}.{body}.", "", "a.b.c", "x" * 9000):
        with pytest.raises(Refused):
            enter(token)


def test_a_key_that_is_none_is_told() -> None:
    with pytest.raises(Refused, match="public key"):
        zendesk_app.entered(signed(), key="-----BEGIN", audience=AUDIENCE, at=AT)


def test_the_package_is_what_zendesk_takes() -> None:
    page = "https://copilot.example.com/zendesk/sidebar/default/zendesk"
    made = zendesk_app.package(page, author="it@ternway.example")
    assert made == zendesk_app.package(page, author="it@ternway.example")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert sorted(archive.namelist()) == ["assets/logo-small.png", "assets/logo.png", "manifest.json", "translations/en.json"]
        manifest = json.loads(archive.read("manifest.json"))
        words = json.loads(archive.read("translations/en.json"))
        sizes = [archive.read(f"assets/{name}.png")[16:24] for name in ("logo", "logo-small")]
    assert manifest["signedUrls"] is True
    assert manifest["location"]["support"]["ticket_sidebar"]["url"] == "https://copilot.example.com/zendesk/sidebar/default/zendesk"
    assert manifest["author"]["email"] == "it@ternway.example"
    assert manifest["defaultLocale"] == "en"
    assert {"name", "short_description", "long_description", "installation_instructions"} <= set(words["app"])
    assert sizes == [size.to_bytes(4, "big") * 2 for size in (320, 128)]


def test_in_the_trigger_stand_no_words_that_anybody_wrote() -> None:
    """Zendesk puts values into the JSON as they are: a quote in a name would change what it says."""
    made = zendesk_app.trigger("zendesk-1", "01H")["trigger"]
    assert made["conditions"]["any"]
    (action,) = made["actions"]
    assert action["field"] == "notification_webhook"
    webhook, body = action["value"]
    assert webhook == "01H"
    assert json.loads(body)["connection"] == "zendesk-1"
    assert set(re.findall(r"{{(.*?)}}", body)) == {"ticket.id", "ticket.latest_comment.id", "ticket.updated_at_with_timestamp"}
