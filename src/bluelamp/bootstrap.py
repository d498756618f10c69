"""Wires it all, once: settings in, the parts of the system out. Called by the command line (and later the web).

Heavy libraries are imported here, inside functions, so that `--help` does not pay for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bluelamp.settings import Settings

if TYPE_CHECKING:
    from bluelamp.archive.workflow import Archive
    from bluelamp.sources.http import HttpClient
    from bluelamp.storage.reference import ReferenceStore
    from bluelamp.storage.warehouse.database import WarehouseFolder


def open_archive(settings: Settings) -> Archive:
    """The archive flow on the stores that the settings name. Creates the home and migrates the ledger."""
    from bluelamp.archive.workflow import Archive
    from bluelamp.storage.database import open_database
    from bluelamp.storage.lake import Lake
    from bluelamp.storage.ledger import Ledger
    from bluelamp.storage.reference import ReferenceStore
    from bluelamp.storage.vault import Vault

    return Archive(
        home=settings.home,
        ledger=Ledger(open_database(settings.database_url)),
        vault=Vault(settings.vault_url, settings.home / "cache"),
        lake=Lake(settings.home / "lake"),
        reference=ReferenceStore(settings.home),
        warehouse=open_warehouse(settings),
        processes=settings.worker_count,
        memory_mb=settings.memory_mb,
    )


def open_warehouse(settings: Settings) -> WarehouseFolder:
    """The folder of data versions, for reading."""
    from bluelamp.storage.warehouse.database import WarehouseFolder

    return WarehouseFolder(settings.home / "warehouse")


def open_reference(settings: Settings) -> ReferenceStore:
    from bluelamp.storage.reference import ReferenceStore

    return ReferenceStore(settings.home)


def open_client(settings: Settings) -> HttpClient:
    """The one client for everything that goes out."""
    from bluelamp.sources.http import HttpClient

    return HttpClient(allow_private=settings.allow_private_addresses)
