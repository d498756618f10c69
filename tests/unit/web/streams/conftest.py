"""The streams' tests take their changes from the feed in memory, which the live flow's tests hold to be right."""

from __future__ import annotations

import sys
from pathlib import Path

_LIVE = Path(__file__).parents[2] / "live"
for folder in (_LIVE, Path(__file__).parent):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
