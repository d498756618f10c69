"""Where the releases are that are to be loaded: paths, web addresses, saved answers of the API. Used by `release_load`
and by the commands.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from bluelamp.domain.member_name import parse_unit
from bluelamp.domain.release import ForceMonth
from bluelamp.errors import UsageError
from bluelamp.sources.http import HttpClient
from bluelamp.sources.police_uk.archive import open_source
from bluelamp.sources.police_uk.release_source import ReleaseSource
from bluelamp.storage.files import storage_errors

OpenClient = Callable[[], AbstractContextManager[HttpClient]]


def refuse_wrong_paths(locations: Sequence[str]) -> None:
    """Open every path once before anything is received: one wrong name must not leave the others half done."""
    if len(locations) < 2:
        return
    for location in locations:
        if "://" not in location and not is_saved_answer(location):
            open_source(location).close()


def stated_unit(named_as: str | None, locations: Sequence[str], label: str) -> ForceMonth | None:
    """What the one file is stated to be. `label` is how the statement is called. Raises UsageError where it says
    nothing that can be."""
    if named_as is None:
        return None
    if len(locations) != 1:
        raise UsageError(f"{label} says what one file is; load several one by one.")
    try:
        return parse_unit(named_as)
    except ValueError as error:
        raise UsageError(f"{label}: {error}.", "Write FORCE:YYYY-MM:DATASET, such as kent:2024-03:crimes.") from None


def is_saved_answer(location: str) -> bool:
    """Whether it is the path of a file that may be an answer of the API."""
    return "://" not in location and location.lower().endswith(".json") and Path(location).is_file()


@contextmanager
def release_at(
    home: Path, location: str, open_client: OpenClient, *, dry_run: bool = False, unit: ForceMonth | None = None
) -> Iterator[ReleaseSource]:
    """A release at a path or web address, open. A dry run keeps what a server without parts makes it fetch nowhere."""
    with ExitStack() as stack:
        if "://" not in location:
            yield stack.enter_context(open_source(location, unit=unit))
            return
        client = stack.enter_context(open_client())
        with storage_errors("write to BLUELAMP_HOME"):
            folder = home / "cache"
            if dry_run:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bluelamp-")))
            folder.mkdir(parents=True, exist_ok=True)
        spool = folder / f"download.{os.getpid()}.zip.partial"
        stack.callback(spool.unlink, missing_ok=True)
        yield stack.enter_context(open_source(location, client=client, spool=spool))
