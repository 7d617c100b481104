"""The recipe of the README for a shell: what it sends is what we read, and what anybody's Standard Webhooks library takes."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as Standard

from copilot.channels.webhook import GenericWebhook
from copilot.domain.channels import Webhook
from copilot.domain.errors import Refused
from tests.channels.tools import EXAMPLES, NEW

TOOLS = ("sh", "openssl", "curl", "base64", "od")


class Hook(HTTPServer):
    """Keeps what is sent to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keeping)
        self.taken: list[tuple[str, dict[str, str], bytes]] = []


class _Keeping(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Hook)
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def recipe() -> str:
    """As it stands there."""
    readme = files("copilot.channels").joinpath("README.md").read_text("utf-8")
    found: list[str] = [block for block in re.findall(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL) if "openssl" in block]
    assert len(found) == 1
    return found[0]


def test_what_the_recipe_signs_is_believed(hook: Hook) -> None:
    missing = [name for name in TOOLS if shutil.which(name) is None]
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"There is no {', '.join(missing)} here.")
    assert not missing
    known = {"PATH": os.environ["PATH"], "SECRET": NEW, "ADDRESS": f"http://127.0.0.1:{hook.server_port}"}

    done = subprocess.run(["sh", "-eu", "-c", recipe()], env=known, capture_output=True, text=True, check=True)  # noqa: S603, S607

    ((path, headers, body),) = hook.taken
    assert path == "/hooks/default/crm"
    assert done.stdout.startswith("HTTP/1.0 204")
    Standard(NEW).verify(body, headers)
    account, webhook = EXAMPLES["webhook"].account, Webhook(headers=headers, body=body, at=datetime.now(UTC))
    (arrival,) = GenericWebhook(httpx.AsyncClient()).read(account, webhook).arrivals
    assert [(one.id, one.author, one.text) for one in arrival.conversation.messages] == [("m1", "customer", "Where is my refund?")]
    with pytest.raises(Refused):
        GenericWebhook(httpx.AsyncClient()).read(account.model_copy(update={"signing": (NEW[:-4] + "AAAA",)}), webhook)
