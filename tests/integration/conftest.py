"""The real command and two small releases, for the tests of resilience and of the stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lib.made_once import MadeOnce
from tests.lib.resilience.command import Commands
from tests.lib.resilience.releases import Releases, make_releases


@pytest.fixture(scope="session")
def bluelamp() -> Iterator[Commands]:
    """Calls the real command, in processes of its own."""
    commands = Commands()
    yield commands
    commands.close()


@pytest.fixture(scope="session")
def releases(bluelamp: Commands, made_once: MadeOnce) -> Releases:
    """Two releases of one twin and homes that hold them. Copied before they are changed."""
    return Releases(made_once("two-releases", lambda folder: make_releases(bluelamp, folder)))
