"""The ledger: every file ever received, when, from where, with which hash and verdict. One idea for idempotence,
provenance, coverage and revision history. Written by the archive flow, read by everything that states a fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from bluelamp.domain.coverage import HeldFile
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.scope import ScopeChoice
from bluelamp.domain.whole import ReceiptWindow
from bluelamp.storage.ledger import ledger_copy, scope_rows
from bluelamp.storage.ledger.entries import (
    LOADED,
    NOT_FETCHED,
    QUARANTINED,
    UNCHANGED,
    WAITING,
    LakeFile,
    ListedFile,
    LoadResult,
    Receipt,
    StoredFile,
)
from bluelamp.storage.relational.database import FILE, LAKE_FILE, RECEIPT, VAULT_OBJECT
from bluelamp.storage.vault.vault import VaultObject

__all__ = [
    "LOADED",
    "NOT_FETCHED",
    "QUARANTINED",
    "UNCHANGED",
    "WAITING",
    "LakeFile",
    "Ledger",
    "ListedFile",
    "LoadResult",
    "Receipt",
    "StoredFile",
]

_ANSWERING = (LOADED, UNCHANGED)
_T = TypeVar("_T")
# Findings can be long and are seldom wanted: they have a question of their own.
_COLUMNS = [column for column in FILE.c if column.name not in ("findings", "evidence")]


class Ledger:
    """The ledger's questions and its few writes. Every write is one transaction."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.written = False  # since the copy of it was made; the flow sees to both

    @property
    def file(self) -> Path | None:
        """The SQLite file, None where the ledger lies elsewhere."""
        url = self._engine.url
        return Path(url.database) if url.drivername == "sqlite" and url.database not in (None, ":memory:") else None

    def _writing(self) -> AbstractContextManager[sa.Connection]:
        if not self.written and self.file is not None:
            ledger_copy.outdate(self.file)
        self.written = True
        return self._engine.begin()

    # -- writes ---------------------------------------------------------------------------------------------

    def record_receipt(self, receipt: Receipt, files: Sequence[ListedFile], packs: Iterable[VaultObject] = ()) -> int:
        """Write a receipt with all the files it lists, at once; its id."""
        firsts = [reading.first.index for reading in receipt.readings]
        lasts = [reading.last.index for reading in receipt.readings]
        with self._writing() as connection:
            inserted = connection.execute(
                RECEIPT.insert().values(
                    release=receipt.release.index,
                    origin=receipt.origin,
                    kind=receipt.kind,
                    version=receipt.version,
                    complete=bool(firsts) and all(reading.whole for reading in receipt.readings),
                    window_first=min(firsts, default=None),
                    window_last=max(lasts, default=None),
                    received_at=receipt.received_at,
                    directory_sha256=receipt.directory_sha256,
                    ignored=[list(pair) for pair in receipt.ignored],
                    readings=scope_rows.readings_row(receipt.readings),
                    choice=scope_rows.choice_row(receipt.choice),
                )
            )
            assert inserted.inserted_primary_key is not None
            receipt_id = int(inserted.inserted_primary_key[0])
            _add_packs(connection, packs, receipt.received_at)
            if files:
                connection.execute(FILE.insert(), [_row_of(file, receipt_id, receipt.release) for file in files])
        return receipt_id

    def record_results(self, results: Sequence[LoadResult], lake_files: Sequence[LakeFile]) -> None:
        """Write what loading gave, at once: from here on the lake's files belong to the ledger."""
        with self._writing() as connection:
            if lake_files:
                paths = [file.path for file in lake_files]
                connection.execute(LAKE_FILE.delete().where(LAKE_FILE.c.path.in_(paths)))
                connection.execute(
                    LAKE_FILE.insert(),
                    [
                        {"path": f.path, "table_name": f.table, "rows": f.rows, "size": f.size, "sha256": f.sha256}
                        for f in lake_files
                    ],
                )
            if results:
                connection.execute(
                    FILE.update()
                    .where(FILE.c.id == sa.bindparam("b_id"))
                    .values(
                        state=sa.bindparam("b_state"),
                        reason=sa.bindparam("b_reason"),
                        sha256=sa.bindparam("b_sha256"),
                        rows_read=sa.bindparam("b_read"),
                        rows_loaded=sa.bindparam("b_loaded"),
                        rows_rejected=sa.bindparam("b_rejected"),
                        lake_path=sa.bindparam("b_lake_path"),
                        findings=sa.bindparam("b_findings", type_=sa.JSON),
                        evidence=sa.bindparam("b_evidence", type_=sa.JSON),
                    ),
                    [
                        {
                            "b_id": r.file_id,
                            "b_state": r.state,
                            "b_reason": r.reason,
                            "b_sha256": r.sha256,
                            "b_read": r.rows_read,
                            "b_loaded": r.rows_loaded,
                            "b_rejected": r.rows_rejected,
                            "b_lake_path": r.lake_path,
                            "b_findings": r.findings,
                            "b_evidence": r.evidence,
                        }
                        for r in results
                    ],
                )
                _share_verdicts(connection, results)

    def forget_bytes(self, file_ids: Sequence[int]) -> None:
        """Note that the vault's bytes of these files are lost: `restore_bytes` brings them back under their ids."""
        with self._writing() as connection:
            for some in _chunks(list(file_ids)):
                connection.execute(FILE.update().where(FILE.c.id.in_(some)).values(vault_key=""))

    def restore_bytes(self, restored: Mapping[int, ListedFile], packs: Iterable[VaultObject], received_at: str) -> None:
        """Write where the bytes of files lie that were lost; a file that does not answer is read again."""
        with self._writing() as connection:
            _add_packs(connection, packs, received_at)
            for file_id, file in restored.items():
                update = FILE.update().where(FILE.c.id == file_id)
                connection.execute(
                    update.values(
                        vault_key=file.vault_key, vault_offset=file.vault_offset, raw_sha256=file.raw_sha256,
                        compressed_size=file.compressed_size, method=file.method,
                    )
                )  # fmt: skip
                connection.execute(update.where(FILE.c.state == QUARANTINED).values(state=WAITING, reason=""))

    def send_back(self, file_ids: Sequence[int], *, anew: bool = False) -> None:
        """Mark loaded or quarantined files as waiting again, so that the next load makes them anew.

        `anew` also strikes all lake files off the list: they are then swept away like any that was never heard of.
        """
        with self._writing() as connection:
            if anew:
                connection.execute(LAKE_FILE.delete())
            for some in _chunks(list(file_ids)):
                connection.execute(FILE.update().where(FILE.c.id.in_(some)).values(state=WAITING, reason=""))

    def choose_scope(self, chosen: ScopeChoice, changed_at: str) -> None:
        """Write what a person said that the scope is, in the place of what was said before."""
        with self._writing() as connection:
            scope_rows.keep_scope(connection, chosen, changed_at)

    def set_aside(self, file_ids: Sequence[int], reason: str) -> None:
        """Mark files as not to be read, with the reason; their bytes and lines stay."""
        with self._writing() as connection:
            for some in _chunks(list(file_ids)):
                connection.execute(FILE.update().where(FILE.c.id.in_(some)).values(state=NOT_FETCHED, reason=reason))

    # -- questions ------------------------------------------------------------------------------------------

    def chosen_scope(self) -> ScopeChoice:
        """What a person said that the scope is; the default where nobody did."""
        with self._engine.connect() as connection:
            return scope_rows.kept_scope(connection)

    def files_of(
        self,
        units: Iterable[ForceMonth] | None = None,
        *,
        states: Sequence[str] = (),
        releases: Sequence[Month] = (),
    ) -> list[StoredFile]:
        """Files in these states and of these releases (all when empty), of these force-months (all when None), oldest
        first."""
        query = sa.select(*_COLUMNS).order_by(FILE.c.id)
        if states:
            query = query.where(FILE.c.state.in_(states))
        if releases:
            query = query.where(FILE.c.release.in_([release.index for release in releases]))
        with self._engine.connect() as connection:
            found = [_stored(row) for row in connection.execute(query).mappings()]
        if units is None:
            return found
        wanted = set(units)
        return [file for file in found if file.unit in wanted]

    def contents(self) -> dict[ForceMonth, list[StoredFile]]:
        """Every distinct content received of each force-month: what a new file is compared with."""
        found: dict[ForceMonth, list[StoredFile]] = {}
        for file in self.files_of(states=(WAITING, LOADED, QUARANTINED)):
            found.setdefault(file.unit, []).append(file)
        return found

    def current(self, as_of: Month | None = None) -> dict[ForceMonth, StoredFile]:
        """The file that answers for each held force-month: the newest release's, up to `as_of` where given.

        Where a release came both as an archive and from the API, the archive answers.
        """
        kind_rank = sa.case((RECEIPT.c.kind == "api", 1), else_=0)
        ranked = (
            sa.select(
                FILE.c.id,
                sa.func.row_number()
                .over(
                    partition_by=(FILE.c.dataset, FILE.c.force, FILE.c.month),
                    order_by=(FILE.c.release.desc(), kind_rank, FILE.c.id.desc()),
                )
                .label("place"),
            )
            .join(RECEIPT, RECEIPT.c.id == FILE.c.receipt_id)
            .where(FILE.c.state.in_(_ANSWERING))
        )
        if as_of is not None:
            ranked = ranked.where(FILE.c.release <= as_of.index)
        first = ranked.subquery()
        query = sa.select(*_COLUMNS).join(first, sa.and_(first.c.id == FILE.c.id, first.c.place == 1))
        with self._engine.connect() as connection:
            answering = [_stored(row) for row in connection.execute(query).mappings()]
        return {file.unit: file for file in answering}

    def by_id(self, file_ids: Iterable[int]) -> dict[int, StoredFile]:
        """Files by their id; unknown ids are absent."""
        found: dict[int, StoredFile] = {}
        with self._engine.connect() as connection:
            for some in _chunks(sorted(set(file_ids))):
                for row in connection.execute(sa.select(*_COLUMNS).where(FILE.c.id.in_(some))).mappings():
                    file = _stored(row)
                    found[file.id] = file
        return found

    def findings(self, file_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
        """What was found in the rows of these files while they were loaded; files without findings are absent."""
        found: dict[int, list[dict[str, Any]]] = {}
        query = sa.select(FILE.c.id, FILE.c.findings)
        with self._engine.connect() as connection:
            for some in _chunks(sorted(set(file_ids))):
                rows = connection.execute(query.where(FILE.c.id.in_(some)))
                found |= {file_id: findings for file_id, findings in rows if findings}
        return found

    def evidence(self, file_ids: Iterable[int]) -> dict[int, dict[str, Any] | None]:
        """What was counted of these files for deciding their properties; None for one that was loaded before anything
        was."""
        found: dict[int, dict[str, Any] | None] = {}
        query = sa.select(FILE.c.id, FILE.c.evidence)
        with self._engine.connect() as connection:
            for some in _chunks(sorted(set(file_ids))):
                found |= {row.id: row.evidence for row in connection.execute(query.where(FILE.c.id.in_(some)))}
        return found

    def record_evidence(self, counted: Mapping[int, Mapping[str, Any]]) -> None:
        """Write what was counted of files that were loaded before it was."""
        if not counted:
            return
        with self._writing() as connection:
            connection.execute(
                FILE.update()
                .where(FILE.c.id == sa.bindparam("b_id"))
                .values(evidence=sa.bindparam("b_evidence", type_=sa.JSON)),
                [{"b_id": file_id, "b_evidence": dict(its)} for file_id, its in counted.items()],
            )

    def held(self, as_of: Month | None = None) -> dict[ForceMonth, HeldFile]:
        """`current` in the form that coverage is derived from; `file_id` is that of the content."""
        current = self.current(as_of)
        contents = self.by_id(file.same_as for file in current.values() if file.same_as)
        return {
            unit: HeldFile(file.content_id, file.release, (contents.get(file.content_id, file)).rows_loaded or 0)
            for unit, file in current.items()
        }

    def newest_in_state(self, state: str, as_of: Month | None = None) -> dict[ForceMonth, Month]:
        """For each force-month that was ever in this state, the newest release in which it was."""
        query = sa.select(FILE.c.dataset, FILE.c.force, FILE.c.month, sa.func.max(FILE.c.release)).group_by(
            FILE.c.dataset, FILE.c.force, FILE.c.month
        )
        query = query.where(FILE.c.state == state)
        if as_of is not None:
            query = query.where(FILE.c.release <= as_of.index)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {ForceMonth(dataset, force, Month(month)): Month(release) for dataset, force, month, release in rows}

    def windows(self, as_of: Month | None = None) -> list[ReceiptWindow]:
        """The months of each dataset that each receipt speaks for."""
        return [window for its in self.windows_by_listing(as_of).values() for window in its]

    def windows_by_listing(self, as_of: Month | None = None) -> dict[tuple[Month, str], list[ReceiptWindow]]:
        """(release, hash of the directory) → its windows. Of several receipts of one listing one says whether it is
        whole; what was chosen of it is told by each."""
        columns = (RECEIPT.c.release, RECEIPT.c.directory_sha256, RECEIPT.c.readings, RECEIPT.c.choice)
        query = sa.select(*columns).order_by(RECEIPT.c.id)
        if as_of is not None:
            query = query.where(RECEIPT.c.release <= as_of.index)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        words: dict[tuple[int, str], tuple[bool, int]] = {}
        counting: dict[tuple[int, str], Any] = {}
        for number, row in enumerate(rows):
            listing, word = (row.release, row.directory_sha256), scope_rows.word_of(row.readings, number)
            if word >= words.get(listing, word):
                words[listing], counting[listing] = word, row.readings
        found: dict[tuple[Month, str], list[ReceiptWindow]] = {}
        for row in rows:
            listing = (row.release, row.directory_sha256)
            windows = scope_rows.windows_of(row.release, counting[listing], row.choice)
            found.setdefault((Month(row.release), row.directory_sha256), []).extend(windows)
        return found

    def receipts(self) -> list[dict[str, Any]]:
        """Every receipt with the number of its files by state, newest last."""
        query = sa.select(RECEIPT).order_by(RECEIPT.c.id)
        counts = sa.select(FILE.c.receipt_id, FILE.c.state, sa.func.count()).group_by(FILE.c.receipt_id, FILE.c.state)
        with self._engine.connect() as connection:
            receipts = [dict(row) for row in connection.execute(query).mappings()]
            by_receipt: dict[int, dict[str, int]] = {}
            for receipt_id, state, count in connection.execute(counts):
                by_receipt.setdefault(receipt_id, {})[state] = count
        for receipt in receipts:
            receipt["files"] = by_receipt.get(receipt["id"], {})
        return receipts

    def receipt_ids(self, kind: str) -> set[int]:
        """The receipts of one kind, for example `api`."""
        with self._engine.connect() as connection:
            return set(connection.execute(sa.select(RECEIPT.c.id).where(RECEIPT.c.kind == kind)).scalars())

    def releases(self) -> list[Month]:
        """Every release of which something was received, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(RECEIPT.c.release).distinct().order_by(RECEIPT.c.release)).scalars()
            return [Month(index) for index in rows]

    def lake_files(self) -> list[LakeFile]:
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(LAKE_FILE).order_by(LAKE_FILE.c.path)).all()
        return [LakeFile(*row) for row in rows]

    def vault_objects(self) -> list[VaultObject]:
        with self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(VAULT_OBJECT.c.key, VAULT_OBJECT.c.size, VAULT_OBJECT.c.sha256).order_by(VAULT_OBJECT.c.key)
            ).all()
        return [VaultObject(*row) for row in rows]


def _add_packs(connection: sa.Connection, packs: Iterable[VaultObject], received_at: str) -> None:
    for pack in packs:
        known = connection.execute(sa.select(VAULT_OBJECT.c.key).where(VAULT_OBJECT.c.key == pack.key)).first()
        if known is None:
            connection.execute(
                VAULT_OBJECT.insert().values(key=pack.key, size=pack.size, sha256=pack.sha256, received_at=received_at)
            )


def _share_verdicts(connection: sa.Connection, results: Sequence[LoadResult]) -> None:
    """A file that repeats another's content shares its verdict: what cannot be read must not answer."""
    for result in results:
        if result.state == QUARANTINED:
            repeats = FILE.update().where(FILE.c.same_as == result.file_id)
            connection.execute(repeats.values(state=QUARANTINED, reason=result.reason))
    for some in _chunks([result.file_id for result in results if result.state == LOADED]):
        mended = FILE.update().where(FILE.c.state == QUARANTINED, FILE.c.same_as.in_(some))
        connection.execute(mended.values(state=UNCHANGED, reason=""))


def _row_of(file: ListedFile, receipt_id: int, release: Month) -> dict[str, Any]:
    return {
        "receipt_id": receipt_id,
        "dataset": file.unit.dataset,
        "force": file.unit.force,
        "month": file.unit.month.index,
        "release": release.index,
        "member": file.member,
        "modified": file.modified,
        "size": file.size,
        "compressed_size": file.compressed_size,
        "method": file.method,
        "crc32": file.crc32,
        "raw_sha256": file.raw_sha256,
        "vault_key": file.vault_key,
        "vault_offset": file.vault_offset,
        "state": file.state,
        "reason": file.reason,
        "same_as": file.same_as,
    }


def _stored(row: sa.RowMapping) -> StoredFile:
    return StoredFile(
        id=row["id"],
        receipt_id=row["receipt_id"],
        unit=ForceMonth(row["dataset"], row["force"], Month(row["month"])),
        release=Month(row["release"]),
        member=row["member"],
        size=row["size"],
        compressed_size=row["compressed_size"],
        method=row["method"],
        crc32=row["crc32"],
        sha256=row["sha256"],
        raw_sha256=row["raw_sha256"],
        vault_key=row["vault_key"],
        vault_offset=row["vault_offset"],
        state=row["state"],
        reason=row["reason"],
        same_as=row["same_as"],
        rows_read=row["rows_read"],
        rows_loaded=row["rows_loaded"],
        rows_rejected=row["rows_rejected"],
        lake_path=row["lake_path"],
    )


def _chunks(values: list[_T], size: int = 5_000) -> Iterable[list[_T]]:
    # SQLite and PostgreSQL both bound the number of parameters of a statement.
    return (values[start : start + size] for start in range(0, len(values), size))
