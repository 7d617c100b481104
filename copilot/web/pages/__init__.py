"""The pages, one file each. A new page: its file, one line here, its addresses in `copilot.web.rooms`."""

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """Of all pages."""
    from copilot.web.pages import conversation, desk, handover, home, imports, memory, panel, promises, queue, shift, supervisor, wrap_up

    agents = (home, desk, queue, conversation, panel, promises, supervisor, memory, handover, wrap_up, shift)
    return tuple(room.router for room in (*agents, imports))
