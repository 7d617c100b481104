"""Chat tools: one file each, one line here."""

from collections.abc import Mapping

import httpx

from copilot.channels.base import Tool
from copilot.channels.chatwoot import Chatwoot
from copilot.channels.front import Front
from copilot.channels.intercom import Intercom
from copilot.channels.slack import Slack
from copilot.channels.webhook import GenericWebhook
from copilot.channels.zendesk import Zendesk
from copilot.domain.ports.channels import Channel, TriageTool

CATALOGUE: tuple[type[Tool], ...] = (GenericWebhook, Chatwoot, Zendesk, Front, Slack, Intercom)
"""In the order they are offered."""


def channels(http: httpx.AsyncClient) -> dict[str, Channel]:
    """All of them by kind, calling through one client."""
    return {tool.kind: tool(http) for tool in CATALOGUE}


def triage(known: Mapping[str, Channel]) -> dict[str, TriageTool]:
    """Those in which colleagues decide, by kind."""
    return {kind: tool for kind, tool in known.items() if isinstance(tool, TriageTool)}
