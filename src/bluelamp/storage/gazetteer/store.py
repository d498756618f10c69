"""Keeps the material of gazetteers and the indexes made of it, under a home.

    <home>/lake/gazetteer/<city>/<input>/<first 16 of its SHA-256>.parquet    each input as it was read, never changed
    <home>/lake/gazetteer/<city>/index/<version>.sqlite                       the index made of all of them
    <home>/lake/gazetteer/<city>/manifest.json                                which are in use, from where, of which day

The material is kept as it was published, so that an index can be made anew when the grammar or the layout changes,
without asking anybody again. One process writes at a time: the caller holds the writer's lock.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bluelamp.domain.location import NO_ALIASES
from bluelamp.errors import Busy, Damaged, StorageError
from bluelamp.storage.files import fsync_file, fsync_folder, sha256_of, storage_errors
from bluelamp.storage.gazetteer.building import build_index
from bluelamp.storage.gazetteer.reading import Gazetteer
from bluelamp.storage.gazetteer.schema import LAYOUT
from bluelamp.storage.parquet import read_parquet

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("address", "segment", "area", "spot")
# What is being written ends so: the archive's writer sweeps names of its own, which must not be these.
_MAKING = ".making"
_GRAMMAR = 1  # grows when `domain.location` folds names otherwise, so that indexes are made anew


class SourcedMaterial(Protocol):
    """What can be saved: one input of a city (`sources.gazetteer.Material` is one)."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def table(self) -> pa.Table: ...
    @property
    def source(self) -> str: ...
    @property
    def read_on(self) -> date: ...
    @property
    def sha256(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def unreadable(self) -> int: ...


class IndexedCity(Protocol):
    """What must be known of a city to make its index (`sources.gazetteer.City` is one)."""

    @property
    def name(self) -> str: ...
    @property
    def bounds(self) -> tuple[float, float, float, float]: ...
    @property
    def aliases(self) -> Mapping[str, str]: ...
    @property
    def default_points(self) -> Sequence[tuple[float, float]]: ...


@dataclass(frozen=True, slots=True)
class ManifestInput:
    """What the manifest says of one input. `file` is relative to the city's folder."""

    kind: str
    file: str
    source: str
    read_on: str
    sha256: str
    licence: str
    rows: int
    unreadable: int
    parquet_sha256: str


@dataclass(frozen=True, slots=True)
class Built:
    """An index that is in use: its version, and what it holds, counted."""

    version: str
    counts: dict[str, int]


class GazetteerStore:
    """The gazetteers under one home. Cheap to make: nothing is read before it is asked for."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "lake" / "gazetteer"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer at a time; the system lets go of the lock of one that is killed. Raises Busy."""
        from filelock import FileLock, Timeout

        with storage_errors("write to the lake"):
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(str(self._folder / "writer.lock"), timeout=0)
            try:
                lock.acquire()
            except Timeout:
                raise Busy("Another process builds a gazetteer here.", "Wait until it is done.") from None
        try:
            for left in self._folder.rglob(f"*{_MAKING}"):
                left.unlink(missing_ok=True)  # of one that was killed
            yield
        finally:
            lock.release()

    def spool(self, city: str, name: str) -> Path:
        """Where an input is fetched to before it is kept."""
        return self._folder / city / "spool" / name

    def cities(self) -> list[str]:
        """The cities that anything is kept of."""
        return sorted(path.parent.name for path in self._folder.glob("*/manifest.json"))

    def held(self, city: str) -> dict[str, ManifestInput]:
        """What material is in use, by the name of the input."""
        return {name: ManifestInput(**entry) for name, entry in self._manifest(city).get("inputs", {}).items()}

    def built(self, city: str) -> Built | None:
        """The index that is in use; None where there is none."""
        entry = self._manifest(city).get("index")
        return Built(**entry) if entry and self._index(city, entry["version"]).is_file() else None

    def save(self, city: str, received: SourcedMaterial) -> None:
        """Keep an input and make it the one in use; earlier ones stay. Raises DiskFull or StorageError."""
        if received.kind not in KINDS:
            raise StorageError(f"“{received.kind}” is no kind of gazetteer material.")
        facts: dict[str, Any] = {
            "kind": received.kind,
            "source": received.source,
            "read_on": received.read_on.isoformat(),
            "sha256": received.sha256,
            "licence": received.licence,
            "rows": received.table.num_rows,
            "unreadable": received.unreadable,
        }
        data = _parquet(received.table, facts)
        sha256 = hashlib.sha256(data).hexdigest()
        file = f"{received.name}/{sha256[:16]}.parquet"
        with storage_errors(f"keep {received.name} of the gazetteer {city}"):
            with _placed(self._folder / city / file) as making:
                making.write_bytes(data)
            manifest = self._manifest(city)
            inputs = manifest.get("inputs", {}) | {
                received.name: asdict(ManifestInput(file=file, parquet_sha256=sha256, **facts))
            }
            self._write(city, manifest | {"inputs": inputs})

    def material(self, city: str, kind: str) -> Iterator[pa.Table]:
        """What is held of a kind, as it was published, one table an input. Raises Damaged where it has changed."""
        for name, one in sorted(self.held(city).items()):
            if one.kind == kind:
                yield self._table(city, name, one)

    def build(self, city: IndexedCity) -> Built:
        """Make the index of what is held, where it is not made already, and put it in use; the old one is removed.
        Raises StorageError where nothing is held, Damaged where what is held has changed."""
        held = self.held(city.name)
        if not held:
            raise StorageError(f"Nothing is held of {city.name}.", f"Run: bluelamp gazetteer build {city.name}")
        version = _version(city, held)
        before = self.built(city.name)
        if before is not None and before.version == version:
            return before
        material = [(one.kind, self._table(city.name, name, one)) for name, one in sorted(held.items())]
        with storage_errors(f"make the gazetteer {city.name}"), _placed(self._index(city.name, version)) as making:
            counts = build_index(
                making,
                material,
                bounds=city.bounds,
                aliases=city.aliases,
                defaults=city.default_points,
                version=version,
            )
        built = Built(version, counts)
        self._write(city.name, self._manifest(city.name) | {"index": asdict(built)})
        for old in self._index(city.name, version).parent.glob("*.sqlite"):
            if old.stem != version:
                old.unlink(missing_ok=True)  # whoever reads it still can: it is only gone from the folder
        return built

    def open(self, city: str, aliases: Mapping[str, str] = NO_ALIASES) -> Gazetteer | None:
        """The index in use; None where there is none. Raises StorageError where it must be made anew."""
        built = self.built(city)
        return Gazetteer(self._index(city, built.version), aliases) if built else None

    def _table(self, city: str, name: str, held: ManifestInput) -> pa.Table:
        path = self._folder / city / held.file
        with storage_errors(f"read {name} of the gazetteer {city}"):
            if not path.is_file() or sha256_of(path) != held.parquet_sha256:
                raise Damaged(f"The material {path} is not what was kept.", f"Run: bluelamp gazetteer build {city}")
            return read_parquet(path)

    def _index(self, city: str, version: str) -> Path:
        return self._folder / city / "index" / f"{version}.sqlite"

    def _manifest(self, city: str) -> dict[str, Any]:
        path = self._folder / city / "manifest.json"
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as problem:
            raise StorageError(f"“{path}” cannot be read: {problem.strerror}.") from problem
        except ValueError as problem:
            raise Damaged(
                f"The list of material “{path}” cannot be understood.", "Remove it and build the gazetteer again."
            ) from problem
        return found

    def _write(self, city: str, manifest: dict[str, Any]) -> None:
        text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
        target = self._folder / city / "manifest.json"
        with storage_errors(f"list the material of {city}"), _placed(target) as making:
            making.write_text(f"{text}\n", encoding="utf-8")


@contextmanager
def _placed(target: Path) -> Iterator[Path]:
    """A path to write to, which takes the target's place when it is whole and on disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    making = target.with_name(f"{target.name}.{os.getpid()}{_MAKING}")
    try:
        making.unlink(missing_ok=True)
        yield making
        fsync_file(making)
        making.replace(target)
        fsync_folder(target.parent)
    finally:
        making.unlink(missing_ok=True)


def _version(city: IndexedCity, held: dict[str, ManifestInput]) -> str:
    """16 hexadecimal digits that change with the material, the configuration, the layout and the grammar."""
    made_of = {
        "layout": LAYOUT,
        "grammar": _GRAMMAR,
        "bounds": list(city.bounds),
        "aliases": dict(city.aliases),
        "defaults": [list(point) for point in city.default_points],
        "inputs": {name: one.parquet_sha256 for name, one in held.items()},
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]


def _parquet(table: pa.Table, facts: dict[str, Any]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = {f"bluelamp.{name}": str(value) for name, value in facts.items()}
    out = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(metadata), out, compression="zstd")
    return bytes(out.getvalue())
