"""The list of routes, as a plain page. Nothing is fetched from anywhere, no script runs."""

from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, StrictUndefined

router = APIRouter(include_in_schema=False)
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
METHODS = ("get", "post", "put", "patch", "delete")
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
code,td:first-child{font-family:ui-monospace,monospace}td{padding:.2rem 1rem .2rem 0;vertical-align:top}
td:first-child{white-space:nowrap}"""
FRAME = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }}</title><link rel="stylesheet" href="/docs.css"><h1>{{ title }}</h1>"""
DOCS = (
    FRAME
    + """<p>Every request under <code>/v1</code> carries <code>Authorization: Bearer KEY</code>
(<code>copilot keys create</code>). Schemas and examples: <a href="/openapi.json">/openapi.json</a>. Errors are
<code>application/problem+json</code> and say what to do.</p>
{% for tag, routes in groups.items() %}<h2>{{ tag }}</h2><table>{% for route in routes %}
<tr><td>{{ route.method }} {{ route.path }}</td><td>{{ route.summary }}</td></tr>{% endfor %}</table>{% endfor %}</html>"""
)


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined)


def _page(template: str, **variables: Any) -> HTMLResponse:
    text = _environment().from_string(template).render(**variables)
    return HTMLResponse(text, headers={"Content-Security-Policy": POLICY})


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Every route, by audience."""
    groups: dict[str, list[dict[str, str]]] = {}
    for path, operations in request.app.openapi()["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                summary = str(operation.get("description", "")).split("\n\n")[0]
                groups.setdefault(operation["tags"][0], []).append({"method": method.upper(), "path": path, "summary": summary})
    return _page(DOCS, title="Routes", groups=groups)


@router.get("/docs.css")
async def style() -> Response:
    """How that page looks."""
    return Response(STYLE, media_type="text/css")
