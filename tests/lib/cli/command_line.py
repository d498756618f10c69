"""Releases made by hand, small enough to count, and ways to run the command on them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from bluelamp.domain.dataset import CRIMES, OUTCOMES, STOPS, Dataset

_PLACE = {"Longitude": "0.52", "Latitude": "51.27", "Location": "On or near High Street", "LSOA code": "E01024001",
          "LSOA name": "Maidstone 001A"}  # fmt: skip
_FORCES = {"kent": "Kent Police", "cumbria": "Cumbria Constabulary"}


def crime(
    number: int, month: str, force: str, kind: str = "Burglary", outcome: str = "Under investigation"
) -> list[str]:
    """A row of a street file; anti-social behaviour has no ID."""
    asb = kind == "Anti-social behaviour"
    values = {
        "Crime ID": "" if asb else f"{number:064x}",
        "Month": month,
        "Reported by": _FORCES[force],
        "Falls within": _FORCES[force],
        **_PLACE,
        "Crime type": kind,
        "Last outcome category": "" if asb else outcome,
    }
    return [values.get(name, "") for name in CRIMES.columns]


def stop(month: str, day: int) -> list[str]:
    values = {
        "Type": "Person search",
        "Date": f"{month}-{day:02d}T12:30:00+00:00",
        "Latitude": "51.27",
        "Longitude": "0.52",
        "Gender": "Male",
        "Object of search": "Controlled drugs",
        "Outcome": "Arrest",
    }
    return [values.get(name, "") for name in STOPS.columns]


def table(dataset: Dataset, rows: list[list[str]]) -> str:
    return "\n".join(",".join(row) for row in [list(dataset.columns), *rows]) + "\n"


def write_release(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def files_of(months: list[str], *, decided: bool = False) -> dict[str, str]:
    """Kent every month: 4 burglaries, 2 reports of anti-social behaviour, 3 stops. Cumbria nothing in December 2023."""
    outcome = "Unable to prosecute suspect" if decided else "Under investigation"
    found: dict[str, str] = {}
    for month in months:
        base = int(month.replace("-", "")) * 100
        crimes = [
            crime(base + at, month, "kent", outcome=outcome if at == 0 else "Under investigation") for at in range(4)
        ]
        crimes += [crime(0, month, "kent", "Anti-social behaviour")] * 2
        found[f"{month}/{month}-kent-street.csv"] = table(CRIMES, crimes)
        found[f"{month}/{month}-kent-stop-and-search.csv"] = table(STOPS, [stop(month, day) for day in (1, 2, 3)])
        found[f"{month}/{month}-kent-outcomes.csv"] = table(OUTCOMES, [])
        if month != "2023-12":
            found[f"{month}/{month}-cumbria-street.csv"] = table(
                CRIMES, [crime(base + 50, month, "cumbria", "Robbery")]
            )
    return found


def environment(home: Path | None = None, **more: str) -> dict[str, str]:
    """The test's own environment without anything that Bluelamp would take for a setting."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("BLUELAMP_") and name not in ("NO_COLOR", "TERM", "COLUMNS")
    }
    return {**kept, **({"BLUELAMP_HOME": str(home)} if home else {}), **more}


def bluelamp(
    *arguments: str, home: Path | None = None, stdin: str | None = None, timeout: float = 60, **more: str
) -> subprocess.CompletedProcess[str]:
    """The real command, in a process of its own; `more` joins its environment."""
    return subprocess.run(
        [sys.executable, "-m", "bluelamp", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        input=stdin if stdin is not None else "",
        env=environment(home, **more),
        timeout=timeout,
    )
