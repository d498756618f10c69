"""Alembic's entry: run by `bluelamp.storage.database`, with the engine it opened."""

from alembic import context

from bluelamp.storage.database import METADATA

engine = context.config.attributes["engine"]
with engine.begin() as connection:
    if connection.dialect.name == "postgresql":
        # Several processes may begin at once on an empty database: one makes the tables, the others find them.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7326501)")
    # Batch mode, because SQLite alters a table by copying it.
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
