"""The exception tree. Every error that a person can cause or meet is one of these; all else is a defect.

BluelampError                 a sentence for a person: what is wrong, where, what to do
├── UsageError                the request itself is wrong (exit code 2)
│   ├── SettingsError         a setting is unknown or nonsense
│   ├── KeyNeeded             it needs an API key, and none was shown that there is
│   └── TooCostly             it would take more time, memory or rows than anybody may have
├── SourceError               a publisher, or a file from one, cannot be used
│   ├── NotFound              it is not there (HTTP 404, no such file, no such release)
│   ├── SourceChanged         it was replaced while it was being read
│   ├── SourceRefused         it says no: 400, 429, a body over the limit
│   ├── SourceUnavailable     it fails for now: 5xx, time-outs, cut connections
│   └── BrokenArchive         not a zip, or its directory cannot be trusted
├── StorageError              what Bluelamp keeps cannot be read or written
│   ├── DiskFull              no space, or no permission, under BLUELAMP_HOME
│   ├── Unreachable           the database server is away for now
│   ├── Damaged               something kept no longer has the hash that was recorded
│   └── Busy                  another process holds the writer's lock, or the lease of a feed
├── NothingHeld               the question needs data that is not loaded
│   ├── NoSuchThing           a record, page, area or field that there is not
│   └── NotKept               a data version that was there once and is no longer kept
├── Overloaded                too many questions at once; the same one can be answered soon
└── TooMany                   one address, or one key, asks too often or for too much at once
"""

from __future__ import annotations


class BluelampError(Exception):
    """A sentence for a person. `hint` says what to do next."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(BluelampError):
    """The request itself is wrong."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting is unknown or nonsense."""


class KeyNeeded(UsageError):
    """It needs an API key, and none was shown that there is."""


class TooCostly(UsageError):
    """It would take more time, memory or rows than anybody may have."""


class SourceError(BluelampError):
    """A publisher, or a file from one, cannot be used."""


class NotFound(SourceError):
    """It is not there."""


class SourceChanged(SourceError):
    """It was replaced while it was being read."""


class SourceRefused(SourceError):
    """It says no, and would say no again."""


class SourceUnavailable(SourceError):
    """It fails for now; the same request may succeed later."""


class BrokenArchive(SourceError):
    """Not a zip, or its directory cannot be trusted."""


class StorageError(BluelampError):
    """What Bluelamp keeps cannot be read or written."""


class DiskFull(StorageError):
    """No space or no permission under BLUELAMP_HOME."""


class Unreachable(StorageError):
    """The database server is away for now; the same may succeed later."""


class Damaged(StorageError):
    """Something kept no longer has the hash that was recorded."""


class Busy(StorageError):
    """Another process holds the writer's lock."""


class NothingHeld(BluelampError):
    """The question needs data that is not loaded."""


class NoSuchThing(NothingHeld):
    """A record, page, area or field that there is not."""


class NotKept(NothingHeld):
    """A data version that was there once and is no longer kept."""


class Overloaded(BluelampError):
    """Too many questions at once; the same one can be answered soon."""


class TooMany(BluelampError):
    """One address, or one key, asks too often, or for too much at once."""
