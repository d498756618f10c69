"""What is held, in figures for `bluelamp archive status` and line by line for `bluelamp archive files`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bluelamp.archive.workflow import Archive
from bluelamp.domain.coverage import State
from bluelamp.domain.dataset import DATASETS
from bluelamp.domain.selection import Selection
from bluelamp.storage.ledger import LOADED, NOT_FETCHED, QUARANTINED, UNCHANGED, WAITING, Ledger

SUPERSEDED = "superseded"
# Each verdict on a file, with its words for people.
VERDICT_WORDS = {
    LOADED: "read, and its rows answer",
    UNCHANGED: "the same bytes as a file received before, which answers for it",
    SUPERSEDED: "read, but a later release's file answers now; asked with --as-of, it still does",
    QUARANTINED: "broken as a file: kept as received, with the reason, in no figure",
    NOT_FETCHED: "listed in a release, left out by a selection",
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


def status_of(archive: Archive) -> dict[str, Any]:
    """Releases, months, rows, files by verdict, bytes on disk, the data version, and what is unfinished."""
    from bluelamp.archive.model import wanted

    want = wanted(archive.ledger, archive.reference)
    months = [cell.unit.month for cell in want.cells]
    datasets = {}
    for dataset in DATASETS:
        cells = [cell for cell in want.cells if cell.unit.dataset == dataset.name]
        datasets[dataset.name] = {
            "rows": sum(cell.rows for cell in cells),
            "held": sum(cell.state.has_data for cell in cells),
            "expected": sum(cell.state is not State.NOT_PUBLISHED for cell in cells),
        }
    verdicts: dict[str, int] = {}
    for line in ledger_lines(archive.ledger, Selection()):
        verdicts[line["verdict"]] = verdicts.get(line["verdict"], 0) + 1
    return {
        "home": str(archive.home),
        "releases": [str(release) for release in archive.ledger.releases()],
        "from": str(min(months)) if months else None,
        "to": str(max(months)) if months else None,
        "datasets": datasets,
        "files": verdicts,
        "bytes": {name: _size(archive.home / name) for name in ("vault", "lake", "warehouse")},
        "data_version": _version(archive),
        "unfinished": archive.unfinished(),
        "reference_missing": archive.reference.missing(),
    }


def _version(archive: Archive) -> dict[str, Any] | None:
    current = archive.warehouse.current()
    if current is None:
        return None
    with archive.warehouse.reading(current) as connection:
        row = connection.execute("SELECT built_at, program FROM data_version").fetchone()
    assert row is not None
    return {"name": current.name, "fingerprint": current.fingerprint, "built_at": row[0], "program": row[1]}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
