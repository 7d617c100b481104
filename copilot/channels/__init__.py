"""Chat tools: one file each, one line here."""

from collections.abc import Mapping

import httpx

from copilot.channels.base import Tool
from copilot.channels.chatwoot import Chatwoot
from copilot.channels.email import Email
from copilot.channels.front import Front
from copilot.channels.intercom import Intercom
from copilot.channels.libredesk import LibreDesk
from copilot.channels.limits import Pacing
from copilot.channels.phone import Phone
from copilot.channels.slack import Slack
from copilot.channels.webhook import GenericWebhook
from copilot.channels.zammad import Zammad
from copilot.channels.zendesk import Zendesk
from copilot.domain.ports.channels import Channel, TriageTool

CATALOGUE: tuple[type[Tool], ...] = (GenericWebhook, Chatwoot, Zendesk, Front, Slack, Intercom, Zammad, LibreDesk, Email, Phone)
"""In the order they are offered."""


def channels(http: httpx.AsyncClient, pacing: Pacing | None = None) -> dict[str, Channel]:
    """All of them by kind, calling through one client and keeping one pace for each connection."""
    pacing = pacing or Pacing()
    return {tool.kind: tool(http, pacing) for tool in CATALOGUE}


def triage(known: Mapping[str, Channel]) -> dict[str, TriageTool]:
    """Those in which colleagues decide, by kind."""
    return {kind: tool for kind, tool in known.items() if isinstance(tool, TriageTool)}
