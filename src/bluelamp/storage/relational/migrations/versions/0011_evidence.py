"""What was counted of a file, from which its properties are decided.

Written out, not derived from today's METADATA: a migration must do next year what it did when it was written. Files
that were loaded before have none: it is counted from the lake when a version is next made.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("file", sa.Column("evidence", sa.JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("file", "evidence")
