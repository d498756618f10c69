"""Values that were worked out, kept for whoever asks the same again. Used by `data_version` and `holdings`."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Made = TypeVar("Made")


class BoundedCache:
    """At most `most` values by their keys; one more, and it begins anew. Two threads that ask at once may both make a
    value: neither waits for the other."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The value that is kept under a key, or what `make` gives: never None."""
        found: Made | None = self._values.get(key)
        if found is None:
            found = make()
            if len(self._values) >= self._most:
                self._values.clear()
            self._values[key] = found
        return found
