"""How a long step tells how far it is. The command line draws bars from it; everything else may ignore it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told by the flow; all amounts are totals since `begin`, so that a late listener is right."""

    def begin(self, step: str, total_bytes: int, total_items: int) -> None:
        """A step begins: its words, and how many bytes and items it will treat (0 where not known)."""

    def at(self, done_bytes: int, done_items: int, rows: int = 0) -> None:
        """So much of the step is done."""

    def end(self) -> None:
        """The step is over."""


class Silent:
    """Says nothing."""

    def begin(self, step: str, total_bytes: int, total_items: int) -> None:
        del step, total_bytes, total_items

    def at(self, done_bytes: int, done_items: int, rows: int = 0) -> None:
        del done_bytes, done_items, rows

    def end(self) -> None:
        return
