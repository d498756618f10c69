"""The ledger: receipts, force-month files, lake files, vault objects.

Written out, not derived from today's METADATA: a migration must do next year what it did when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("release", sa.Integer, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("window_first", sa.Integer),
        sa.Column("window_last", sa.Integer),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("directory_sha256", sa.Text, nullable=False),
        sa.Column("ignored", sa.JSON, nullable=False),
    )
    op.create_table(
        "file",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("receipt_id", sa.Integer, sa.ForeignKey("receipt.id"), nullable=False),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("force", sa.Text, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("release", sa.Integer, nullable=False),
        sa.Column("member", sa.Text, nullable=False),
        sa.Column("modified", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("compressed_size", sa.BigInteger, nullable=False),
        sa.Column("method", sa.Integer, nullable=False),
        sa.Column("crc32", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False, server_default=""),
        sa.Column("raw_sha256", sa.Text, nullable=False, server_default=""),
        sa.Column("vault_key", sa.Text, nullable=False, server_default=""),
        sa.Column("vault_offset", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("same_as", sa.Integer),
        sa.Column("rows_read", sa.BigInteger),
        sa.Column("rows_loaded", sa.BigInteger),
        sa.Column("rows_rejected", sa.BigInteger),
        sa.Column("lake_path", sa.Text, nullable=False, server_default=""),
        sa.Column("findings", sa.JSON),
    )
    op.create_index("file_unit", "file", ["dataset", "force", "month", "release"])
    op.create_index("file_state", "file", ["state"])
    op.create_index("file_receipt", "file", ["receipt_id"])
    op.create_table(
        "lake_file",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
    )
    op.create_table(
        "vault_object",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("vault_object", "lake_file", "file", "receipt"):
        op.drop_table(table)
