"""What every kind of release can do, whether a zip, a folder, one file or a zip on a web server.

Implemented by local_zip, folder and remote_zip; opened by archive.open_source; consumed by the archive flow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

from bluelamp.sources.police_uk.member import Member

OnBytes = Callable[[int], None]  # called with the number of bytes that have just arrived


class ReleaseSource(Protocol):
    """A release that can be listed and read. Close it when done, or use it in a `with` statement."""

    origin: str  # path or URL, for the ledger
    kind: str  # "zip" | "folder" | "file" | "remote zip"
    version: str  # ETag, Last-Modified or file identity; "" if there is none
    others: tuple[str, ...]  # names of files beside the members, which were not looked into

    def members(self) -> list[Member]:
        """Every file of the release, sound or with its `problem`, in the order of the source."""
        ...

    def read_raw(self, members: Sequence[Member], *, on_bytes: OnBytes | None = None) -> Iterator[tuple[Member, bytes]]:
        """The compressed bytes of each member exactly as received, in ascending order of offset.

        A member that cannot be read is yielded with its `problem` set and no bytes, and the others go on.
        Raises SourceChanged when the release is replaced meanwhile, SourceUnavailable when it cannot be reached.
        """
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Closing:
    """Makes a source usable in a `with` statement. What it gives are all the files that there are."""

    others: tuple[str, ...] = ()

    def close(self) -> None:  # pragma: no cover - every source has its own
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
