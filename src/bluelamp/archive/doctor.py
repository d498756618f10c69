"""Is everything that is kept still what it was? Checks the vault, the lake and the warehouse against the hashes of the
ledger, and names the repair. Called by `bluelamp doctor` and by the tests after every planted damage.
"""

from __future__ import annotations

from collections.abc import Iterator

from bluelamp.archive.load import unreferenced
from bluelamp.archive.mend import damaged_in_vault, lacking_bytes
from bluelamp.archive.model import target_version
from bluelamp.archive.profile.overrides import overrides
from bluelamp.archive.progress import Progress
from bluelamp.archive.workflow import Archive
from bluelamp.domain.check import Check
from bluelamp.errors import BluelampError, SettingsError
from bluelamp.storage.files import sha256_of
from bluelamp.storage.ledger.ledger import LOADED
from bluelamp.storage.ledger.ledger_copy import problems
from bluelamp.storage.warehouse.database import Version
from bluelamp.storage.warehouse.indexes import problem_of


def check_up(archive: Archive, progress: Progress) -> Iterator[Check]:
    """Every check of what is kept, in the order that data flows."""
    yield from _check_ledger(archive)
    yield from _check_vault(archive, progress)
    yield from _check_lake(archive, progress)
    yield from _check_warehouse(archive)
    yield from _check_previous(archive)
    yield from _check_older(archive)
    yield from _check_indexes(archive, thorough=True)
    yield from _check_counted(archive)
    yield from _check_unfinished(archive)


def quick_check_up(archive: Archive) -> Iterator[Check]:
    """The checks that take no time: no hash of the vault, the lake or the warehouse is computed."""
    yield from _check_indexes(archive, thorough=False)
    yield from _check_unfinished(archive)


def _check_ledger(archive: Archive) -> Iterator[Check]:
    path = archive.ledger.file
    if path is None or not path.exists():
        return
    wrong = problems(path)
    if wrong:
        yield Check(
            "ledger", False, f"the ledger is damaged: {_some(wrong)}",
            "bluelamp doctor --mend puts back the copy of the last load.",
        )  # fmt: skip
    else:
        yield Check("ledger", True, "the ledger is sound")


def _check_vault(archive: Archive, progress: Progress) -> Iterator[Check]:
    files = [file for file in archive.ledger.files_of() if file.vault_key]
    damaged = [words for _, words in damaged_in_vault(archive.ledger, archive.vault, progress)]
    lacking = [f"{file.member} of {file.release}" for file in lacking_bytes(archive.ledger)]
    if lacking:
        yield Check(
            "vault", False, f"the bytes of {len(lacking):,} files as received are lost: {_some(lacking)}",
            "Load that release again: bluelamp archive load PATH brings them back.",
        )  # fmt: skip
    if damaged:
        yield Check(
            "vault", False, f"{len(damaged):,} of {len(files):,} files as received are damaged: {_some(damaged)}",
            "bluelamp doctor --mend, then load that release again; or restore the vault from a backup.",
        )  # fmt: skip
    elif not lacking:
        yield Check("vault", True, f"{len(files):,} files as received have the bytes that were received")


def _check_lake(archive: Archive, progress: Progress) -> Iterator[Check]:
    files = archive.ledger.lake_files()
    progress.begin("checking the lake", sum(file.size for file in files), len(files))
    damaged, done = [], 0
    for number, file in enumerate(files, 1):
        path = archive.lake.path(file)
        if not path.exists():
            damaged.append(f"{file.path} is gone")
        elif path.stat().st_size != file.size or sha256_of(path) != file.sha256:
            damaged.append(f"{file.path} has changed")
        done += file.size
        progress.at(done, number)
    progress.end()
    if damaged:
        yield Check(
            "lake", False, f"{len(damaged):,} of {len(files):,} tables' files are damaged: {_some(damaged)}",
            "bluelamp archive rebuild makes them anew from the vault.",
        )  # fmt: skip
    else:
        yield Check("lake", True, f"{len(files):,} files are what was written")
    left = unreferenced(archive.lake, files)
    if left:
        yield Check("lake leftovers", True, f"{len(left):,} files of an interrupted load; the next load removes them")


