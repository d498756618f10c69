"""Errors as RFC 9457 problem details: one table from the error tree to a status and a title. Used by `web.app`."""

from __future__ import annotations

from typing import Any

from bluelamp import errors

MEDIA_TYPE = "application/problem+json"
# What the program says of an error that nobody foresaw: nothing of its inside.
UNFORESEEN = (
    "Something went wrong inside Bluelamp. The data is safe; the same question may be answered when asked again."
)

# The first class that fits counts: (class, status, slug of the page that explains it, title)
TABLE: tuple[tuple[type[errors.BluelampError], int, str, str], ...] = (
    (errors.TooCostly, 422, "too-costly", "Too much is asked at once"),
    (errors.KeyNeeded, 401, "no-key", "An API key is needed"),
    (errors.SettingsError, 500, "failed", "This cannot be answered"),
    (errors.UsageError, 400, "not-understood", "The request is not understood"),
    (errors.NotKept, 410, "version-not-kept", "That is no longer kept"),
    (errors.NoSuchThing, 404, "not-found", "There is no such thing"),
    (errors.NothingHeld, 503, "nothing-loaded", "Nothing is loaded"),
    (errors.TooMany, 429, "too-many", "This is asked too often"),
    (errors.Overloaded, 503, "overloaded", "Too many questions at once"),
    (errors.Busy, 503, "busy", "The archive is being written"),
    (errors.Unreachable, 503, "away", "The database is away for now"),
    (errors.StorageError, 500, "storage", "What is kept cannot be read"),
    (errors.BluelampError, 500, "failed", "This cannot be answered"),
)
_RETRY_SECONDS = {
    errors.Overloaded: 2,
    errors.TooMany: 5,
    errors.Busy: 30,
    errors.Unreachable: 5,
    errors.NothingHeld: 30,
}


def status_of(error: errors.BluelampError) -> int:
    return _entry(error)[1]


def _entry(error: errors.BluelampError) -> tuple[type[errors.BluelampError], int, str, str]:
    return next(entry for entry in TABLE if isinstance(error, entry[0]))


def problem(status: int, slug: str, title: str, detail: str, hint: str = "") -> dict[str, Any]:
    found = {"type": f"/api#{slug}", "title": title, "status": status, "detail": detail}
    return found | ({"hint": hint} if hint else {})


def problem_of(error: errors.BluelampError) -> tuple[int, dict[str, Any], dict[str, str]]:
    """(status, body, headers) of an error. What is wrong inside, with storage, settings or a source, is told in other
    words than the error's own, which name paths and hosts."""
    _, status, slug, title = _entry(error)
    if isinstance(error, errors.StorageError):
        detail, hint = (
            "What this installation keeps cannot be read just now.",
            "Its operator finds why: bluelamp doctor.",
        )
    elif status == 500:
        detail, hint = "Something is not right in this installation.", "Its operator finds why in the server's log."
    else:
        detail, hint = error.message, error.hint
    retry = next((seconds for kind, seconds in _RETRY_SECONDS.items() if type(error) is kind), None)
    headers = {"Retry-After": str(retry)} if retry else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return status, problem(status, slug, title, detail, hint), headers
