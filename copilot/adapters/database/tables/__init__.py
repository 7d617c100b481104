"""The tables of the record, by subject. Alembic's first revision makes them; a test holds both to the same shape."""

from copilot.adapters.database.columns import METADATA
from copilot.adapters.database.tables import (
    access,
    asked,
    connected,
    curation,
    day,
    drafts,
    editing,
    experiments,
    imports,
    knowledge,
    people,
    quality,
    recalls,
    remembered,
    talk,
    tenancy,
    work,
)

__all__ = [
    "METADATA",
    "access",
    "asked",
    "connected",
    "curation",
    "day",
    "drafts",
    "editing",
    "experiments",
    "imports",
    "knowledge",
    "people",
    "quality",
    "recalls",
    "remembered",
    "talk",
    "tenancy",
    "work",
]
