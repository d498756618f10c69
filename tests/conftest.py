"""For all tests: where the real data lies, and property tests that do the same on every machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no failure, and a red build must be red again when it is repeated.
settings.register_profile(
    "bluelamp", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("bluelamp")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files; tests that need it skip, with the reason, where it is absent."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("BLUELAMP_SHARED_DATA", default))
    if not (folder / "police-uk").is_dir():
        pytest.skip(f"no real data in {folder} (set BLUELAMP_SHARED_DATA)")
    return folder
