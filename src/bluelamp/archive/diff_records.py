"""The records that differ between two releases, one by one: read again from the two files of each force-month, a few
files at a time. Used by `web`.

What was found before (`FileDiff.as_json`, kept as JSON) says how many records each file gives, so that any page is
reached without reading the files before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bluelamp.archive.diff import bytes_of
from bluelamp.archive.diff_rows import Pair, about_of, differences
from bluelamp.archive.diff_sides import Side
from bluelamp.domain.dataset import BY_NAME, Dataset
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.errors import UsageError
from bluelamp.storage.ledger.ledger import Ledger, StoredFile
from bluelamp.storage.vault.vault import Vault

WHATS = ("changed", "added", "removed")
# Files read for one page: a page may be short of its limit, and says how to go on.
_FILES_A_PAGE = 12


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records. Empty and None mean any; `about` is `outcome`, `place` or a column, and chooses among changed
    records."""

    dataset: str
    force: str = ""
    first: Month | None = None
    last: Month | None = None
    what: str = ""
    about: str = ""

    def check(self) -> None:
        """Raises UsageError for what there is not."""
        columns = BY_NAME[self.dataset].columns
        if self.about and self.about not in {*columns, *map(about_of, columns)}:
            known = ", ".join(dict.fromkeys(map(about_of, columns)))
            raise UsageError(f"{self.dataset} have no “{self.about}”.", f"There are: {known}.")

    def count(self, file: dict[str, Any]) -> int:
        """How many records of a file that differs are wanted."""
        month = Month.parse(file["month"])
        outside = (self.first and month < self.first) or (self.last and month > self.last)
        if file["dataset"] != self.dataset or (self.force and file["force"] != self.force) or outside:
            return 0
        changed = file["changed"]
        if self.about:
            by = {**file["rows_changed_by_column"], **file["rows_changed_about"]}
            changed = by.get(self.about, 0)
        by_what = {"changed": changed, "added": file["added"], "removed": file["removed"]}
        if self.what:
            return int(by_what[self.what])
        return int(changed if self.about else sum(by_what.values()))

    def of(self, changed: Sequence[Pair], added: Sequence[Pair], removed: Sequence[Pair]) -> list[tuple[str, Pair]]:
        """The wanted ones of a file, in the order that pages count them by."""
        dataset = BY_NAME[self.dataset]
        pairs: list[tuple[str, Pair]] = []
        if self.what in ("", "changed"):
            pairs += [("changed", one) for one in changed if self._is_about(one, dataset)]
        if self.what == "added" or not (self.what or self.about):
            pairs += [("added", one) for one in added]
        if self.what == "removed" or not (self.what or self.about):
            pairs += [("removed", one) for one in removed]
        return pairs

    def _is_about(self, pair: Pair, dataset: Dataset) -> bool:
        return not self.about or any(self.about in (name, about_of(name)) for name in pair.columns(dataset))


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that differs, and the file it stands in: the newer release's, the older's where it was removed."""

    unit: ForceMonth
    what: str
    pair: Pair
    file: StoredFile


@dataclass(frozen=True, slots=True)
class DifferenceReader:
    """Reads records that differ. `files` are those that differ, as they were found, in order."""

    ledger: Ledger
    vault: Vault
    before: Side
    after: Side
    files: Sequence[dict[str, Any]]

    def total(self, chosen: RecordFilter) -> int:
        return sum(chosen.count(file) for file in self.files)

    def page(self, chosen: RecordFilter, after: int, limit: int) -> tuple[list[Difference], int | None]:
        """(at most `limit` records from number `after` on, the number to go on from or None at the end).

        Raises what `bytes_of` raises where the vault no longer has what it had.
        """
        found: list[Difference] = []
        seen = read = 0
        for file in self.files:
            count = chosen.count(file)
            if not count or seen + count <= after:
                seen += count
                continue
            if len(found) >= limit or read >= _FILES_A_PAGE:
                return found, after + len(found)
            read += 1
            skip = max(0, after - seen)
            found += self._of_file(file, chosen)[skip : skip + limit - len(found)]
            seen += count
        return found, after + len(found) if after + len(found) < seen else None

    def all(self, chosen: RecordFilter) -> Iterator[Difference]:
        """Every record, file by file."""
        for file in self.files:
            if chosen.count(file):
                yield from self._of_file(file, chosen)

    def _of_file(self, file: dict[str, Any], chosen: RecordFilter) -> list[Difference]:
        unit = ForceMonth(file["dataset"], file["force"], Month.parse(file["month"]))
        old, new = self._content(self.before, unit), self._content(self.after, unit)
        rows = differences(BY_NAME[unit.dataset], bytes_of(old, self.vault), bytes_of(new, self.vault))
        pairs = chosen.of(rows.changed, rows.added, rows.removed)
        return [Difference(unit, what, pair, old if what == "removed" else new) for what, pair in pairs]

    def _content(self, side: Side, unit: ForceMonth) -> StoredFile:
        listed = side.files[unit]
        return self.ledger.by_id([listed.content_id])[listed.content_id]
