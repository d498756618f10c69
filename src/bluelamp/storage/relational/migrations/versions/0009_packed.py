"""Bodies of changes and calls, and the parts of snapshots, are packed from now on; indexes that are not needed go.

What is there stays as it is and is read all the same: SQLite keeps bytes in a column of text, PostgreSQL gets the bytes
of the text. `bluelamp live rebuild` packs a log of before.

Written out, not derived from today's METADATA: a migration must do next year what it did when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COLUMNS = (("change", "body"), ("call", "body"), ("snapshot", "parts"))


def upgrade() -> None:
    for index, table in (
        ("change_id", "change"),
        ("change_at", "change"),
        ("call_ended", "call"),
        ("call_open", "call"),
    ):
        op.drop_index(index, table)
    op.create_index("call_open", "call", ["log"], sqlite_where=sa.text("open = 1"), postgresql_where=sa.text("open"))
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _COLUMNS:
            as_bytes = f"convert_to({column}::text, 'UTF8')"
            op.execute(sa.text(f'ALTER TABLE "{table}" ALTER COLUMN {column} TYPE BYTEA USING {as_bytes}'))


def downgrade() -> None:
    raise NotImplementedError("what is packed cannot be read by a version of before")
