"""The tables of the history of calls, in the ledger's database: which local days of which feed are in the lake, with
the hash of each file and how much of each day was watched. Written by `storage.calls.days`.

They hold nothing that could not be worked out again from the lake's files and the ledger of snapshots, so they are made
where they are missing, and no migration needs to carry them.
"""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()

# A local day of a feed whose calls are in the lake. A day without calls has no file.
CALLS_DAY = sa.Table(
    "calls_day",
    METADATA,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),  # 2026-02-11, in the agency's zone
    sa.Column("path", sa.Text, nullable=False),  # below the lake; empty for a day without calls
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("watched", sa.JSON, nullable=False),  # domain.local_day.Watched
    sa.Column("log", sa.Integer, nullable=False),  # the event log that it was made from, as it was after …
    sa.Column("seq", sa.BigInteger, nullable=False),  # … this change
    sa.Column("open", sa.BigInteger, nullable=False),  # calls that had not ended
    sa.Column("uploaded", sa.Text, nullable=False, server_default=""),  # its key in object storage
    sa.Column("written_at", sa.Text, nullable=False),  # a moment
)

# How far the changes of a feed's log were looked through for calls of days that are in the lake already.
CALLS_SEEN = sa.Table(
    "calls_seen",
    METADATA,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("log", sa.Integer, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
)
