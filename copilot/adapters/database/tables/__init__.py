"""The tables of the record, by subject. Alembic's first revision makes them; a test holds both to the same shape."""

from copilot.adapters.database.columns import METADATA
from copilot.adapters.database.tables import (
    access,
    asked,
    curation,
    day,
    drafts,
    editing,
    imports,
    knowledge,
    people,
    quality,
    recalls,
    remembered,
    scorecards,
    talk,
    tenancy,
    work,
)

__all__ = [
    "METADATA",
    "access",
    "asked",
    "curation",
    "day",
    "drafts",
    "editing",
    "imports",
    "knowledge",
    "people",
    "quality",
    "recalls",
    "remembered",
    "scorecards",
    "talk",
    "tenancy",
    "work",
]
