"""The pages: rendered here, kept alive by small ES modules. Put beside the API on the same application."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI


def routers() -> "tuple[APIRouter, ...]":
    """Of all pages. Fails when one of them has no line in `rooms.PAGES`."""
    from copilot.web import embedding, oidc, pages, rooms, signin

    found = (signin.router, oidc.router, embedding.router, embedding.signing_in, *pages.routers())
    rooms.check(found)
    return found


def mount(app: "FastAPI") -> None:
    """Add static files, the pages' security headers, and error pages for browsers."""
    from copilot.web import errors, security
    from copilot.web.assets import Assets

    app.mount("/static", Assets(), name="static")
    errors.answer_with_pages(app)
    app.add_middleware(security.Headers)