def _check_warehouse(archive: Archive) -> Iterator[Check]:
    try:
        version = archive.warehouse.current()
    except BluelampError as error:
        yield Check("warehouse", False, error.message, error.hint)
        return
    if version is None:
        yield Check("warehouse", True, "nothing is published yet")
        return
    if not version.file.exists():
        yield Check("warehouse", False, f"{version.file.name} is gone", "bluelamp archive rebuild makes it anew.")
        return
    if sha256_of(version.file) != version.sha256:
        yield Check("warehouse", False, f"{version.file.name} has changed", "bluelamp archive rebuild makes it anew.")
        return
    yield Check("warehouse", True, f"data version {version.name} is what was published")


def _check_previous(archive: Archive) -> Iterator[Check]:
    """The version before the current one, kept for links to it, and its indexes."""
    try:
        version = archive.warehouse.previous()
        sound = version is None or _is_sound(version)
    except BluelampError:
        sound = False
    if not sound:
        yield Check(
            "previous version", False, "the version before the current one is damaged: only links to it ask it",
            "bluelamp doctor --mend forgets it; so does the next load that brings something new.",
        )  # fmt: skip


def _check_older(archive: Archive) -> Iterator[Check]:
    """The versions of what was known at older releases."""
    damaged = []
    for label in archive.warehouse.older():
        try:
            version = archive.warehouse.as_of(label)
            sound = version is None or _is_sound(version)
        except BluelampError:
            sound = False
        if not sound:
            damaged.append(label)
    if damaged:
        yield Check(
            "older states of knowledge", False, f"those as of {_some(damaged)} are damaged",
            "bluelamp doctor --mend forgets them; they are made anew when they are asked for.",
        )  # fmt: skip


def _is_sound(version: Version) -> bool:
    """Its file, and its indexes where it has any."""
    if not version.whole or sha256_of(version.file) != version.sha256:
        return False
    return not version.indexes.exists() or not problem_of(version.indexes, thorough=True)


def _check_indexes(archive: Archive, *, thorough: bool) -> Iterator[Check]:
    try:
        version = archive.warehouse.current()
    except BluelampError:
        return  # told already
    if version is None or not version.whole:
        return
    problem = problem_of(version.indexes, thorough=thorough)
    if problem:
        yield Check(
            "indexes", False, f"the indexes of data version {version.name} are no use: {problem}",
            "bluelamp doctor --mend makes them anew from the version's file.",
        )  # fmt: skip
    elif thorough:
        yield Check("indexes", True, f"those of data version {version.name} are what was written")


def _check_unfinished(archive: Archive) -> Iterator[Check]:
    waiting = archive.unfinished()
    if waiting:
        yield Check(
            "load", False, f"{waiting:,} files are received but not loaded: a load was interrupted",
            "bluelamp archive load (without a path) finishes it. A file that cannot be read is set aside by it; "
            "bluelamp archive discard NAME sets one aside by hand.",
        )  # fmt: skip
        return
    version = archive.warehouse.current()
    try:
        known = overrides(archive.home)
    except SettingsError as error:
        yield Check("file properties", False, error.message.rstrip("."), error.hint)
        return
    want = target_version(archive.ledger, archive.reference, known=known)
    if want.included and (version is None or version.fingerprint != want.fingerprint):
        yield Check(
            "publish", False, "what is loaded is not published yet",
            "bluelamp archive load (without a path) finishes it.",
        )  # fmt: skip


def _check_counted(archive: Archive) -> Iterator[Check]:
    """Files of an earlier program were not looked at as wholes: nothing is decided of where their points lie."""
    files = archive.ledger.files_of(states=(LOADED,))
    counted = archive.ledger.evidence(file.id for file in files if file.rows_loaded)
    blank = sum(its is None for its in counted.values())
    if blank:
        yield Check(
            "file properties",
            True,
            f"{blank:,} files were loaded before their places were counted, so nothing is said of them as wholes; "
            "bluelamp archive rebuild counts them",
        )


def _some(names: list[str]) -> str:
    return "; ".join(names[:5]) + ("; …" if len(names) > 5 else "")
