"""Places: what sources answered, what was decided, fixes, budgets, default points, claims, scores.

Written out, not derived from today's METADATA: a migration must do next year what it did when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place_answer",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("candidates", sa.JSON, nullable=False),
        sa.Column("asked_at", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("retry_at", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "place",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("areas", sa.Text, primary_key=True),
        sa.Column("asked", sa.JSON, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("decision", sa.JSON, nullable=False),
        sa.Column("decided_at", sa.Text, nullable=False),
    )
    op.create_index("place_version", "place", ["feed", "version"])
    op.create_table(
        "place_fix",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("lat", sa.Float, nullable=False),
        sa.Column("lon", sa.Float, nullable=False),
        sa.Column("uncertainty_m", sa.Float, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("fixed_at", sa.Text, nullable=False),
    )
    op.create_table(
        "place_budget",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("used", sa.Integer, nullable=False),
    )
    op.create_table(
        "place_spot",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("spot", sa.Text, primary_key=True),
        sa.Column("streets", sa.Text, primary_key=True),
    )
    op.create_table(
        "place_claim",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", sa.Text, nullable=False),
    )
    op.create_table(
        "place_score",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("feed", sa.Text, nullable=False),
        sa.Column("scored_at", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("precision", sa.Text, nullable=False, server_default=""),
        sa.Column("official", sa.Integer, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("areas", sa.Integer, nullable=False),
        sa.Column("near", sa.Integer, nullable=False),
        sa.Column("far", sa.Integer, nullable=False),
        sa.Column("within", sa.Integer, nullable=False),
        sa.Column("median_m", sa.Float),
        sa.Column("p95_m", sa.Float),
        sa.Column("reach", sa.Float),
    )
    op.create_index("place_score_at", "place_score", ["feed", "scored_at"])
    op.create_table(
        "place_secret",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "place_secret",
        "place_score",
        "place_claim",
        "place_spot",
        "place_budget",
        "place_fix",
        "place",
        "place_answer",
    ):
        op.drop_table(table)
