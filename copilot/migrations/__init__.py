"""Alembic's environment and the revisions of the schema. They ship in the package and need no alembic.ini."""
