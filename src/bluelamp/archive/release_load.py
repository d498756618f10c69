"""Loads releases, from their locations to a published data version. Called by `bluelamp.load` and, through it, by
`bluelamp archive load`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bluelamp.archive.fetch import Fetched
from bluelamp.archive.from_api import receive_saved
from bluelamp.archive.load_report import LoadReport, LoadRequest
from bluelamp.archive.locations import OpenClient, is_saved_answer, release_at
from bluelamp.archive.progress import Progress
from bluelamp.archive.workflow import Archive


def load_releases(
    archive: Archive,
    request: LoadRequest,
    progress: Progress,
    open_client: OpenClient,
    received: Callable[[str, Fetched], None] = lambda _location, _fetched: None,
) -> LoadReport:
    """Receive every location in turn, load what is new and publish the data version that follows; without a location,
    finish what an interrupted load has left. `received` is called after each location.

    `locations.refuse_wrong_paths` comes first. Raises Busy while another process loads, UsageError, SourceError,
    StorageError.
    """
    fetched = []
    # One lock over all of it: a second load is told at once, not after its download, and cannot slip in between.
    with archive.writing():
        for location in request.locations:
            fetched.append(_receive(archive, request, location, progress, open_client))
            received(location, fetched[-1])
        return LoadReport(fetched, *archive.finish(progress))


def _receive(
    archive: Archive, request: LoadRequest, location: str, progress: Progress, open_client: OpenClient
) -> Fetched:
    if is_saved_answer(location):
        return receive_saved(archive, Path(location), request.unit, request.release)
    with release_at(archive.home, location, open_client, unit=request.unit) as source:
        return archive.receive(
            source, release=request.release, selection=request.selection, progress=progress, whole=request.whole
        )
