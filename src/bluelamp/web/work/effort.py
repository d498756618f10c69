"""How much work may go on at once, and how long one question may take. Used by the API's routes.

Answers are worked out one after another in a process: with many at once all of them would be slow, where in turn most
are quick. What must read rows takes a place in a short queue instead, gives its turn to others while it waits, and is
interrupted when its time is over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bluelamp.errors import Overloaded, TooCostly
from bluelamp.web.work.cancellation import Asker, AskerGone, current_asker
from bluelamp.web.work.turns import Turns

if TYPE_CHECKING:
    import duckdb

# So long one waits for a place before being told to come back.
_PATIENCE_SECONDS = 5.0
# For a turn one waits longer: most that go before take no time.
_TURN_SECONDS = 20.0


class Effort:
    """`places` questions read rows at once; each may take `seconds`."""

    def __init__(self, places: int, seconds: float) -> None:
        self._places = threading.BoundedSemaphore(places)
        self._turns = Turns()
        self._mine = threading.local()
        self.seconds = seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """This thread's turn to work something out. Raises Overloaded where it does not come in time, AskerGone where
        nobody waits for it."""
        self._wait_for_turn()
        try:
            self._mine.held = True
            try:
                yield
            finally:
                self._mine.held = False
        finally:
            self._turns.give_back()

    def in_turn(self, make: Callable[[], bytes]) -> bytes:
        """What `make` gives, in this thread's turn; raises what `turn` raises."""
        with self.turn():
            return make()

    def _wait_for_turn(self) -> None:
        asker = current_asker()
        if not self._turns.take(_TURN_SECONDS, asker):
            asker.check()
            raise Overloaded("Too many questions are being answered just now.", "Ask again in a few seconds.")

    @contextmanager
    def turn_given_away(self) -> Iterator[None]:
        """Others work while this thread waits for the engine; it then waits for its turn again."""
        if not getattr(self._mine, "held", False):
            yield
            return
        self._turns.give_back()
        try:
            yield
        finally:
            self._turns.take(None, Asker())

    @contextmanager
    def limited(self, cursor: duckdb.DuckDBPyConnection, light: bool) -> Iterator[None]:
        """Around every statement. Raises Overloaded, or TooCostly when its time or memory is over."""
        if light:
            with self._bounded(cursor):
                yield
            return
        with self.turn_given_away(), self._place(), self._bounded(cursor):
            yield

    @contextmanager
    def _place(self) -> Iterator[None]:
        """A place among those that read rows. Raises Overloaded where none comes free in time."""
        if not self._places.acquire(timeout=_PATIENCE_SECONDS):
            raise Overloaded("Too many questions are being answered just now.", "Ask again in a few seconds.")
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def _bounded(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Interrupts the cursor's statement when its time is over, or its asker has gone. Raises TooCostly or AskerGone
        then, and TooCostly where memory ran out."""
        import duckdb

        over, asker = threading.Event(), current_asker()

        def stop() -> None:
            over.set()
            cursor.interrupt()

        timer = threading.Timer(self.seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            with asker.stopping(cursor.interrupt):
                yield
        except duckdb.InterruptException:
            if asker.gone:
                raise AskerGone from None
            if not over.is_set():
                raise
            raise TooCostly(
                f"This took longer than the {self.seconds:g} seconds that one question may take here.",
                "Ask of fewer months or one force, or group by less.",
            ) from None
        except duckdb.OutOfMemoryException:
            raise TooCostly(
                "This needs more memory than one question may have here.", "Ask of fewer months, or group by less."
            ) from None
        finally:
            timer.cancel()
