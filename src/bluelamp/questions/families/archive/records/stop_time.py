"""When a stop was, as far as its file lets anybody know. Used by `record`."""

from __future__ import annotations

from datetime import datetime

from bluelamp.domain.file_property import PROPERTIES
from bluelamp.questions.families.archive.version import ArchiveVersion

_ASKED = ("clock", "time_of_day", "precision")


def time_of_stop(version: ArchiveVersion, place: int, file: int) -> list[dict[str, str | None]]:
    """What is said of the time of a record: on UK clocks, and why it is read so; [{label, value, words}]."""
    ((local, known),) = version.rows(
        "SELECT local_time, time_known FROM stg_police_uk__stop_and_search WHERE file_id = $file AND rowid = $place",
        {"file": file, "place": place},
    )
    decided = {name: (value, standing, reason) for name, value, standing, reason in _decided(version, file)}
    precision = decided.get("precision", ("",))[0]
    found: list[dict[str, str | None]] = [
        {
            "label": "UK time",
            "value": None if local is None else _words(local, known=known, precision=precision),
            "words": "when it was on UK clocks, as far as the file lets anybody know",
        }
    ]
    for name in _ASKED:
        if name in decided:
            value, standing, reason = decided[name]
            words, values = PROPERTIES[name]
            found.append(
                {
                    "label": words[0].upper() + words[1:],
                    "value": f"{values[value]} ({standing})",
                    "words": f"decided of the whole file: {reason}",
                }
            )
    return found


def _decided(version: ArchiveVersion, file: int) -> list[tuple[str, str, str, str]]:
    if not version.columns("mart_profile__force_month"):
        return []  # a version of before: nothing was decided of files
    return version.rows(
        "SELECT property, value, standing, reason FROM mart_profile__force_month WHERE file_id = $file", {"file": file}
    )


def _words(local: datetime, *, known: bool, precision: str) -> str:
    day = f"{local.day} {local:%B %Y}"
    if not known:
        return f"{day}, no time of day given"
    if precision == "half days":
        return f"{day}, {local.hour % 12 or 12}:{local:%M} in the morning or in the afternoon"
    return f"{day}, in the hour from {local:%H}:00" if precision == "hours" else f"{day}, {local:%H:%M}"
