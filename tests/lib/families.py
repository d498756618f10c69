"""A home of each family of datasets, for the suite that every family has to pass."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from bluelamp.questions.families.incidents.datasets import COLUMNS
from tests.lib.calls.city import shown_city
from tests.lib.web.process_server import WebHomes

FIRST, DAYS = date(2026, 1, 5), 70
OFFENCES = ("BMV", "BURGLARY OF HABITATION", "ASSAULT", "THEFT, OTHER")


def write_incidents(home: Path, city: str = "dallas-tx", seed: int = 7) -> list[dict[str, str]]:
    """Made-up incident reports of a city in the form of Dallas's portal; the rows that were written."""
    chance = random.Random(seed)
    rows = []
    for number in range(400):
        day = FIRST + timedelta(days=chance.randrange(DAYS))
        point = (f"{32.7 + chance.random() / 10:.6f}", f"{-96.9 + chance.random() / 10:.6f}")
        latitude, longitude = point if chance.random() < 0.8 else ("", "")
        rows.append(
            {
                "incidentnum": f"{number:06d}-2026", "date1": f"{day} 00:00:00",
                "offincident": chance.choice(OFFENCES), "division": chance.choice(("CENTRAL", "NORTHEAST", "")),
                "beat": str(chance.randint(110, 114)), "ra": str(chance.randint(1000, 1003)),
                "incident_address": f"{number} ELM ST", "cfs_number": f"26-{number:07d}" if number % 3 else "",
                "latitude": latitude, "longitude": longitude,
            }
        )  # fmt: skip
    (home / "incidents").mkdir(parents=True, exist_ok=True)
    with (home / "incidents" / f"{city}.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, [one.published for one in COLUMNS], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return rows


def _write_archive(home: Path, web_homes: WebHomes) -> Path:
    return web_homes.both(home)


def _write_calls(home: Path, _web_homes: WebHomes) -> Path:
    shown_city(home)
    return home


def _write_incidents(home: Path, _web_homes: WebHomes) -> Path:
    write_incidents(home)
    return home


# family → what makes a home that holds data of it, in an empty folder, and gives where it is.
HOMES: dict[str, Callable[[Path, WebHomes], Path]] = {
    "archive": _write_archive,
    "calls": _write_calls,
    "incidents": _write_incidents,
}
