"""One record with everything that is known of it: as published, where it was published, what was worked out from it,
and for a crime what became of it. Called by `web`."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.domain.crime import crime_key, is_crime_id
from bluelamp.domain.dataset import BY_SUFFIX
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.errors import NoSuchThing
from bluelamp.questions.families.archive.datasets import DATASETS
from bluelamp.questions.families.archive.eras import point_caveat
from bluelamp.questions.families.archive.records.extents import INSIDE, extents_of
from bluelamp.questions.families.archive.records.outcomes import no_outcome_words, outcome_files
from bluelamp.questions.families.archive.records.reading import Records, file_stems
from bluelamp.questions.families.archive.records.stop_time import time_of_stop
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.parsing import make_question
from bluelamp.questions.records.texts import as_published

if TYPE_CHECKING:
    from bluelamp.storage.warehouse.indexes.crime_ids import CrimeIds

_NAME = re.compile(r"([0-9]{4}-[0-9]{2})-([a-z][a-z-]*?)-(street|outcomes|stop-and-search)-([0-9]{1,9})")


def find_record(version: ArchiveVersion, name: str, lake: Path) -> dict[str, Any]:
    """A record by its name (`2021-03-kent-street-12`), or a crime by its 64-digit ID. Raises NoSuchThing."""
    if is_crime_id(name.lower()):
        name = _name_of_crime(version, name.lower())
    found = _NAME.fullmatch(name)
    if not found:
        raise NoSuchThing(
            f"“{name[:80]}” names no record.",
            "A record is named by its file and line, as 2021-03-kent-street-12, or a crime by its ID.",
        )
    month, slug, suffix, line = found.groups()
    spec = DATASETS[BY_SUFFIX[suffix].name]
    file, place = _place(version, spec, f"{month}-{slug}-{suffix}", int(line))
    return _described(version, spec, name, file, place, lake)


def _place(version: ArchiveVersion, spec: DatasetSpec, stem: str, line: int) -> tuple[int, int]:
    """(file, number of the row)."""
    for file, its in version.once("files by stem", lambda: _by_stem(version)).get(stem, ()):
        del its
        rows = version.rows(
            f"SELECT rowid FROM {spec.table} WHERE file_id = $file AND line = $line LIMIT 1",
            {"file": file, "line": line},
        )
        if rows:
            return file, int(rows[0][0])
    raise NoSuchThing(
        f"There is no record at line {line} of {stem}.csv in what is loaded.",
        "The line may be one that did not fit and was kept as an issue, or a later release has replaced the file.",
    )


def _by_stem(version: ArchiveVersion) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for file, stem in file_stems(version).items():
        found.setdefault(stem, []).append((file, stem))
    return found


def _name_of_crime(version: ArchiveVersion, crime_id: str) -> str:
    """The name of the first row that bears the ID."""
    key = crime_key(crime_id)
    ids = version.indexes.crime_ids if version.indexes is not None else None
    rows = _rows_of_key(version, DATASETS["crimes"], ids, key, "r.file_id, r.line", "r.crime_key = $key", {})
    for file, line in rows:
        return f"{file_stems(version)[file]}-{line}"
    raise NoSuchThing(
        "No crime held has this ID.", "Anti-social behaviour and the British Transport Police publish none."
    )


def _rows_of_key(
    version: ArchiveVersion,
    spec: DatasetSpec,
    ids: CrimeIds | None,
    key: int,
    columns: str,
    condition: str,
    parameters: dict[str, Any],
) -> list[tuple[Any, ...]]:
    """The rows that bear a crime key, in order; looked for in the one place where each may be, or without an index in
    all of them."""
    given = {**parameters, "key": key}
    found = f"SELECT {columns} FROM {spec.table} AS r WHERE {condition}"
    if ids is None:
        return version.rows(f"{found} ORDER BY r.rowid LIMIT 1000", given)
    extents = extents_of(version, spec)
    return [
        row
        for place in ids.find(key)
        for row in version.rows(f"{found} AND {INSIDE}", {**given, **extents.at(place).parameters})
    ]


def _described(
    version: ArchiveVersion, spec: DatasetSpec, name: str, file: int, place: int, lake: Path
) -> dict[str, Any]:
    portion = Records(version, make_question(spec.name), lake).one(place)
    published = {key: values[0] for key, values in portion.table.to_pydict().items()}
    texts = {key: values[0] for key, values in as_published(spec.name, portion.table).to_pydict().items()}
    ((release, member_month, slug),) = version.rows(
        "SELECT release, month, slug FROM included_file JOIN dim_force USING (force_id) WHERE file_id = $file",
        {"file": file},
    )
    force = BY_SLUG[slug].name if slug in BY_SLUG else "no force stated"
    what = published.get("Crime type") or published.get("Outcome type") or published.get("Type") or spec.name
    stem = file_stems(version)[file]
    outcomes, outcomes_words = None, ""
    if spec.name == "crimes":
        outcomes, outcomes_words = _outcomes(version, spec, place, file, published.get("Last outcome category"))
    location = _location(published)
    return {
        "id": name,
        "dataset": spec.name,
        "dataset_words": spec.words,
        "title": f"{what}, {Month(member_month).words()}, {force}",
        "published": [{"name": key, "value": None if one is None else str(one)} for key, one in texts.items()],
        "derived": _derived(version, spec, place, file),
        "file": {
            "member": f"{Month(member_month)}/{stem}.csv",
            "line": int(name.rsplit("-", 1)[1]),
            "release": str(Month(release)),
        },
        "location": location,
        "outcomes": outcomes,
        "outcomes_words": outcomes_words,
        "caveats": [*spec.caveats, *([point_caveat(Month(member_month))] if location else [])],
    }  # fmt: skip


# What was worked out from a record, by dataset.
_DERIVED = {
    "crimes": ("town", "local_authority", "outcome_status", "months_to_outcome"),
    "outcomes": ("town", "local_authority", "crime_type", "crime_month", "time_to_outcome", "match"),
    "stops": ("town", "local_authority", "weekday", "hour"),
}


def _derived(version: ArchiveVersion, spec: DatasetSpec, place: int, file: int) -> list[dict[str, str | None]]:
    dimensions = [dimension for name in _DERIVED[spec.name] if (dimension := spec.dimension(name)) is not None]
    keys = ", ".join(dimension.key for dimension in dimensions)
    ((force, month, *values),) = version.rows(
        f"SELECT r.force_id, r.month, {keys} FROM {spec.table} AS r WHERE file_id = $file AND rowid = $place",
        {"file": file, "place": place},
    )
    untold = not outcome_files(version, force, Month(month))[0]
    found = []
    for dimension, value in zip(dimensions, values, strict=True):
        word: str | None
        # Without any outcomes file of its force nobody can say whether a crime has an outcome.
        if value is None or (untold and dimension.name == "outcome_status"):
            word = None
        else:
            word = dimension.kind.text(value, dimension, partial(version.labels, dimension))
        found.append({"label": dimension.title, "value": word, "words": dimension.words})
    return [*found, *time_of_stop(version, place, file)] if spec.name == "stops" else found


def _location(published: dict[str, Any]) -> dict[str, Any] | None:
    longitude, latitude = published.get("Longitude"), published.get("Latitude")
    if longitude is None or latitude is None:
        return None
    return {
        "lon": longitude,
        "lat": latitude,
        "map_point": f"{longitude:.6f},{latitude:.6f}",
        "words": published.get("Location"),
    }


def _outcomes(
    version: ArchiveVersion, spec: DatasetSpec, place: int, file: int, last_outcome: str | None
) -> tuple[list[dict[str, Any]] | None, str]:
    """(every outcome published under the crime's ID by the same force, oldest first, None where no file is held that
    could hold one; what is said where there is none)."""
    ((key, force, month),) = version.rows(
        f"SELECT crime_key, force_id, month FROM {spec.table} WHERE file_id = $file AND rowid = $place",
        {"file": file, "place": place},
    )
    found = [] if key is None else _of_key(version, key, force)
    if found:
        return found, ""
    words = no_outcome_words(version, force, Month(month), has_id=key is not None, last_outcome=last_outcome)
    held, _ = outcome_files(version, force, Month(month))
    return [] if held else None, words


def _of_key(version: ArchiveVersion, key: int, force: int) -> list[dict[str, Any]]:
    outcomes = DATASETS["outcomes"]
    ids = version.indexes.outcome_ids if version.indexes is not None else None
    rows = _rows_of_key(
        version,
        outcomes,
        ids,
        key,
        "r.month, r.outcome_type_id, r.crime_month",
        "r.force_id = $force AND r.crime_key = $key",
        {"force": force},
    )
    dimension = outcomes.dimension("outcome_type")
    assert dimension is not None
    labels = version.labels(dimension)
    return [
        {
            "month": str(Month(month)),
            "outcome": labels.get(kind),
            "months_after": None if crime_month is None else month - crime_month,
        }
        for month, kind, crime_month in sorted(rows, key=lambda row: int(row[0]))
    ]
