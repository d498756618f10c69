"""A copy of a home that may be written to meanwhile. Called by `bluelamp backup`.

The databases are copied first, each as it is at one moment, then the files that they speak of: files are only ever
added, so a copy holds at least all that its databases know. What is there already, unchanged, is not copied again.
The copy is its owner's alone; what signs webhooks and moves points lies in a file of its own
(`storage.relational.secrets_apart`).
"""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from bluelamp.errors import StorageError, UsageError
from bluelamp.storage.files import PARTIAL, atomic_path, storage_errors
from bluelamp.storage.private import private_file, private_folder, tighten
from bluelamp.storage.relational import secrets_apart
from bluelamp.storage.vault.snapshot_packs import ROOT

_DATABASES = ("ledger.sqlite", "live.sqlite")
# What need not be kept: made anew, or of this moment only.
_LEFT_OUT = ("cache", "tmp", "writer.lock", secrets_apart.FILE)
_TRIES = 5


def back_up(home: Path, target: Path, report: Callable[[int, int], None]) -> tuple[int, int]:
    """Copy a home into a folder; how many files were copied, and how many bytes. `report` hears of both as it goes on.
    Raises UsageError for a target inside the home, StorageError where it cannot be written."""
    if target.resolve().is_relative_to(home.resolve()):
        raise UsageError(f"{target} lies in the home itself.", "Choose a folder elsewhere, best on another disk.")
    if not home.is_dir():
        raise UsageError(f"There is no home at {home}.", "Set --home or BLUELAMP_HOME.")
    copied = size = 0
    with storage_errors("write the copy"):
        private_folder(target)
        for name in _DATABASES:
            if (home / name).exists():
                size += _database(home / name, target / name)
                copied += 1
        # A data version may be published meanwhile: its pointer is copied after what it points to.
        for _ in range(_TRIES):
            went = False
            for file in sorted(_files(home), key=lambda one: one.suffix == ".json"):
                fresh = _file(file, target / file.relative_to(home))
                went = went or (fresh is None and _is_raw(file.relative_to(home)))
                copied, size = copied + bool(fresh), size + (fresh or 0)
                report(size, copied)
            if not went and _whole(target):
                _drop_packed(target)
                return copied, size
    raise StorageError("The home changes faster than it can be copied.", "Run this again when no load runs.")


def _is_raw(inside: Path) -> bool:
    """An answer of a feed. Where it went while files were copied, it lies in its day's pack now, which is copied with
    the next pass."""
    return inside.parts[:2] == ("vault", ROOT)


def _drop_packed(target: Path) -> None:
    """Answers that were copied one by one before their day was packed: all of them are in the pack."""
    for pack in (target / "vault" / ROOT).glob("*/*.zip"):
        folder = pack.with_suffix("")
        if folder.is_dir():
            with zipfile.ZipFile(pack) as packed:
                for name in packed.namelist():
                    (folder / name).unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()


def _database(source: Path, target: Path) -> int:
    try:
        with atomic_path(target) as partial:
            partial.unlink(missing_ok=True)
            private_file(partial)
            with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(partial)) as writing:
                reading.backup(writing)
                writing.execute("PRAGMA journal_mode=DELETE")
                secrets_apart.take_out(writing, target.with_name(secrets_apart.FILE))
    except sqlite3.Error as error:
        raise StorageError(f"{source.name} cannot be copied: {error}.", "Run bluelamp doctor.") from None
    return target.stat().st_size


def _files(home: Path) -> Iterator[Path]:
    for path in home.rglob("*"):
        inside = path.relative_to(home)
        aside = inside.parts[0] in _LEFT_OUT or inside.name.startswith(_DATABASES)
        if path.is_file() and not path.is_symlink() and not aside and PARTIAL not in inside.name:
            yield path


def _file(source: Path, target: Path) -> int | None:
    """Copy a file that is not there yet as it is; the bytes that were written, None where it is gone."""
    try:
        facts = source.stat()
        if target.exists():
            there = target.stat()
            if (there.st_size, there.st_mtime_ns) == (facts.st_size, facts.st_mtime_ns):
                return 0
        with atomic_path(target, flush=False) as partial:
            shutil.copy2(source, partial)
            tighten(partial)
        return facts.st_size
    except FileNotFoundError:
        return None  # swept meanwhile: nothing refers to it any more


def _whole(target: Path) -> bool:
    """Whether every data version that a pointer names is there."""
    import json

    for pointer in (target / "warehouse").glob("*.json"):
        named = json.loads(pointer.read_text(encoding="utf-8")).get("file", "")
        if named and not (target / "warehouse" / named).exists():
            return False
    return True
