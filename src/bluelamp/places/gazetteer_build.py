"""Builds a city's gazetteer: inputs fetched, or read from files that are given; kept in the lake; the index made of all
that is held. Called by the command line.

What one publisher does wrong stops its input alone: the index is made of the others, and what is lacking is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.errors import SourceError, UsageError
from bluelamp.sources.gazetteer import City, Material, clear, download, read_files, read_pages, read_spool
from bluelamp.storage.gazetteer.store import Built, GazetteerStore, ManifestInput

if TYPE_CHECKING:
    from bluelamp.sources.http import HttpClient

# What an installation lacks where it holds no material of a kind.
LACKING = {
    "address": "blocks are placed by centrelines or by past incidents only",
    "segment": "crossings are inferred from known addresses, and freeways and service roads are mostly not found",
    "area": "a call's place is checked against its beat by past incidents only",
    "spot": "no place is known that is not an address, and beats without a polygon cannot be checked",
}
ReportProgress = Callable[[str, int, int], None]  # input, rows so far, rows in all


@dataclass(slots=True)
class GazetteerIntake:
    """What was kept, what went wrong in a sentence each, and the index in use now (None where there is none)."""

    kept: list[Material] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    built: Built | None = None


def take_in(
    store: GazetteerStore,
    city: City,
    *,
    files: Sequence[Path] = (),
    inputs: Sequence[str] = (),
    client: Callable[[], HttpClient],
    token: str = "",
    report: ReportProgress | None = None,
) -> GazetteerIntake:
    """Read the files given, or fetch what can be fetched; keep it; make the index. With `inputs`, only those.

    `client` is only made when something is fetched. Raises UsageError for an input that there is not, SourceError for
    a file that cannot be read.
    """
    for name in inputs:
        if name not in city.inputs:
            raise UsageError(f"{city.name} has no input “{name}”.", f"It has {', '.join(city.inputs) or 'none'}.")
    result = GazetteerIntake()
    today = datetime.now(UTC).date()
    with store.writing():
        if files:
            for material in read_files(city, _all_files(files), today):
                if inputs and material.name not in inputs:
                    continue
                store.save(city.name, material)
                result.kept.append(material)
        else:
            with client() as connection:
                for name in inputs or fetchable(city):
                    _fetch(store, city, name, connection, token, today, report, result)
        if store.held(city.name):
            result.built = store.build(city)
    return result


def fetchable(city: City) -> list[str]:
    """The inputs that have an address, in the order of the file."""
    return [name for name, wanted in city.inputs.items() if wanted.url]


def _fetch(
    store: GazetteerStore, city: City, name: str, client: HttpClient, token: str, today: date,
    report: ReportProgress | None, result: GazetteerIntake,
) -> None:  # fmt: skip
    wanted = city.inputs[name]
    spool = store.spool(city.name, name)
    try:
        pages = download(
            wanted,
            spool,
            client,
            token=token,
            report=(lambda done, total: report(name, done, total)) if report else None,
        )
        material = read_pages(name, wanted, read_spool(pages), today)
    except SourceError as problem:
        result.problems.append(f"{name}: {problem}")
        return
    store.save(city.name, material)
    clear(spool)
    result.kept.append(material)


def _all_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files, and those in the folders, in order. Raises UsageError where there is none."""
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
        elif path.is_file():
            yield path
        else:
            raise UsageError(f"There is no file or folder {path}.", "Give what the city publishes as files.")


def lacking(held: dict[str, ManifestInput]) -> list[str]:
    """A sentence for each kind of material that is not held: what does not work without it."""
    kinds = {one.kind for one in held.values()}
    words = {"address": "address points", "segment": "centrelines", "area": "polygons", "spot": "past incidents"}
    return [f"Without {words[kind]}, {what}." for kind, what in LACKING.items() if kind not in kinds]
