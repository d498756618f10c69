"""Bluelamp: public police data in the hands of the people it is about.

    import bluelamp

    bluelamp.load("2024-03.zip", force="kent")
    answer = bluelamp.ask("crimes", by=["month"], where={"crime_type": "Burglary"}, force="kent")
    answer.rows, answer.coverage, answer.caveats, answer.citation()

What is heavy is imported when it is first used: `import bluelamp` itself costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bluelamp._version import __version__

__all__ = ["Answer", "BluelampError", "Coverage", "LoadReport", "__version__", "ask", "load"]

if TYPE_CHECKING:
    from bluelamp.api import Answer, BluelampError, Coverage, LoadReport, ask, load
else:

    def __getattr__(name: str) -> object:
        """A public name, from `api`, on first use."""
        if name not in __all__:
            raise AttributeError(f"module 'bluelamp' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module("bluelamp.api"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
