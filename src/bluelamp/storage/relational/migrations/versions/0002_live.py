"""The live flow: feeds and their leases, event logs, calls, keyframes, snapshots.

Written out, not derived from today's METADATA: a migration must do next year what it did when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("log", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text, nullable=False, server_default=""),
        sa.Column("lease_until", sa.Text, nullable=False, server_default=""),
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rules", sa.JSON),
    )
    op.create_table(
        "event_log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("feed", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("tail", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Text, nullable=False, server_default=""),
        sa.Column("taken", sa.BigInteger, nullable=False),
        sa.Column("tracking", sa.JSON, nullable=False),
        sa.Column("keyframe", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("store", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "change",
        sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("change_id", "change", ["log", "id"], unique=True)
    op.create_index("change_call", "change", ["log", "call", "seq"])
    op.create_index("change_at", "change", ["log", "at", "seq"])
    op.create_table(
        "call",
        sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.Text, nullable=False),
        sa.Column("ended_at", sa.Text),
        sa.Column("number_key", sa.Text),
        sa.Column("place_key", sa.Text, nullable=False),
        sa.Column("occurrence", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("call_open", "call", ["log", "open"])
    op.create_index("call_number", "call", ["log", "number_key"])
    op.create_index("call_place", "call", ["log", "place_key"])
    op.create_index("call_opened", "call", ["log", "opened_at"])
    op.create_index("call_ended", "call", ["log", "ended_at"])
    op.create_table(
        "keyframe",
        sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("calls", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "snapshot",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("fetched_at", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
        sa.Column("skew", sa.Float),
        sa.Column("verdict", sa.Text, nullable=False, server_default=""),
        sa.Column("reasons", sa.JSON),
        sa.Column("version", sa.Text, nullable=False, server_default=""),
        sa.Column("rows", sa.Integer),
        sa.Column("unreadable", sa.Integer),
        sa.Column("duplicates", sa.Integer),
        sa.Column("conflicting", sa.Integer),
        sa.Column("changes", sa.Integer),
    )
    op.create_index("snapshot_at", "snapshot", ["feed", "fetched_at"])
    op.create_index("snapshot_verdict", "snapshot", ["feed", "verdict", "number"])


def downgrade() -> None:
    for table in ("snapshot", "keyframe", "call", "change", "event_log", "feed"):
        op.drop_table(table)
