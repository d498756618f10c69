"""From a release to the vault: what is listed, what of it is new, and the new bytes kept as received. The second step
of the flow; nothing is unpacked or read here.

A member is new unless the ledger holds a file of the same force-month with the same CRC-32 and size. That is what a
zip's directory tells without fetching anything, so that next month's update costs only what changed.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from bluelamp.archive.progress import Progress
from bluelamp.domain.dataset import BY_NAME
from bluelamp.domain.force import BY_SLUG, FORCES
from bluelamp.domain.member_name import MemberName, read_name
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth, release_of
from bluelamp.domain.selection import Selection
from bluelamp.domain.whole import ListingReading, judge, window_of
from bluelamp.errors import SourceError, StorageError
from bluelamp.sources.police_uk.archive import Member, ReleaseSource
from bluelamp.storage.files import as_storage_error
from bluelamp.storage.ledger.ledger import (
    LOADED,
    NOT_FETCHED,
    QUARANTINED,
    UNCHANGED,
    WAITING,
    Ledger,
    ListedFile,
    Receipt,
    StoredFile,
)
from bluelamp.storage.vault.vault import PackWriter, Vault, VaultObject

# A fetch over the network is kept in packs of about this size, so that a break loses at most one of them.
_REMOTE_PACK_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A member that names a force-month of a known publisher."""

    unit: ForceMonth
    member: Member


@dataclass(slots=True)
class Fetched:
    """What fetching a release gave, for the words that the person reads."""

    release: Month
    readings: tuple[ListingReading, ...] = ()  # whole or a part, by dataset; none of what the API gave
    listed: int = 0
    new: int = 0
    unchanged: int = 0
    known: int = 0  # received from this very release before
    left_out: int = 0  # by the selection
    unreadable: list[tuple[str, str]] = field(default_factory=list)  # [name, why]
    ignored: list[tuple[str, str]] = field(default_factory=list)  # [name, why left out]
    oddly_named: list[tuple[str, str]] = field(default_factory=list)  # [name, as what it is read all the same]
    newest: Month | None = None  # the newest month listed
    receipt_id: int | None = None
    bytes_to_fetch: int = 0  # of the new members, as they stand in the release
    bytes_kept: int = 0


def fetch(
    source: ReleaseSource,
    ledger: Ledger,
    vault: Vault,
    *,
    release: Month | None,
    selection: Selection,
    received_at: str,
    progress: Progress,
    whole: bool | None = None,
) -> Fetched:
    """Receive a release. `release` states which one it is where its name does not, `whole` whether it is whole or a
    part where it does not look so; `received_at` is ISO 8601 in UTC.

    Raises SourceError where nothing in it is a force-month file, or the source fails; then nothing is recorded
    beyond what was kept already.
    """
    work = _begin(source, ledger, release, selection, whole)
    work.keep(vault, received_at, progress)
    return work.fetched


def preview(
    source: ReleaseSource, ledger: Ledger, *, release: Month | None, selection: Selection, whole: bool | None = None
) -> Fetched:
    """What `fetch` would do, without doing it: nothing is fetched but the release's directory, nothing is written.

    Raises what `fetch` raises.
    """
    return _begin(source, ledger, release, selection, whole).fetched


def _begin(
    source: ReleaseSource, ledger: Ledger, release: Month | None, selection: Selection, whole: bool | None
) -> _Fetch:
    members = source.members()
    listed, ignored, oddly_named = _recognise(members)
    if not listed:
        raise _nothing_in(source, len(members), ignored)
    ignored += [(name, str(read_name(name))) for name in source.others]
    units = [file.unit for file in listed]
    named = release or _named_release(source.origin)
    # By all that is listed, whatever is chosen of it: what a zip's directory lacks is not in the release.
    readings = judge(units, names_release=named is not None, stated=whole)
    newest = max(unit.month for unit in units)
    fetched = Fetched(
        named or newest, readings, listed=len(listed), ignored=ignored, oddly_named=oddly_named, newest=newest
    )
    work = _Fetch(source, ledger, fetched, selection)
    work.sort_out(listed)
    return work


def _nothing_in(source: ReleaseSource, members: int, ignored: list[tuple[str, str]]) -> SourceError:
    first = f"; {ignored[0][0]}: {ignored[0][1]}" if ignored else ""
    return SourceError(
        f"{source.origin} holds no file of data.police.uk ({members:,} files looked at{first}).",
        "Files are recognised by their name, such as 2024-03/2024-03-kent-street.csv. "
        "What a file of another name is, --as FORCE:YYYY-MM:DATASET says.",
    )


