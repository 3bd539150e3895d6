"""Alembic's entry: runs the migrations on the connection that `printserver.db.upgrade` hands in."""

from alembic import context

from printserver.db import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
