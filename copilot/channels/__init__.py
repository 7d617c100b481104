"""Chat tools: one file each, one line here."""

import httpx

from copilot.channels.base import Tool
from copilot.channels.chatwoot import Chatwoot
from copilot.channels.front import Front
from copilot.channels.libredesk import LibreDesk
from copilot.channels.limits import Pacing
from copilot.channels.webhook import GenericWebhook
from copilot.channels.zammad import Zammad
from copilot.channels.zendesk import Zendesk
from copilot.domain.ports.channels import Channel

CATALOGUE: tuple[type[Tool], ...] = (GenericWebhook, Chatwoot, Zendesk, Front, Zammad, LibreDesk)
"""In the order they are offered."""


def channels(http: httpx.AsyncClient, pacing: Pacing | None = None) -> dict[str, Channel]:
    """All of them by kind, calling through one client and keeping one pace for each connection."""
    pacing = pacing or Pacing()
    return {tool.kind: tool(http, pacing) for tool in CATALOGUE}
