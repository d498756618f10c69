"""The synthetic twin of data.police.uk: writes one release as a zip, and what is true of it.

Called by the demo and by tests. A release is a function of its plan: the same plan gives the same bytes, with one
process or several. Releases of one archive are written independently, by plans that differ in `release` alone.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from bluelamp.domain.dataset import BY_NAME, CRIMES, DATASETS, OUTCOMES
from bluelamp.domain.release import ForceMonth
from bluelamp.synthetic.chance import key
from bluelamp.synthetic.container import PackedMember, ZipWriter, pack
from bluelamp.synthetic.coverage import has_remit
from bluelamp.synthetic.crimes import street_file
from bluelamp.synthetic.damage import damaged
from bluelamp.synthetic.misplaced import misplaced
from bluelamp.synthetic.multiplied import MERGED, multiplied
from bluelamp.synthetic.outcomes import outcome_file
from bluelamp.synthetic.plan import ALL, ALL_DATASETS, ALL_FORCES, LEFT_OUT, PATHOLOGIES, FileFilter, TwinPlan
from bluelamp.synthetic.reference import write_reference
from bluelamp.synthetic.rows import Content
from bluelamp.synthetic.stops import stop_file
from bluelamp.synthetic.traits import World
from bluelamp.synthetic.truth import FileTruth, Label, Lags, MissingFile, Truth, gap
from bluelamp.synthetic.volumes import weight

__all__ = [
    "ALL",
    "ALL_DATASETS",
    "ALL_FORCES",
    "LEFT_OUT",
    "PATHOLOGIES",
    "FileFilter",
    "FileTruth",
    "Label",
    "Lags",
    "MissingFile",
    "Truth",
    "TwinPlan",
    "write_reference",
    "write_release",
]

# Rows of one piece of work: about five megabytes of zip, so that a few of them in memory do no harm.
_ROWS_AT_ONCE = 80_000
# Starting workers takes longer than making this many crimes.
_NOT_WORTH_WORKERS = 250_000
_ROWS_PER_CRIME = 1 + 2 / 3 + 1 / 9

Task = tuple[ForceMonth, ...]
Made = tuple[PackedMember, FileTruth, Lags | None]
_MAKERS = {CRIMES.name: street_file, OUTCOMES.name: outcome_file}
_world: World | None = None


def write_release(
    plan: TwinPlan,
    path: Path,
    *,
    truth: Path | None = None,
    processes: int = 2,
    on_progress: Callable[[int, int], None] | None = None,
) -> Truth:
    """Write the release to `path` and, where `truth` is given, what is in it as JSON; returns the same truth.

    Small releases are made in this process, whatever `processes` says. `on_progress` gets (files done, files in
    all). Raises OSError where the zip cannot be written; what there is of it stays.
    """
    world = World(plan)
    there = [file for file in world.coverage.expected() if file not in world.coverage.missing]
    tasks = list(_tasks(plan, there))
    files: list[FileTruth] = []
    lags: list[Lags] = []
    dated = plan.release + 2
    with ZipWriter(path, dated.year, dated.number) as out, _mapping(plan, processes, world) as mapping:
        for made in mapping(tasks):
            out.add(packed for packed, _, _ in made)
            files += [file for _, file, _ in made]
            lags += [each for _, _, each in made if each]
            if on_progress:
                on_progress(len(files), len(there))
    found = _truth(world, files, lags)
    if truth:
        found.write(truth)
    return found


def _tasks(plan: TwinPlan, there: list[ForceMonth]) -> Iterator[Task]:
    """Files in the order in which they are written, cut into pieces of work that never span two forces."""
    monthly = plan.crimes / plan.months / sum(weight(force) for force in plan.forces) * _ROWS_PER_CRIME
    piece: list[ForceMonth] = []
    rows = 0.0
    for file in there:
        if piece and (file.force != piece[0].force or rows > _ROWS_AT_ONCE):
            yield tuple(piece)
            piece, rows = [], 0.0
        piece.append(file)
        rows += monthly * weight(file.force) / len(DATASETS)
    if piece:
        yield tuple(piece)


@contextmanager
def _mapping(plan: TwinPlan, processes: int, world: World) -> Iterator[Callable[[list[Task]], Iterable[list[Made]]]]:
    """How tasks are worked through: here, or by workers. Results come in the order of the tasks either way."""
    if processes < 2 or plan.crimes < _NOT_WORTH_WORKERS:
        yield lambda tasks: (_make(world, task) for task in tasks)
        return
    with multiprocessing.get_context("spawn").Pool(processes, _prepare, (plan,)) as pool:
        yield lambda tasks: pool.imap(_make_here, tasks)


def _prepare(plan: TwinPlan) -> None:
    """A worker's own world. Arrow gives memory back at once: a worker frees big columns after every file."""
    pa.set_memory_pool(pa.system_memory_pool())
    global _world  # noqa: PLW0603 - a pool's initialiser has no other place to leave it
    _world = World(plan)


def _make_here(task: Task) -> list[Made]:
    assert _world is not None
    return _make(_world, task)


def _make(world: World, task: Task) -> list[Made]:
    return [_made(world, file) for file in task]


def _made(world: World, file: ForceMonth) -> Made:
    content, done = _content(world, file)
    dataset, seed = BY_NAME[file.dataset], key(world.plan.seed, "damage", str(file))
    condition, also = (world.coverage.conditions.get(file, "sound"), world.coverage.seconds.get(file, ""))
    told = damaged(condition, dataset, content.body, seed)
    packed = pack(file.member_name(dataset.suffix), told.stored, told.checked)
    empty = condition == "empty_files"
    return (
        packed,
        FileTruth(
            file.dataset,
            file.force,
            str(file.month),
            packed.name,
            rows=0 if empty else content.rows,
            size=packed.size,
            crc32=packed.crc32,
            version=world.coverage.version(file),
            condition=condition,
            also=also,
            how="; ".join([*done, *filter(None, [told.how])]),
            labels={} if empty else content.labels,
            properties={} if empty else content.properties,
        ),
        content.lags,
    )


def _content(world: World, file: ForceMonth) -> tuple[Content, list[str]]:
    """The rows of a file with the faults that all of them have, and these in words."""
    content, done = _rows(world, file), []
    for fault in world.coverage.faults(file):
        other = world.coverage.merged(file) if fault in MERGED else None
        content, how = multiplied(fault, content, _rows(world, other) if other else None)
        moved = misplaced(fault, content.body, key(world.plan.seed, "misplaced", str(file)))
        if moved:
            how = moved.how
            content = replace(content, body=moved.body, properties=content.properties | {"points": moved.points})
        done += [how] if how else []
    return content, done


def _rows(world: World, file: ForceMonth) -> Content:
    return _MAKERS.get(file.dataset, stop_file)(world, file.force, file.month)


def _truth(world: World, files: list[FileTruth], lags: list[Lags]) -> Truth:
    plan, coverage = world.plan, world.coverage
    changed = coverage.restated_by(plan.release) if plan.has("restated_coverage") else None
    restated: tuple[MissingFile, ...] = ()
    if changed and changed.month in plan.window:
        restated = (gap(changed, "withdrawn" if changed in coverage.missing else "filled in"),)
    return Truth(
        plan,
        tuple(sorted(files, key=lambda file: file.member)),
        tuple(gap(file, why) for file, why in coverage.missing.items()),
        tuple((d.name, force) for force in plan.forces for d in DATASETS if not has_remit(force, d.name)),
        tuple(sorted(lags, key=lambda each: (each.month, each.force))),
        restated,
    )
