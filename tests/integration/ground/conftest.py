"""The sparse archives, each loaded once into a home of its own and only read afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lib.made_once import MadeOnce
from tests.lib.sparse.homes import NAMES, SparseHome, SparseHomes


@pytest.fixture(scope="session")
def sparse_homes(made_once: MadeOnce) -> Iterator[SparseHomes]:
    made = SparseHomes(made_once)
    yield made
    made.close()


@pytest.fixture(params=NAMES)
def sparse(request: pytest.FixtureRequest, sparse_homes: SparseHomes) -> SparseHome:
    """One after the other, every sparse archive."""
    return sparse_homes[request.param]
