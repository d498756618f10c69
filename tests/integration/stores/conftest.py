"""The stores' tests share the command and the releases of the tests of resilience."""

from __future__ import annotations

import sys
from pathlib import Path

_TESTS = Path(__file__).parents[2]
for folder in (_TESTS / "integration" / "resilience", _TESTS / "unit" / "sources", _TESTS / "integration" / "sources"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from shared import Releases, bluelamp, releases  # noqa: E402

__all__ = ["Releases", "bluelamp", "releases"]
