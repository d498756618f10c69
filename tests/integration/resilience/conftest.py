"""What the tests of resilience share: the command, small releases, homes to start from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The forge of lying zips and the loopback server stand beside the tests that were written with them.
_TESTS = Path(__file__).parents[2]
for folder in (_TESTS / "unit" / "sources", _TESTS / "integration" / "sources"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from command import Commands  # noqa: E402


@pytest.fixture(scope="session")
def bluelamp() -> Iterator[Commands]:
    commands = Commands()
    yield commands
    commands.close()
