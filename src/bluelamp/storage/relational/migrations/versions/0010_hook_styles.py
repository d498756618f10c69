"""The form that a webhook's receiver takes: Bluelamp's own, or that of a service.

Written out, not derived from today's METADATA: a migration must do next year what it did when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hook", sa.Column("style", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("hook", "style")
