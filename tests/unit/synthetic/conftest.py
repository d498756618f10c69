"""One twin for all tests of it: every pathology, every force, small."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lib.archive.twins import PLAN, Twin, make


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    made = make(PLAN, tmp_path_factory.mktemp("twin"))
    yield made
    made.zip.close()
