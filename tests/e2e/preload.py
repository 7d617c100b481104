"""What a service imports, imported once in the fork server: each service of a test then starts in about a second instead of ten.

So are the routes, which take FastAPI 0.8 s of a start's 1.6. Nothing is opened or started here, so that a fork carries no threads and no
connections.
"""

import os
from importlib import import_module

HEAVY = (
    "aiosqlite",
    "alembic.command",
    "chromadb.api.rust",
    "dateparser",
    "dbos",
    "litellm",
    "presidio_analyzer",
    "psycopg",
    "tantivy",
    "uvicorn",
)
OURS = ("copilot.api.admin", "copilot.api.stream", "copilot.bootstrap", "copilot.commands.serving")

for _setting in ("LITELLM_LOCAL_MODEL_COST_MAP", "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS", "LITELLM_LOCAL_BLOG_POSTS"):
    os.environ.setdefault(_setting, "True")
for _name in (*HEAVY, *OURS):
    import_module(_name)
import_module("copilot.api").all_routes()
