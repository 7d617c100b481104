"""What a service imports, imported once in the fork server: each service of a test then starts in about a second instead of ten.

Nothing is opened or started here, so that a fork carries no threads and no connections.
"""

import os

for _name in ("LITELLM_LOCAL_MODEL_COST_MAP", "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS", "LITELLM_LOCAL_BLOG_POSTS"):
    os.environ.setdefault(_name, "True")

import aiosqlite  # noqa: F401
import chromadb  # noqa: F401
import dateparser  # noqa: F401
import dbos  # noqa: F401
import litellm  # noqa: F401
import presidio_analyzer  # noqa: F401
import psycopg  # noqa: F401
import tantivy  # noqa: F401
import uvicorn  # noqa: F401

import copilot.api.admin
import copilot.api.stream
import copilot.bootstrap
import copilot.commands.serving  # noqa: F401
