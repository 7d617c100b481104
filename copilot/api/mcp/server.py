"""The catalogue of tools on the official SDK. Whichever way a client comes in, this is what answers."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import structlog
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as Described
from pydantic import BaseModel, ValidationError

from copilot.api.mcp.tools import BY_NAME, CATALOGUE, INSTRUCTIONS, Routes, Tool
from copilot.api.version import installed
from copilot.domain.base import new_id
from copilot.domain.errors import CopilotError, Invalid
from copilot.domain.formats import explain

log = structlog.get_logger()
NAMED = 80
"""Characters of a tool's name that an error repeats."""


def server(routes: Routes) -> Server[Any]:
    """A server whose tools ask `routes`: one for each caller."""

    async def tools(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        """Those that the caller's role may use."""
        try:
            role = str((await routes("GET", "/v1/me"))["role"])
        except CopilotError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from None
        return ListToolsResult(tools=[described(tool) for tool in CATALOGUE if tool.is_for(role)])

    async def call(_: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        tool = BY_NAME.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"There is no tool {params.name[:NAMED]!r}. There are {', '.join(BY_NAME)}.")
        return await answer(routes, tool, params.arguments or {})

    return Server("rapport", title="Rapport", version=installed(), instructions=INSTRUCTIONS, on_list_tools=tools, on_call_tool=call)


async def answer(routes: Routes, tool: Tool, arguments: Mapping[str, Any]) -> CallToolResult:
    """What the tool gives, as text and as data; what hinders it, as an error that says what to do."""
    try:
        found = await tool.act(routes, read(tool, arguments))
    except CopilotError as error:
        return _error(str(error))
    except Exception as error:  # whatever nobody foresaw becomes an id, which is in the log with the stack trace
        ident = new_id()
        log.error("tool_failed", id=ident, tool=tool.name, exc_info=error)
        return _error(f"This is our mistake. Tell the operator the id {ident}; it is in the log.")
    return CallToolResult(content=[TextContent(text=json.dumps(found, ensure_ascii=False))], structured_content=found)


def read(tool: Tool, arguments: Mapping[str, Any]) -> BaseModel:
    """The arguments as the tool takes them. Raises Invalid naming the place."""
    try:
        json.dumps(arguments, ensure_ascii=False).encode()
        return tool.takes.model_validate(arguments)
    except ValidationError as error:
        raise explain(error, tool.name) from None
    except (UnicodeEncodeError, RecursionError):
        # Half of a surrogate pair, or a thousand brackets inside each other: JSON, but nobody's words.
        raise Invalid(f"{tool.name}: the arguments are not text.", todo="Send plain Unicode, not nested deeply.") from None


@cache
def described(tool: Tool) -> Described:
    """How a client is told of it."""
    hints = ToolAnnotations(
        title=tool.title, read_only_hint=tool.reads, destructive_hint=False, idempotent_hint=tool.reads, open_world_hint=False
    )
    return Described(
        name=tool.name,
        title=tool.title,
        description=tool.says,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=hints,
    )


def _error(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)], is_error=True)
