"""Takes reference data in, from files given or by download, into the lake; then publishes.

Called by the command line.
"""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.archive.progress import Progress
from bluelamp.archive.workflow import Archive
from bluelamp.errors import NotFound, SourceError, UsageError
from bluelamp.sources.reference import REFERENCE_FILES, download, read_file, read_folder
from bluelamp.storage.warehouse.database import Version

if TYPE_CHECKING:
    from bluelamp.sources.http import HttpClient
    from bluelamp.sources.reference import ReferenceTable


@dataclass(slots=True)
class ReferenceIntake:
    """What was taken in, what went wrong, and the version published with it."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    failed: int = 0
    version: Version | None = None


class _Bytes:
    """The product's client in the form that the reference room asks for."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def get_bytes(self, url: str, *, max_bytes: int) -> bytes:
        return self._client.get(url, limit=max_bytes).body


def take_in(
    archive: Archive,
    files: Sequence[Path],
    kinds: Sequence[str],
    client: Callable[[], HttpClient],
    progress: Progress,
) -> ReferenceIntake:
    """Read the files given, or download; keep them; publish. `client` is only made when something is downloaded."""
    check_kinds(kinds)
    result = ReferenceIntake()
    with archive.writing():
        tables = _given(archive, files, result) if files else _downloaded(archive, kinds, client, progress, result)
        for table in tables:
            if kinds and table.kind not in kinds:
                continue
            archive.reference.save(table)
            result.taken.append(
                {"kind": table.kind, "rows": table.rows, "source": table.source, "sha256": table.sha256}
            )
            result.problems += [issue.sentence(table.source) for issue in table.issues]
        if result.taken and archive.warehouse.current() is not None:
            # What a crash left waiting is loaded first: a version must not tell of it as missing.
            _, result.version = archive.finish(progress)
    return result


def check_kinds(kinds: Sequence[str]) -> None:
    """Raises UsageError, with the near name, for a kind that there is not."""
    for kind in kinds:
        if kind not in REFERENCE_FILES:
            near = difflib.get_close_matches(kind, REFERENCE_FILES, n=1)
            hint = f"Did you mean {near[0]}?" if near else "There are: " + ", ".join(REFERENCE_FILES) + "."
            raise UsageError(f"There is no reference data “{kind}”.", hint)


def _given(archive: Archive, files: Sequence[Path], result: ReferenceIntake) -> list[ReferenceTable]:
    today = archive.now().astimezone(UTC).date()
    tables: list[ReferenceTable] = []
    for path in files:
        if not path.exists():
            raise NotFound(f"There is no file or folder {path}.", "Check the path.")
        if path.is_dir():
            read = read_folder(path, today)
            tables += read.tables
            result.problems += [f"{name}: not recognised as reference data, left out" for name in read.unrecognised]
        else:
            tables += read_file(path, today)
    if not tables:
        raise SourceError("Nothing in the files given is reference data.", "docs/sources/ons.md says what is read.")
    return tables


def _downloaded(
    archive: Archive,
    kinds: Sequence[str],
    client: Callable[[], HttpClient],
    progress: Progress,
    result: ReferenceIntake,
) -> list[ReferenceTable]:
    wanted = [kind for kind, spec in REFERENCE_FILES.items() if (kind in kinds if kinds else spec.url)]
    today = archive.now().astimezone(UTC).date()
    tables: list[ReferenceTable] = []
    with client() as http, tempfile.TemporaryDirectory(prefix="bluelamp-") as spool:
        progress.begin("downloading reference data", 0, len(wanted))
        for number, kind in enumerate(wanted, 1):
            try:
                path = download(kind, None, Path(spool), _Bytes(http))
                tables += read_file(path, today, source=REFERENCE_FILES[kind].url or "", expect=kind)
            except SourceError as error:
                result.failed += 1
                result.problems.append(f"{kind}: {error}")
            progress.at(0, number)
        progress.end()
    if not tables:
        raise SourceError(
            f"No reference data could be downloaded: {result.problems[0] if result.problems else 'nothing was asked'}",
            "Everything else works without it; files can be given with --from-files.",
        )
    return tables
