"""What two releases differ in, summed by dataset: what is the same, what changed, and what only one of them has, by
force. Pure; used by `web`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bluelamp.archive.diff import DiffSummary, FileDiff
from bluelamp.archive.diff_sides import CHANGED, KINDS
from bluelamp.domain.dataset import DATASETS
from bluelamp.domain.force import BY_SLUG


def name_of(force: str) -> str:
    return BY_SLUG[force].name if force in BY_SLUG else force


def sums_by_dataset(found: Sequence[FileDiff], summary: DiffSummary) -> list[dict[str, Any]]:
    """One entry for each dataset of which anything is held, in published order."""
    told = []
    for dataset in DATASETS:
        its = [one for one in found if one.unit.dataset == dataset.name]
        compared, identical = summary.compared[dataset.name], summary.identical[dataset.name]
        if not (its or compared):
            continue
        revised = [one for one in its if one.kind == CHANGED]
        told.append(
            {
                "dataset": dataset.name, "words": dataset.words, "compared": compared, "identical": identical,
                "same_rows": compared - identical - len(revised), "files_changed": len(revised),
                "changed": sum(one.changed for one in revised), "added": sum(one.added for one in revised),
                "removed": sum(one.removed for one in revised),
                "columns": dict(sum((one.columns for one in revised), Counter[str]()).most_common()),
                "about": dict(sum((one.about for one in revised), Counter[str]()).most_common()),
                "parts": _parts(its),
            }
        )  # fmt: skip
    return told


def _parts(its: Iterable[FileDiff]) -> list[dict[str, Any]]:
    """The files that are not the same, by what they are, the most telling first; each by force."""
    by_kind: dict[str, list[FileDiff]] = {}
    for one in its:
        by_kind.setdefault(one.kind, []).append(one)
    return [
        {"kind": kind, "words": KINDS[kind], **_sum(by_kind[kind]), "forces": _forces(by_kind[kind])}
        for kind in KINDS
        if kind in by_kind
    ]


def _forces(files: list[FileDiff]) -> list[dict[str, Any]]:
    by: dict[str, list[FileDiff]] = {}
    for one in files:
        by.setdefault(one.unit.force, []).append(one)
    return [{"force": force, "name": name_of(force), **_sum(some)} for force, some in sorted(by.items())]


def _sum(files: list[FileDiff]) -> dict[str, Any]:
    """How many files, of which months, with how many rows; None where no file's rows are known."""
    months = [one.unit.month for one in files]
    return {
        "files": len(files), "first": str(min(months)), "last": str(max(months)),
        "rows_old": _total([one.rows_old for one in files]), "rows_new": _total([one.rows_new for one in files]),
    }  # fmt: skip


def _total(rows: list[int | None]) -> int | None:
    known = [number for number in rows if number is not None]
    return sum(known) if known else None


def by_importance(found: Iterable[FileDiff]) -> list[FileDiff]:
    """What changed first, the largest revisions before the others; then the other kinds, as KINDS has them."""
    order = {kind: at for at, kind in enumerate(KINDS)}
    return sorted(found, key=lambda one: (order[one.kind], -(one.changed + one.added + one.removed), one.unit))
