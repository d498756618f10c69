"""Alembic's entry: run by `bluelamp.storage.relational.database`, with the engine it opened."""

from alembic import context

from bluelamp.storage.relational.database import METADATA

engine = context.config.attributes["engine"]
with engine.begin() as connection:
    if connection.dialect.name == "postgresql":
        # Several processes may begin at once on an empty database: one makes the tables, the others find them.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7326501)")
    elif connection.dialect.name == "sqlite":
        # The same, and all tables or none where the process is killed: by itself the driver commits each of them.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    # Batch mode, because SQLite alters a table by copying it.
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
