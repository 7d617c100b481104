"""The pages: rendered here, kept alive by small ES modules. Put beside the API on the same application."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI


def mount(app: "FastAPI") -> None:
    """Add pages, static files, their security headers, and error pages for browsers."""
    from copilot.web import embedding, errors, oidc, pages, rooms, security, signin, tool_pages
    from copilot.web.assets import Assets

    routers = (signin.router, oidc.router, embedding.router, embedding.signing_in, tool_pages.router, *pages.routers())
    rooms.check(routers)
    for router in routers:
        app.include_router(router)
    app.mount("/static", Assets(), name="static")
    errors.answer_with_pages(app)
    app.add_middleware(security.Headers)
