"""Where a city's own reports say that calls were.

Written out, not derived from today's METADATA: a migration must do next year what it did when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place_official",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("number_key", sa.Text, primary_key=True),
        sa.Column("lat", sa.Float, nullable=False),
        sa.Column("lon", sa.Float, nullable=False),
        sa.Column("first_seen", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("place_official")
