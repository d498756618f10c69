"""A process holds all its feeds by one row; what troubles a feed's poller is told to every process.

Written out, not derived from today's METADATA: a migration must do next year what it did when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holder",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("until", sa.Text, nullable=False),
    )
    op.add_column("feed", sa.Column("trouble", sa.Text, nullable=False, server_default=""))
    # Whoever held a lease must ask for it anew: the fence refuses what it still writes.
    for table in ("feed", "hook_lease"):
        op.execute(sa.text(f"UPDATE {table} SET holder = ''"))  # noqa: S608 - ours
        op.drop_column(table, "lease_until")


def downgrade() -> None:
    for table in ("feed", "hook_lease"):
        op.add_column(table, sa.Column("lease_until", sa.Text, nullable=False, server_default=""))
    op.drop_column("feed", "trouble")
    op.drop_table("holder")
