"""Chat tools: one file each, one line here."""

import httpx

from copilot.channels.base import Tool
from copilot.channels.chatwoot import Chatwoot
from copilot.channels.email import Email
from copilot.channels.front import Front
from copilot.channels.phone import Phone
from copilot.channels.webhook import GenericWebhook
from copilot.channels.zendesk import Zendesk
from copilot.domain.ports.channels import Channel

CATALOGUE: tuple[type[Tool], ...] = (GenericWebhook, Chatwoot, Zendesk, Front, Email, Phone)
"""In the order they are offered."""


def channels(http: httpx.AsyncClient) -> dict[str, Channel]:
    """All of them by kind, calling through one client."""
    return {tool.kind: tool(http) for tool in CATALOGUE}
