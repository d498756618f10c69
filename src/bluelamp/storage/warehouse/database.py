"""Data versions of the warehouse: which file is current, opening it for reading, swapping a new one in. Used by the
archive flow's last step and by whatever asks.

A version is one DuckDB file, with a folder of indexes beside it, that is never written to once it is current. A reader
keeps the version it opened; the next reader gets the newer one. There is one writer at a time and it never touches a
file that is being read. The version before the current one is kept, so that links to it and half-read answers hold.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.errors import Damaged, NothingHeld, StorageError
from bluelamp.storage.files import (
    PARTIAL,
    as_storage_error,
    atomic_path,
    fsync_file,
    fsync_folder,
    sha256_of,
    storage_errors,
)

if TYPE_CHECKING:
    import duckdb

_POINTER = "current.json"
_PREVIOUS = "previous.json"
# How often a reader follows the pointer to a newer version before it says that something is wrong.
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Version:
    """One published data version: `name` is short and stable, `fingerprint` a hash of all that it was built from."""

    name: str
    fingerprint: str
    file: Path
    size: int
    sha256: str

    @property
    def indexes(self) -> Path:
        """The folder of its indexes, which may be absent: the file alone gives the same answers, later."""
        return indexes_beside(self.file)

    @property
    def whole(self) -> bool:
        """Whether its file is there with the size that was published: what can be told without reading it."""
        try:
            return self.file.stat().st_size == self.size
        except OSError:
            return False


def indexes_beside(file: Path) -> Path:
    """Where the indexes of a version's file lie."""
    return file.with_suffix(".serving")


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

    def older(self) -> list[str]:
        """The releases of which there is a version of what was known then."""
        return sorted(path.stem.removeprefix("as-of-") for path in self.root.glob("as-of-*.json"))

    def forget_older(self, labels: Iterable[str]) -> None:
        """Do without the versions of these; for the writer, where they are damaged."""
        with storage_errors("write the warehouse"):
            for label in labels:
                (self.root / f"as-of-{label}.json").unlink(missing_ok=True)
            self.sweep()

    def previous(self) -> Version | None:
        """The version that was current before; None where there was none."""
        return self._read_pointer(self.root / _PREVIOUS)

    def named(self, name: str) -> Version | None:
        """The version of that name: the current one, the one before, or one of an older state of knowledge."""
        current = self.current()
        if current is not None and current.name == name:
            return current
        others = (self._readable(pointer) for pointer in [self.root / _PREVIOUS, *self.root.glob("as-of-*.json")])
        return next((version for version in others if version is not None and version.name == name), None)

    def stamp(self) -> object:
        """Something that changes whenever another version becomes the current one; cheap enough for every request."""
        try:
            found = (self.root / _POINTER).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def connect(self, version: Version, *, memory_mb: int, threads: int) -> duckdb.DuckDBPyConnection:
        """A read-only connection for a server: bounded, and shut off from everything but the version's own file."""
        import duckdb

        try:
            return duckdb.connect(
                str(version.file),
                read_only=True,
                config={
                    "memory_limit": f"{int(memory_mb)}MB",
                    "threads": int(threads),
                    "enable_external_access": "false",
                    "lock_configuration": "true",
                },
            )
        except duckdb.Error as error:
            raise _damaged(version, "cannot be opened", str(error).splitlines()[0]) from error

    def new_file(self) -> Path:
        """A path to build the next version at; not seen by anyone until `publish`."""
        with storage_errors("write the warehouse"):
            self.root.mkdir(parents=True, exist_ok=True)
            path = self.root / f"building{PARTIAL}"
            for leftover in self.root.glob(f"building{PARTIAL}*"):
                leftover.unlink()
            shutil.rmtree(indexes_beside(path), ignore_errors=True)
        return path

    def publish(self, built: Path, fingerprint: str, as_of: str = "") -> Version:
        """Make a built file, with the indexes beside it, the current version (or that of an older release) in one step.

        The version that was current becomes the previous one; what no pointer names any more is swept.
        """
        name = fingerprint[:12]
        with storage_errors("publish the warehouse"):
            fsync_file(built)
            sha256 = sha256_of(built)
            # The hash in the name: a version built again must not take the place of the file that readers are told of.
            target = self.root / f"{f'as-of-{as_of}-' if as_of else ''}{name}-{sha256[:8]}.duckdb"
            self._move_indexes(indexes_beside(built), target)
            built.replace(target)
            fsync_folder(self.root)
            facts = {
                "version": name,
                "fingerprint": fingerprint,
                "file": target.name,
                "size": target.stat().st_size,
                "sha256": sha256,
            }
            if not as_of:
                self._keep_previous(fingerprint)
            pointer = self.root / (f"as-of-{as_of}.json" if as_of else _POINTER)
            with atomic_path(pointer) as partial:
                partial.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
            if not as_of:
                self._forget_old_answers()
            self.sweep()
        return Version(name, fingerprint, target, int(str(facts["size"])), str(facts["sha256"]))

    def replace_indexes(self, built: Path, version: Version) -> None:
        """Put a folder of indexes, made anew, beside a published version. Readers keep those that they have open."""
        with storage_errors("publish the warehouse"):
            self._move_indexes(built, version.file)
            fsync_folder(self.root)

    def _move_indexes(self, built: Path, file: Path) -> None:
        if built.exists():
            target = indexes_beside(file)
            shutil.rmtree(target, ignore_errors=True)
            built.replace(target)

    def _keep_previous(self, fingerprint: str) -> None:
        """The current version becomes the previous one, unless the new one says the same and only was made anew."""
        try:
            current = self.current()
        except StorageError:
            return  # a pointer that cannot be read names nothing that could be kept
        if current is None or current.fingerprint == fingerprint or not current.whole:
            return
        with atomic_path(self.root / _PREVIOUS) as partial:
            partial.write_bytes((self.root / _POINTER).read_bytes())

    @contextmanager
    def reading(self, version: Version | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection to a version, the current one by default. Raises NothingHeld before the first."""
        import duckdb

        version, connection = self._connect(version)
        try:
            yield connection
        except (
            duckdb.IOException,
            duckdb.FatalException,
            duckdb.InternalException,
            duckdb.SerializationException,
        ) as error:
            # The engine checks each block that it reads: a damaged one is an error, never fewer rows.
            raise _damaged(version, "cannot be read", str(error).splitlines()[0]) from error
        finally:
            connection.close()

    def _connect(self, wanted: Version | None) -> tuple[Version, duckdb.DuckDBPyConnection]:
        """An open version. Between reading the pointer and opening the file a newer version may have been published."""
        import duckdb

        version = wanted or self.current()
        for _ in range(_TRIES):
            if version is None:
                break
            try:
                return version, duckdb.connect(str(version.file), read_only=True)
            except duckdb.Error as error:
                newer = self.current() if wanted is None else wanted
                if newer == version:
                    raise _damaged(version, "cannot be opened", str(error).splitlines()[0]) from error
                version = newer
        raise NothingHeld(
            "Nothing is loaded yet.", "Load a release: bluelamp archive load PATH, or bluelamp archive sync."
        )

    def sweep(self) -> None:
        """Remove what no pointer names: older versions, and what a killed writer left. For the writer only.

        A reader that has such a file open goes on reading it: only the name goes.
        """
        try:
            named = [self._read_pointer(pointer) for pointer in self.root.glob("*.json")]
        except StorageError:
            return  # a damaged pointer is the doctor's to tell: what it named stays
        kept = {version.file for version in named if version is not None}
        for path in self.root.glob("*.duckdb*"):
            if path not in kept:
                path.unlink(missing_ok=True)
        for folder in self.root.glob("*.serving"):
            if folder not in {indexes_beside(file) for file in kept}:
                shutil.rmtree(folder, ignore_errors=True)

    def forget_previous(self) -> None:
        """Keep the current version alone; for the writer, where the one before is damaged."""
        with storage_errors("write the warehouse"):
            (self.root / _PREVIOUS).unlink(missing_ok=True)
            self.sweep()

    def _readable(self, pointer: Path) -> Version | None:
        """What a pointer names, None where it cannot be read: that is the doctor's to tell."""
        try:
            return self._read_pointer(pointer)
        except StorageError:
            return None

    def _forget_old_answers(self) -> None:
        # Answers as of an older release may change when an older release is loaded late: they are built anew.
        for pointer in self.root.glob("as-of-*.json"):
            pointer.unlink()

    def _read_pointer(self, pointer: Path) -> Version | None:
        try:
            facts: dict[str, Any] = json.loads(pointer.read_text(encoding="utf-8"))
            return Version(
                facts["version"], facts["fingerprint"], self.root / facts["file"], facts["size"], facts["sha256"]
            )
        except FileNotFoundError:
            return None
        except OSError as error:
            raise as_storage_error(error, "read the warehouse") from None
        except (ValueError, KeyError, TypeError):
            raise Damaged(f"{pointer} is damaged.", "bluelamp archive rebuild makes it anew.") from None


def _damaged(version: Version, what: str, reason: str) -> Damaged:
    return Damaged(
        f"The warehouse {version.file.name} {what}: {reason.rstrip('.')}.",
        "bluelamp archive rebuild makes it anew from the bytes as received.",
    )
