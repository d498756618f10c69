"""What a release changed: two releases compared force-month by force-month, as published. Called by the command line
and by `web`.

A force-month that only one of the two has is told for what it is: a month that is new, one that has left the window,
one that the publisher withdrew or published late; or, where no whole release can bear that out, one that is not held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bluelamp.archive.diff_rows import about_of, differences
from bluelamp.archive.diff_sides import (
    CHANGED,
    NOT_COMPARABLE,
    SAME_ROWS,
    Side,
    is_held,
    kind_of_lone_file,
    side_of,
)
from bluelamp.archive.progress import Progress
from bluelamp.archive.shape import BrokenFile
from bluelamp.domain.dataset import BY_NAME, Dataset
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.selection import Selection
from bluelamp.errors import Damaged, NotFound, UsageError
from bluelamp.sources.police_uk.archive import BrokenMember, Member, content
from bluelamp.storage.ledger.ledger import LOADED, UNCHANGED, Ledger, StoredFile
from bluelamp.storage.vault.vault import Vault


@dataclass(slots=True)
class FileDiff:
    """One force-month that is not the same, byte for byte, in both releases. `columns` counts the changed records by
    column, `about` by what they are about; rows are compared only where both releases hold the file."""

    unit: ForceMonth
    kind: str
    rows_old: int | None = None
    rows_new: int | None = None
    added: int = 0
    removed: int = 0
    changed: int = 0
    columns: Counter[str] = field(default_factory=Counter)
    about: Counter[str] = field(default_factory=Counter)
    note: str = ""

    def as_json(self) -> dict[str, object]:
        return {
            "dataset": self.unit.dataset,
            "force": self.unit.force,
            "month": str(self.unit.month),
            "kind": self.kind,
            "added": self.added,
            "removed": self.removed,
            "changed": self.changed,
            "columns": sorted(self.columns),
            "rows_changed_by_column": dict(sorted(self.columns.items())),
            "rows_changed_about": dict(sorted(self.about.items())),
            "rows_old": self.rows_old,
            "rows_new": self.rows_new,
            **({"note": self.note} if self.note else {}),
        }


@dataclass(slots=True)
class DiffSummary:
    """How many force-months both releases hold, by dataset: all of them, and those that are the same byte for byte."""

    compared: Counter[str] = field(default_factory=Counter)
    identical: Counter[str] = field(default_factory=Counter)


def in_order(old: Month, new: Month) -> None:
    """Raises UsageError unless the older release comes first."""
    if old == new:
        raise UsageError(f"{old} and {new} are the same release.", "Name two different ones, the older one first.")
    if old > new:
        raise UsageError(f"The release {old} is newer than {new}.", f"Name the older one first: {new} {old}.")


def comparable(ledger: Ledger) -> list[Month]:
    """The releases of which files of the archive were received, oldest first. What the API answered is no release."""
    return sorted({Month(receipt["release"]) for receipt in ledger.receipts() if receipt["kind"] != "api"})


def diff(
    ledger: Ledger, vault: Vault, old: Month, new: Month, selection: Selection, progress: Progress, summary: DiffSummary
) -> Iterator[FileDiff]:
    """Every force-month that is not the same in two releases, in order. Raises UsageError for a release that is not
    held, and for two in the wrong order."""
    in_order(old, new)
    releases = comparable(ledger)
    for release in (old, new):
        if release not in releases:
            held = ", ".join(str(one) for one in releases) or "none"
            raise UsageError(f"The release {release} is not held.", f"Held: {held}.")
    before, after = side_of(ledger, old), side_of(ledger, new)
    contents = ledger.by_id(f.content_id for f in (*before.files.values(), *after.files.values()))
    units = sorted(unit for unit in before.files.keys() | after.files.keys() if selection.wants(unit))
    comparing = _Comparing(before, after, contents, vault, summary)
    progress.begin(f"comparing {old} with {new}", 0, len(units))
    for done, unit in enumerate(units, 1):
        found = comparing.unit(unit)
        if found is not None:
            yield found
        progress.at(0, done)
    progress.end()


@dataclass(frozen=True, slots=True)
class _Comparing:
    before: Side
    after: Side
    contents: dict[int, StoredFile]
    vault: Vault
    summary: DiffSummary

    def unit(self, unit: ForceMonth) -> FileDiff | None:
        """None where it is the same in both, or held of neither."""
        old, new = self.before.files.get(unit), self.after.files.get(unit)
        if not is_held(old) and not is_held(new):
            return None
        if old is None or new is None or not (is_held(old) and is_held(new)):
            kind, note = kind_of_lone_file(unit, self.before, self.after)
            return FileDiff(unit, kind, self._rows(old), self._rows(new), note=note)
        if not {old.state, new.state} <= {LOADED, UNCHANGED}:
            note = f"{old.release}: {old.state}; {new.release}: {new.state}"
            return FileDiff(unit, NOT_COMPARABLE, self._rows(old), self._rows(new), note=note)
        return self._both(unit, self.contents[old.content_id], self.contents[new.content_id])

    def _both(self, unit: ForceMonth, old: StoredFile, new: StoredFile) -> FileDiff | None:
        if old.id == new.id or old.sha256 == new.sha256:
            self.summary.compared[unit.dataset] += 1
            self.summary.identical[unit.dataset] += 1
            return None
        try:
            found = compare_files(unit, BY_NAME[unit.dataset], bytes_of(old, self.vault), bytes_of(new, self.vault))
        except (BrokenMember, Damaged, NotFound) as error:
            # What is lost or broken of one force-month does not keep the others from being compared.
            return FileDiff(unit, NOT_COMPARABLE, old.rows_read, new.rows_read, note=str(error))
        if found.kind != NOT_COMPARABLE:
            self.summary.compared[unit.dataset] += 1
        return found

    def _rows(self, file: StoredFile | None) -> int | None:
        return self.contents.get(file.content_id, file).rows_read if is_held(file) and file is not None else None


def bytes_of(file: StoredFile, vault: Vault) -> bytes:
    """A file as published, from the vault. Raises BrokenMember, NotFound or Damaged where it is not what was received,
    another StorageError where the vault cannot be reached."""
    if not file.vault_key:
        raise NotFound(f"The bytes of {file.member} are lost.", "Load that release again.")
    raw = vault.read(file.vault_key, file.vault_offset, file.compressed_size)
    member = Member(file.member, file.size, file.compressed_size, file.crc32, file.method, file.vault_offset, "")
    return content(member, raw)


def compare_files(unit: ForceMonth, dataset: Dataset, old: bytes, new: bytes) -> FileDiff:
    """Compare two files of one force-month, both as published."""
    try:
        rows = differences(dataset, old, new)
    except BrokenFile as error:
        return FileDiff(unit, NOT_COMPARABLE, note=f"one of the two files {error}")
    found = FileDiff(unit, CHANGED, rows.rows_old, rows.rows_new)
    found.added, found.removed, found.changed = len(rows.added), len(rows.removed), len(rows.changed)
    for pair in rows.changed:
        columns = pair.columns(dataset)
        found.columns.update(columns)
        found.about.update({about_of(column) for column in columns})
    if not (found.added or found.removed or found.changed):
        found.kind = SAME_ROWS
        found.note = "in another order" if rows.moved else "written in another form"
    return found
