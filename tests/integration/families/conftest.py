"""Every family of datasets on a home of its own, with its indexes and without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest

from bluelamp.bootstrap import open_stores
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.family import Family
from bluelamp.questions.model.lease_pool import LeasePool
from bluelamp.questions.model.stores import Stores
from bluelamp.questions.registry import families, family_named
from bluelamp.settings import read_settings
from tests.lib.families import HOMES
from tests.lib.web.process_server import WebHomes


@dataclass(frozen=True, slots=True)
class Opened:
    """A family with a home that holds data of it, and a lease on its current version."""

    family: Family[Any]
    stores: Stores
    pool: LeasePool[Any]
    version: DataVersion


CASES = [(one.info.name, True) for one in families()] + [("archive", False)]


@pytest.fixture(scope="module", params=CASES, ids=[f"{name}{'' if its else ' without indexes'}" for name, its in CASES])
def opened(
    request: pytest.FixtureRequest, web_homes: WebHomes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    """Each family; the archive also with its indexes removed, so that marts and rows answer alone."""
    name, indexed = request.param
    family = family_named(name)
    home = HOMES[name](tmp_path_factory.mktemp(name) / "home", web_homes)
    stores = open_stores(read_settings({"home": home}, {})[0], memory_mb=500, threads=2)
    pool = LeasePool(family.source(stores, lambda _cursor, _light: nullcontext()))
    with pool.lease() as version:
        if not indexed:
            version.indexes = None
        yield Opened(family, stores, pool, version)
    pool.close()
