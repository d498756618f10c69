"""Data versions of the warehouse: which file is current, opening it for reading, swapping a new one in. Used by the
archive flow's last step and by whatever asks.

A version is one DuckDB file that is never written to once it is current. A reader keeps the version it opened; the
next reader gets the newer one. There is one writer at a time and it never touches a file that is being read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.errors import Damaged, NothingHeld, StorageError
from bluelamp.storage.files import PARTIAL, atomic_path, fsync_file, fsync_folder, sha256_of, storage_errors

if TYPE_CHECKING:
    import duckdb

_POINTER = "current.json"


@dataclass(frozen=True, slots=True)
class Version:
    """One published data version: `name` is short and stable, `fingerprint` a hash of all that it was built from."""

    name: str
    fingerprint: str
    file: Path
    size: int
    sha256: str


class WarehouseFolder:
    """The folder of data versions under the home."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def current(self) -> Version | None:
        """The published version, None before the first."""
        return self._read_pointer(self.root / _POINTER)

    def as_of(self, label: str) -> Version | None:
        """A version built for the state of knowledge of an older release."""
        return self._read_pointer(self.root / f"as-of-{label}.json")

    def new_file(self) -> Path:
        """A path to build the next version at; not seen by anyone until `publish`."""
        with storage_errors("write the warehouse"):
            self.root.mkdir(parents=True, exist_ok=True)
            path = self.root / f"building{PARTIAL}"
            for leftover in self.root.glob(f"building{PARTIAL}*"):
                leftover.unlink()
        return path

    def publish(self, built: Path, fingerprint: str, as_of: str = "") -> Version:
        """Make a built file the current version (or that of an older release) in one step, and sweep old ones."""
        name = fingerprint[:12]
        with storage_errors("publish the warehouse"):
            fsync_file(built)
            target = self.root / f"{f'as-of-{as_of}-' if as_of else ''}{name}.duckdb"
            built.replace(target)
            fsync_folder(self.root)
            facts = {
                "version": name,
                "fingerprint": fingerprint,
                "file": target.name,
                "size": target.stat().st_size,
                "sha256": sha256_of(target),
            }
            pointer = self.root / (f"as-of-{as_of}.json" if as_of else _POINTER)
            before = self._read_pointer(pointer)
            with atomic_path(pointer) as partial:
                partial.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
            # A reader that has the old file open goes on reading it: only the name goes.
            if before is not None and before.file != target:
                before.file.unlink(missing_ok=True)
            if not as_of:
                self._forget_old_answers()
        return Version(name, fingerprint, target, int(str(facts["size"])), str(facts["sha256"]))

    @contextmanager
    def reading(self, version: Version | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection to a version, the current one by default. Raises NothingHeld before the first."""
        import duckdb

        version = version or self.current()
        if version is None:
            raise NothingHeld(
                "Nothing is loaded yet.", "Load a release: bluelamp archive load PATH, or bluelamp archive sync."
            )
        try:
            connection = duckdb.connect(str(version.file), read_only=True)
        except duckdb.Error as error:
            raise Damaged(
                f"The warehouse {version.file.name} cannot be opened: {str(error).splitlines()[0]}.",
                "bluelamp archive rebuild makes it anew from the lake.",
            ) from error
        try:
            yield connection
        finally:
            connection.close()

    def _forget_old_answers(self) -> None:
        # Answers as of an older release may change when an older release is loaded late: they are built anew.
        for pointer in self.root.glob("as-of-*.json"):
            version = self._read_pointer(pointer)
            pointer.unlink()
            if version is not None:
                version.file.unlink(missing_ok=True)

    def _read_pointer(self, pointer: Path) -> Version | None:
        try:
            facts: dict[str, Any] = json.loads(pointer.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StorageError(f"{pointer} cannot be read: {error}.", "bluelamp archive rebuild makes it anew.") from None
        return Version(
            facts["version"], facts["fingerprint"], self.root / facts["file"], facts["size"], facts["sha256"]
        )
