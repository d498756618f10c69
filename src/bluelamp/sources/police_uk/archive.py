"""Opens a release wherever it stands: a zip, an unpacked folder, one CSV file, or a zip on a web server.

The one door of this room for the archive flow. Nothing of httpx is imported until a URL is opened.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.domain.member_name import published_name
from bluelamp.domain.release import ForceMonth
from bluelamp.errors import NotFound, SourceError
from bluelamp.sources.police_uk.inflate import content, inflate
from bluelamp.sources.police_uk.member import BrokenMember, Member
from bluelamp.sources.police_uk.release_source import OnBytes, ReleaseSource

if TYPE_CHECKING:
    from bluelamp.sources.http import HttpClient

__all__ = ["BrokenMember", "Member", "OnBytes", "ReleaseSource", "content", "inflate", "open_source"]


def open_source(
    location: str,
    *,
    client: HttpClient | None = None,
    spool: Path | None = None,
    on_bytes: OnBytes | None = None,
    unit: ForceMonth | None = None,
) -> ReleaseSource:
    """The release at a path or an http(s) URL; with `unit`, the one file at a path, which is that force-month.

    `spool` is the file that receives the whole zip if the server cannot serve parts of it; `on_bytes` hears of the
    bytes of that download only (read_raw has its own). Raises NotFound, BrokenArchive, SourceRefused,
    SourceUnavailable or SourceError, each one sentence with a hint.
    """
    if "://" in location:
        if unit is not None:
            raise SourceError("Only a file on this machine can be said to be a force-month.", "Fetch it first.")
        return _open_url(location, client, spool, on_bytes)
    return _open_path(location, unit)


def _open_url(location: str, client: HttpClient | None, spool: Path | None, on_bytes: OnBytes | None) -> ReleaseSource:
    if not location.lower().startswith(("http://", "https://")):
        raise SourceError(
            f"“{location.partition('://')[0]}” addresses cannot be opened.", "Give a path or an http(s) URL."
        )
    from bluelamp.sources.http import HttpClient
    from bluelamp.sources.police_uk.remote_zip import open_remote

    return open_remote(location, client or HttpClient(), spool=spool, on_bytes=on_bytes)


def _open_path(location: str, unit: ForceMonth | None) -> ReleaseSource:
    try:
        path = Path(location).expanduser()
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"There is no file or folder {location}.", "Check the path.") from None
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links, a NUL in the path, no permission
        reason = getattr(error, "strerror", None) or "it is no usable path"
        raise SourceError(f"{location!r} cannot be opened: {reason}.", "Check the path and its permissions.") from None
    try:
        return _open_kind(path, mode, unit)
    except OSError as error:
        reason = error.strerror or "the system refuses it"
        raise SourceError(f"{location} cannot be read: {reason}.", "Check its permissions.") from None


def _open_kind(path: Path, mode: int, unit: ForceMonth | None) -> ReleaseSource:
    if unit is not None and not stat.S_ISREG(mode):
        raise SourceError(f"{path} is no file, so it is no single force-month.", "Give one CSV file.")
    if stat.S_ISDIR(mode):
        from bluelamp.sources.police_uk.folder import Folder

        return Folder(path)
    if not stat.S_ISREG(mode):
        raise SourceError(f"{path} is neither a file nor a folder.", "Give a release as a zip, a folder or a CSV file.")
    if unit is not None or path.name.lower().endswith((".csv", ".csv.gz")):
        from bluelamp.sources.police_uk.folder import SingleFile

        return SingleFile(path, published_name(unit) if unit else "")
    from bluelamp.sources.police_uk.local_zip import LocalZip

    return LocalZip(path)
