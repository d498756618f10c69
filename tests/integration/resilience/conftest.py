"""What the tests of resilience share; see shared.py."""

from __future__ import annotations

import sys
from pathlib import Path

# The forge of lying zips and the loopback server stand beside the tests that were written with them.
_TESTS = Path(__file__).parents[2]
for folder in (_TESTS / "integration" / "resilience", _TESTS / "unit" / "sources", _TESTS / "integration" / "sources"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from shared import Releases, bluelamp, releases  # noqa: E402

__all__ = ["Releases", "bluelamp", "releases"]
