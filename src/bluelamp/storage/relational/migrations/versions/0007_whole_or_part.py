"""What each receipt speaks for, dataset by dataset, and the scope of the installation.

Receipts of before are judged by the files that were listed with them: those of one listing (the same release and hash
of the directory) together, because a fetch that came in parts left a receipt for each.

Written out, not derived from today's program: a migration must do next year what it did when it was written.
"""

import re
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PUBLISHERS, _MONTHS = 30, 36
_ORDER = ("crimes", "outcomes", "stops")


def upgrade() -> None:
    op.add_column("receipt", sa.Column("readings", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("receipt", sa.Column("choice", sa.JSON, nullable=False, server_default="{}"))
    op.create_table(
        "scope",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("forces", sa.JSON),
        sa.Column("datasets", sa.JSON),
        sa.Column("first", sa.Integer),
        sa.Column("last", sa.Integer),
        sa.Column("changed_at", sa.Text, nullable=False),
    )
    _judge_receipts(op.get_bind())


def downgrade() -> None:
    op.drop_table("scope")
    op.drop_column("receipt", "choice")
    op.drop_column("receipt", "readings")


def _judge_receipts(connection: sa.Connection) -> None:
    receipt = sa.table(
        "receipt",
        *(sa.column(name) for name in ("id", "release", "origin", "complete", "window_first", "directory_sha256")),
        sa.column("readings", sa.JSON),
        sa.column("choice", sa.JSON),
    )
    file = sa.table("file", *(sa.column(name) for name in ("receipt_id", "dataset", "force", "month", "state")))
    columns = (receipt.c.id, receipt.c.release, receipt.c.origin, receipt.c.complete, receipt.c.directory_sha256)
    receipts = connection.execute(sa.select(*columns).where(receipt.c.window_first.is_not(None))).all()
    listing_of = {one.id: (one.release, one.directory_sha256) for one in receipts}
    listed = defaultdict(set)
    for one in connection.execute(sa.select(file)):
        if one.receipt_id in listing_of:
            listed[listing_of[one.receipt_id]].add((one.dataset, one.force, one.month, one.state != "not fetched"))
    for one in receipts:
        files = listed[listing_of[one.id]]
        values = {"readings": _readings(one, files), "choice": _choice(files)}
        connection.execute(receipt.update().where(receipt.c.id == one.id).values(**values))


def _readings(receipt: Any, files: set[tuple[str, str, int, bool]]) -> list[dict[str, object]]:
    publishers, months = defaultdict(set), defaultdict(set)
    for dataset, force, month, _ in files:
        publishers[dataset].add(force)
        months[dataset].add(month)
    wide = {name for name, forces in publishers.items() if len(forces) >= _PUBLISHERS}
    if not _names(receipt.origin, receipt.release):
        every = [month for its in months.values() for month in its]
        wide = wide if every and max(every) - min(every) + 1 >= _MONTHS and len(wide) == len(_ORDER) else set()
    return [
        {
            "dataset": name,
            "publishers": len(publishers[name]),
            "first": min(months[name]),
            "last": max(months[name]),
            # A part of a fetch that was cut off said that it is not complete: the last part speaks for the whole.
            "whole": bool(receipt.complete) and name in wide,
        }
        for name in _ORDER
        if name in publishers
    ]


def _names(origin: str, release: int) -> bool:
    """Whether the name of an archive or folder is that of the release."""
    found = re.search(r"(\d{4})-(\d{2})(?:\.zip)?/?$", origin.replace("\\", "/"))
    return found is not None and int(found[1]) * 12 + int(found[2]) - 1 == release


def _choice(files: set[tuple[str, str, int, bool]]) -> dict[str, object]:
    """What must have been chosen, where something of the listing was left out; nothing where all was fetched."""
    came = {one[:3] for one in files if one[3]}
    left = {one[:3] for one in files} - came
    if not left or not came:
        return {}
    found: dict[str, object] = {}
    for name, at in (("datasets", 0), ("forces", 1)):
        kept = {one[at] for one in came}
        if {one[at] for one in left} - kept:
            found[name] = sorted(kept)
    months = {one[2] for one in came}
    if min(one[2] for one in left) < min(months):
        found["first"] = min(months)
    if max(one[2] for one in left) > max(months):
        found["last"] = max(months)
    return found
