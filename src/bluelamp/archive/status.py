"""What is held, in figures for `bluelamp archive status` and line by line for `bluelamp archive files`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from bluelamp.archive.workflow import Archive
from bluelamp.domain.coverage import Cell, State, scope_of_cells
from bluelamp.domain.dataset import BY_NAME, DATASETS
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.scope_words import outside_words, scope_line
from bluelamp.domain.selection import Selection
from bluelamp.storage.ledger.ledger import LOADED, NOT_FETCHED, QUARANTINED, UNCHANGED, WAITING, Ledger

SUPERSEDED = "superseded"
# Each verdict on a file, with its words for people.
VERDICT_WORDS = {
    LOADED: "read, and its rows answer",
    UNCHANGED: "the same bytes as a file received before, which answers for it",
    SUPERSEDED: "read, but a later release's file answers now; asked with --as-of, it still does",
    QUARANTINED: "broken as a file: kept as received, with the reason, in no figure",
    NOT_FETCHED: "listed in a release, left out by a selection or discarded by hand",
    WAITING: "received, not read yet: a load was interrupted, and the next one goes on",
}
VERDICTS = tuple(VERDICT_WORDS)


def ledger_lines(ledger: Ledger, selection: Selection) -> list[dict[str, Any]]:
    """Every force-month file ever listed, oldest first. A file is superseded when a later release's answers instead."""
    current = ledger.current().values()
    answering = {file.id for file in current} | {file.content_id for file in current}
    receipts = {receipt["id"]: receipt for receipt in ledger.receipts()}
    lines = []
    for file in ledger.files_of():
        if not selection.wants(file.unit):
            continue
        verdict = file.state
        if file.state in (LOADED, UNCHANGED) and file.id not in answering:
            verdict = SUPERSEDED
        receipt = receipts[file.receipt_id]
        lines.append(
            {
                "file_id": file.id,
                "dataset": file.unit.dataset,
                "force": file.unit.force,
                "month": str(file.unit.month),
                "release": str(file.release),
                "member": file.member,
                "size": file.size,
                "crc32": f"{file.crc32:08x}",
                "sha256": file.sha256,
                "rows_read": file.rows_read,
                "rows_loaded": file.rows_loaded,
                "rows_rejected": file.rows_rejected,
                "received_at": receipt["received_at"],
                "origin": receipt["origin"],
                "kind": receipt["kind"],
                "verdict": verdict,
                "reason": file.reason,
                "same_as": file.same_as,
                "vault_key": file.vault_key,
            }
        )
    return lines


def coverage_cells(archive: Archive, as_of: Month | None = None) -> list[Cell]:
    """Every expected force-month with its state, as the published version has it: while a load is at work the ledger
    knows of files that no answer holds yet. By the ledger before the first version, and as of an older release.
    """
    from bluelamp.archive.model import target_version

    version = archive.warehouse.current() if as_of is None else None
    if version is None:
        return target_version(archive.ledger, archive.reference, as_of).cells
    with archive.warehouse.reading() as connection:
        rows = connection.execute(
            """
            SELECT dataset, slug, month, state, release, rows
            FROM mart_coverage__force_month JOIN dim_force USING (force_id)
            """
        ).fetchall()
    found = [
        Cell(ForceMonth(dataset, slug, Month(month)), State(state), None if release is None else Month(release), rows)
        for dataset, slug, month, state, release, rows in rows
    ]
    places = {name: at for at, name in enumerate(BY_NAME)}
    forces = {slug: at for at, slug in enumerate(BY_SLUG)}
    return sorted(found, key=lambda cell: (places[cell.unit.dataset], forces[cell.unit.force], cell.unit.month))


def status_of(archive: Archive) -> dict[str, Any]:
    """Releases, months, rows, files by verdict, bytes on disk, the data version, and what is unfinished."""
    every = coverage_cells(archive)
    months = [cell.unit.month for cell in every]
    datasets = {}
    for dataset in DATASETS:
        cells = [cell for cell in every if cell.unit.dataset == dataset.name]
        datasets[dataset.name] = {
            "rows": sum(cell.rows for cell in cells),
            "held": sum(cell.state.has_data for cell in cells),
            "expected": _expected(cells, every),
        }
    verdicts: dict[str, int] = {}
    for line in ledger_lines(archive.ledger, Selection()):
        verdicts[line["verdict"]] = verdicts.get(line["verdict"], 0) + 1
    scope = scope_of_cells(every)
    return {
        "home": str(archive.home),
        "releases": [str(release) for release in archive.ledger.releases()],
        "from": str(min(months)) if months else None,
        "to": str(max(months)) if months else None,
        "datasets": datasets,
        "scope": f"{scope_line(scope)} {outside_words(scope)}" if every else scope_line(scope),
        "files": verdicts,
        "bytes": {name: _size(archive.home / name) for name in ("vault", "lake", "warehouse")},
        "data_version": _version(archive),
        "unfinished": archive.unfinished(),
        "reference_missing": archive.reference.missing(),
    }


def _expected(cells: list[Cell], every: list[Cell]) -> int:
    """How many force-months of a dataset are expected: those in the scope; where none of it is in the scope, all of the
    forces that anything else is held of, as a question about it asks."""
    its = sum(cell.state.is_expected for cell in cells)
    forces = {cell.unit.force for cell in every if cell.state.is_expected}
    return its or sum(cell.state is State.OUT_OF_SCOPE for cell in cells if cell.unit.force in forces)


def _version(archive: Archive) -> dict[str, Any] | None:
    current = archive.warehouse.current()
    if current is None:
        return None
    with archive.warehouse.reading(current) as connection:
        row = connection.execute("SELECT built_at, program FROM data_version").fetchone()
    assert row is not None
    return {"name": current.name, "fingerprint": current.fingerprint, "built_at": row[0], "program": row[1]}


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # a load at work removes what it no longer needs
            total += path.stat().st_size if path.is_file() else 0
    return total
