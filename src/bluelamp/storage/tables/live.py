"""The tables of the live flow, in the ledger's database: what was received, and the event logs. See
`storage.relational.database`.

An event log belongs to a feed and has an epoch. A rebuild writes a new log beside the old one and then points the feed
to it, so that no reader ever sees half of either.
"""

from __future__ import annotations

import sqlalchemy as sa

from bluelamp.storage.relational.database import METADATA
from bluelamp.storage.tables.packed import PackedJson, PackedText

# A feed, who may write its log, and which log is the one that is read.
FEED = sa.Table(
    "feed",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("log", sa.Integer, nullable=False),  # event_log.id; 0 before the first snapshot was taken in
    sa.Column("holder", sa.Text, nullable=False, server_default=""),  # of the lease: holder.name
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),  # grows with each new holder
    sa.Column("rules", sa.JSON),  # what the agency's configuration said when the feed was last taken in
    sa.Column("trouble", sa.Text, nullable=False, server_default=""),  # why its poller could keep nothing, last time
)

# A process that holds leases, of feeds or of others, and the moment until which it is believed to be there.
HOLDER = sa.Table(
    "holder",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),  # machine/process/instance
    sa.Column("until", sa.Text, nullable=False),
)

EVENT_LOG = sa.Table(
    "event_log",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("epoch", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),  # of the newest change
    sa.Column("tail", sa.BigInteger, nullable=False),  # changes up to and with this one were let go
    sa.Column("at", sa.Text, nullable=False, server_default=""),  # of the newest snapshot taken in
    sa.Column("taken", sa.BigInteger, nullable=False),  # the number of that snapshot
    sa.Column("tracking", sa.JSON, nullable=False),  # domain.diff.Tracking
    sa.Column("keyframe", sa.BigInteger, nullable=False, server_default="0"),  # the newest one's change
    sa.Column("store", sa.Text, nullable=False, server_default=""),  # the file or cluster that the log was written in
)

CHANGE = sa.Table(
    "change",
    METADATA,
    sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("call", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("body", PackedText, nullable=False),  # the JSON that is sent, but for what stands in the other columns
    sa.Index("change_call", "log", "call", "seq"),
    sqlite_with_rowid=False,
)

CALL = sa.Table(
    "call",
    METADATA,
    sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("opened_at", sa.Text, nullable=False),  # the moment that it was first listed
    sa.Column("ended_at", sa.Text),  # the moment of the change that ended it; null while it is open
    sa.Column("number_key", sa.Text),
    sa.Column("place_key", sa.Text, nullable=False),
    sa.Column("occurrence", sa.Integer, nullable=False),
    sa.Column("body", PackedText, nullable=False),  # domain.call.Call
    sa.Index("call_open", "log", sqlite_where=sa.text("open = 1"), postgresql_where=sa.text("open")),
    sa.Index("call_number", "log", "number_key"),
    sa.Index("call_place", "log", "place_key"),
    sa.Index("call_opened", "log", "opened_at"),
)

# The open calls as they were after a change: from here a few changes lead to any later moment.
KEYFRAME = sa.Table(
    "keyframe",
    METADATA,
    sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("calls", sa.LargeBinary, nullable=False),  # zlib over JSON
)

# Everything ever received from a feed, with its verdict.
SNAPSHOT = sa.Table(
    "snapshot",
    METADATA,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),  # from 1, as received
    sa.Column("fetched_at", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),  # polled, pushed, replayed
    sa.Column("parts", PackedJson, nullable=False),  # [{url, status, headers, key, sha256, size}]
    sa.Column("problem", sa.Text, nullable=False, server_default=""),  # why there is no whole answer
    sa.Column("skew", sa.Float),  # seconds that this machine's clock is ahead of the source's, where it states one
    sa.Column("verdict", sa.Text, nullable=False, server_default=""),  # empty: not yet taken in
    sa.Column("reasons", sa.JSON),
    sa.Column("version", sa.Text, nullable=False, server_default=""),
    sa.Column("rows", sa.Integer),
    sa.Column("unreadable", sa.Integer),
    sa.Column("duplicates", sa.Integer),
    sa.Column("conflicting", sa.Integer),
    sa.Column("changes", sa.Integer),
    sa.Index("snapshot_at", "feed", "fetched_at"),
    sa.Index("snapshot_verdict", "feed", "verdict", "number"),
)