def _recognise(members: list[Member]) -> tuple[list[Listed], list[tuple[str, str]], list[tuple[str, str]]]:
    """(force-month files, [name, why ignored], [name, as what it is read although it is named otherwise])."""
    listed: dict[ForceMonth, Listed] = {}
    ignored: list[tuple[str, str]] = []
    oddly_named: list[tuple[str, str]] = []
    for member in members:
        folder, _, base = member.name.replace("\\", "/").rpartition("/")
        if not base or base.startswith(".") or "__MACOSX/" in member.name:
            continue  # folders, and what operating systems leave beside files
        named = read_name(member.name)
        if not isinstance(named, MemberName):
            ignored.append((member.name, named))
            continue
        if named.force not in BY_SLUG:
            ignored.append((member.name, _unknown_force(named.force)))
            continue
        if not named.plainly or _names_other_month(folder, named.month):
            oddly_named.append((member.name, named.published))
        unit = named.unit
        earlier = listed.get(unit)
        if earlier is None:
            listed[unit] = Listed(unit, member)
        elif (earlier.member.crc32, earlier.member.size) == (member.crc32, member.size):
            ignored.append((member.name, "is listed twice, with the same content"))
        else:
            problem = "is listed twice with different content, so it is not known which one counts"
            listed[unit] = Listed(unit, replace(earlier.member, problem=problem))
    return list(listed.values()), ignored, oddly_named


def _names_other_month(folder: str, month: Month) -> bool:
    """Whether a member stands in a folder that is named like another month than its own."""
    try:
        return Month.parse(folder.rpartition("/")[2]) != month
    except ValueError:
        return False


def _unknown_force(slug: str) -> str:
    near = difflib.get_close_matches(slug, BY_SLUG, n=1)
    hint = f"; did it mean {near[0]}?" if near else ""
    return f"“{slug}” is none of the {len(FORCES)} publishers{hint}"


def _named_release(origin: str) -> Month | None:
    """The release that the name of an archive or folder states."""
    return release_of(origin) or release_of(origin.rstrip("/") + ".zip")


