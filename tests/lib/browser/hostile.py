"""A release whose every text column carries markup, written by hand."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from bluelamp.domain.dataset import CRIMES, OUTCOMES, STOPS, Dataset

IMAGE = "<img src=x onerror=alert(1)>"
SVG = '"><svg/onload=alert(1)>'
BRACES = "{{7*7}}${7*7}"
TURNED = "\u202eteertS hgiH\u202c"
SCRIPT = "</script><script>alert(1)</script>"
PLANTED = (IMAGE, SVG, BRACES, TURNED, SCRIPT)
ID = "ab" * 32

_PLACE = {"Longitude": "0.52", "Latitude": "51.27", "LSOA code": "E01024001"}
_FORCE = {"Reported by": "Kent Police", "Falls within": "Kent Police"}


def _crime(month: str, at: int) -> dict[str, str]:
    words = PLANTED[at % len(PLANTED)]
    return {
        "Crime ID": ID if at == 0 else f"{at:064x}",
        "Month": month,
        **_FORCE,
        **_PLACE,
        "Location": f"On or near {words}",
        "LSOA name": f"Maidstone {words} 001A",
        "Crime type": words,
        "Last outcome category": words,
        "Context": words,
    }


def _outcome(month: str, at: int) -> dict[str, str]:
    words = PLANTED[at % len(PLANTED)]
    return {
        "Crime ID": ID if at == 0 else f"{at:064x}",
        "Month": month,
        **_FORCE,
        **_PLACE,
        "Location": f"On or near {words}",
        "LSOA name": f"Maidstone {words} 001A",
        "Outcome type": words,
    }


def _stop(month: str, at: int) -> dict[str, str]:
    words = PLANTED[at % len(PLANTED)]
    own = {"Date": f"{month}-0{1 + at % 9}T12:30:00+00:00", "Longitude": "0.55", "Latitude": "51.29"}
    return {name: own.get(name, words) for name in STOPS.columns}


def _table(dataset: Dataset, rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dataset.columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_hostile_release(path: Path) -> Path:
    """Three months of one force."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for month in ("2024-01", "2024-02", "2024-03"):
            for name, dataset, row in (
                ("street", CRIMES, _crime),
                ("outcomes", OUTCOMES, _outcome),
                ("stop-and-search", STOPS, _stop),
            ):
                archive.writestr(
                    f"{month}/{month}-kent-{name}.csv", _table(dataset, [row(month, at) for at in range(20)])
                )
    return path
