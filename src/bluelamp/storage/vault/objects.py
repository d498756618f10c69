"""The single objects of a vault by their keys, in a folder or in object storage: found, listed, put whole, removed.
Used by `vault` and `snapshot_packs`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bluelamp.errors import NotFound, StorageError
from bluelamp.storage.files import atomic_path, storage_errors

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class Objects(Protocol):
    """Keys have `/` between their parts. Everything raises StorageError."""

    def find(self, key: str) -> bytes | None:
        """An object; None where there is none."""

    def get(self, key: str) -> bytes:
        """The same. Raises NotFound."""

    def put(self, key: str, content: bytes) -> None:
        """Keep one, in place of what was there; durable when this returns."""

    def remove(self, keys: Sequence[str]) -> None:
        """Let some of one folder go."""

    def names(self, folder: str) -> list[str]:
        """The names of the objects in a folder."""

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder."""


class FolderObjects:
    """In a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find(self, key: str) -> bytes | None:
        with storage_errors("read the vault"):
            try:
                return (self._root / key).read_bytes()
            except FileNotFoundError:
                return None

    def get(self, key: str) -> bytes:
        return _found(key, self.find(key))

    def put(self, key: str, content: bytes) -> None:
        with storage_errors("write to the vault"), atomic_path(self._root / key) as partial:
            partial.write_bytes(content)

    def remove(self, keys: Sequence[str]) -> None:
        with storage_errors("write to the vault"):
            for key in keys:
                (self._root / key).unlink(missing_ok=True)
            for folder in {(self._root / key).parent for key in keys}:
                with suppress(OSError):  # something else lies there
                    folder.rmdir()

    def names(self, folder: str) -> list[str]:
        with storage_errors("read the vault"):
            return [path.name for path in self._entries(folder) if path.is_file()]

    def folders(self, folder: str) -> list[str]:
        with storage_errors("read the vault"):
            return [path.name for path in self._entries(folder) if path.is_dir()]

    def _entries(self, folder: str) -> list[Path]:
        path = self._root / folder
        return list(path.iterdir()) if path.is_dir() else []


class RemoteObjects:
    """In object storage; `report` makes a StorageError of what it refuses."""

    def __init__(self, store: Callable[[], ObjectStore], report: Callable[[str, Exception], StorageError]) -> None:
        self._store, self._told = store, report

    def find(self, key: str) -> bytes | None:
        import obstore

        try:
            return bytes(obstore.get(self._store(), key).bytes())
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._told(key, error) from error

    def get(self, key: str) -> bytes:
        return _found(key, self.find(key))

    def put(self, key: str, content: bytes) -> None:
        import obstore

        try:
            obstore.put(self._store(), key, content)
        except Exception as error:
            raise self._told(key, error) from error

    def remove(self, keys: Sequence[str]) -> None:
        import obstore

        try:
            obstore.delete(self._store(), list(keys))
        except Exception as error:
            raise self._told(keys[0], error) from error

    def names(self, folder: str) -> list[str]:
        return [one["path"].rpartition("/")[2] for one in self._listed(folder)["objects"]]

    def folders(self, folder: str) -> list[str]:
        return [path.rstrip("/").rpartition("/")[2] for path in self._listed(folder)["common_prefixes"]]

    def _listed(self, folder: str) -> dict[str, list]:  # type: ignore[type-arg]
        import obstore

        try:
            return dict(obstore.list_with_delimiter(self._store(), folder + "/"))
        except Exception as error:
            raise self._told(folder, error) from error


def _found(key: str, content: bytes | None) -> bytes:
    if content is None:
        raise NotFound(f"The vault has no {key}.", "Restore the vault from a backup.")
    return content
