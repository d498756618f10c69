"""Reading the live tables: in one transaction, so that a head and its calls belong together, and again where the
connection was lost, because a database server that restarts is no reason to show a reader an error."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from bluelamp.errors import Unreachable

T = TypeVar("T")
# How long a read goes on trying to reach a database that is away, in seconds, and how long it waits in between.
PATIENCE = 20.0
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 0.5


def read(engine: sa.Engine, question: Callable[[sa.Connection], T], patience: float = PATIENCE) -> T:
    """The answer to a question asked of one state of the database. Raises StorageError."""
    until, wait = time.monotonic() + patience, _FIRST_WAIT
    while True:
        try:
            return _once(engine, question)
        except Unreachable:
            if time.monotonic() + wait > until:
                raise
            time.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)


def _once(engine: sa.Engine, question: Callable[[sa.Connection], T]) -> T:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            # Python's driver begins no transaction for reading by itself.
            connection.exec_driver_sql("BEGIN")
            return question(connection)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        return question(connection)