class _Fetch:
    def __init__(self, source: ReleaseSource, ledger: Ledger, fetched: Fetched, choice: Selection) -> None:
        self.source, self.ledger, self.fetched, self.choice = source, ledger, fetched, choice
        self.rows: list[ListedFile] = []
        self.wanted: list[Listed] = []
        self.everything: list[Listed] = []
        self.lost: dict[ForceMonth, list[int]] = {}  # files whose bytes were found damaged, and stand in this release

    def sort_out(self, listed: list[Listed]) -> None:
        """Part what is listed into: known already, unchanged, left out, unreadable, wanted."""
        self.everything = listed
        before: dict[ForceMonth, list[StoredFile]] = {}
        for file in self.ledger.files_of():
            before.setdefault(file.unit, []).append(file)
        for entry in listed:
            self._sort_one(entry, before.get(entry.unit, []))

    def _sort_one(self, entry: Listed, before: list[StoredFile]) -> None:
        member, release = entry.member, self.fetched.release
        same = [file for file in before if (file.crc32, file.size) == (member.crc32, member.size)]
        here = [file for file in same if file.release == release]
        good = [file for file in same if file.state in (WAITING, LOADED)]
        if not self.choice.wants(entry.unit):
            self.fetched.left_out += 1
            if not any(file.release == release for file in before):
                self.rows.append(_row(entry, NOT_FETCHED))
        elif (lost := [file.id for file in same if file.raw_sha256 and not file.vault_key]) and not member.problem:
            self.fetched.new += 1
            self.fetched.bytes_to_fetch += member.compressed_size
            self.wanted.append(entry)
            self.lost[entry.unit] = lost
        elif any(file.state in (WAITING, LOADED, UNCHANGED) for file in here):
            self.fetched.known += 1
        elif member.problem:
            self._unreadable(entry, here, member.problem)
        elif good:
            self.fetched.unchanged += 1
            self.rows.append(_row(entry, UNCHANGED, same_as=good[0].id))
        elif any(file.state == QUARANTINED and self._is_the_same_breakage(entry, file) for file in here):
            self.fetched.known += 1
        else:
            self.fetched.new += 1
            self.fetched.bytes_to_fetch += member.compressed_size
            self.wanted.append(entry)

    def _unreadable(self, entry: Listed, here: list[StoredFile], problem: str) -> None:
        if any(file.state == QUARANTINED and file.reason == problem for file in here):
            self.fetched.known += 1
            return
        self.fetched.unreadable.append((entry.member.name, problem))
        self.rows.append(_row(entry, QUARANTINED, reason=problem))

    def _is_the_same_breakage(self, entry: Listed, file: StoredFile) -> bool:
        """Whether these are the very bytes that were quarantined before; a repaired copy has the same CRC-32."""
        if not file.raw_sha256 or file.compressed_size != entry.member.compressed_size:
            return False
        return all(
            not member.problem and hashlib.sha256(raw).hexdigest() == file.raw_sha256
            for member, raw in self.source.read_raw([entry.member])
        )

    def keep(self, vault: Vault, received_at: str, progress: Progress) -> None:
        """Put the wanted members in the vault and write the ledger, batch by batch."""
        if not self.wanted:
            if self.rows or self._says_more():
                self._record(self.rows, [], received_at)
            return
        progress.begin("keeping the bytes as received", self.fetched.bytes_to_fetch, len(self.wanted))
        by_name: dict[str, list[Listed]] = {}
        for entry in self.wanted:
            by_name.setdefault(entry.member.name, []).append(entry)
        done = 0
        batches = list(self._batches())
        for number, batch in enumerate(batches, 1):
            rows, pack = self._keep_batch(vault, batch, by_name)
            packs = [pack] if pack else []
            restored = {file_id: row for row in rows if row.vault_key for file_id in self.lost.get(row.unit, ())}
            if restored:
                self.ledger.restore_bytes(restored, packs, received_at)
            rows = self.rows + [row for row in rows if row.unit not in self.lost]
            if rows:
                # Until the last part is here, what is lacking may still come: it counts as not held, not as missing.
                self._record(rows, packs, received_at, ended=number == len(batches))
            self.rows = []
            done += len(batch)
            progress.at(self.fetched.bytes_kept, done)
        progress.end()

    def _batches(self) -> Iterator[list[Listed]]:
        limit = _REMOTE_PACK_BYTES if self.source.kind == "remote zip" else 1 << 62
        batch: list[Listed] = []
        size = 0
        for entry in sorted(self.wanted, key=lambda entry: entry.member.header_offset):
            batch.append(entry)
            size += entry.member.compressed_size
            if size >= limit:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _keep_batch(
        self, vault: Vault, batch: list[Listed], by_name: dict[str, list[Listed]]
    ) -> tuple[list[ListedFile], VaultObject | None]:
        writer = vault.begin_pack()
        placed: list[tuple[Listed, int, str]] = []
        broken: list[ListedFile] = []
        try:
            for member, raw in self.source.read_raw([entry.member for entry in batch]):
                entry = by_name[member.name][0]
                if member.problem:
                    self.fetched.unreadable.append((member.name, member.problem))
                    self.fetched.new -= 1
                    broken.append(_row(entry, QUARANTINED, reason=member.problem))
                    continue
                placed.append((entry, *_place(writer, entry, raw)))
                self.fetched.bytes_kept += len(raw)
            if not placed:
                writer.abandon()
                return broken, None
            pack = vault.keep(writer, str(self.fetched.release))
        except OSError as error:
            writer.abandon()
            raise as_storage_error(error, "write to the vault") from error
        except (SourceError, StorageError, KeyboardInterrupt):
            writer.abandon()
            raise
        rows = [
            _row(entry, WAITING, raw_sha256=raw_sha256, vault_key=pack.key, vault_offset=offset)
            for entry, offset, raw_sha256 in placed
        ]
        return broken + rows, pack

    def _says_more(self) -> bool:
        """Whether this listing says what no receipt of its release said so far, though all its files are held: what
        came in parts is whole now, was chosen otherwise, or is a part after all."""
        release = self.fetched.release
        by_listing = self.ledger.windows_by_listing()
        same = by_listing.get((release, _directory_hash(self.everything)), [])
        others = [window for listing, its in by_listing.items() if listing[0] == release for window in its]
        windows = [window_of(reading, release, self.choice) for reading in self.fetched.readings]
        return any(window.adds_to(same, others) for window in windows)

    def _record(
        self, rows: list[ListedFile], packs: Iterable[VaultObject], received_at: str, *, ended: bool = True
    ) -> None:
        receipt = Receipt(
            release=self.fetched.release,
            origin=self.source.origin,
            kind=self.source.kind,
            version=self.source.version,
            readings=tuple(replace(one, whole=one.whole and ended) for one in self.fetched.readings),
            choice=self.choice,
            received_at=received_at,
            directory_sha256=_directory_hash(self.everything),
            ignored=self.fetched.ignored,
        )
        self.fetched.receipt_id = self.ledger.record_receipt(receipt, rows, packs)


def _place(writer: PackWriter, entry: Listed, raw: bytes) -> tuple[int, str]:
    member = entry.member
    # The name inside the pack is made from what was recognised, never from the name that came from outside.
    name = entry.unit.member_name(BY_NAME[entry.unit.dataset].suffix)
    return writer.add(name, member.method, member.crc32, member.size, raw)


def _row(
    entry: Listed,
    state: str,
    *,
    reason: str = "",
    same_as: int | None = None,
    raw_sha256: str = "",
    vault_key: str = "",
    vault_offset: int = 0,
) -> ListedFile:
    member = entry.member
    return ListedFile(
        entry.unit, member.name, member.modified, member.size, member.compressed_size, member.method, member.crc32,
        state, reason, same_as, raw_sha256, vault_key, vault_offset,
    )  # fmt: skip


def _directory_hash(listed: list[Listed]) -> str:
    digest = hashlib.sha256()
    for entry in sorted(listed, key=lambda entry: entry.unit):
        member = entry.member
        digest.update(
            f"{entry.unit.dataset} {entry.unit.force} {entry.unit.month} {member.size} {member.crc32}\n".encode()
        )
    return digest.hexdigest()
