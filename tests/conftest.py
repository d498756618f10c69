"""For all tests: their tier by folder, what is made once for a run, and property tests that do the same everywhere."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.lib import scratch, tiers
from tests.lib.made_once import MadeOnce, of_this_run
from tests.lib.postgres import Postgres
from tests.lib.web.process_server import WebHomes

# A slow machine is no failure, and a red build must be red again when it is repeated.
settings.register_profile(
    "bluelamp", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("bluelamp")


def pytest_configure(config: pytest.Config) -> None:
    """Write in memory; workers inherit the folder of the process that starts them, which removes it."""
    if (folder := scratch.use_memory()) is not None:
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test its tier before `-m` selects by it."""
    tiers.apply(items)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files; tests that need it skip, with the reason, where it is absent."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("BLUELAMP_SHARED_DATA", default))
    if not (folder / "police-uk").is_dir():
        pytest.skip(f"no real data in {folder} (set BLUELAMP_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Makes folders that every worker of this run shares; nothing in them is ever changed by a test."""
    return of_this_run(tmp_path_factory)


@pytest.fixture(scope="session")
def web_homes(made_once: MadeOnce) -> WebHomes:
    """Homes of a small twin of all forces, with planted faults, for servers."""
    return WebHomes(made_once)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the worker's own, from the wheel: tests restart it.

    Not in pytest's folder: where the administrator runs the tests the server has a user of its own, to whom every
    session of pytest that begins would shut that folder.
    """
    with tempfile.TemporaryDirectory(prefix="bluelamp-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "data")
        yield server
        server.stop()
