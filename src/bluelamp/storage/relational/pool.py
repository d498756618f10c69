"""The connections that a process has to its database: a bounded number, and an error in words where all are in use for
too long. Used by `database`.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from bluelamp.errors import Overloaded

# How many are kept open while nobody uses them.
_KEPT = 5
# How long one that is free is waited for, seconds.
_PATIENCE = 20.0


class WordedPool(QueuePool):
    """Raises Overloaded where no connection becomes free in time: work that can be done a little later."""

    def connect(self) -> PoolProxiedConnection:
        """A connection, to be closed by whoever has it."""
        try:
            return super().connect()
        except sa.exc.TimeoutError:
            raise Overloaded(
                f"All {self.size() + self._max_overflow} connections of this process to its database are in use.",
                "Let it open more (BLUELAMP_DATABASE_CONNECTIONS), or poll fewer feeds at once (BLUELAMP_POLLERS).",
            ) from None


def pool_of(connections: int) -> dict[str, object]:
    """What `sqlalchemy.create_engine` is to be told for at most so many connections at once."""
    kept = min(connections, _KEPT)
    sizes = {"pool_size": kept, "max_overflow": connections - kept}
    return {"poolclass": WordedPool, "pool_timeout": _PATIENCE, **sizes}
