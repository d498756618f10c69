"""Placing beside the flow: calls that were taken in go to the locator, its places come back as changes, several at a
time. Started and stopped by `live.runner`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import structlog

from bluelamp.domain.call import Place
from bluelamp.errors import BluelampError
from bluelamp.places.locator import Locator
from bluelamp.storage.live.log_writer import Step
from bluelamp.worker import Worker

_LOG = structlog.get_logger("bluelamp.places")
# Places are written together that were found within so many seconds.
_TOGETHER = 1.0
_ABOUT_PLACE = {"location", "block", "beat", "reporting_area", "division"}

Located = Callable[[str, str, Place], None]
Write = Callable[[str, Mapping[str, Place]], None]


class Placing:
    """`make` gives the locator, which is told whom to hand places to; `write` keeps the places of a feed's calls."""

    def __init__(self, make: Callable[[Located], Locator], write: Write) -> None:
        self.locator = make(self._found)
        self._write = write
        self._lock = threading.Lock()
        self._places: dict[str, dict[str, Place]] = {}
        self._worker = Worker(
            "places", self._flush, log=_LOG, complaint="places are not kept", after_error=_TOGETHER,
            first=_TOGETHER, at_end=self._flush,
        )  # fmt: skip

    def start(self) -> None:
        self.locator.start()
        self._worker.start()

    def stop(self, timeout: float = 2.0) -> None:
        """What was found is written; what waits is placed by whoever polls next."""
        self.locator.stop(timeout)
        self._worker.stop(timeout)

    def on_step(self, feed: str, step: Step) -> None:
        """Calls that are new, or are said to be elsewhere, are to be placed."""
        for change in step.changes:
            kind, fields = change["kind"], change["fields"] or {}
            moved = kind == "located" and change["call"] in step.points  # not one of those that come from here
            if moved or kind in ("opened", "reopened") or (kind == "updated" and _ABOUT_PLACE & fields.keys()):
                self.locator.submit(feed, step.calls[change["call"]], step.points.get(change["call"]))

    def _found(self, feed: str, call: str, place: Place) -> None:
        with self._lock:
            self._places.setdefault(feed, {})[call] = place

    def _flush(self) -> float:
        with self._lock:
            found, self._places = self._places, {}
        for feed, places in found.items():
            try:
                self._write(feed, places)
            except BluelampError as error:
                # Nothing is lost for good: open calls without a point are looked at again.
                _LOG.error("places not kept", feed=feed, problem=error.message)
        return _TOGETHER
