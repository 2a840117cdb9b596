"""Alembic environment: runs as the owner role on the connection that `core.migrate` hands in."""

from alembic import context

from yichuan.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
