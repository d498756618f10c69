"""Those who follow with a key: API keys, webhooks, dead letters, and which process delivers.

Written out, not derived from today's METADATA: a migration must do next year what it did when it was written. It
follows 0003: the number 0004 was never used.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def _text(name: str, *, empty: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="" if empty else None)


def _count(name: str, *, zero: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0" if zero else None)


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        _text("shown"),
        _text("sha256"),
        _text("created_at"),
        _text("last_used_at", empty=True),
        sqlite_autoincrement=True,
    )
    op.create_index("api_key_shown", "api_key", ["shown"])
    op.create_table(
        "hook",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("key", sa.Integer, nullable=False),
        _text("feed"),
        _text("url"),
        _text("description", empty=True),
        _text("secret"),
        sa.Column("filter", sa.JSON, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        _text("created_at"),
        _text("state"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("log", sa.Integer, nullable=False),
        _text("epoch"),
        _count("seq"),
        _count("told"),
        _text("resync", empty=True),
        _count("upto", zero=True),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        _text("first_try_at", empty=True),
        _text("next_try_at", empty=True),
        _text("problem", empty=True),
        _count("delivered", zero=True),
        _text("last_delivered_at", empty=True),
    )
    op.create_index("hook_key", "hook", ["key"])
    op.create_index("hook_state", "hook", ["state"])
    op.create_table(
        "hook_letter",
        sa.Column("id", sa.Integer, primary_key=True),
        _text("hook"),
        _text("message"),
        _text("body"),
        _text("reason"),
        sa.Column("tries", sa.Integer, nullable=False),
        _text("first_try_at"),
        _text("died_at"),
        sa.Column("again", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_index("hook_letter_hook", "hook_letter", ["hook", "id"])
    op.create_table(
        "hook_lease",
        sa.Column("name", sa.Text, primary_key=True),
        _text("holder", empty=True),
        _text("lease_until", empty=True),
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    )


def downgrade() -> None:
    for table in ("hook_lease", "hook_letter", "hook", "api_key"):
        op.drop_table(table)
