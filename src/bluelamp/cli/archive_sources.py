"""Where the releases are that `bluelamp archive load` and `sync` are given: paths, web addresses, saved answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bluelamp.cli.options import console_of, context_of
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.domain.release import ForceMonth
    from bluelamp.sources.http import HttpClient
    from bluelamp.sources.police_uk.release_source import ReleaseSource


def refuse_wrong_paths(paths: list[str]) -> None:
    """Open every path once before anything is received: one wrong name must not leave the others half done."""
    if len(paths) < 2:
        return
    from bluelamp.sources.police_uk.archive import open_source

    for path in paths:
        if "://" not in path and not is_saved_answer(path):
            open_source(path).close()


def stated_unit(named_as: str | None, paths: list[str]) -> ForceMonth | None:
    """What --as says that the one file is. Raises UsageError where it says nothing that can be."""
    from bluelamp.domain.member_name import parse_unit

    if named_as is None:
        return None
    if len(paths) != 1:
        raise UsageError("--as says what one file is; load several one by one.")
    try:
        return parse_unit(named_as)
    except ValueError as error:
        raise UsageError(f"--as: {error}.", "Write FORCE:YYYY-MM:DATASET, such as kent:2024-03:crimes.") from None


def is_saved_answer(path: str) -> bool:
    """Whether a path is one of a file that may be an answer of the API."""
    return "://" not in path and path.lower().endswith(".json") and Path(path).is_file()


@contextmanager
def source_at(
    context: typer.Context,
    location: str,
    *,
    client: HttpClient | None = None,
    dry_run: bool,
    unit: ForceMonth | None = None,
) -> Iterator[ReleaseSource]:
    """A release at a path or web address. A dry run keeps what a server without parts makes it fetch nowhere."""
    import tempfile
    from contextlib import ExitStack

    from bluelamp.sources.police_uk.archive import open_source
    from bluelamp.storage.files import storage_errors

    with ExitStack() as stack:
        if "://" not in location:
            yield stack.enter_context(open_source(location, unit=unit))
            return
        settings = context_of(context).settings
        if client is None:
            from bluelamp.bootstrap import open_client

            client = stack.enter_context(open_client(settings, console_of(context).detail))
        with storage_errors("write to BLUELAMP_HOME"):
            folder = settings.home / "cache"
            if dry_run:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bluelamp-")))
            folder.mkdir(parents=True, exist_ok=True)
        spool = folder / f"download.{os.getpid()}.zip.partial"
        stack.callback(spool.unlink, missing_ok=True)
        yield stack.enter_context(open_source(location, client=client, spool=spool))
