"""Chat tools: one file each, one line here."""

import httpx

from copilot.channels.base import Tool
from copilot.channels.chatwoot import Chatwoot
from copilot.channels.webhook import GenericWebhook
from copilot.domain.ports.channels import Channel

CATALOGUE: tuple[type[Tool], ...] = (GenericWebhook, Chatwoot)
"""In the order they are offered."""


def channels(http: httpx.AsyncClient) -> dict[str, Channel]:
    """All of them by kind, calling through one client."""
    return {tool.kind: tool(http) for tool in CATALOGUE}
