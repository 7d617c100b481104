"""Alembic runs this file: revisions go through the connection (and the transaction) that the caller gave."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=context.config.attributes.get("metadata"), transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
