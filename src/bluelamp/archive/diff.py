"""What a release changed: two releases compared force-month by force-month, as published. Called by the command line.

Rows have no key (a crime ID may be blank, or stand on several rows), so two files are compared as bags of rows,
whatever their order: equal rows cancel out; of the rest, rows that are equal in all columns but one are the same
record changed; then rows that share a crime ID, then rows that differ in nothing but their ID; what is left was
added or removed.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bluelamp.archive.progress import Progress
from bluelamp.archive.shape import BrokenFile, canonical_header, shape_of
from bluelamp.archive.sieve import sieve
from bluelamp.domain.dataset import BY_NAME, Dataset
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.selection import Selection
from bluelamp.errors import UsageError
from bluelamp.sources.police_uk.archive import BrokenMember, Member, inflate
from bluelamp.storage.ledger import LOADED, NOT_FETCHED, QUARANTINED, UNCHANGED, Ledger, StoredFile
from bluelamp.storage.vault import Vault

# Columns that publishers revise are tried first, so that a revision is told by its own name.
_REVISED_FIRST = ("Last outcome category", "Outcome type", "Outcome")

CHANGED, ONLY_NEW, ONLY_OLD, OUT_OF_WINDOW, NOT_COMPARABLE = (
    "changed",
    "only in new",
    "only in old",
    "out of the new release's window",
    "not comparable",
)


@dataclass(slots=True)
class FileDiff:
    """One force-month that differs. Rows are only counted for those that both releases hold."""

    unit: ForceMonth
    kind: str
    rows_old: int | None = None
    rows_new: int | None = None
    added: int = 0
    removed: int = 0
    changed: int = 0
    columns: Counter[str] = field(default_factory=Counter)
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
            "rows_old": self.rows_old,
            "rows_new": self.rows_new,
            **({"note": self.note} if self.note else {}),
        }


@dataclass(slots=True)
class DiffSummary:
    """How many force-months were compared, and how many are alike."""

    compared: int = 0
    alike: int = 0


def diff(
    ledger: Ledger, vault: Vault, old: Month, new: Month, selection: Selection, progress: Progress, summary: DiffSummary
) -> Iterator[FileDiff]:
    """Every force-month that differs between two releases, in order. Raises UsageError for one that is not held."""
    releases = set(ledger.releases())
    for release in (old, new):
        if release not in releases:
            held = ", ".join(str(one) for one in sorted(releases)) or "none"
            raise UsageError(f"The release {release} is not held.", f"Held: {held}.")
    before, after = _listing(ledger, old), _listing(ledger, new)
    contents = ledger.by_id(f.content_id for f in (*before.values(), *after.values()))
    window = {unit.month for unit in after}
    units = sorted(unit for unit in before.keys() | after.keys() if selection.wants(unit))
    progress.begin(f"comparing {old} with {new}", 0, len(units))
    for done, unit in enumerate(units, 1):
        found = _compare(unit, before.get(unit), after.get(unit), contents, window, vault, summary)
        if found is not None:
            yield found
        progress.at(0, done)
    progress.end()


def _listing(ledger: Ledger, release: Month) -> dict[ForceMonth, StoredFile]:
    """The file of each force-month in one release: the one received last."""
    found: dict[ForceMonth, StoredFile] = {}
    for file in ledger.files_of():
        if file.release == release and (file.state != NOT_FETCHED or file.unit not in found):
            found[file.unit] = file
    return found


def _compare(
    unit: ForceMonth,
    old: StoredFile | None,
    new: StoredFile | None,
    contents: dict[int, StoredFile],
    window: set[Month],
    vault: Vault,
    summary: DiffSummary,
) -> FileDiff | None:
    if old is None or new is None:
        kind = ONLY_NEW if old is None else ONLY_OLD if unit.month in window else OUT_OF_WINDOW
        return FileDiff(unit, kind, rows_old=_rows(old, contents), rows_new=_rows(new, contents))
    states = {old.state, new.state}
    if states == {NOT_FETCHED}:
        return None
    if states & {NOT_FETCHED, QUARANTINED} or not states <= {LOADED, UNCHANGED}:
        note = f"{old.release}: {old.state}; {new.release}: {new.state}"
        return FileDiff(unit, NOT_COMPARABLE, _rows(old, contents), _rows(new, contents), note=note)
    summary.compared += 1
    first, second = contents[old.content_id], contents[new.content_id]
    if first.id == second.id or first.sha256 == second.sha256:
        summary.alike += 1
        return None
    dataset = BY_NAME[unit.dataset]
    found = compare_files(unit, dataset, _bytes_of(first, vault), _bytes_of(second, vault))
    if not (found.added or found.removed or found.changed):
        summary.alike += 1  # the same rows in another order
        return None
    return found


def _rows(file: StoredFile | None, contents: dict[int, StoredFile]) -> int | None:
    return None if file is None else contents.get(file.content_id, file).rows_read


def _bytes_of(file: StoredFile, vault: Vault) -> bytes:
    raw = vault.read(file.vault_key, file.vault_offset, file.compressed_size)
    member = Member(file.member, file.size, file.compressed_size, file.crc32, file.method, file.vault_offset, "")
    return inflate(member, raw)


def compare_files(unit: ForceMonth, dataset: Dataset, old: bytes, new: bytes) -> FileDiff:
    """Compare two files of one force-month, both as published."""
    found = FileDiff(unit, CHANGED)
    try:
        old_lines, new_lines = _lines(old, dataset), _lines(new, dataset)
    except (BrokenFile, BrokenMember) as error:
        found.kind, found.note = NOT_COMPARABLE, str(error)
        return found
    found.rows_old, found.rows_new = len(old_lines), len(new_lines)
    before, after = Counter(old_lines), Counter(new_lines)
    gone = _cells((before - after).elements())
    come = _cells((after - before).elements())
    order = sorted(range(len(dataset.columns)), key=lambda at: dataset.columns[at] not in _REVISED_FIRST)
    for at in order:
        if dataset.columns[at] != "Crime ID":
            _pair(gone, come, lambda row, at=at: row[:at] + row[at + 1 :], found, dataset)
    if "Crime ID" in dataset.columns:
        _pair(gone, come, lambda row: row[:1] if row[0] else (), found, dataset)
        # Only then: an ID that stands on both sides belongs to its own record, however alike another one is.
        _pair(gone, come, lambda row: row[1:], found, dataset)
    found.removed, found.added = sum(gone.values()), sum(come.values())
    return found


def _lines(data: bytes, dataset: Dataset) -> list[bytes]:
    """The rows of a file as canonical CSV lines; a record over several lines stays one."""
    shape = shape_of(data, dataset)
    header = canonical_header(dataset)
    if shape.usual and data.count(b'"') == 0:
        return [line for line in data[len(header) : -1].split(b"\n") if line]
    sieved = sieve(data, shape, dataset)
    rows = [_as_line(row).encode() for row in csv.reader(io.StringIO(sieved.body.decode(), newline=""))]
    # Rows that do not fit are compared as well, as they stand.
    return rows + [issue.text.encode() for issue in sieved.issues]


def _as_line(row: Sequence[str]) -> str:
    # The same text that a usual file has wherever a usual file could have the row.
    return ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' if set(cell) & set('",\r\n') else cell for cell in row)


def _cells(lines: Iterator[bytes]) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for line in lines:
        text = line.decode("utf-8", "backslashreplace")
        try:
            (row,) = csv.reader([text], strict=True)
        except (csv.Error, ValueError):
            row = [text]
        found[tuple(row)] += 1
    return found


Rows = Counter[tuple[str, ...]]


def _pair(gone: Rows, come: Rows, key: object, found: FileDiff, dataset: Dataset) -> None:
    """Pair rows of `gone` and `come` that have the same key, and count them as changed. Rows with key () stay, and so
    do rows that do not have one cell for each column."""
    assert callable(key)
    waiting: dict[object, list[tuple[str, ...]]] = {}
    for row in sorted(come.elements()):
        if len(row) == len(dataset.columns) and key(row) != ():
            waiting.setdefault(key(row), []).append(row)
    for row in sorted(gone.elements()):
        if len(row) != len(dataset.columns):
            continue
        partners = waiting.get(key(row))
        if not partners:
            continue
        partner = partners.pop(0)
        gone[row] -= 1
        come[partner] -= 1
        found.changed += 1
        found.columns.update(name for name, a, b in zip(dataset.columns, row, partner, strict=True) if a != b)
    for rows in (gone, come):
        for row in [row for row, count in rows.items() if count <= 0]:
            del rows[row]
