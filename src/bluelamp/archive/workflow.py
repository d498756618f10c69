"""The archive flow, its steps in order. Called by the command line through `bootstrap`.

discover  which releases exist                     sources.police_uk.discovery
fetch     what is new, its bytes into the vault     archive.fetch
load      from the vault to the lake                archive.load (stage, extract, shape, sieve, findings)
model     from the lake to a data version           archive.model, storage.warehouse.build
          and the indexes that answer at once       storage.warehouse.indexes
publish   the version becomes the current one       storage.warehouse.database
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from bluelamp.archive import fetch as fetching
from bluelamp.archive import load as loading
from bluelamp.archive import model as modelling
from bluelamp.archive.mend import damaged_in_vault, lacking_bytes
from bluelamp.archive.profile.counting import count_earlier, earlier
from bluelamp.archive.profile.overrides import overrides
from bluelamp.archive.progress import Progress
from bluelamp.domain.month import Month
from bluelamp.domain.selection import Selection
from bluelamp.errors import Busy, Damaged
from bluelamp.sources.police_uk.archive import ReleaseSource
from bluelamp.storage.files import storage_errors, sweep
from bluelamp.storage.lake import Lake
from bluelamp.storage.ledger import ledger_copy
from bluelamp.storage.ledger.ledger import NOT_FETCHED, WAITING, Ledger
from bluelamp.storage.private import private_folder
from bluelamp.storage.reference.store import ReferenceStore
from bluelamp.storage.vault.vault import Vault
from bluelamp.storage.warehouse.build import build
from bluelamp.storage.warehouse.database import Version, WarehouseFolder, indexes_beside
from bluelamp.storage.warehouse.indexes import build_indexes, problem_of
from bluelamp.storage.warehouse.plan import EngineLimits

# What the engine may use of memory while indexes are built from it; the indexes themselves take the larger part.
_INDEX_ENGINE_MB = 300


@dataclass(slots=True)
class Archive:
    """Everything that the flow works with. Made by `bootstrap`."""

    home: Path
    ledger: Ledger
    vault: Vault
    lake: Lake
    reference: ReferenceStore
    warehouse: WarehouseFolder
    processes: int
    memory_mb: int
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _loaded: loading.Loaded = field(default_factory=loading.Loaded)  # what `finish` has yet to tell of
    _left_over: frozenset[int] | None = None  # files that an earlier run received and did not read

    # -- the whole flow -------------------------------------------------------------------------------------

    def receive(
        self,
        source: ReleaseSource,
        *,
        release: Month | None,
        selection: Selection,
        progress: Progress,
        whole: bool | None = None,
    ) -> fetching.Fetched:
        """Fetch a release into the vault. Call `finish` afterwards to make it answerable. `whole` says what it is,
        whole or a part, where it does not look so."""
        with self.writing():
            # A file is unchanged only where the one before it was read and found sound: read first what this run
            # received. What an earlier one left over waits until all that is new is read.
            self._load(progress, put_off=True)
            return fetching.fetch(
                source,
                self.ledger,
                self.vault,
                release=release,
                selection=selection,
                received_at=self.timestamp(),
                progress=progress,
                whole=whole,
            )

    def preview(
        self, source: ReleaseSource, *, release: Month | None, selection: Selection, whole: bool | None = None
    ) -> fetching.Fetched:
        """What `receive` would do; nothing is written."""
        return fetching.preview(source, self.ledger, release=release, selection=selection, whole=whole)

    def finish(self, progress: Progress) -> tuple[loading.Loaded, Version | None]:
        """Load whatever waits and publish what the ledger then asks for; also finishes what a crash left undone."""
        with self.writing():
            self._load(progress)
            loaded, self._loaded = self._loaded, loading.Loaded()
            return loaded, self.publish(progress)

    def publish(self, progress: Progress, *, from_nothing: bool = False) -> Version | None:
        """Build and swap in the version that the ledger asks for; None where the current one is it already."""
        with self.writing():
            count_earlier(self.ledger, self.lake)
            want = modelling.target_version(self.ledger, self.reference, known=overrides(self.home))
            current = None if from_nothing else self.warehouse.current()
            if current is not None and current.fingerprint == want.fingerprint and current.whole:
                self.mend_indexes(progress)
                return None
            if not want.included and not want.cells:
                return None
            return self._build(want, progress, from_nothing=from_nothing)

    def as_of(self, release: Month, progress: Progress) -> Version:
        """The version of what was known at an older release; built the first time that it is asked for."""
        if self.unfinished():
            self.finish(progress)
        if earlier(self.ledger):
            with self.writing():
                count_earlier(self.ledger, self.lake)
        want = modelling.target_version(self.ledger, self.reference, release, overrides(self.home))
        built = self.warehouse.as_of(str(release))
        if built is not None and built.fingerprint == want.fingerprint and built.whole:
            return built
        with self.writing():
            return self._build(want, progress, from_nothing=True)

    def rebuild(self, progress: Progress) -> Version | None:
        """Make the lake and the warehouse anew from the vault alone."""
        with self.writing():
            damaged = [words for _, words in damaged_in_vault(self.ledger, self.vault, progress)]
            damaged += [f"{file.member} of {file.release}" for file in lacking_bytes(self.ledger)]
            if damaged:
                # What cannot be read again must not be thrown away: the lake may hold the only rows.
                raise Damaged(
                    f"{len(damaged):,} files as received are damaged, so nothing was made anew: {damaged[0]}.",
                    "bluelamp doctor --mend, then load the release that it names; then rebuild.",
                )
            again = [file.id for file in self.ledger.files_of() if file.vault_key and file.state != NOT_FETCHED]
            # In one step: a rebuild that is killed must not leave old and new lake files side by side.
            self.ledger.send_back(again, anew=True)
            self._sweep_lake()
            self._left_over = frozenset()
            self._load(progress)
            self._loaded = loading.Loaded()
            return self.publish(progress, from_nothing=True)

    def unfinished(self) -> int:
        """How many files are received but not loaded: more than none means that a run was cut off."""
        return len(self.ledger.files_of(states=(WAITING,)))

    # -- parts ----------------------------------------------------------------------------------------------

    def writing(self) -> _WritersLock:
        """The writer's lock, held once however often it is asked for; sweeps what a killed writer left."""
        return _WritersLock(self)

    def _load(self, progress: Progress, *, put_off: bool = False) -> None:
        if self._left_over is None:
            self._left_over = frozenset(file.id for file in self.ledger.files_of(states=(WAITING,)))
        one = loading.load(
            self.ledger, self.vault, self.lake, run=self._run_name(), processes=self.processes, progress=progress,
            left_over=self._left_over, put_off=put_off,
        )  # fmt: skip
        self._loaded.add(one)
        if not put_off:
            self._left_over = frozenset()

    def _build(self, want: modelling.TargetVersion, progress: Progress, *, from_nothing: bool) -> Version:
        build_plan, base = modelling.plan(
            want, self.ledger, self.lake, self.reference, self.warehouse,
            built_at=self.timestamp(), from_nothing=from_nothing,
        )  # fmt: skip
        total = sum(file.rows for file in want.included)
        progress.begin("building the warehouse", 0, total)
        target = self.warehouse.new_file()
        engine = EngineLimits(self.memory_mb, self.processes, self.home / "tmp")
        build(build_plan, target, base, self.lake, engine, lambda _, done, of: progress.at(0, done if of > 1 else 0))
        progress.at(0, total)
        progress.end()
        if want.as_of is None:
            self._build_indexes(target, indexes_beside(target), progress)
        return self.warehouse.publish(target, want.fingerprint, str(want.as_of) if want.as_of else "")

    def _build_indexes(self, file: Path, folder: Path, progress: Progress) -> None:
        """The indexes of a version's file. Versions of an older state of knowledge, asked once or twice, do without."""
        progress.begin("building the indexes", 0, 0)
        memory_mb = min(self.memory_mb, _INDEX_ENGINE_MB)
        build_indexes(file, folder, lambda done, _: progress.at(0, done), memory_mb=memory_mb, threads=self.processes)
        progress.end()

    def mend_indexes(self, progress: Progress, *, thorough: bool = False) -> bool:
        """Make the current version's indexes anew where they are absent, damaged or another program's; whether it did.

        The version stays what it is. `thorough` reads every byte of them.
        """
        with self.writing():
            version = self.warehouse.current()
            if version is None or not version.whole or not problem_of(version.indexes, thorough=thorough):
                return False
            building = indexes_beside(self.warehouse.new_file())
            self._build_indexes(version.file, building, progress)
            self.warehouse.replace_indexes(building, version)
            return True

    def sweep(self) -> None:
        """Remove what a killed writer left behind. Only to be called while holding the writer's lock."""
        for folder in ("vault", "lake", "warehouse", "cache", "tmp"):
            if (self.home / folder).exists():
                sweep(self.home / folder, everything=folder == "tmp")
        if self.ledger.file is not None:
            sweep(self.ledger.file.parent, deep=False)
        self.warehouse.sweep()
        self._sweep_lake()
        self.vault.drop_cached()

    def keep_copy_of_ledger(self) -> None:
        """Copy the ledger where it was written to since the last copy, or where there is none."""
        file = self.ledger.file
        if file is not None and (self.ledger.written or ledger_copy.sound_copy(file) is None):
            ledger_copy.keep_copy(file)
        self.ledger.written = False

    def _sweep_lake(self) -> None:
        for path in loading.unreferenced(self.lake, self.ledger.lake_files()):
            path.unlink(missing_ok=True)

    def timestamp(self) -> str:
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _run_name(self) -> str:
        return self.now().astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")


class _WritersLock:
    """One writer at a time in a home: a second one is told at once, and waits for nobody."""

    _held: dict[Path, tuple[FileLock, int]] = {}  # noqa: RUF012 - shared on purpose: the lock belongs to the process

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    def __enter__(self) -> None:
        home = self.archive.home
        lock, depth = self._held.get(home, (None, 0))
        if lock is None:
            with storage_errors("write to BLUELAMP_HOME"):
                private_folder(home)
                lock = FileLock(str(home / "writer.lock"))
                try:
                    lock.acquire(timeout=0)
                except Timeout:
                    raise Busy(
                        f"Another process is loading into {home}.", "Wait until it is done; reading goes on meanwhile."
                    ) from None
                self.archive.sweep()
        self._held[home] = (lock, depth + 1)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        home = self.archive.home
        lock, depth = self._held.pop(home)
        if depth > 1:
            self._held[home] = (lock, depth - 1)
            return
        try:
            # Not after a failure: there may be no room, and what went wrong is told already.
            if kind is None:
                self.archive.keep_copy_of_ledger()
        finally:
            lock.release()
