"""Which change of a log was the newest at a moment. Used by `event_log` and `log_writer`."""

from __future__ import annotations

import sqlalchemy as sa


def seq_at(connection: sa.Connection, log: int, at: str) -> int:
    """The newest change of a moment or before it; 0, or the newest that was let go, where there is none."""
    return int(connection.execute(_HALVING["<="], {"log": log, "at": at}).scalar_one())


def seq_before(connection: sa.Connection, log: int, at: str) -> int:
    """The same, from before a moment."""
    return int(connection.execute(_HALVING["<"], {"log": log, "at": at}).scalar_one())


def _halving(is_early: str) -> sa.TextClause:
    """Changes follow each other in time as in number, so that a moment is found by halving: no index of moments is
    needed, which would be as large as a quarter of the changes."""
    return sa.text(f"""
        WITH RECURSIVE part (low, high) AS (
            SELECT tail, seq FROM event_log WHERE id = :log
            UNION ALL
            SELECT CASE WHEN change.at {is_early} :at THEN change.seq ELSE part.low END,
                   CASE WHEN change.at {is_early} :at THEN part.high ELSE change.seq - 1 END
            FROM part JOIN change ON change.log = :log AND change.seq = (part.low + part.high + 1) / 2
            WHERE part.low < part.high
        )
        SELECT max(low) FROM part
    """)  # noqa: S608 - one of two words of ours


_HALVING = {is_early: _halving(is_early) for is_early in ("<=", "<")}
