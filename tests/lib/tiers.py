"""The tiers of the tests, by folder and by what a test needs: `pytest -m unit`, `pytest -m "not browser"`.

The dearest begin first, so that what is small fills the end of a run on several workers.
"""

from __future__ import annotations

from pathlib import Path

import pytest

# The first folder that holds a test gives its tier.
_TIERS = {
    "browser": "browser",
    "integration/resilience": "process",
    "integration/stores": "process",
    "integration/web": "process",
    "test_docs.py": "process",
    "integration": "integration",
    "unit": "unit",
}
_ORDER = ("browser", "process", "integration", "unit")
_ROOT = Path(__file__).parents[1]


def apply(items: list[pytest.Item]) -> None:
    """Mark each test with its tier, and put the dearest first."""
    for item in items:
        item.add_marker(_tier(item))
        if _needs_postgres(item):
            item.add_marker("postgres")
    items.sort(key=lambda item: _ORDER.index(_first(item)))


def _tier(item: pytest.Item) -> str:
    if item.get_closest_marker("process"):  # a module may say so itself
        return "process"
    path = item.path.relative_to(_ROOT).as_posix()
    return next(tier for folder, tier in _TIERS.items() if path.startswith(folder))


def _first(item: pytest.Item) -> str:
    return next(tier for tier in _ORDER if item.get_closest_marker(tier))


def _needs_postgres(item: pytest.Item) -> bool:
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return "postgres" in getattr(item, "fixturenames", ()) or "postgresql" in parameters.values()
